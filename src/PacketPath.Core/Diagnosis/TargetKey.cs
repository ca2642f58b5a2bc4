using System.Globalization;
using System.Net;

namespace PacketPath.Diagnosis;

/// <summary>What evidence is grouped by: one destination, as one namespace of one host sees it.</summary>
internal readonly record struct TargetKey(
    string ComputerName, string NetNamespace, string RemoteAddress, int RemotePort, TransportProtocol Protocol)
{
    /// <summary>The host and namespace, without a destination.</summary>
    public (string ComputerName, string NetNamespace) Place => (ComputerName, NetNamespace);

    public static TargetKey Of(DestinationEvidence evidence)
    {
        var (computer, netns) = PlaceOf(evidence);
        return new(computer, netns, Canonical(evidence.RemoteAddress.Length > 0 ? evidence.RemoteAddress : NameOf(evidence)), evidence.RemotePort, evidence.Protocol);
    }

    // What has no address goes by its name.
    private static string NameOf(DestinationEvidence evidence) => evidence switch
    {
        NameLookupResult lookup => lookup.TargetName,
        PacketTrace { Kind: TraceKind.Outbound } trace => trace.TargetName,
        PacketFailure verdict => verdict.TargetName,
        _ => "",
    };

    public static (string ComputerName, string NetNamespace) PlaceOf(PacketEvidence evidence) =>
        (evidence.ComputerName.ToLowerInvariant(), evidence.NetNamespace);

    /// <summary>An address in its canonical text form, so that two spellings of it meet; other text lower-cased.</summary>
    public static string Canonical(string? address)
    {
        var text = (address ?? "").Trim().ToLowerInvariant();
        var zone = text.IndexOf('%');
        var bare = zone < 0 ? text : text[..zone];
        var isAddress = bare.Contains(':') || bare.Count(c => c == '.') == 3;
        return isAddress && IPAddress.TryParse(bare, out var parsed)
            ? parsed.ToString() + (zone < 0 ? "" : text[zone..])
            : text;
    }

    /// <summary>The key as a person writes it: address, or address and port.</summary>
    public static string Text(string address, int port) => port == 0
        ? address
        : string.Create(CultureInfo.InvariantCulture, $"{(address.Contains(':') ? $"[{address}]" : address)}:{port}");
}

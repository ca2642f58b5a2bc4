using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the view of QUIC results. Takes live and deserialized ones.</summary>
public static class QuicPathView
{
    /// <summary>The address and port asked.</summary>
    /// <param name="result">A QuicPathResult.</param>
    public static string Remote(PSObject result) => Tell(result, r => string.Create(
        CultureInfo.InvariantCulture, $"{(r.RemoteAddress.Contains(':') ? "[" + r.RemoteAddress + "]" : r.RemoteAddress)}:{r.RemotePort}"));

    /// <summary>What the other side says, or where the datagrams end.</summary>
    /// <param name="result">A QuicPathResult.</param>
    public static string Says(PSObject result) => Tell(result, r => r switch
    {
        { Handshake: { Outcome: QuicHandshakeOutcome.Closed } shake } => Or(shake.Alert, shake.ErrorName),
        { QuicAnswered: true, Handshake: { } shake } => $"{Versions(r)}, {shake.Outcome}",
        { QuicAnswered: true } => Versions(r),
        { UdpOutcome: QuicUdpOutcome.LocalError } => $"{r.FailedCall}: {r.SocketError}",
        { UdpOutcome: QuicUdpOutcome.Silent } => Ends(r),
        _ => Or(r.Offender, ""),
    });

    /// <summary>A time, short.</summary>
    /// <param name="value">Milliseconds; nothing for nothing.</param>
    public static string Milliseconds(PSObject? value) =>
        value is not null && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double time)
            ? time.ToString(time < 10 ? "0.00" : time < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms"
            : "";

    private static string Versions(QuicPathResult r) => r.Versions.Length switch
    {
        0 => "QUIC",
        1 => "version " + r.Versions[0],
        _ => "versions " + string.Join(", ", r.Versions),
    };

    private static string Ends(QuicPathResult r) => r.Hops.LastOrDefault(h => !string.IsNullOrEmpty(h.Address)) is { } hop
        ? string.Create(CultureInfo.InvariantCulture, $"silent after {hop.Address}")
        : "";

    // A property that was null may come back from serialization as an empty text.
    private static string Or(string? value, string? otherwise) => string.IsNullOrEmpty(value) ? otherwise ?? "" : value;

    private static string Tell(PSObject result, Func<QuicPathResult, string> text) =>
        LanguagePrimitives.TryConvertTo(result, CultureInfo.InvariantCulture, out QuicPathResult? typed) && typed is not null ? text(typed) : "";
}

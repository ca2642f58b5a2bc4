using System.Globalization;
using PacketPath.HostState;
using PacketPath.HostState.Conntrack;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Turns the parameters of Get-ConntrackEntry into a query.</summary>
internal static class ConntrackQuestion
{
    /// <summary>The listing asked for.</summary>
    /// <exception cref="TargetException">A text is no address, prefix or mark.</exception>
    public static ConntrackQuery Ask(GetConntrackEntryCommand command) => new()
    {
        Family = (command.IPv4.IsPresent, command.IPv6.IsPresent) switch
        {
            (true, false) => AddressFamily.IPv4,
            (false, true) => AddressFamily.IPv6,
            _ => null,
        },
        Protocols = command.Protocol ?? [],
        States = command.State ?? [],
        Status = (command.Status | Translated(command.NatType), command.WithoutStatus),
        Mark = command.Mark is null ? null : ParseMark(command.Mark),
        Zone = command.AskedZone,
        Source = Prefixes(command.SourceAddress),
        Destination = Prefixes(command.DestinationAddress),
        ReplySource = Prefixes(command.ReplySourceAddress),
        ReplyDestination = Prefixes(command.ReplyDestinationAddress),
        SourcePorts = command.SourcePort ?? [],
        DestinationPorts = command.DestinationPort ?? [],
    };

    /// <summary>The connection of the flow asked about.</summary>
    /// <exception cref="TargetException">An address is none, or the flow is another computer's.</exception>
    public static ConntrackEntry[] Find(GetConntrackEntryCommand command, ConntrackTable table, CancellationToken stop)
    {
        if (!string.IsNullOrEmpty(command.ComputerName) && command.ComputerName != Environment.MachineName)
        {
            throw new TargetException(
                TargetProblem.Malformed,
                command.RemoteAddress ?? "",
                $"The flow to {command.RemoteAddress} was observed on {command.ComputerName}; this is {Environment.MachineName}, which tracks others.",
                $"Run Get-ConntrackEntry on {command.ComputerName}.");
        }

        var remote = Address(command.RemoteAddress ?? "");
        var local = string.IsNullOrEmpty(command.LocalAddress)
            ? remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? System.Net.IPAddress.Any : System.Net.IPAddress.IPv6Any
            : Address(command.LocalAddress);
        var protocols = command.Protocol is { Length: > 0 } asked && asked[0] != TransportProtocol.Any ? asked : [TransportProtocol.Tcp];
        return [.. protocols.Select(protocol => table.Find(protocol, local, command.LocalPort, remote, command.RemotePort, command.AskedZone, stop))];
    }

    private static ConntrackStatus Translated(ConntrackNat nat) =>
        ((nat & ConntrackNat.Source) != 0 ? ConntrackStatus.SourceNat : 0) | ((nat & ConntrackNat.Destination) != 0 ? ConntrackStatus.DestinationNat : 0);

    private static AddressPrefix[] Prefixes(string[]? texts) => texts is null ? [] : [.. texts.Select(AddressPrefix.Parse)];

    private static System.Net.IPAddress Address(string text)
    {
        var address = TargetParser.Parse(text).Address
            ?? throw new TargetException(TargetProblem.Malformed, text, $"'{text}' is a name, not an address.", "Give an IPv4 or IPv6 address.");
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static (uint Value, uint Mask) ParseMark(string text)
    {
        var slash = text.IndexOf('/');
        if (TryNumber(slash < 0 ? text : text.AsSpan(0, slash), out var value)
            && TryNumber(slash < 0 ? "0xffffffff" : text.AsSpan(slash + 1), out var mask))
        {
            return (value & mask, mask);
        }

        throw new TargetException(TargetProblem.Malformed, text, $"'{text}' is not a mark.", "Give a number, or a number and a mask: 7, 0x10, 0x10/0xff.");
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out uint value)
    {
        text = text.Trim();
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}

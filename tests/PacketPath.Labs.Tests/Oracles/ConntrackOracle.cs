using System.Text.RegularExpressions;

namespace PacketPath.Labs.Tests;

/// <summary>What the conntrack tool says of a node.</summary>
internal static partial class ConntrackOracle
{
    /// <summary>The entries of <c>conntrack -L -o extended,id</c>, each in one line of our own making, without the time left.</summary>
    public static string[] Entries(LabNetwork network, string node, string options = "") =>
        [.. network.MustExec(node, $"conntrack -L {options} -o extended,id 2>/dev/null").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Normal).Order(StringComparer.Ordinal)];

    /// <summary>The counters of <c>conntrack -S</c>, by CPU.</summary>
    public static Dictionary<int, Dictionary<string, long>> Counters(LabNetwork network, string node) =>
        network.MustExec(node, "conntrack -S").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => Pair().Matches(line).ToDictionary(static m => m.Groups[1].Value, static m => long.Parse(m.Groups[2].Value, null)))
            .ToDictionary(static pairs => (int)pairs["cpu"]);

    /// <summary>One of our objects in the same line.</summary>
    public static string Line(ConntrackEntry entry)
    {
        var state = entry.State switch
        {
            ConntrackState.None => "",
            ConntrackState.SynReceived => " SYN_RECV",
            _ => " " + Upper().Replace(entry.State.ToString(), "_$1").TrimStart('_').ToUpperInvariant(),
        };
        var protocol = entry.Protocol.ToString().ToLowerInvariant();
        var counted = entry.OriginalPackets is null ? "" : $" packets={entry.OriginalPackets} bytes={entry.OriginalBytes}";
        var replied = entry.ReplyPackets is null ? "" : $" packets={entry.ReplyPackets} bytes={entry.ReplyBytes}";
        var unreplied = entry.Status.HasFlag(ConntrackStatus.SeenReply) ? "" : " [UNREPLIED]";
        var assured = entry.Status.HasFlag(ConntrackStatus.Assured) ? " [ASSURED]" : "";
        var zone = entry.Zone == 0 ? "" : $" zone={entry.Zone}";
        var icmpReply = entry.Protocol == TransportProtocol.Icmp ? 0 : 129;
        return $"ip{(entry.AddressFamily == AddressFamily.IPv4 ? "v4 2" : "v6 10")} {protocol} {(int)entry.Protocol}{state} "
            + $"src={entry.OriginalSourceAddress} dst={entry.OriginalDestinationAddress}{Ports(entry.OriginalSourcePort, entry.OriginalDestinationPort)}"
            + (entry.IcmpId is null ? "" : $" type={entry.IcmpType} code={entry.IcmpCode} id={entry.IcmpId}")
            + $"{counted}{unreplied} src={entry.ReplySourceAddress} dst={entry.ReplyDestinationAddress}{Ports(entry.ReplySourcePort, entry.ReplyDestinationPort)}"
            + (entry.IcmpId is null ? "" : $" type={icmpReply} code=0 id={entry.IcmpId}")
            + $"{replied}{assured} mark={entry.Mark}{zone} id={entry.Id}";
    }

    private static string Normal(string line)
    {
        line = Spaces().Replace(line.Trim(), " ");
        line = TimeLeft().Replace(line, "$1");
        return Use().Replace(line, "");
    }

    private static string Ports(int? source, int? destination) => source is null ? "" : $" sport={source} dport={destination}";

    [GeneratedRegex(@"(\w+)=(\d+)")]
    private static partial Regex Pair();

    [GeneratedRegex(@"(?<=.)([A-Z])")]
    private static partial Regex Upper();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(\S+ \d+ \S+ \d+) \d+")]
    private static partial Regex TimeLeft();

    [GeneratedRegex(@" (use|delta-time)=\d+")]
    private static partial Regex Use();
}

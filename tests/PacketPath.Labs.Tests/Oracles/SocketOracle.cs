using System.Globalization;
using System.Text.RegularExpressions;

namespace PacketPath.Labs.Tests;

/// <summary>Sockets as <c>ss -aneimOH</c> prints them, as comparable words, and ours in the same words.</summary>
internal static partial class SocketOracle
{
    /// <summary>One line for each socket, in order.</summary>
    public static string[] Read(LabNetwork network, string node) =>
        [.. network.MustExec(node, "ss -tuanepimOH 2>/dev/null").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line).Order(StringComparer.Ordinal)];

    /// <summary>Ours in the same words.</summary>
    public static string[] Ours(IEnumerable<SocketEntry> sockets) => [.. sockets.Select(Line).Order(StringComparer.Ordinal)];

    private static string Line(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isListener = words[1] == "LISTEN";
        var queues = isListener ? $"accept {words[2]}/{words[3]}" : $"queues {words[2]}/{words[3]}";
        var owners = string.Join(',', Owner().Matches(text).Select(match => $"{match.Groups[1]}/{match.Groups[2]}/{match.Groups[3]}").Order(StringComparer.Ordinal));
        var memory = Memory().Match(text);
        var tcp = words[0] == "tcp" && !isListener && words[1] is not ("TIME-WAIT" or "SYN-RECV")
            ? $"mss {Number(text, "mss")} pmtu {Number(text, "pmtu")} cwnd {Number(text, "cwnd")} out {Number(text, "segs_out")} in {Number(text, "segs_in")} sent {Number(text, "bytes_sent")} received {Number(text, "bytes_received")} lost {Number(text, "lost")} unacked {Number(text, "unacked")} {(text.Contains(" sack ") ? "sack" : "")} {(text.Contains(" ts ") ? "ts" : "")}"
            : "";
        return $"{words[0]} {words[1]} {queues} {words[4]} {words[5]} inode {Number(text, "ino")} uid {Number(text, "uid")} mark {Mark(text)} only {V6Only(text)} owners [{owners}] "
            + $"memory [{(memory.Success ? string.Join(',', memory.Groups.Cast<Group>().Skip(1).Select(group => group.Value)) : "")}] timer {TimerOf(text)} {tcp}".TrimEnd();
    }

    private static string Line(SocketEntry s)
    {
        var isListener = s.State == SocketState.Listen;
        var queues = isListener ? $"accept {s.AcceptQueueLength}/{s.AcceptQueueLimit}" : $"queues {s.ReceiveQueueBytes}/{s.SendQueueBytes}";
        var owners = string.Join(',', s.Owners.Select(owner => $"{owner.ProcessName}/{owner.ProcessId}/{owner.FileDescriptor}").Order(StringComparer.Ordinal));
        var m = s.Memory;
        var memory = m is null ? "" : $"{m.ReceiveBytes},{m.ReceiveLimitBytes},{m.SendBytes},{m.SendLimitBytes},{m.ForwardAllocatedBytes},{m.SendQueuedBytes},{m.OptionBytes},{m.BacklogBytes},{m.Drops}";
        var tcp = s.TcpInfo is { } t && !isListener
            ? $"mss {t.SendMss} pmtu {t.PathMtu} cwnd {t.CongestionWindow} out {t.SegmentsOut} in {t.SegmentsIn} sent {t.BytesSent} received {t.BytesReceived} lost {t.LostSegments} unacked {t.UnacknowledgedSegments} {(t.Options.Contains("Sack") ? "sack" : "")} {(t.Options.Contains("Timestamps") ? "ts" : "")}"
            : "";
        var state = s.State switch
        {
            SocketState.Established => "ESTAB",
            SocketState.SynSent => "SYN-SENT",
            SocketState.SynReceived => "SYN-RECV",
            SocketState.TimeWait => "TIME-WAIT",
            SocketState.Unconnected => "UNCONN",
            SocketState.CloseWait => "CLOSE-WAIT",
            SocketState.FinWait2 => "FIN-WAIT-2",
            SocketState.FinWait1 => "FIN-WAIT-1",
            _ => s.State.ToString().ToUpperInvariant(),
        };
        var timer = s.Timer switch { SocketTimer.None => "", SocketTimer.Retransmit => $"on,{s.Retransmits}", SocketTimer.TimeWait => "timewait,0", SocketTimer.KeepAlive => "keepalive,0", _ => $"persist,{s.Retransmits}" };
        return $"{(s.Kind == SocketKind.Stream ? "tcp" : "udp")} {state} {queues} {End(s, s.LocalAddress, s.LocalPort, s.InterfaceAlias)} {End(s, s.RemoteAddress, s.RemotePort, null)} inode {s.Inode} uid {s.UserId} mark {s.Mark ?? 0} only {(s.Ipv6Only is null ? "" : s.Ipv6Only.Value ? "1" : "0")} owners [{owners}] "
            + $"memory [{memory}] timer {timer} {tcp}".TrimEnd();
    }

    // ss writes * for both families of a dual-stack socket that is not connected.
    private static string End(SocketEntry socket, string address, int port, string? alias)
    {
        var host = address == "::" && socket.Ipv6Only == false ? "*" : address.Contains(':') ? $"[{address}]" : address;
        return $"{host}{(alias is null ? "" : "%" + alias)}:{(port == 0 ? "*" : port.ToString(CultureInfo.InvariantCulture))}";
    }

    private static string Number(string text, string key) => Regex.Match(text, $@"(?<![a-z_]){key}:(\d+)") is { Success: true } match ? match.Groups[1].Value : "0";

    private static string Mark(string text) => Regex.Match(text, "fwmark:0x([0-9a-f]+)") is { Success: true } match
        ? long.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
        : "0";

    private static string V6Only(string text) => Regex.Match(text, "v6only:([01])") is { Success: true } match ? match.Groups[1].Value : "";

    private static string TimerOf(string text) => Regex.Match(text, @"timer:\((\w+),[^,]*,(\d+)\)") is { Success: true } match ? $"{match.Groups[1].Value},{match.Groups[2].Value}" : "";

    [GeneratedRegex(@"\(""([^""]+)"",pid=(\d+),fd=(\d+)\)")]
    private static partial Regex Owner();

    [GeneratedRegex(@"skmem:\(r(\d+),rb(\d+),t(\d+),tb(\d+),f(\d+),w(\d+),o(\d+),bl(\d+),d(\d+)\)")]
    private static partial Regex Memory();
}

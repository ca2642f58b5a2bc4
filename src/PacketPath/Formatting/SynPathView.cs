using System.Globalization;
using System.Management.Automation;
using PacketPath.Probes;

namespace PacketPath.Formatting;

/// <summary>Tells a SYN probe as a story: what was sent, what came back, what this host knows. Takes live and deserialized results.</summary>
public static class SynPathView
{
    private const int MostPackets = 6;

    /// <summary>Address and port of the target.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Remote(PSObject result) => Tell(result, r => EndPoint(r.RemoteAddress, r.RemotePort));

    /// <summary>The round-trip time, short.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Rtt(PSObject result) => Tell(result, r => r.RttMilliseconds is { } rtt ? Milliseconds(rtt) : "");

    /// <summary>How many SYNs were seen leaving; a question mark where nobody could look.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string SynCount(PSObject result) => Tell(result, r => r.CaptureStatus switch
    {
        CaptureStatus.Complete => Number(r.Syns.Length),
        CaptureStatus.Incomplete => $"{r.Syns.Length}+",
        _ => "?",
    });

    /// <summary>The answer in a word or two.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Answer(PSObject result) => Tell(result, r =>
        r.Replies.Length > 0 ? Kind(r.Replies[0])
        : r.ErrorQueue.Length > 0 ? $"{(r.ErrorQueue[^1].OffenderIsLocal ? "local " : "")}ICMP {r.ErrorQueue[^1].Type}/{r.ErrorQueue[^1].Code}"
        : r.Outcome is SynOutcome.Refused && r.LocalResponses.Length > 0 ? "local RST"
        : !string.IsNullOrEmpty(r.SocketError) ? r.SocketError
        : r.CaptureStatus is CaptureStatus.Complete or CaptureStatus.Incomplete ? "none" : "");

    /// <summary>The target: address and port, with the name asked where it differs.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Target(PSObject result) => Tell(result, r =>
    {
        var remote = EndPoint(r.RemoteAddress, r.RemotePort);
        return r.TargetName.Length == 0 || r.TargetName == r.RemoteAddress ? remote : $"{remote} ({DisplayText.Clean(r.TargetName)})";
    });

    /// <summary>The near end: address, port, interface, mark.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Origin(PSObject result) => Tell(result, r =>
        (string.IsNullOrEmpty(r.LocalAddress) ? "no local address" : EndPoint(r.LocalAddress, r.LocalPort))
        + Part(r.InterfaceAlias, " on ")
        + (r.Mark == 0 ? "" : $", mark 0x{r.Mark:x}")
        + $", namespace {r.NetNamespace}");

    /// <summary>The outcome in one sentence.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Outcome(PSObject result) => Tell(result, r => r.Outcome switch
    {
        SynOutcome.Open => $"Open: {(r.Protocol == TransportProtocol.Udp ? "a datagram answered" : "the handshake completed")} in {Milliseconds(r.RttMilliseconds ?? r.ElapsedMilliseconds)}",
        SynOutcome.Refused => $"Refused: {(r.Protocol == TransportProtocol.Udp ? "port unreachable" : "a RST")} after {Milliseconds(r.RttMilliseconds ?? r.ElapsedMilliseconds)}",
        SynOutcome.IcmpError => $"IcmpError: {r.SocketError} after {Milliseconds(r.ElapsedMilliseconds)}",
        SynOutcome.NeighborFailed => $"NeighborFailed: the next hop did not resolve within {Milliseconds(r.ElapsedMilliseconds)}",
        SynOutcome.LocalError => $"LocalError: {Part(r.FailedCall, "", " failed with ")}{r.SocketError}",
        _ => $"NoReply: nothing heard within {Milliseconds(r.ElapsedMilliseconds)}",
    });

    /// <summary>The SYNs that left.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Sent(PSObject result) => Tell(result, r => r.Syns.Length > 0
        ? $"{r.Syns.Length} {(r.Protocol == TransportProtocol.Udp ? "datagrams" : "SYN")} on {r.Syns[0].InterfaceAlias}: {List(r.Syns, p => Milliseconds(p.OffsetMilliseconds))}"
        : r.CaptureStatus == CaptureStatus.Complete ? r.Protocol == TransportProtocol.Udp ? "no datagram reached the wire" : "no SYN reached the wire" : "not watched");

    /// <summary>What came back.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string CameBack(PSObject result) => Tell(result, r => r.Replies.Length > 0
        ? List(r.Replies, Describe)
        : r.CaptureStatus == CaptureStatus.Complete ? "nothing" : "not watched");

    /// <summary>What this host sent in answer.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string LocalResponses(PSObject result) => Tell(result, r => List(r.LocalResponses, Describe));

    /// <summary>The error queue.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string ErrorQueue(PSObject result) => Tell(result, r => List(
        r.ErrorQueue,
        e => $"{e.Meaning} ({e.Type}/{e.Code}) from {(e.OffenderIsLocal ? "this host" : e.Offender)} at {Milliseconds(e.OffsetMilliseconds)}"));

    /// <summary>The routing decision.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Route(PSObject result) => Tell(result, r => r.Route is not { } route
        ? ""
        : route.Outcome != RouteOutcome.Usable
            ? $"{route.Outcome}{Part(route.DestinationPrefix, ": ")}{Part(route.Table, " in table ")}"
            : $"{route.DestinationPrefix} {Part(route.NextHop, "via ", " ")}dev {route.InterfaceAlias} src {route.SourceAddress} table {route.Table}");

    /// <summary>The next hop's neighbor entry.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Neighbor(PSObject result) => Tell(result, r => r.Neighbor is not { } neighbor
        ? ""
        : $"{neighbor.IPAddress} {neighbor.State}{Part(neighbor.LinkLayerAddress, " at ")}");

    /// <summary>The hops of a TTL walk.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Hops(PSObject result) => Tell(result, r => string.Join(
        ", ",
        r.Hops.Select(h => $"{h.Ttl} {Part(h.Address, "", "", "*")}{(h.RttMilliseconds is { } rtt ? $" {Milliseconds(rtt)}" : "")}{(h.IsTarget ? " (target)" : "")}")));

    /// <summary>The attempts through losing routes.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Alternatives(PSObject result) => Tell(result, r => string.Join(
        ", ",
        r.AlternativeAttempts.Select(a => $"{a.DestinationPrefix} {Part(a.NextHop, "via ", " ")}dev {a.InterfaceAlias}: {a.Outcome}")));

    /// <summary>The loss counters that moved.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string Counters(PSObject result) => Tell(result, r => List(r.CounterChanges, static c => c.ToString()));

    /// <summary>What could not be observed.</summary>
    /// <param name="result">A SynPathResult.</param>
    public static string NotObserved(PSObject result) => Tell(result, r => string.Join(
        "; ",
        r.NotObserved.Select(m => $"{m.What}: {m.Why.TrimEnd('.')}. {m.Remedy}")));

    private static string Tell(PSObject result, Func<SynPathResult, string> text) =>
        LanguagePrimitives.TryConvertTo(result, CultureInfo.InvariantCulture, out SynPathResult? typed) && typed is not null ? text(typed) : "";

    // A property that was null may come back from serialization as an empty text.
    private static string Part(string? value, string before, string after = "", string otherwise = "") =>
        string.IsNullOrEmpty(value) ? otherwise : before + value + after;

    private static string EndPoint(string address, int port) =>
        port == 0 ? address : address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";

    private static string Kind(SynPacket packet) => packet.Kind switch
    {
        SynPacketKind.SynAck => "SYN-ACK",
        SynPacketKind.Reset => "RST",
        SynPacketKind.IcmpError => $"ICMP {packet.IcmpType}/{packet.IcmpCode}",
        SynPacketKind.Syn => "SYN",
        SynPacketKind.Datagram => "datagram",
        _ => packet.Flags ?? "other",
    };

    private static string Describe(SynPacket packet)
    {
        var icmp = packet is { IcmpType: { } type, IcmpCode: { } code }
            ? $" ({IcmpMeaning.Describe(packet.From.Contains(':'), type, code)})"
            : "";
        var mss = packet.Mss is { } value ? $", MSS {value}" : "";
        return $"{Kind(packet)}{icmp} from {packet.From} at {Milliseconds(packet.OffsetMilliseconds)}, TTL {packet.Ttl}{mss}";
    }

    private static string List<T>(T[] items, Func<T, string> text) =>
        string.Join("; ", items.Take(MostPackets).Select(text)) + (items.Length > MostPackets ? $"; and {items.Length - MostPackets} more" : "");

    private static string Milliseconds(double value) => value switch
    {
        < 10 => value.ToString("0.00", CultureInfo.InvariantCulture) + " ms",
        < 100 => value.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        _ => value.ToString("0", CultureInfo.InvariantCulture) + " ms",
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

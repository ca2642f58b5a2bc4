using System.Globalization;
using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>The packets of one connection attempt: what left, what came back, what did not.</summary>
internal static class AttemptTimeline
{
    /// <summary>Its timeline.</summary>
    public static Timeline Of(SynPathResult probe) => new()
    {
        Heading = "Packets of the attempt",
        Title = $"The packets of the attempt on {StatusWords.Target(probe)}",
        Local = probe.LocalAddress is { } local ? TargetKey.Text(local, probe.LocalPort) : "",
        Peer = StatusWords.Target(probe),
        PeerAddress = probe.RemoteAddress,
        Events = [.. Events(probe).OrderBy(static e => e.At)],
        Nothing = probe.CaptureStatus switch
        {
            CaptureStatus.NotRequested => "No capture was asked for, so there are no packets to show.",
            CaptureStatus.Unavailable => "No capture could be had, so there are no packets to show.",
            _ => $"No packet was made: the attempt ended as {probe.Outcome}{(probe.SocketError is { } error ? $" ({error})" : "")}.",
        },
        Outcome = probe.Outcome switch
        {
            SynOutcome.Open => "connected",
            SynOutcome.NoReply => string.Create(CultureInfo.InvariantCulture, $"gave up after {probe.TimeoutSeconds:0.##} s"),
            _ => probe.SocketError ?? probe.Outcome.ToString(),
        },
    };

    private static IEnumerable<TimelineEvent> Events(SynPathResult probe)
    {
        var answered = probe.Replies.Length > 0 || probe.ErrorQueue.Any(static e => !e.OffenderIsLocal) || probe.Outcome is SynOutcome.Open or SynOutcome.Refused;
        foreach (var syn in probe.Syns)
        {
            yield return new(syn.OffsetMilliseconds, Name(syn), Details(syn), probe.RemoteAddress, true, answered ? TimelineEnd.Arrives : TimelineEnd.Unanswered);
        }

        if (probe.Syns.Length == 0 && probe.CaptureStatus == CaptureStatus.Complete && (probe.Outcome is not (SynOutcome.Open or SynOutcome.LocalError) || probe.FailedCall == "send"))
        {
            yield return new(0, probe.Protocol == TransportProtocol.Udp ? "datagram" : "SYN", $"not seen on {probe.InterfaceAlias ?? "the interface"}", probe.RemoteAddress, true, TimelineEnd.NeverLeft);
        }

        foreach (var reply in probe.Replies)
        {
            yield return new(reply.OffsetMilliseconds, Name(reply), Details(reply), reply.From, false,
                probe.Outcome == SynOutcome.NoReply ? TimelineEnd.Unseen : reply.Kind == SynPacketKind.Reset ? TimelineEnd.Refuses : TimelineEnd.Arrives);
        }

        foreach (var answer in probe.LocalResponses)
        {
            yield return new(answer.OffsetMilliseconds, Name(answer), "this host's answer", probe.RemoteAddress, true, answer.Kind == SynPacketKind.Reset ? TimelineEnd.Refuses : TimelineEnd.Arrives);
        }

        foreach (var report in probe.ErrorQueue.Where(e => !e.OffenderIsLocal && !Array.Exists(probe.Replies, r => r.Kind == SynPacketKind.IcmpError)))
        {
            yield return new(report.OffsetMilliseconds, $"ICMP {report.Type}/{report.Code}", report.Meaning, report.Offender, false, TimelineEnd.Arrives);
        }
    }

    private static string Name(SynPacket packet) => packet.Kind switch
    {
        SynPacketKind.Syn => "SYN",
        SynPacketKind.SynAck => "SYN-ACK",
        SynPacketKind.Reset => "RST",
        SynPacketKind.Datagram => "datagram",
        SynPacketKind.IcmpError => $"ICMP {packet.IcmpType}/{packet.IcmpCode}",
        _ => packet.Flags ?? "packet",
    };

    private static string Details(SynPacket packet) =>
        string.Create(CultureInfo.InvariantCulture, $"TTL {packet.Ttl}{(packet.Mss is { } mss ? $", MSS {mss}" : "")}{(packet.InterfaceAlias is { } link ? $", {link}" : "")}");
}

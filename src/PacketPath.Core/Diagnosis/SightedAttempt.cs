using PacketPath.Capture;

namespace PacketPath.Diagnosis;

/// <summary>Puts an attempt together from the packets that the sender's own capture saw of it.</summary>
internal static class SightedAttempt
{
    // An answer that takes longer than this to come is as good as none; a capture that ends sooner proves nothing.
    private const long Patience = 1_000_000_000;

    /// <summary>The attempt and the leg of its sender; null where the sender was not watched.</summary>
    public static (SynPathResult Attempt, FlowLeg Sender)? Of(FlowView view)
    {
        var sender = view.Forward[0];
        var syns = sender.Packets.Where(static p => p.IsSyn).ToArray();
        if (syns.Length == 0 || syns[0].Direction is PacketDirection.Incoming or PacketDirection.Passing)
        {
            return null;
        }

        var ends = view.Ends(sender);
        var back = sender.Packets.Where(p => sender.GoesUp(p) != view.ForwardGoesUp).ToArray();
        var replies = back.Where(static p => p.IsSynAck || (p.Flags & TcpFlags.Rst) != 0 || p.Kind == SeenKind.IcmpError).ToArray();
        var confirmed = replies.Any(static p => p.IsSynAck) && sender.Packets.Exists(p => sender.GoesUp(p) == view.ForwardGoesUp && !p.IsSyn && (p.Flags & TcpFlags.Rst) == 0);
        var first = syns[0].Nanoseconds;
        var waited = (Math.Max(sender.Point.Last, view.Flow.LastSeen) - first) / 1e9;
        SynPacket Packet(SeenPacket p, bool isBack) => Convert(p, isBack ? ends.Destination : ends.Source, isBack ? ends.Source : ends.Destination, first, sender.Point.InterfaceAlias);
        var attempt = new SynPathResult
        {
            ComputerName = sender.Point.ComputerName,
            NetNamespace = sender.Point.NetNamespace,
            ObservedAt = Time(first),
            RemoteAddress = ends.Destination.ToString(),
            RemotePort = ends.DestinationPort,
            Protocol = TransportProtocol.Tcp,
            LocalAddress = ends.Source.ToString(),
            LocalPort = ends.SourcePort,
            InterfaceAlias = sender.Point.InterfaceAlias,
            Outcome = confirmed ? SynOutcome.Open : replies.Any(static p => (p.Flags & TcpFlags.Rst) != 0) ? SynOutcome.Refused : SynOutcome.NoReply,
            CaptureStatus = sender.Point.StatusOver(first, syns[^1].Nanoseconds + Patience) == CaptureStatus.Complete ? CaptureStatus.Complete : CaptureStatus.Incomplete,
            TimeoutSeconds = waited,
            ElapsedMilliseconds = waited * 1e3,
            Retransmits = syns.Length - 1,
            Syns = [.. syns.Select(p => Packet(p, false))],
            Replies = [.. replies.Select(p => Packet(p, true))],
        };
        return (attempt, sender);
    }

    private static SynPacket Convert(SeenPacket packet, PacketAddress from, PacketAddress to, long first, string? alias) => new()
    {
        Kind = packet.Kind == SeenKind.IcmpError ? SynPacketKind.IcmpError : packet.IsSyn ? SynPacketKind.Syn : packet.IsSynAck ? SynPacketKind.SynAck : SynPacketKind.Reset,
        CapturedAt = Time(packet.Nanoseconds),
        OffsetMilliseconds = (packet.Nanoseconds - first) / 1e6,
        From = from.ToString(),
        To = to.ToString(),
        InterfaceAlias = alias,
        Ttl = packet.Ttl,
        IpId = (int)packet.Identification,
        Flags = packet.Kind == SeenKind.Tcp ? packet.Flags.ToText() : null,
        SequenceNumber = packet.Kind == SeenKind.Tcp ? packet.Sequence : null,
        AcknowledgmentNumber = packet.Kind == SeenKind.Tcp ? packet.Acknowledgment : null,
        Mss = packet.MaximumSegment == 0 ? null : packet.MaximumSegment,
        IcmpType = packet.Kind == SeenKind.IcmpError ? packet.Type : null,
        IcmpCode = packet.Kind == SeenKind.IcmpError ? packet.Code : null,
    };

    private static DateTime Time(long nanoseconds) => DateTime.UnixEpoch.AddTicks(nanoseconds / 100);
}

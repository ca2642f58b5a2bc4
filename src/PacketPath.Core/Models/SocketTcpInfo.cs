namespace PacketPath;

/// <summary>What TCP knows of a connection (struct tcp_info). A field an older kernel does not have is 0.</summary>
public sealed record SocketTcpInfo
{
    /// <summary>Smoothed round-trip time, in milliseconds.</summary>
    public double RttMilliseconds { get; init; }

    /// <summary>Its mean deviation, in milliseconds.</summary>
    public double RttVariationMilliseconds { get; init; }

    /// <summary>The smallest round-trip time seen lately, in milliseconds.</summary>
    public double MinimumRttMilliseconds { get; init; }

    /// <summary>The receiver's estimate of the round-trip time, in milliseconds.</summary>
    public double ReceiverRttMilliseconds { get; init; }

    /// <summary>Retransmission timeout, in milliseconds.</summary>
    public double RtoMilliseconds { get; init; }

    /// <summary>Delayed-acknowledgment timeout, in milliseconds.</summary>
    public double AckTimeoutMilliseconds { get; init; }

    /// <summary>Congestion window, in segments.</summary>
    public long CongestionWindow { get; init; }

    /// <summary>Slow start threshold, in segments; null while there is none.</summary>
    public long? SlowStartThreshold { get; init; }

    /// <summary>The congestion state: Open, Disorder, CongestionWindowReduced, Recovery, Loss.</summary>
    public string CongestionState { get; init; } = "";

    /// <summary>The options both ends agreed on: Timestamps, Sack, WindowScale, Ecn, EcnSeen, FastOpen.</summary>
    public string[] Options { get; init; } = [];

    /// <summary>The window scale this end applies to what it sends; null where none was agreed.</summary>
    public int? SendWindowScale { get; init; }

    /// <summary>The window scale of what it receives; null where none was agreed.</summary>
    public int? ReceiveWindowScale { get; init; }

    /// <summary>The peer's receive window, in bytes.</summary>
    public long PeerWindowBytes { get; init; }

    /// <summary>Maximum segment size for sending.</summary>
    public int SendMss { get; init; }

    /// <summary>Maximum segment size seen in what is received.</summary>
    public int ReceiveMss { get; init; }

    /// <summary>The maximum segment size this end announced.</summary>
    public int AdvertisedMss { get; init; }

    /// <summary>The path MTU the kernel holds.</summary>
    public int PathMtu { get; init; }

    /// <summary>Segments in flight.</summary>
    public long UnacknowledgedSegments { get; init; }

    /// <summary>Segments acknowledged selectively.</summary>
    public long SackedSegments { get; init; }

    /// <summary>Segments held for lost.</summary>
    public long LostSegments { get; init; }

    /// <summary>Retransmitted segments in flight.</summary>
    public long RetransmittedSegments { get; init; }

    /// <summary>Retransmissions of the segment in flight.</summary>
    public int Retransmits { get; init; }

    /// <summary>Window probes that went unanswered.</summary>
    public int Probes { get; init; }

    /// <summary>How often the timeout was doubled.</summary>
    public int Backoff { get; init; }

    /// <summary>Retransmissions in all.</summary>
    public long TotalRetransmits { get; init; }

    /// <summary>Segments sent.</summary>
    public long SegmentsOut { get; init; }

    /// <summary>Segments received.</summary>
    public long SegmentsIn { get; init; }

    /// <summary>Segments with data sent.</summary>
    public long DataSegmentsOut { get; init; }

    /// <summary>Segments with data received.</summary>
    public long DataSegmentsIn { get; init; }

    /// <summary>Bytes sent, retransmissions included.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes retransmitted.</summary>
    public long BytesRetransmitted { get; init; }

    /// <summary>Bytes the peer acknowledged.</summary>
    public long BytesAcknowledged { get; init; }

    /// <summary>Bytes received in order.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes written and not sent yet.</summary>
    public long NotSentBytes { get; init; }

    /// <summary>Segments that came out of order.</summary>
    public long OutOfOrderSegments { get; init; }

    /// <summary>Times reordering was seen.</summary>
    public long ReorderingSeen { get; init; }

    /// <summary>Segments the peer reported to have received twice.</summary>
    public long DuplicateSacks { get; init; }

    /// <summary>Segments delivered.</summary>
    public long Delivered { get; init; }

    /// <summary>Segments delivered with a congestion mark.</summary>
    public long DeliveredWithCongestionMark { get; init; }

    /// <summary>The latest delivery rate, in bytes a second.</summary>
    public long DeliveryBytesPerSecond { get; init; }

    /// <summary>True where the application, not the network, set that rate.</summary>
    public bool DeliveryIsApplicationLimited { get; init; }

    /// <summary>The pacing rate, in bytes a second; null where there is none.</summary>
    public long? PacingBytesPerSecond { get; init; }

    /// <summary>Milliseconds spent with something to send.</summary>
    public double BusyMilliseconds { get; init; }

    /// <summary>Of those, milliseconds spent waiting for the peer's window.</summary>
    public double ReceiveWindowLimitedMilliseconds { get; init; }

    /// <summary>Of those, milliseconds spent waiting for room in the send buffer.</summary>
    public double SendBufferLimitedMilliseconds { get; init; }

    /// <summary>Milliseconds since data was last sent.</summary>
    public long LastDataSentMilliseconds { get; init; }

    /// <summary>Milliseconds since data was last received.</summary>
    public long LastDataReceivedMilliseconds { get; init; }

    /// <summary>Milliseconds since the last acknowledgment.</summary>
    public long LastAckReceivedMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant($"rtt {RttMilliseconds:0.###} ms, cwnd {CongestionWindow}, {TotalRetransmits} retransmitted, {LostSegments} lost");
}

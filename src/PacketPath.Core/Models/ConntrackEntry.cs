namespace PacketPath;

/// <summary>One tracked connection (IPCTNL_MSG_CT_GET, linux/netfilter/nfnetlink_conntrack.h).</summary>
public sealed record ConntrackEntry : PacketEvidence
{
    /// <summary>The kernel's number of the entry; 0 where it was not told.</summary>
    public long Id { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>The transport protocol; a number where it has no name here.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The connection's state: of TCP and SCTP; None for other protocols, Absent where a connection asked about is not tracked.</summary>
    public ConntrackState State { get; init; }

    /// <summary>The entry's flags (IPS_*).</summary>
    public ConntrackStatus Status { get; init; }

    /// <summary>The flags as the kernel's number, with those that have no name here.</summary>
    public long StatusBits { get; init; }

    /// <summary>Seconds until the entry goes if no packet comes; null where the kernel does not say.</summary>
    public long? TimeoutSeconds { get; init; }

    /// <summary>The source of the first packet.</summary>
    public string OriginalSourceAddress { get; init; } = "";

    /// <summary>The source port of the first packet; null for a protocol without ports.</summary>
    public int? OriginalSourcePort { get; init; }

    /// <summary>The destination of the first packet.</summary>
    public string OriginalDestinationAddress { get; init; } = "";

    /// <summary>The destination port of the first packet; null for a protocol without ports.</summary>
    public int? OriginalDestinationPort { get; init; }

    /// <summary>The source that answers are expected from.</summary>
    public string ReplySourceAddress { get; init; } = "";

    /// <summary>The source port of answers.</summary>
    public int? ReplySourcePort { get; init; }

    /// <summary>The destination that answers are expected to go to.</summary>
    public string ReplyDestinationAddress { get; init; } = "";

    /// <summary>The destination port of answers.</summary>
    public int? ReplyDestinationPort { get; init; }

    /// <summary>The ICMP type of the first packet; null for other protocols.</summary>
    public int? IcmpType { get; init; }

    /// <summary>The ICMP code of the first packet; null for other protocols.</summary>
    public int? IcmpCode { get; init; }

    /// <summary>The ICMP identifier of the first packet; null for other protocols.</summary>
    public int? IcmpId { get; init; }

    /// <summary>Which end of the connection is translated.</summary>
    public ConntrackNat NatType { get; init; }

    /// <summary>What the source was translated to; null where it was not.</summary>
    public string? TranslatedSourceAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The port that the source port was translated to; null where the source was not translated.</summary>
    public int? TranslatedSourcePort { get; init; }

    /// <summary>What the destination was translated to; null where it was not.</summary>
    public string? TranslatedDestinationAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The port that the destination port was translated to; null where the destination was not translated.</summary>
    public int? TranslatedDestinationPort { get; init; }

    /// <summary>Packets in the direction of the first one; null without accounting (nf_conntrack_acct).</summary>
    public long? OriginalPackets { get; init; }

    /// <summary>Bytes in the direction of the first packet; null without accounting.</summary>
    public long? OriginalBytes { get; init; }

    /// <summary>Packets in the direction of the answers; null without accounting.</summary>
    public long? ReplyPackets { get; init; }

    /// <summary>Bytes in the direction of the answers; null without accounting.</summary>
    public long? ReplyBytes { get; init; }

    /// <summary>The connection's mark.</summary>
    public long Mark { get; init; }

    /// <summary>The zone of both directions; 0 where there is none.</summary>
    public int Zone { get; init; }

    /// <summary>The zone of the original direction alone; null where both share one.</summary>
    public int? OriginalZone { get; init; }

    /// <summary>The zone of the reply direction alone; null where both share one.</summary>
    public int? ReplyZone { get; init; }

    /// <summary>The helper that watches the connection, for example <c>ftp</c>; null where none.</summary>
    public string? Helper { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The connection that announced this one, as text; null where it was not expected.</summary>
    public string? Master { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The connection's labels in hexadecimal; null where it has none.</summary>
    public string? Labels { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The security context; null where it has none.</summary>
    public string? SecurityContext { get; init => field = EmptyText.AsNull(value); }

    /// <summary>When the entry was made, in UTC; null without time stamps (nf_conntrack_timestamp).</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>What could not be read, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() =>
        $"{Protocol.ToString().ToLowerInvariant()} {End(OriginalSourceAddress, OriginalSourcePort)} > {End(OriginalDestinationAddress, OriginalDestinationPort)}{(State == ConntrackState.None ? "" : " " + State)}";

    private static string End(string address, int? port) => port is null
        ? address
        : FormattableString.Invariant($"{(address.Contains(':') ? $"[{address}]" : address)}:{port}");
}

/// <summary>The state of a tracked connection: those of TCP, those of SCTP, and none.</summary>
public enum ConntrackState
{
    /// <summary>The protocol has no states.</summary>
    None = 0,

    /// <summary>TCP: a SYN went.</summary>
    SynSent = 1,

    /// <summary>TCP: a SYN-ACK came back.</summary>
    SynReceived = 2,

    /// <summary>TCP or SCTP: the handshake is complete.</summary>
    Established = 3,

    /// <summary>TCP: one side closed.</summary>
    FinWait = 4,

    /// <summary>TCP: the close was acknowledged.</summary>
    CloseWait = 5,

    /// <summary>TCP: both sides closed.</summary>
    LastAck = 6,

    /// <summary>TCP: both closes were acknowledged.</summary>
    TimeWait = 7,

    /// <summary>TCP: a RST went by; SCTP: closed.</summary>
    Close = 8,

    /// <summary>TCP: SYNs went in both directions at once.</summary>
    SynSentBoth = 9,

    /// <summary>SCTP: an INIT went.</summary>
    CookieWait = 10,

    /// <summary>SCTP: the cookie went.</summary>
    CookieEchoed = 11,

    /// <summary>SCTP: a SHUTDOWN went.</summary>
    ShutdownSent = 12,

    /// <summary>SCTP: a SHUTDOWN came back.</summary>
    ShutdownReceived = 13,

    /// <summary>SCTP: the SHUTDOWN was acknowledged.</summary>
    ShutdownAckSent = 14,

    /// <summary>SCTP: a HEARTBEAT made the entry.</summary>
    HeartbeatSent = 15,

    /// <summary>SCTP: a HEARTBEAT was acknowledged.</summary>
    HeartbeatAcked = 16,

    /// <summary>The connection asked about is not tracked.</summary>
    Absent = 17,
}

/// <summary>The flags of a tracked connection (IPS_*, linux/netfilter/nf_conntrack_common.h).</summary>
[Flags]
public enum ConntrackStatus
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Another connection announced it.</summary>
    Expected = 1,

    /// <summary>Packets went both ways.</summary>
    SeenReply = 1 << 1,

    /// <summary>It is not thrown out of a full table.</summary>
    Assured = 1 << 2,

    /// <summary>The first packet left: the entry is in the table.</summary>
    Confirmed = 1 << 3,

    /// <summary>The source is translated.</summary>
    SourceNat = 1 << 4,

    /// <summary>The destination is translated.</summary>
    DestinationNat = 1 << 5,

    /// <summary>Sequence numbers are adjusted.</summary>
    SequenceAdjust = 1 << 6,

    /// <summary>Source translation was decided.</summary>
    SourceNatDone = 1 << 7,

    /// <summary>Destination translation was decided.</summary>
    DestinationNatDone = 1 << 8,

    /// <summary>It is being removed.</summary>
    Dying = 1 << 9,

    /// <summary>Its timeout stays.</summary>
    FixedTimeout = 1 << 10,

    /// <summary>It is a template.</summary>
    Template = 1 << 11,

    /// <summary>It clashed with another entry over its translation.</summary>
    NatClash = 1 << 12,

    /// <summary>A helper was assigned by a rule.</summary>
    HelperAssigned = 1 << 13,

    /// <summary>A flow table forwards it.</summary>
    Offload = 1 << 14,

    /// <summary>Hardware forwards it.</summary>
    HardwareOffload = 1 << 15,
}

/// <summary>Which end of a connection is translated.</summary>
[Flags]
public enum ConntrackNat
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>The source (SNAT, masquerade).</summary>
    Source = 1,

    /// <summary>The destination (DNAT, redirect).</summary>
    Destination = 2,
}

namespace PacketPath;

/// <summary>What three observers saw of one attempt to reach a port, by a TCP connection or by a datagram (Protocol says which): the socket, its error queue, and a capture on the exact 4-tuple.</summary>
public sealed record SynPathResult : DestinationEvidence
{
    /// <summary>The target as the user wrote it.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>What came of the attempt, as observed; the cause is for Resolve-PacketFailure to name.</summary>
    public SynOutcome Outcome { get; init; }

    /// <summary>The local address used; null where none could be chosen.</summary>
    public string? LocalAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The local port used; 0 where none was bound.</summary>
    public int LocalPort { get; init; }

    /// <summary>The egress interface's name by the route lookup.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The egress interface's index.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The source address asked for (-SourceAddress); null where the kernel was to choose.</summary>
    public string? RequestedSourceAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface asked for (-InterfaceAlias), to which the socket was bound; null where the routes were to choose.</summary>
    public string? RequestedInterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The network namespace asked for (-NetNamespace) as it was written: a name, a path or a process id; null where it was the process's own.</summary>
    public string? RequestedNetNamespace { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The firewall mark set on the socket; 0 where none.</summary>
    public long Mark { get; init; }

    /// <summary>The user asked for (-Uid); null where it was to be the asking one.</summary>
    public long? RequestedUid { get; init; }

    /// <summary>The user whose connection it was, as policy rules and firewalls saw it: not the one asked for where CAP_SETUID was missing. Null where it is not known.</summary>
    public long? Uid { get; init; }

    /// <summary>The timeout, in seconds.</summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>The socket's error by name (SO_ERROR, or the errno of the call that failed); null where none.</summary>
    public string? SocketError { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The call that failed at once: <c>bind</c>, <c>connect</c>, <c>setsockopt</c>; null where the error came later or never.</summary>
    public string? FailedCall { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Milliseconds from the call to the outcome.</summary>
    public double ElapsedMilliseconds { get; init; }

    /// <summary>Round-trip time of the handshake or of the answer, in milliseconds; null where nothing came back.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>SYN retransmissions, as the socket counts them (TCP_INFO); over UDP, how often the datagram was sent again.</summary>
    public int Retransmits { get; init; }

    /// <summary>The ICMP reports read from the error queue (IP_RECVERR).</summary>
    public IcmpReport[] ErrorQueue { get; init; } = [];

    /// <summary>Whether the capture stood.</summary>
    public CaptureStatus CaptureStatus { get; init; }

    /// <summary>The SYNs, or datagrams, seen leaving, each with its time; empty where none was seen.</summary>
    public SynPacket[] Syns { get; init; } = [];

    /// <summary>What was seen coming back: SYN-ACK, RST, a datagram, or ICMP quoting this flow.</summary>
    public SynPacket[] Replies { get; init; } = [];

    /// <summary>What this host itself sent in answer to a reply: a RST or an ICMP error. A firewall that rejects input shows here.</summary>
    public SynPacket[] LocalResponses { get; init; } = [];

    /// <summary>The kernel's TCP_INFO at the end of the attempt; null where it was not read.</summary>
    public SynTcpInfo? TcpInfo { get; init; }

    /// <summary>The routing decision for this flow.</summary>
    public PacketRoute? Route { get; init; }

    /// <summary>The egress interface at the end of the attempt.</summary>
    public PacketInterface? Interface { get; init; }

    /// <summary>The next hop's neighbor entry at the end of the attempt; null where the link needs none.</summary>
    public NeighborEntry? Neighbor { get; init; }

    /// <summary>The lookup of the gateway itself, where it did not resolve; null elsewhere.</summary>
    public PacketRoute? NextHopRoute { get; init; }

    /// <summary>The outbound IPsec policy that covers the flow, in the words of <c>ip xfrm policy</c>; null where none does. Looked for where nothing was heard and no SYN was seen: the packet may have left encrypted.</summary>
    public string? IpsecPolicy { get; init => field = EmptyText.AsNull(value); }

    /// <summary>What the kernel makes of the answer, where one was captured on another interface than the SYN left by and the socket never saw it; null elsewhere.</summary>
    public PacketRoute? ReplyRoute { get; init; }

    /// <summary>The same attempt without the mark or source address that a policy rule selects by; null where no rule does, or the attempt succeeded.</summary>
    public PlainAttempt? PlainAttempt { get; init; }

    /// <summary>The hops that answered a TTL-limited SYN (-FindHop), or datagram (-Deep).</summary>
    public PathHop[] Hops { get; init; } = [];

    /// <summary>The last hop that answered; null where none did or none was asked.</summary>
    public string? LastRespondingHop { get; init => field = EmptyText.AsNull(value); }

    /// <summary>A packet of the target from outside this flow: for comparing TTLs with a RST (-FindHop), or for telling a silent UDP service from a silent target; null where there is none.</summary>
    public SynPacket? ControlReply { get; init; }

    /// <summary>The UDP port asked beside a silent one for an answer of the target itself: a closed one, or another that was asked in the same call and answered; 0 where none was.</summary>
    public int ControlPort { get; init; }

    /// <summary>Attempts through the losing routes, made after a failure to show whether one of them works.</summary>
    public AlternativeAttempt[] AlternativeAttempts { get; init; } = [];

    /// <summary>The kernel counters of losses that moved between the start of the attempt, or up to a second before it, and its end; read only where the attempt did not succeed.</summary>
    public CounterChange[] CounterChanges { get; init; } = [];

    /// <summary>How many local ports are taken, where connect() failed for want of one; null otherwise.</summary>
    public LocalPortUse? LocalPortUse { get; init; }

    /// <summary>The entries of connection tracking at the end of an attempt that did not succeed; null where nothing is tracked.</summary>
    public long? ConntrackCount { get; init; }

    /// <summary>The limit of connection tracking (nf_conntrack_max); null likewise.</summary>
    public long? ConntrackMax { get; init; }

    /// <summary>What could not be observed, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(RemoteAddress.Contains(':') ? "[" + RemoteAddress + "]" : RemoteAddress)}:{RemotePort} {Outcome}";
}

/// <summary>What came of a connection attempt.</summary>
public enum SynOutcome
{
    /// <summary>The handshake completed; over UDP, a datagram of the target came.</summary>
    Open,

    /// <summary>A RST came back (ECONNREFUSED, empty error queue); over UDP, a port unreachable of the target itself.</summary>
    Refused,

    /// <summary>An ICMP report ended the attempt: see ErrorQueue for its type, code and offender.</summary>
    IcmpError,

    /// <summary>Nothing was heard within the timeout.</summary>
    NoReply,

    /// <summary>This host refused to send: see SocketError and FailedCall.</summary>
    LocalError,

    /// <summary>Nothing reached the link: the next hop did not resolve.</summary>
    NeighborFailed,
}

/// <summary>Whether a capture stood beside the probe.</summary>
public enum CaptureStatus
{
    /// <summary>Switched off by the caller.</summary>
    NotRequested,

    /// <summary>It stood before the first packet and lost none.</summary>
    Complete,

    /// <summary>It stood, but packets were lost or it started late: absence proves nothing.</summary>
    Incomplete,

    /// <summary>It could not be opened: see NotObserved.</summary>
    Unavailable,
}

/// <summary>One captured packet of the flow, or an ICMP error that quotes it.</summary>
public sealed record SynPacket
{
    /// <summary>What it is.</summary>
    public SynPacketKind Kind { get; init; }

    /// <summary>When it was captured, in UTC.</summary>
    public DateTime CapturedAt { get; init; }

    /// <summary>Milliseconds since the attempt began.</summary>
    public double OffsetMilliseconds { get; init; }

    /// <summary>The packet's source address.</summary>
    public string From { get; init; } = "";

    /// <summary>The packet's destination address.</summary>
    public string To { get; init; } = "";

    /// <summary>The interface it was captured on; null where the capture does not say.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The source link-layer address, lower-case with colons; null where the link has none.</summary>
    public string? LinkLayerSource { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The IP TTL or hop limit.</summary>
    public int Ttl { get; init; }

    /// <summary>The IPv4 identification; 0 for IPv6.</summary>
    public int IpId { get; init; }

    /// <summary>The TCP flags, for example <c>SYN,ACK</c>; null for anything but TCP.</summary>
    public string? Flags { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The TCP sequence number; null for anything but TCP.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>The TCP acknowledgment number; null for anything but TCP.</summary>
    public long? AcknowledgmentNumber { get; init; }

    /// <summary>The TCP window, unscaled; null for anything but TCP.</summary>
    public int? Window { get; init; }

    /// <summary>The maximum segment size option; null where absent.</summary>
    public int? Mss { get; init; }

    /// <summary>The bytes behind the UDP header; null for anything but a datagram.</summary>
    public int? PayloadLength { get; init; }

    /// <summary>A digest of the first bytes of the payload, by which other captures know the datagram again; null where there is none.</summary>
    public long? PayloadDigest { get; init; }

    /// <summary>The ICMP type; null for anything else.</summary>
    public int? IcmpType { get; init; }

    /// <summary>The ICMP code; null for anything else.</summary>
    public int? IcmpCode { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Kind} {From} to {To} at {OffsetMilliseconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} ms";
}

/// <summary>The kinds of packet a probe tells apart.</summary>
public enum SynPacketKind
{
    /// <summary>SYN.</summary>
    Syn,

    /// <summary>SYN and ACK.</summary>
    SynAck,

    /// <summary>RST, with or without ACK.</summary>
    Reset,

    /// <summary>An ICMP or ICMPv6 error that quotes the flow.</summary>
    IcmpError,

    /// <summary>Any other segment of the flow.</summary>
    Other,

    /// <summary>A UDP datagram.</summary>
    Datagram,
}

/// <summary>An ICMP error as the error queue reports it (struct sock_extended_err).</summary>
public sealed record IcmpReport
{
    /// <summary>Who sent it.</summary>
    public string Offender { get; init; } = "";

    /// <summary>True where the offender is an address of this host.</summary>
    public bool OffenderIsLocal { get; init; }

    /// <summary>Where the report came from: Local, Icmp or IcmpV6 (ee_origin).</summary>
    public string Origin { get; init; } = "";

    /// <summary>The ICMP type.</summary>
    public int Type { get; init; }

    /// <summary>The ICMP code.</summary>
    public int Code { get; init; }

    /// <summary>Type and code in words (RFC 792, RFC 4443).</summary>
    public string Meaning { get; init; } = "";

    /// <summary>The errno it maps to, by name.</summary>
    public string ErrorName { get; init; } = "";

    /// <summary>The next-hop MTU of a Packet Too Big; 0 otherwise.</summary>
    public int Mtu { get; init; }

    /// <summary>Milliseconds since the attempt began.</summary>
    public double OffsetMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Meaning} ({Type}/{Code}) from {Offender}";
}

/// <summary>The part of TCP_INFO that tells of a handshake (struct tcp_info).</summary>
public sealed record SynTcpInfo
{
    /// <summary>The connection's state, for example <c>SynSent</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Retransmissions of the segment in flight.</summary>
    public int Retransmits { get; init; }

    /// <summary>Retransmissions in all.</summary>
    public long TotalRetransmits { get; init; }

    /// <summary>Smoothed round-trip time, in milliseconds.</summary>
    public double RttMilliseconds { get; init; }

    /// <summary>Retransmission timeout, in milliseconds.</summary>
    public double RtoMilliseconds { get; init; }

    /// <summary>The maximum segment size for sending.</summary>
    public int SendMss { get; init; }

    /// <summary>The path MTU the kernel holds.</summary>
    public int PathMtu { get; init; }

    /// <summary>Segments sent.</summary>
    public long SegmentsOut { get; init; }

    /// <summary>Segments received.</summary>
    public long SegmentsIn { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{State}, {TotalRetransmits} retransmitted";
}

/// <summary>One hop of a TTL walk.</summary>
public sealed record PathHop
{
    /// <summary>The TTL or hop limit of the probe.</summary>
    public int Ttl { get; init; }

    /// <summary>The hop's address; null where it stayed silent.</summary>
    public string? Address { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Round-trip time in milliseconds; null where it stayed silent.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>Who answered a datagram to a closed port, sent with the same TTL for comparison; null where nobody did or none was sent.</summary>
    public string? ControlAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where the hop was asked three times more and answered only the datagram to the closed port each time: routers count what they report.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>The ICMP type of its answer; null for a TCP answer or silence.</summary>
    public int? IcmpType { get; init; }

    /// <summary>The ICMP code of its answer.</summary>
    public int? IcmpCode { get; init; }

    /// <summary>True where the answer came from the target itself.</summary>
    public bool IsTarget { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Ttl}: {Address ?? "*"}{(ControlAddress is null ? "" : " / " + ControlAddress)}";
}

/// <summary>A connection attempt without the fields that a policy rule selected the flow by.</summary>
public sealed record PlainAttempt
{
    /// <summary>What was left out, for example <c>mark 0x5</c>.</summary>
    public string[] LeftOut { get; init; } = [];

    /// <summary>What came of it.</summary>
    public SynOutcome Outcome { get; init; }

    /// <summary>Round-trip time in milliseconds; null where nothing came back.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"without {string.Join(", ", LeftOut)}: {Outcome}";
}

/// <summary>A connection attempt through a route that lost, bound to its interface.</summary>
public sealed record AlternativeAttempt
{
    /// <summary>The losing entry's prefix.</summary>
    public string DestinationPrefix { get; init; } = "";

    /// <summary>The losing entry's gateway; null where on-link.</summary>
    public string? NextHop { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface the attempt was bound to.</summary>
    public string InterfaceAlias { get; init; } = "";

    /// <summary>What came of it.</summary>
    public SynOutcome Outcome { get; init; }

    /// <summary>Round-trip time in milliseconds; null where nothing came back.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{DestinationPrefix} dev {InterfaceAlias}: {Outcome}";
}

namespace PacketPath;

/// <summary>How large a packet the path to one destination carries, found by sending, and the hop where larger ones end.</summary>
public sealed record MtuProbeResult : DestinationEvidence
{
    /// <summary>The target as the user wrote it.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>What the probe came to; the cause is for Resolve-PacketFailure to name.</summary>
    public MtuOutcome Outcome { get; init; }

    /// <summary>The largest IP packet, headers included, that reached the target; null where none was seen to.</summary>
    public int? PathMtu { get; init; }

    /// <summary>The largest IP packet that came back from the target; null where the way back could not be told apart.</summary>
    public int? ReversePathMtu { get; init; }

    /// <summary>True where the way there and the way back were measured apart.</summary>
    public bool DirectionsSeparated { get; init; }

    /// <summary>The way on which larger packets are lost.</summary>
    public MtuDirection LimitDirection { get; init; }

    /// <summary>The smallest size known not to pass; null where every size tried did.</summary>
    public int? SmallestLost { get; init; }

    /// <summary>The MTU of the egress interface; 0 where unknown.</summary>
    public int InterfaceMtu { get; init; }

    /// <summary>The MTU the routes held for this destination before the probe; null where the interface's applied.</summary>
    public int? RouteMtu { get; init; }

    /// <summary>True where <see cref="RouteMtu"/> was learned from a Packet Too Big and cached.</summary>
    public bool RouteMtuCached { get; init; }

    /// <summary>True where <see cref="RouteMtu"/> is locked: no Packet Too Big changes it.</summary>
    public bool RouteMtuLocked { get; init; }

    /// <summary>Seconds until the cached MTU would have expired; null where nothing was cached.</summary>
    public double? RouteMtuExpiresSeconds { get; init; }

    /// <summary>The method the answer rests on.</summary>
    public MtuMethod Method { get; init; }

    /// <summary>Between which hops larger packets vanish; null where none do or the hops did not show it.</summary>
    public BlackHoleHop? BlackHoleHop { get; init; }

    /// <summary>The Packet Too Big messages heard, each judged by what was found out by sending.</summary>
    public PacketTooBigReport[] PacketTooBig { get; init; } = [];

    /// <summary>Every packet sent, and what came of it.</summary>
    public MtuProbePacket[] Probes { get; init; } = [];

    /// <summary>The routers on the way, and the target, as far as they answered.</summary>
    public MtuHop[] Hops { get; init; } = [];

    /// <summary>The TCP maximum segment size that fits the path with IPv4 headers; null where the path MTU is not known.</summary>
    public int? RecommendedMssIPv4 { get; init; }

    /// <summary>The TCP maximum segment size that fits the path with IPv6 headers; null where the path MTU is not known.</summary>
    public int? RecommendedMssIPv6 { get; init; }

    /// <summary>The maximum segment size the kernel took for connections to the target; null where none was made.</summary>
    public int? TcpMss { get; init; }

    /// <summary>Other ICMP errors that came back: unreachable, prohibited.</summary>
    public IcmpReport[] ErrorQueue { get; init; } = [];

    /// <summary>The error of this host that ended the probe, by name; null where there was none.</summary>
    public string? SocketError { get; init => field = EmptyText.AsNull(value); }

    /// <summary>How many packets were sent; a TCP connection counts as three.</summary>
    public int PacketsSent { get; init; }

    /// <summary>Percent of the packets of sizes that pass which were lost nevertheless.</summary>
    public double LossPercent { get; init; }

    /// <summary>The shortest round-trip time to the target, in milliseconds; null where it did not answer.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>How long the probe took, in milliseconds.</summary>
    public double ElapsedMilliseconds { get; init; }

    /// <summary>The local address used; null where none could be chosen.</summary>
    public string? LocalAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The egress interface's name by the route lookup.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Whether ICMP was watched on the wire as well.</summary>
    public CaptureStatus CaptureStatus { get; init; }

    /// <summary>Echo replies seen on the wire that no socket received: a firewall of this host dropped them.</summary>
    public int RepliesDroppedHere { get; init; }

    /// <summary>The routing decision before the probe.</summary>
    public PacketRoute? Route { get; init; }

    /// <summary>The egress interface.</summary>
    public PacketInterface? Interface { get; init; }

    /// <summary>The next hop's neighbor entry after the probe; null where the link needs none.</summary>
    public NeighborEntry? Neighbor { get; init; }

    /// <summary>What could not be observed, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{RemoteAddress} {Outcome}{(PathMtu is null ? "" : $", path MTU {PathMtu}")}";
}

/// <summary>What a path MTU probe came to.</summary>
public enum MtuOutcome
{
    /// <summary>The path carries all that the interface can send.</summary>
    Clear,

    /// <summary>The path carries less, and a Packet Too Big says so.</summary>
    Reduced,

    /// <summary>Larger packets vanish, and nothing that a sender could act on says so.</summary>
    BlackHole,

    /// <summary>This host itself limits what is sent, below what the path carries or what was asked.</summary>
    LocalLimit,

    /// <summary>No size reaches the target: an ICMP error or this host itself says so.</summary>
    Unreachable,

    /// <summary>The target stayed silent at every size, or too much was lost to tell.</summary>
    Indeterminate,
}

/// <summary>How a path MTU is probed.</summary>
public enum MtuMethod
{
    /// <summary>Datagrams and echoes side by side; TCP where the target answers neither.</summary>
    Auto,

    /// <summary>Datagrams to a closed port. Needs no privilege.</summary>
    Udp,

    /// <summary>Echo requests, through a ping socket or a raw one.</summary>
    Icmp,

    /// <summary>Segments of established connections.</summary>
    Tcp,
}

/// <summary>A way between this host and the target.</summary>
public enum MtuDirection
{
    /// <summary>Neither: nothing is lost for its size.</summary>
    None,

    /// <summary>The way there.</summary>
    Forward,

    /// <summary>The way back.</summary>
    Reverse,

    /// <summary>One of the two; the answers do not tell which.</summary>
    Unknown,
}

/// <summary>Between which hops packets vanish for their size.</summary>
public sealed record BlackHoleHop
{
    /// <summary>The size that vanishes.</summary>
    public int Size { get; init; }

    /// <summary>The TTL of the last hop a packet of that size was seen to reach; 0 for this host itself.</summary>
    public int LastGoodTtl { get; init; }

    /// <summary>That hop's address; null where it is this host.</summary>
    public string? LastGood { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The TTL of the first hop that answers small packets but not that size.</summary>
    public int FirstBadTtl { get; init; }

    /// <summary>That hop's address.</summary>
    public string? FirstBad { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{LastGood ?? "this host"} (hop {LastGoodTtl}) > {FirstBad ?? "?"} (hop {FirstBadTtl})";
}

/// <summary>A Packet Too Big, or an IPv4 Fragmentation Needed.</summary>
public sealed record PacketTooBigReport
{
    /// <summary>Who sent it.</summary>
    public string From { get; init; } = "";

    /// <summary>The next-hop MTU it states.</summary>
    public int Mtu { get; init; }

    /// <summary>The size of the packet it is about; 0 where that is not known.</summary>
    public int SentSize { get; init; }

    /// <summary>Milliseconds from that packet to the report.</summary>
    public double? AfterMilliseconds { get; init; }

    /// <summary>False where it was captured on the wire and no socket received it: a firewall of this host dropped it.</summary>
    public bool ReachedSocket { get; init; }

    /// <summary>The judgement.</summary>
    public PacketTooBigJudgement Judgement { get; init; }

    /// <summary>Why, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{From}: {Mtu} for {SentSize}, {Judgement}";
}

/// <summary>What a Packet Too Big is worth.</summary>
public enum PacketTooBigJudgement
{
    /// <summary>What it says was found true by sending.</summary>
    Believed,

    /// <summary>It cannot be true: not below the size sent, zero, below the protocol's minimum, or otherwise found by sending.</summary>
    Contradictory,

    /// <summary>It should have come and did not: packets of that size vanish in silence.</summary>
    Missing,
}

/// <summary>One packet of the probe.</summary>
public sealed record MtuProbePacket
{
    /// <summary>How it was sent.</summary>
    public MtuMethod Method { get; init; }

    /// <summary>Its size, IP header included.</summary>
    public int Size { get; init; }

    /// <summary>Its TTL; 0 for the host's usual one.</summary>
    public int Ttl { get; init; }

    /// <summary>What came of it.</summary>
    public MtuPacketResult Result { get; init; }

    /// <summary>Who answered; null for nobody.</summary>
    public string? From { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Milliseconds since the probe began.</summary>
    public double OffsetMilliseconds { get; init; }

    /// <summary>Round-trip time in milliseconds; null where nothing came back.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Method} {Size}{(Ttl == 0 ? "" : $" TTL {Ttl}")}: {Result}";
}

/// <summary>What came of one packet.</summary>
public enum MtuPacketResult
{
    /// <summary>Nothing was heard of it in time.</summary>
    Lost,

    /// <summary>The target answered it.</summary>
    Passed,

    /// <summary>Its TTL ran out at a router, which said so.</summary>
    Expired,

    /// <summary>A Packet Too Big came back.</summary>
    TooBig,

    /// <summary>Another ICMP error came back.</summary>
    Unreachable,

    /// <summary>This host refused to send it for its size.</summary>
    LocalLimit,

    /// <summary>This host refused to send it for another reason.</summary>
    LocalError,

    /// <summary>It had not been answered when the probe was over.</summary>
    Unfinished,
}

/// <summary>One hop on the way to the target.</summary>
public sealed record MtuHop
{
    /// <summary>The TTL or hop limit that reaches it.</summary>
    public int Ttl { get; init; }

    /// <summary>The hop's address; null where it stayed silent.</summary>
    public string? Address { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The hop's name (-ResolveHopNames); null where none was asked or there is none.</summary>
    public string? HostName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The shortest round-trip time in milliseconds; null where it stayed silent.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>The largest size seen to go on from this hop; null for the target and where nothing shows it.</summary>
    public int? MtuAfter { get; init; }

    /// <summary>The TTL its answer arrived with; null where it is not known.</summary>
    public int? ReplyTtl { get; init; }

    /// <summary>How many hops the answer seems to have come back over; null where it is not known.</summary>
    public int? ReturnHops { get; init; }

    /// <summary>True where that is another number than on the way there: a hint, no proof, that the way back is another.</summary>
    public bool IsAsymmetric { get; init; }

    /// <summary>True for the target itself.</summary>
    public bool IsTarget { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Ttl}: {Address ?? "*"}";
}

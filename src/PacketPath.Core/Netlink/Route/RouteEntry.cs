namespace PacketPath.Netlink.Route;

/// <summary>One next hop of a route.</summary>
internal readonly record struct RouteHop
{
    /// <summary>The gateway's bits; see <see cref="GatewayFamily"/>.</summary>
    public UInt128 Gateway { get; init; }

    /// <summary>The gateway's family; 0 where there is no gateway.</summary>
    public byte GatewayFamily { get; init; }

    /// <summary>The egress interface's index; 0 where there is none.</summary>
    public int Interface { get; init; }

    /// <summary>RTNH_F_*.</summary>
    public uint Flags { get; init; }

    /// <summary>The weight in a multipath route, 1 to 256.</summary>
    public int Weight { get; init; }

    /// <summary>True where both lead through the same gateway and interface.</summary>
    public bool LeadsAs(in RouteHop other) =>
        Interface == other.Interface && GatewayFamily == other.GatewayFamily && Gateway == other.Gateway;
}

/// <summary>One route message: an entry of a table, or the answer to a lookup (struct rtmsg and its attributes).</summary>
internal sealed record RouteEntry
{
    /// <summary>AF_INET or AF_INET6.</summary>
    public byte Family { get; init; }

    /// <summary>The destination prefix.</summary>
    public UInt128 Destination { get; init; }

    /// <summary>The destination prefix's length.</summary>
    public int DestinationLength { get; init; }

    /// <summary>The source prefix (RTA_SRC).</summary>
    public UInt128 Source { get; init; }

    /// <summary>The source prefix's length; 0 where any source will do.</summary>
    public int SourceLength { get; init; }

    /// <summary>The type of service.</summary>
    public byte Tos { get; init; }

    /// <summary>The table.</summary>
    public uint Table { get; init; }

    /// <summary>RTPROT_*.</summary>
    public byte Protocol { get; init; }

    /// <summary>RT_SCOPE_*.</summary>
    public byte Scope { get; init; }

    /// <summary>RTN_*.</summary>
    public RouteType Type { get; init; }

    /// <summary>RTM_F_* and RTNH_F_*.</summary>
    public uint Flags { get; init; }

    /// <summary>The metric.</summary>
    public uint Metric { get; init; }

    /// <summary>The preferred source; null where none.</summary>
    public UInt128? PreferredSource { get; init; }

    /// <summary>The only next hop, or the chosen one in the answer to a lookup.</summary>
    public RouteHop Hop { get; init; }

    /// <summary>The members of a multipath route; empty where there is one next hop.</summary>
    public RouteHop[] Hops { get; init; } = [];

    /// <summary>The next-hop object; 0 where none.</summary>
    public uint NextHopId { get; init; }

    /// <summary>The IPv6 router preference (RFC 4191): 0 medium, 1 high, 3 low.</summary>
    public byte Preference { get; init; }

    /// <summary>RTAX_MTU; 0 where unset.</summary>
    public uint Mtu { get; init; }

    /// <summary>RTAX_LOCK: a bit per locked metric.</summary>
    public uint LockedMetrics { get; init; }

    /// <summary>True where the MTU is locked: no Packet Too Big changes it.</summary>
    public bool IsMtuLocked => (LockedMetrics & (1 << RouteMetricAttribute.Mtu)) != 0;

    /// <summary>Clock ticks of 10 ms until the cached exception expires; 0 where there is none.</summary>
    public int ExpiresTicks { get; init; }

    /// <summary>True for a connected prefix that the table does not hold, because its interface is down.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>True where the entry refuses the packet: blackhole, unreachable, prohibit.</summary>
    public bool Refuses => Type is RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit;

    /// <summary>True where the answer to a lookup comes from a cached exception: a learned MTU or a redirect.</summary>
    public bool IsCached => ExpiresTicks > 0
        || (Flags & (Family == IpBits.IPv6 ? RouteFlags.Cloned : RouteFlags.Redirected)) != 0;

    /// <summary>True where both are the same answer to lookups of alike packets.</summary>
    public bool AnswersAs(RouteEntry other) =>
        Table == other.Table
        && Type == other.Type
        && Flags == other.Flags
        && Metric == other.Metric
        && Mtu == other.Mtu
        && LockedMetrics == other.LockedMetrics
        && ExpiresTicks == 0
        && other.ExpiresTicks == 0
        && PreferredSource == other.PreferredSource
        && Hop.LeadsAs(other.Hop);

    /// <summary>True where the entry's next hops are known: it is not one that names a next-hop object only.</summary>
    public bool HasHops => Hops.Length > 0 || Hop.Interface != 0 || Hop.GatewayFamily != 0;
}

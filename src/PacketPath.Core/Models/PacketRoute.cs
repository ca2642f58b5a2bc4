namespace PacketPath;

/// <summary>The kernel's routing decision for one destination, or one entry of a routing table (RTM_GETROUTE, rtnetlink(7)).</summary>
public sealed record PacketRoute : DestinationEvidence
{
    /// <summary>What the lookup came to.</summary>
    public RouteOutcome Outcome { get; init; }

    /// <summary>The prefix of the entry that matched, in CIDR form; null where no entry matched.</summary>
    public string? DestinationPrefix { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The gateway; null where the destination is on-link, local, or not routed.</summary>
    public string? NextHop { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The address to be resolved on the link: the gateway, or the destination itself where it is on-link; null where the link needs none.</summary>
    public string? NeighborAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The egress interface's name.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The egress interface's index; 0 where there is none.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The source address the kernel would choose.</summary>
    public string? SourceAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The state of that source address on this host; null where it was not looked up.</summary>
    public AddressState? SourceAddressState { get; init; }

    /// <summary>The table's name from rt_tables, else its number as text.</summary>
    public string? Table { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The table's number; 0 where no entry matched.</summary>
    public long TableId { get; init; }

    /// <summary>The entry's type (RTN_*).</summary>
    public RouteType TypeOfRoute { get; init; }

    /// <summary>The entry's metric (RTA_PRIORITY).</summary>
    public long RouteMetric { get; init; }

    /// <summary>Who installed the entry (rt_protos name).</summary>
    public string? RouteProtocol { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The entry's scope (rt_scopes name).</summary>
    public string? Scope { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The preferred source configured on the entry (RTA_PREFSRC).</summary>
    public string? PreferredSource { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The path MTU in force for this lookup: cached, or set on the entry; null where the interface's applies.</summary>
    public int? Mtu { get; init; }

    /// <summary>True where the entry's MTU is locked (RTAX_LOCK).</summary>
    public bool MtuLocked { get; init; }

    /// <summary>True where the answer comes from a cached exception (RTM_F_CLONED with RTA_CACHEINFO), for example a learned path MTU.</summary>
    public bool IsCached { get; init; }

    /// <summary>Seconds until the cached exception expires; null where there is none.</summary>
    public double? CacheExpiresSeconds { get; init; }

    /// <summary>The next hop's flags: Dead, LinkDown, OnLink, Pervasive, Offload, Unresolved.</summary>
    public string[] NextHopFlags { get; init; } = [];

    /// <summary>The members of a multipath entry; empty for a single next hop.</summary>
    public RouteNextHop[] MultipathMembers { get; init; } = [];

    /// <summary>The next-hop object's id (RTA_NH_ID); 0 where none.</summary>
    public long NextHopId { get; init; }

    /// <summary>The policy rule that selected the table, or that ended the lookup.</summary>
    public PolicyRule? Rule { get; init; }

    /// <summary>The same lookup without what the rule selects on: mark, source, user, ports; null where the rule selects on none of them.</summary>
    public PlainRouteLookup? PlainLookup { get; init; }

    /// <summary>The other entries that match this destination, and why each one lost.</summary>
    public RouteAlternative[] Alternatives { get; init; } = [];

    /// <summary>The kernel's error for this lookup by name, for example <c>ENETUNREACH</c>; null where it succeeded.</summary>
    public string? ErrorName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where the target is IPv6 and IPv6 is switched off (sysctl disable_ipv6) on this host or on the egress interface; null where not applicable.</summary>
    public bool? Ipv6Disabled { get; init; }

    /// <summary>The firewall mark asked; 0 where none.</summary>
    public long Mark { get; init; }

    /// <summary>The user asked for; null for the asking one.</summary>
    public long? Uid { get; init; }

    /// <summary>The interface the packet came in on; null for a packet of this host's own.</summary>
    public string? InputInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Whether that interface passes packets for others on (RTM_GETNETCONF); null where none was asked, or the kernel does not say.</summary>
    public bool? InputForwarding { get; init; }

    /// <summary>The reverse-path filter in force on that interface; null for IPv6, which has none, and where none was asked.</summary>
    public ReversePathFilter? InputReversePathFilter { get; init; }

    /// <summary>The entry that leads back to the packet's source, as the reverse-path filter looks it up; null where none does, or nobody looked.</summary>
    public string? ReturnPrefix { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface by which it leads back.</summary>
    public string? ReturnInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>What could not be looked at.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Outcome}: {(RemoteAddress.Length > 0 ? RemoteAddress + " by " : "")}{DestinationPrefix ?? "no entry"}{(NextHop is null ? "" : " via " + NextHop)}{(InterfaceAlias is null ? "" : " dev " + InterfaceAlias)}";
}

/// <summary>What a route lookup came to.</summary>
public enum RouteOutcome
{
    /// <summary>An entry that carries the packet on: unicast, local, broadcast, multicast, anycast.</summary>
    Usable,

    /// <summary>No entry matches (ENETUNREACH).</summary>
    Missing,

    /// <summary>A blackhole entry (EINVAL).</summary>
    Blackhole,

    /// <summary>A prohibit entry (EACCES).</summary>
    Prohibit,

    /// <summary>An unreachable entry (EHOSTUNREACH).</summary>
    Unreachable,

    /// <summary>A policy rule of type blackhole ended the lookup.</summary>
    RuleBlackhole,

    /// <summary>A policy rule of type prohibit ended the lookup.</summary>
    RuleProhibit,

    /// <summary>A policy rule of type unreachable ended the lookup.</summary>
    RuleUnreachable,

    /// <summary>The source address asked is not usable on this host.</summary>
    SourceInvalid,

    /// <summary>The kernel refused for a reason that the tables do not show; see ErrorName.</summary>
    Failed,

    /// <summary>A packet that came in is for another host, and the interface it came in on does not pass packets on.</summary>
    ForwardingDisabled,

    /// <summary>The reverse-path filter of the interface the packet came in on refuses its source (EXDEV or EINVAL).</summary>
    ReturnPathFiltered,
}

/// <summary>The type of a routing table entry, numbered as RTN_* in linux/rtnetlink.h.</summary>
public enum RouteType
{
    /// <summary>None.</summary>
    Unspecified = 0,

    /// <summary>Gateway or direct route.</summary>
    Unicast = 1,

    /// <summary>Accept locally.</summary>
    Local = 2,

    /// <summary>Accept locally as broadcast, send as broadcast.</summary>
    Broadcast = 3,

    /// <summary>Accept locally as broadcast, send as unicast.</summary>
    Anycast = 4,

    /// <summary>Multicast route.</summary>
    Multicast = 5,

    /// <summary>Drop silently.</summary>
    Blackhole = 6,

    /// <summary>Answer destination unreachable.</summary>
    Unreachable = 7,

    /// <summary>Answer administratively prohibited.</summary>
    Prohibit = 8,

    /// <summary>Not in this table: go on with the next rule.</summary>
    Throw = 9,

    /// <summary>Translate this address.</summary>
    Nat = 10,

    /// <summary>Use an external resolver.</summary>
    ExternalResolve = 11,
}

/// <summary>One member of a multipath route (struct rtnexthop).</summary>
public sealed record RouteNextHop
{
    /// <summary>The gateway; null where on-link.</summary>
    public string? NextHop { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's name.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's index.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The member's weight, 1 to 256.</summary>
    public int Weight { get; init; }

    /// <summary>The member's flags: Dead, LinkDown, OnLink.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(NextHop is null ? "" : "via " + NextHop + " ")}dev {InterfaceAlias} weight {Weight}";
}

/// <summary>An entry that also matches the destination, and why it was not used.</summary>
public sealed record RouteAlternative
{
    /// <summary>The entry's prefix, in CIDR form.</summary>
    public string DestinationPrefix { get; init; } = "";

    /// <summary>The gateway; null where on-link.</summary>
    public string? NextHop { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's name; null where the entry has none.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's index; 0 where none.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The entry's type.</summary>
    public RouteType TypeOfRoute { get; init; }

    /// <summary>The entry's metric.</summary>
    public long RouteMetric { get; init; }

    /// <summary>The table's name, else its number.</summary>
    public string Table { get; init; } = "";

    /// <summary>The table's number.</summary>
    public long TableId { get; init; }

    /// <summary>Why the entry lost.</summary>
    public AlternativeReason Reason { get; init; }

    /// <summary>The reason in words, naming the winner.</summary>
    public string ReasonText { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{DestinationPrefix}{(NextHop is null ? "" : " via " + NextHop)}{(InterfaceAlias is null ? "" : " dev " + InterfaceAlias)}: {Reason}";
}

/// <summary>What a lookup comes to without the packet's fields that a policy rule selected on.</summary>
public sealed record PlainRouteLookup
{
    /// <summary>What was left out, for example <c>mark 0x5</c> or <c>source 10.0.0.5</c>.</summary>
    public string[] LeftOut { get; init; } = [];

    /// <summary>What the lookup came to.</summary>
    public RouteOutcome Outcome { get; init; }

    /// <summary>The prefix of the entry that matched; null where none did.</summary>
    public string? DestinationPrefix { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The gateway; null where there is none.</summary>
    public string? NextHop { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The egress interface's name; null where there is none.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The table's name, else its number; null where no entry matched.</summary>
    public string? Table { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The rule that selected the table, as the field writes it; null where none did.</summary>
    public string? RuleText { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The kernel's error by name; null where the lookup succeeded.</summary>
    public string? ErrorName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"without {string.Join(", ", LeftOut)}: {Outcome}{(DestinationPrefix is null ? "" : " " + DestinationPrefix)}{(NextHop is null ? "" : " via " + NextHop)}{(InterfaceAlias is null ? "" : " dev " + InterfaceAlias)}{(Table is null ? "" : " table " + Table)}";
}

/// <summary>Why a matching entry was not used.</summary>
public enum AlternativeReason
{
    /// <summary>The winner has a longer prefix.</summary>
    LessSpecific,

    /// <summary>The winner has a lower metric.</summary>
    HigherMetric,

    /// <summary>The rules never reach this table for this packet, or end before it.</summary>
    TableNotReached,

    /// <summary>Every next hop is dead (RTNH_F_DEAD).</summary>
    DeadNextHop,

    /// <summary>The link is down and ignore_routes_with_linkdown is set (RTNH_F_LINKDOWN).</summary>
    LinkDown,

    /// <summary>The connected prefix of an address on an interface that is administratively down, so the table no longer holds it.</summary>
    InterfaceDown,

    /// <summary>The entry leaves through another interface than the one asked.</summary>
    OtherInterface,

    /// <summary>The entry asks for another traffic class.</summary>
    TosMismatch,

    /// <summary>The entry asks for another source (IPv6 source-specific routing).</summary>
    SourceMismatch,

    /// <summary>A throw entry sent the lookup on to the next rule.</summary>
    Thrown,

    /// <summary>Suppressed by the rule's suppress_prefixlength or suppress_ifgroup.</summary>
    Suppressed,

    /// <summary>Equal to the winner; the kernel took the first.</summary>
    EqualNotFirst,
}

/// <summary>The state of an address on this host.</summary>
public enum AddressState
{
    /// <summary>Present and usable.</summary>
    Valid,

    /// <summary>On no interface of this namespace.</summary>
    Missing,

    /// <summary>Duplicate address detection has not ended (IFA_F_TENTATIVE).</summary>
    Tentative,

    /// <summary>Past its preferred lifetime (IFA_F_DEPRECATED).</summary>
    Deprecated,

    /// <summary>Duplicate address detection found a twin (IFA_F_DADFAILED).</summary>
    DuplicateDetected,
}

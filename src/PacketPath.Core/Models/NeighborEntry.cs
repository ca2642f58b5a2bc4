namespace PacketPath;

/// <summary>One neighbor table entry: ARP or Neighbor Discovery (RTM_GETNEIGH, linux/neighbour.h).</summary>
public sealed record NeighborEntry : PacketEvidence
{
    /// <summary>The neighbor's address.</summary>
    public string IPAddress { get; init; } = "";

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>The interface's name.</summary>
    public string InterfaceAlias { get; init; } = "";

    /// <summary>The interface's index.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The link-layer address, lower-case with colons; null where unresolved.</summary>
    public string? LinkLayerAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The state, in the words of Get-NetNeighbor.</summary>
    public NeighborState State { get; init; }

    /// <summary>The state in the kernel's words (NUD_*), for example <c>REACHABLE</c>; <c>NONE</c> where there is no entry.</summary>
    public string NudState { get; init; } = "";

    /// <summary>The entry's flags: Router, Proxy, ExternalLearned, Managed, Self, Master, Sticky.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>The kernel's count of solicitations (NDA_PROBES). A new resolution starts it at ucast_solicit, so 6 may mean three that went unanswered.</summary>
    public int Probes { get; init; }

    /// <summary>Seconds since the entry was last used; null where the kernel does not say.</summary>
    public double? UsedSeconds { get; init; }

    /// <summary>Seconds since the neighbor was last confirmed; of no meaning for one that never was.</summary>
    public double? ConfirmedSeconds { get; init; }

    /// <summary>Seconds since the entry last changed.</summary>
    public double? UpdatedSeconds { get; init; }

    /// <summary>Who installed the entry (rt_protos name); null where the kernel itself did.</summary>
    public string? NeighborProtocol { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where the link was asked who has the address: by Get-NeighborEntry -Verify, or by a trace that met silence.</summary>
    public bool IsVerified { get; init; }

    /// <summary>Who answered then, each link-layer address once; empty where nobody did, or the link was not asked.</summary>
    public NeighborAnswer[] Answers { get; init; } = [];

    /// <summary>What a newer kernel tells of it beyond what this version knows: netlink attributes by number, their bytes in hexadecimal.</summary>
    public string[] UnknownAttributes { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{IPAddress} dev {InterfaceAlias}{(LinkLayerAddress is null ? "" : " lladdr " + LinkLayerAddress)} {State}";
}

/// <summary>One answer of the link to the question who has an address: an ARP reply (RFC 826) or a Neighbor Advertisement (RFC 4861).</summary>
public sealed record NeighborAnswer
{
    /// <summary>The link-layer address that the answer tells, lower-case with colons.</summary>
    public string LinkLayerAddress { get; init; } = "";

    /// <summary>Milliseconds from the first question to the answer.</summary>
    public double RttMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => LinkLayerAddress;
}

/// <summary>A neighbor's state, in the words of the Windows NetTCPIP module, and two that Linux adds.</summary>
public enum NeighborState
{
    /// <summary>NUD_FAILED: solicitations went unanswered.</summary>
    Unreachable = 0,

    /// <summary>NUD_INCOMPLETE: solicitations are going out.</summary>
    Incomplete = 1,

    /// <summary>NUD_PROBE: being re-confirmed by unicast.</summary>
    Probe = 2,

    /// <summary>NUD_DELAY: waiting for the upper layer to confirm.</summary>
    Delay = 3,

    /// <summary>NUD_STALE: known, not confirmed lately.</summary>
    Stale = 4,

    /// <summary>NUD_REACHABLE: confirmed lately.</summary>
    Reachable = 5,

    /// <summary>NUD_PERMANENT: set by hand, never checked.</summary>
    Permanent = 6,

    /// <summary>NUD_NOARP: the link needs no resolution.</summary>
    NotRequired = 7,

    /// <summary>There is no entry.</summary>
    Absent = 8,
}

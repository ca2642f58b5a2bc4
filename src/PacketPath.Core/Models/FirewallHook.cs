namespace PacketPath;

/// <summary>One base chain: a place where the firewall meets packets, with its rules and the chains they jump to (NFT_MSG_GETCHAIN, or the tables of legacy iptables).</summary>
public sealed record FirewallHook : PacketEvidence
{
    /// <summary>The hook, in the order a packet meets them: ingress, prerouting, input, forward, output, postrouting, egress.</summary>
    public string Hook { get; init; } = "";

    /// <summary>The priority within the hook: lower comes first.</summary>
    public int Priority { get; init; }

    /// <summary>The priority as nft writes it, for example <c>filter</c> or <c>mangle + 5</c>.</summary>
    public string PriorityName { get; init; } = "";

    /// <summary>The table's family: ip, ip6, inet, arp, bridge or netdev.</summary>
    public string Family { get; init; } = "";

    /// <summary>The table's name.</summary>
    public string Table { get; init; } = "";

    /// <summary>The chain's name.</summary>
    public string Chain { get; init; } = "";

    /// <summary>The chain's handle; 0 for legacy iptables.</summary>
    public long Handle { get; init; }

    /// <summary>filter, nat or route.</summary>
    public string ChainType { get; init; } = "";

    /// <summary>What becomes of a packet no rule decides on: accept or drop.</summary>
    public string Policy { get; init; } = "";

    /// <summary>The devices of an ingress or egress chain; empty for every device.</summary>
    public string[] Devices { get; init; } = [];

    /// <summary>Where the rules live.</summary>
    public FirewallBackend Backend { get; init; }

    /// <summary>True where the table is switched off.</summary>
    public bool Dormant { get; init; }

    /// <summary>Packets that met the policy, where that is counted; null elsewhere.</summary>
    public long? PolicyPackets { get; init; }

    /// <summary>Bytes that met the policy, where that is counted; null elsewhere.</summary>
    public long? PolicyBytes { get; init; }

    /// <summary>The chain's comment; null where none.</summary>
    public string? Comment { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The rules, in order.</summary>
    public FirewallRule[] Rules { get; init; } = [];

    /// <summary>The chains that a packet can be sent to from here.</summary>
    public FirewallChain[] Chains { get; init; } = [];

    /// <summary>The sets and maps that these rules use, those without a name of their own included.</summary>
    public FirewallSet[] Sets { get; init; } = [];

    /// <summary>The flow asked about; null where none was. Rules then are those that could apply to it.</summary>
    public FirewallFlow? Flow { get; init; }

    /// <summary>What could not be looked at, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The chain in one line.</summary>
    public override string ToString() => $"{Hook} {PriorityName} {Family} {Table} {Chain} policy {Policy}, {Rules.Length} rules";
}

/// <summary>Where firewall rules live.</summary>
public enum FirewallBackend
{
    /// <summary>nf_tables, whoever wrote the rules: nft, iptables-nft, firewalld.</summary>
    NfTables,

    /// <summary>The tables of legacy iptables (ip_tables, ip6_tables).</summary>
    LegacyIptables,
}

/// <summary>A chain that rules jump to.</summary>
public sealed record FirewallChain
{
    /// <summary>The table's family.</summary>
    public string Family { get; init; } = "";

    /// <summary>The table's name.</summary>
    public string Table { get; init; } = "";

    /// <summary>The chain's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The chain's handle; 0 for legacy iptables.</summary>
    public long Handle { get; init; }

    /// <summary>The chain's comment; null where none.</summary>
    public string? Comment { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The rules, in order.</summary>
    public FirewallRule[] Rules { get; init; } = [];

    /// <summary>The chain in one line.</summary>
    public override string ToString() => $"{Family} {Table} {Name}, {Rules.Length} rules";
}

/// <summary>One firewall rule (NFT_MSG_GETRULE).</summary>
public sealed record FirewallRule
{
    /// <summary>The table's family.</summary>
    public string Family { get; init; } = "";

    /// <summary>The table's name.</summary>
    public string Table { get; init; } = "";

    /// <summary>The chain's name.</summary>
    public string Chain { get; init; } = "";

    /// <summary>The rule's handle: what <c>nft delete rule</c> takes; 0 for legacy iptables.</summary>
    public long Handle { get; init; }

    /// <summary>The rule's place in its chain; the first is 1.</summary>
    public int Position { get; init; }

    /// <summary>The rule as nft writes it.</summary>
    public string Text { get; init; } = "";

    /// <summary>What it does with a packet that matches: accept, drop, reject, jump, goto, return, vmap, dnat ...; null where it only counts, logs or marks.</summary>
    public string? Verdict { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Packets counted; null where the rule has no counter.</summary>
    public long? Packets { get; init; }

    /// <summary>Bytes counted; null where the rule has no counter.</summary>
    public long? Bytes { get; init; }

    /// <summary>The named counter that Packets and Bytes are of; null where the rule counts for itself, or not at all. Several rules may share one.</summary>
    public string? CounterName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The rule's comment; null where none.</summary>
    public string? Comment { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The named sets and maps it uses; null where there are none.</summary>
    public string[]? Sets { get; init => field = value is { Length: 0 } ? null : value; }

    /// <summary>The named counters, quotas, limits and helpers it uses; null where there are none.</summary>
    public string[]? Objects { get; init => field = value is { Length: 0 } ? null : value; }

    /// <summary>The chains it can send a packet to; null where there are none.</summary>
    public string[]? JumpTargets { get; init => field = value is { Length: 0 } ? null : value; }

    /// <summary>Whether the flow asked about meets it; null where no flow was asked about.</summary>
    public FlowMatch? FlowMatch { get; init; }

    /// <summary>The rule's expressions as the kernel has them (NFTA_RULE_EXPRESSIONS, base64), so that a flow can be tried on it later; empty for legacy iptables.</summary>
    [EncodedData]
    public string ExpressionData { get; init; } = "";

    /// <summary>The rule in one line.</summary>
    public override string ToString() => Handle == 0 ? Text : $"{Text} # handle {Handle}";
}

/// <summary>A set or map of the firewall (NFT_MSG_GETSET, NFT_MSG_GETSETELEM).</summary>
public sealed record FirewallSet
{
    /// <summary>The table's family.</summary>
    public string Family { get; init; } = "";

    /// <summary>The table's name.</summary>
    public string Table { get; init; } = "";

    /// <summary>The set's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The set's handle.</summary>
    public long Handle { get; init; }

    /// <summary>The type of its keys, for example <c>ipv4_addr . inet_service</c>.</summary>
    public string KeyType { get; init; } = "";

    /// <summary>What a map holds, for example <c>verdict</c>; null for a set.</summary>
    public string? DataType { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True for a set written in braces inside its rule.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>The flags: constant, interval, timeout, dynamic ...</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>The elements as nft writes them.</summary>
    public string[] Elements { get; init; } = [];

    /// <summary>The elements as the kernel has them (NFTA_SET_ELEM_LIST_ELEMENTS, base64), so that a flow can be tried on them later.</summary>
    [EncodedData]
    public string ElementData { get; init; } = "";

    /// <summary>The set's flags as the kernel has them.</summary>
    public long RawFlags { get; init; }

    /// <summary>The length of a key in bytes.</summary>
    public int KeyLength { get; init; }

    /// <summary>The set in one line.</summary>
    public override string ToString() => $"{Family} {Table} {Name} {{ type {KeyType}{(DataType is null ? "" : " : " + DataType)}, {Elements.Length} elements }}";
}

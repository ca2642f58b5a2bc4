namespace PacketPath;

/// <summary>One policy routing rule (RTM_GETRULE, linux/fib_rules.h).</summary>
public sealed record PolicyRule : PacketEvidence
{
    /// <summary>The rule's priority: lower is consulted first.</summary>
    public long Priority { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>What the rule does with a packet it selects.</summary>
    public RuleAction Action { get; init; }

    /// <summary>The table it consults: name, else number; null where the action consults none.</summary>
    public string? Table { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The table's number; 0 where none.</summary>
    public long TableId { get; init; }

    /// <summary>The source prefix selected; <c>all</c> where any.</summary>
    public string From { get; init; } = "all";

    /// <summary>The destination prefix selected; <c>all</c> where any.</summary>
    public string To { get; init; } = "all";

    /// <summary>The firewall mark selected; null where any.</summary>
    public long? Mark { get; init; }

    /// <summary>The mask applied to the mark; null where any mark.</summary>
    public long? MarkMask { get; init; }

    /// <summary>The ingress interface selected; null where any.</summary>
    public string? InputInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The egress interface (of a bound socket) selected; null where any.</summary>
    public string? OutputInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The type of service selected; null where any.</summary>
    public int? Tos { get; init; }

    /// <summary>The transport protocol selected; null where any.</summary>
    public string? IpProtocol { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The source ports selected, for example <c>1000-2000</c>; null where any.</summary>
    public string? SourcePort { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The destination ports selected; null where any.</summary>
    public string? DestinationPort { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The user ids selected, for example <c>1000-1999</c>; null where any.</summary>
    public string? UidRange { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The tunnel id selected; null where any.</summary>
    public long? TunnelId { get; init; }

    /// <summary>True where the selection is inverted (FIB_RULE_INVERT).</summary>
    public bool Inverted { get; init; }

    /// <summary>True where the table is that of the l3mdev (VRF) the packet belongs to.</summary>
    public bool L3Mdev { get; init; }

    /// <summary>Routes with a prefix no longer than this are ignored; null where unset.</summary>
    public int? SuppressPrefixLength { get; init; }

    /// <summary>Routes through this interface group are ignored; null where unset.</summary>
    public int? SuppressInterfaceGroup { get; init; }

    /// <summary>The priority a goto rule jumps to; null for other actions.</summary>
    public long? GotoPriority { get; init; }

    /// <summary>Who installed the rule (rt_protos name).</summary>
    public string? RuleProtocol { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The rule as the field writes it, for example <c>100: from all fwmark 0x1 lookup vpn</c>.</summary>
    public string Text { get; init; } = "";

    /// <summary>What a newer kernel tells of it beyond what this version knows: netlink attributes by number, their bytes in hexadecimal.</summary>
    public string[] UnknownAttributes { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => Text;
}

/// <summary>What a policy rule does, numbered as FR_ACT_* in linux/fib_rules.h.</summary>
public enum RuleAction
{
    /// <summary>None.</summary>
    Unspecified = 0,

    /// <summary>Consult a table.</summary>
    ToTable = 1,

    /// <summary>Jump to another rule.</summary>
    Goto = 2,

    /// <summary>Do nothing, go on.</summary>
    Nop = 3,

    /// <summary>Drop silently (EINVAL).</summary>
    Blackhole = 6,

    /// <summary>Answer network unreachable (ENETUNREACH).</summary>
    Unreachable = 7,

    /// <summary>Answer administratively prohibited (EACCES).</summary>
    Prohibit = 8,
}

/// <summary>The two families of the Internet Protocol.</summary>
public enum AddressFamily
{
    /// <summary>Internet Protocol version 4.</summary>
    IPv4 = 2,

    /// <summary>Internet Protocol version 6.</summary>
    IPv6 = 10,
}

namespace PacketPath.Netlink.Rule;

/// <summary>A range that a rule selects on.</summary>
internal readonly record struct RuleRange(uint First, uint Last)
{
    /// <summary>True where the value lies in the range.</summary>
    public bool Contains(uint value) => value >= First && value <= Last;

    /// <summary>The range as text: one number where both ends are equal.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>One policy rule message (struct fib_rule_hdr and its attributes).</summary>
internal sealed record RuleEntry
{
    /// <summary>AF_INET or AF_INET6.</summary>
    public byte Family { get; init; }

    /// <summary>The priority.</summary>
    public uint Priority { get; init; }

    /// <summary>FR_ACT_*.</summary>
    public RuleAction Action { get; init; }

    /// <summary>FIB_RULE_*.</summary>
    public uint Flags { get; init; }

    /// <summary>The table consulted; 0 where none.</summary>
    public uint Table { get; init; }

    /// <summary>The source prefix.</summary>
    public UInt128 Source { get; init; }

    /// <summary>The source prefix's length; 0 where any.</summary>
    public int SourceLength { get; init; }

    /// <summary>True where the message carries a source address, even one of length 0.</summary>
    public bool HasSource { get; init; }

    /// <summary>The destination prefix.</summary>
    public UInt128 Destination { get; init; }

    /// <summary>The destination prefix's length; 0 where any.</summary>
    public int DestinationLength { get; init; }

    /// <summary>True where the message carries a destination address.</summary>
    public bool HasDestination { get; init; }

    /// <summary>The type of service; 0 where any.</summary>
    public byte Tos { get; init; }

    /// <summary>The differentiated services code point (6 bits); null where any.</summary>
    public byte? Dscp { get; init; }

    /// <summary>The bits of the code point compared.</summary>
    public byte DscpMask { get; init; } = 0x3f;

    /// <summary>The flow label; null where any.</summary>
    public uint? FlowLabel { get; init; }

    /// <summary>The bits of the flow label compared.</summary>
    public uint FlowLabelMask { get; init; }

    /// <summary>The firewall mark; null where the message has none.</summary>
    public uint? Mark { get; init; }

    /// <summary>The bits of the mark compared; null where the message has none.</summary>
    public uint? MarkMask { get; init; }

    /// <summary>The ingress interface's name; null where any.</summary>
    public string? InputInterface { get; init; }

    /// <summary>The egress interface's name; null where any.</summary>
    public string? OutputInterface { get; init; }

    /// <summary>True where the table is that of the packet's VRF.</summary>
    public bool L3Mdev { get; init; }

    /// <summary>The transport protocol; 0 where any.</summary>
    public byte IpProtocol { get; init; }

    /// <summary>The source ports; null where any.</summary>
    public RuleRange? SourcePorts { get; init; }

    /// <summary>The bits of the source port compared; 0 where the range counts.</summary>
    public ushort SourcePortMask { get; init; }

    /// <summary>The destination ports; null where any.</summary>
    public RuleRange? DestinationPorts { get; init; }

    /// <summary>The bits of the destination port compared; 0 where the range counts.</summary>
    public ushort DestinationPortMask { get; init; }

    /// <summary>The user ids; null where any.</summary>
    public RuleRange? Uids { get; init; }

    /// <summary>The tunnel id; 0 where any.</summary>
    public ulong TunnelId { get; init; }

    /// <summary>Results of this prefix length or shorter are ignored; -1 where unset.</summary>
    public int SuppressPrefixLength { get; init; } = -1;

    /// <summary>Results through this interface group are ignored; -1 where unset.</summary>
    public int SuppressInterfaceGroup { get; init; } = -1;

    /// <summary>The priority jumped to; null where none.</summary>
    public uint? GotoPriority { get; init; }

    /// <summary>The realms (FRA_FLOW): source in the upper half; 0 where none.</summary>
    public uint Realms { get; init; }

    /// <summary>RTPROT_*; null where the kernel does not say.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Attributes that a newer kernel has added, as they came.</summary>
    public string[] UnknownAttributes { get; init; } = [];

    /// <summary>True where the selection is inverted.</summary>
    public bool Inverted => (Flags & RuleFlags.Invert) != 0;
}

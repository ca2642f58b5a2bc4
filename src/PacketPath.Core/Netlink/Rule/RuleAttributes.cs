namespace PacketPath.Netlink.Rule;

/// <summary>Attributes of a rule message (FRA_*, linux/fib_rules.h).</summary>
internal static class RuleAttribute
{
    public const ushort Destination = 1;
    public const ushort Source = 2;
    public const ushort InputInterface = 3;
    public const ushort Goto = 4;
    public const ushort Priority = 6;
    public const ushort Mark = 10;
    public const ushort Flow = 11;
    public const ushort TunnelId = 12;
    public const ushort SuppressInterfaceGroup = 13;
    public const ushort SuppressPrefixLength = 14;
    public const ushort Table = 15;
    public const ushort MarkMask = 16;
    public const ushort OutputInterface = 17;
    public const ushort L3Mdev = 19;
    public const ushort UidRange = 20;
    public const ushort Protocol = 21;
    public const ushort IpProtocol = 22;
    public const ushort SourcePortRange = 23;
    public const ushort DestinationPortRange = 24;
    public const ushort Dscp = 25;
    public const ushort FlowLabel = 26;
    public const ushort FlowLabelMask = 27;
    public const ushort SourcePortMask = 28;
    public const ushort DestinationPortMask = 29;
    public const ushort DscpMask = 30;

    /// <summary>The highest that is known.</summary>
    public const ushort Highest = DscpMask;
}

/// <summary>Flags of a rule (FIB_RULE_*).</summary>
internal static class RuleFlags
{
    public const uint Invert = 0x2;
    public const uint Unresolved = 0x4;
    public const uint InputDetached = 0x8;
    public const uint OutputDetached = 0x10;
    public const uint FindSource = 0x10000;
}

namespace PacketPath.Netlink.Route;

/// <summary>Attributes of a route message (RTA_*, linux/rtnetlink.h).</summary>
internal static class RouteAttribute
{
    public const ushort Destination = 1;
    public const ushort Source = 2;
    public const ushort InputInterface = 3;
    public const ushort OutputInterface = 4;
    public const ushort Gateway = 5;
    public const ushort Priority = 6;
    public const ushort PreferredSource = 7;
    public const ushort Metrics = 8;
    public const ushort Multipath = 9;
    public const ushort CacheInfo = 12;
    public const ushort Table = 15;
    public const ushort Mark = 16;
    public const ushort Via = 18;
    public const ushort Preference = 20;
    public const ushort Uid = 25;
    public const ushort IpProtocol = 27;
    public const ushort SourcePort = 28;
    public const ushort DestinationPort = 29;
    public const ushort NextHopId = 30;
}

/// <summary>Attributes inside RTA_METRICS (RTAX_*).</summary>
internal static class RouteMetricAttribute
{
    public const ushort Lock = 1;
    public const ushort Mtu = 2;
}

/// <summary>Flags of a route message and of a next hop (RTM_F_*, RTNH_F_*, RTCF_*).</summary>
internal static class RouteFlags
{
    public const uint Dead = 0x1;
    public const uint Pervasive = 0x2;
    public const uint OnLink = 0x4;
    public const uint Offload = 0x8;
    public const uint LinkDown = 0x10;
    public const uint Unresolved = 0x20;
    public const uint Trap = 0x40;
    public const uint Cloned = 0x200;
    public const uint LookupTable = 0x1000;
    public const uint FibMatch = 0x2000;
    public const uint Redirected = 0x40000;

    /// <summary>The flags that belong to a next hop.</summary>
    public const uint NextHopMask = 0xff;
}

/// <summary>Routing tables that always exist (RT_TABLE_*).</summary>
internal static class RouteTableId
{
    public const uint Default = 253;
    public const uint Main = 254;
    public const uint Local = 255;
}

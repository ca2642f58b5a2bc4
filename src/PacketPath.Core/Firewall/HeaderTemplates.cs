namespace PacketPath.Firewall;

/// <summary>One field of a header.</summary>
/// <param name="Name">nft's name for it.</param>
/// <param name="Offset">Where it begins, in bits.</param>
/// <param name="Length">Its width, in bits.</param>
/// <param name="Type">The type of its value.</param>
internal sealed record HeaderField(string Name, int Offset, int Length, NftType Type);

/// <summary>A header nft knows by name.</summary>
/// <param name="Name">nft's name for it.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record HeaderTemplate(string Name, params HeaderField[] Fields)
{
    /// <summary>The field at a place; null where there is none.</summary>
    public HeaderField? Find(int offset, int length) =>
        Array.Find(Fields, field => field.Offset == offset && field.Length == length);

    /// <summary>The field that begins at a place and is at most so long; null where there is none.</summary>
    public HeaderField? FindStart(int offset, int atMost) =>
        Array.Find(Fields, field => field.Offset == offset && field.Length <= atMost);

    /// <summary>The field that begins at a place and is longer; null where there is none.</summary>
    public HeaderField? FindLonger(int offset, int length) =>
        Array.Find(Fields, field => field.Offset == offset && field.Length > length);
}

/// <summary>The headers nft knows.</summary>
internal static class HeaderTemplates
{
    public static readonly HeaderTemplate Ether = new("ether",
        new("daddr", 0, 48, NftType.EtherAddress), new("saddr", 48, 48, NftType.EtherAddress), new("type", 96, 16, NftType.EtherType));

    /// <summary>Offsets count from the end of the Ethernet header.</summary>
    public static readonly HeaderTemplate Vlan = new("vlan",
        new("pcp", 0, 3, NftType.Integer), new("dei", 3, 1, NftType.Integer), new("id", 4, 12, NftType.Integer),
        new("type", 16, 16, NftType.EtherType));

    public static readonly HeaderTemplate Arp = new("arp",
        new("htype", 0, 16, NftType.Integer), new("ptype", 16, 16, NftType.EtherType), new("hlen", 32, 8, NftType.Integer),
        new("plen", 40, 8, NftType.Integer), new("operation", 48, 16, NftType.ArpOperation), new("saddr ether", 64, 48, NftType.EtherAddress),
        new("saddr ip", 112, 32, NftType.IPv4), new("daddr ether", 144, 48, NftType.EtherAddress), new("daddr ip", 192, 32, NftType.IPv4));

    public static readonly HeaderTemplate IPv4 = new("ip",
        new("version", 0, 4, NftType.Integer), new("hdrlength", 4, 4, NftType.Integer), new("dscp", 8, 6, NftType.Dscp),
        new("ecn", 14, 2, NftType.Ecn), new("length", 16, 16, NftType.Integer), new("id", 32, 16, NftType.Integer),
        new("frag-off", 48, 16, NftType.Integer), new("ttl", 64, 8, NftType.Integer), new("protocol", 72, 8, NftType.InetProto),
        new("checksum", 80, 16, NftType.Integer), new("saddr", 96, 32, NftType.IPv4), new("daddr", 128, 32, NftType.IPv4));

    public static readonly HeaderTemplate IPv6 = new("ip6",
        new("version", 0, 4, NftType.Integer), new("dscp", 4, 6, NftType.Dscp), new("ecn", 10, 2, NftType.Ecn),
        new("flowlabel", 12, 20, NftType.Integer), new("length", 32, 16, NftType.Integer), new("nexthdr", 48, 8, NftType.InetProto),
        new("hoplimit", 56, 8, NftType.Integer), new("saddr", 64, 128, NftType.IPv6), new("daddr", 192, 128, NftType.IPv6));

    public static readonly HeaderTemplate Icmp = new("icmp",
        new("type", 0, 8, NftType.IcmpType), new("code", 8, 8, NftType.IcmpCode), new("checksum", 16, 16, NftType.Integer),
        new("id", 32, 16, NftType.Integer), new("sequence", 48, 16, NftType.Integer), new("gateway", 32, 32, NftType.Integer),
        new("mtu", 48, 16, NftType.Integer));

    public static readonly HeaderTemplate Icmpv6 = new("icmpv6",
        new("type", 0, 8, NftType.Icmpv6Type), new("code", 8, 8, NftType.Icmpv6Code), new("checksum", 16, 16, NftType.Integer),
        new("id", 32, 16, NftType.Integer), new("sequence", 48, 16, NftType.Integer), new("mtu", 32, 32, NftType.Integer),
        new("max-delay", 32, 16, NftType.Integer));

    public static readonly HeaderTemplate Igmp = new("igmp",
        new("type", 0, 8, NftType.IgmpType), new("mrt", 8, 8, NftType.Integer), new("checksum", 16, 16, NftType.Integer),
        new("group", 32, 32, NftType.IPv4));

    public static readonly HeaderTemplate Tcp = new("tcp",
        new("sport", 0, 16, NftType.InetService), new("dport", 16, 16, NftType.InetService), new("sequence", 32, 32, NftType.Integer),
        new("ackseq", 64, 32, NftType.Integer), new("doff", 96, 4, NftType.Integer), new("reserved", 100, 4, NftType.Integer),
        new("flags", 104, 8, NftType.TcpFlag), new("window", 112, 16, NftType.Integer), new("checksum", 128, 16, NftType.Integer),
        new("urgptr", 144, 16, NftType.Integer));

    public static readonly HeaderTemplate Udp = new("udp",
        new("sport", 0, 16, NftType.InetService), new("dport", 16, 16, NftType.InetService), new("length", 32, 16, NftType.Integer),
        new("checksum", 48, 16, NftType.Integer));

    public static readonly HeaderTemplate UdpLite = new("udplite",
        new("sport", 0, 16, NftType.InetService), new("dport", 16, 16, NftType.InetService), new("csumcov", 32, 16, NftType.Integer),
        new("checksum", 48, 16, NftType.Integer));

    public static readonly HeaderTemplate Sctp = new("sctp",
        new("sport", 0, 16, NftType.InetService), new("dport", 16, 16, NftType.InetService), new("vtag", 32, 32, NftType.Integer),
        new("checksum", 64, 32, NftType.Integer));

    public static readonly HeaderTemplate Dccp = new("dccp",
        new("sport", 0, 16, NftType.InetService), new("dport", 16, 16, NftType.InetService), new("type", 67, 4, NftType.DccpType));

    public static readonly HeaderTemplate Ah = new("ah",
        new("nexthdr", 0, 8, NftType.InetProto), new("hdrlength", 8, 8, NftType.Integer), new("reserved", 16, 16, NftType.Integer),
        new("spi", 32, 32, NftType.Integer), new("sequence", 64, 32, NftType.Integer));

    public static readonly HeaderTemplate Esp = new("esp",
        new("spi", 0, 32, NftType.Integer), new("sequence", 32, 32, NftType.Integer));

    public static readonly HeaderTemplate Comp = new("comp",
        new("nexthdr", 0, 8, NftType.InetProto), new("flags", 8, 8, NftType.Raw), new("cpi", 16, 16, NftType.Integer));

    /// <summary>Ports, where the protocol is not known.</summary>
    public static readonly HeaderTemplate Transport = new("th",
        new("sport", 0, 16, NftType.InetService), new("dport", 16, 16, NftType.InetService));

    /// <summary>The header an Ethernet type announces; null where nft knows none.</summary>
    public static HeaderTemplate? OfEtherType(ulong type) => type switch
    {
        0x0800 => IPv4,
        0x86dd => IPv6,
        0x0806 => Arp,
        0x8100 or 0x88a8 => Vlan,
        _ => null,
    };

    /// <summary>The header an IP protocol number announces; null where nft knows none.</summary>
    public static HeaderTemplate? OfProtocol(ulong protocol) => protocol switch
    {
        1 => Icmp,
        2 => Igmp,
        6 => Tcp,
        17 => Udp,
        33 => Dccp,
        50 => Esp,
        51 => Ah,
        58 => Icmpv6,
        108 => Comp,
        132 => Sctp,
        136 => UdpLite,
        _ => null,
    };
}

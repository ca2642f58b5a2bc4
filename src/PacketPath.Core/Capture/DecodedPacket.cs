namespace PacketPath.Capture;

/// <summary>The headers of one packet. Headers that are not there, or not whole, are left at their defaults.</summary>
public struct DecodedPacket
{
    /// <summary>Creates an empty packet.</summary>
    public DecodedPacket()
    {
    }

    /// <summary>The source link-layer address, where the link type carries one.</summary>
    public LinkAddress LinkSource { get; internal set; }

    /// <summary>The destination link-layer address (Ethernet only).</summary>
    public LinkAddress LinkDestination { get; internal set; }

    /// <summary>The interface's index (cooked capture version 2); 0 where the capture does not say.</summary>
    public int InterfaceIndex { get; internal set; }

    /// <summary>How the packet crossed the interface, where the capture says (cooked captures).</summary>
    public PacketType PacketType { get; internal set; } = PacketType.Unknown;

    /// <summary>The outer VLAN identifier; null where untagged.</summary>
    public ushort? VlanId { get; internal set; }

    /// <summary>The inner VLAN identifier; null where not double-tagged.</summary>
    public ushort? InnerVlanId { get; internal set; }

    /// <summary>Which network header was decoded.</summary>
    public NetworkKind Network { get; internal set; }

    /// <summary>The ARP message, where <see cref="Network"/> says so.</summary>
    public ArpMessage Arp { get; internal set; }

    /// <summary>The IP header, where <see cref="Network"/> says so; IPv6 extension headers are folded in.</summary>
    public IpHeader Ip { get; internal set; }

    /// <summary>Which transport header was decoded; None for later fragments and for headers cut short.</summary>
    public TransportKind Transport { get; internal set; }

    /// <summary>The source port (TCP, UDP).</summary>
    public ushort SourcePort { get; internal set; }

    /// <summary>The destination port (TCP, UDP).</summary>
    public ushort DestinationPort { get; internal set; }

    /// <summary>The TCP header, where <see cref="Transport"/> says so.</summary>
    public TcpHeader Tcp { get; internal set; }

    /// <summary>The ICMP or ICMPv6 header, where <see cref="Transport"/> says so.</summary>
    public IcmpHeader Icmp { get; internal set; }

    /// <summary>The packet that an ICMP error quotes.</summary>
    public QuotedPacket Quoted { get; internal set; }

    /// <summary>Where the transport's payload starts, from the first byte of the link header.</summary>
    public int PayloadOffset { get; internal set; }

    /// <summary>The captured bytes of the payload, without link padding.</summary>
    public int PayloadLength { get; internal set; }
}

/// <summary>How a packet crossed the interface, numbered as in linux/if_packet.h.</summary>
public enum PacketType
{
    /// <summary>The capture does not say.</summary>
    Unknown = -1,

    /// <summary>To this host.</summary>
    Host = 0,

    /// <summary>To everyone on the link.</summary>
    Broadcast = 1,

    /// <summary>To a group.</summary>
    Multicast = 2,

    /// <summary>To someone else.</summary>
    OtherHost = 3,

    /// <summary>From this host.</summary>
    Outgoing = 4,
}

/// <summary>The network headers decoded.</summary>
public enum NetworkKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>Address Resolution Protocol (RFC 826).</summary>
    Arp,

    /// <summary>Internet Protocol version 4 (RFC 791).</summary>
    IPv4,

    /// <summary>Internet Protocol version 6 (RFC 8200).</summary>
    IPv6,
}

/// <summary>The transport headers decoded.</summary>
public enum TransportKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>ICMP.</summary>
    Icmp,

    /// <summary>ICMPv6.</summary>
    IcmpV6,
}

/// <summary>An ARP message for IPv4 (RFC 826).</summary>
public readonly record struct ArpMessage
{
    /// <summary>1 for a request, 2 for a reply.</summary>
    public ushort Operation { get; init; }

    /// <summary>The sender's link-layer address.</summary>
    public LinkAddress SenderLink { get; init; }

    /// <summary>The sender's address.</summary>
    public PacketAddress Sender { get; init; }

    /// <summary>The target's link-layer address; zero in a request.</summary>
    public LinkAddress TargetLink { get; init; }

    /// <summary>The address asked for.</summary>
    public PacketAddress Target { get; init; }
}

/// <summary>The packet that an ICMP error quotes, as far as it was quoted.</summary>
public readonly record struct QuotedPacket
{
    /// <summary>True where an IP header was quoted.</summary>
    public bool IsPresent { get; init; }

    /// <summary>The quoted IP header.</summary>
    public IpHeader Ip { get; init; }

    /// <summary>True where the ports were quoted (TCP, UDP).</summary>
    public bool HasPorts { get; init; }

    /// <summary>The quoted source port.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>The quoted destination port.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>The quoted TCP sequence number; null where it was not quoted.</summary>
    public uint? SequenceNumber { get; init; }
}

namespace PacketPath;

/// <summary>One network interface: link state, addresses, driver, queues, statistics (RTM_GETLINK, RTM_GETADDR, ethtool).</summary>
public sealed record PacketInterface : PacketEvidence
{
    /// <summary>The interface's name.</summary>
    public string InterfaceAlias { get; init; } = "";

    /// <summary>The interface's index.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>Alternative names (IFLA_ALT_IFNAME).</summary>
    public string[] AlternativeNames { get; init; } = [];

    /// <summary>The description set on it (IFLA_IFALIAS); null where none.</summary>
    public string? Description { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where the interface is administratively up (IFF_UP).</summary>
    public bool AdminUp { get; init; }

    /// <summary>The operational state (RFC 2863 ifOperStatus).</summary>
    public OperationalStatus OperationalStatus { get; init; }

    /// <summary>True with carrier, false without; null where the interface is down and the kernel does not say.</summary>
    public bool? Carrier { get; init; }

    /// <summary>How often the carrier has changed.</summary>
    public long CarrierChanges { get; init; }

    /// <summary>The maximum transmission unit, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>The link-layer address, lower-case with colons; null where it has none.</summary>
    public string? LinkLayerAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The hardware type (ARPHRD_*) in the field's word: ether, loopback, none ...</summary>
    public string LinkType { get; init; } = "";

    /// <summary>The kind of virtual interface (IFLA_INFO_KIND): veth, bridge, vlan, vxlan ...; null for hardware.</summary>
    public string? Kind { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The driver (ethtool); null where it does not say.</summary>
    public string? Driver { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface flags (IFF_*): Up, Broadcast, Loopback, Promiscuous, NoArp, LowerUp ...</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>The master's name (bridge, bond, VRF); null where none.</summary>
    public string? Master { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The lower or peer interface's index (IFLA_LINK); 0 where none.</summary>
    public int LinkIndex { get; init; }

    /// <summary>The interface group.</summary>
    public int Group { get; init; }

    /// <summary>The queuing discipline's kind.</summary>
    public string? QueueDiscipline { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The transmit queue's length, in packets.</summary>
    public int TransmitQueueLength { get; init; }

    /// <summary>The number of receive queues.</summary>
    public int ReceiveQueues { get; init; }

    /// <summary>The number of transmit queues.</summary>
    public int TransmitQueues { get; init; }

    /// <summary>Speed in megabits per second; null where the link does not say.</summary>
    public long? SpeedMbps { get; init; }

    /// <summary>True where IPv6 is switched off on this interface; null where the kernel has no IPv6.</summary>
    public bool? Ipv6Disabled { get; init; }

    /// <summary>True where IPv4 packets for others that come in here are passed on (conf.&lt;interface&gt;.forwarding, RTM_GETNETCONF); null where the kernel does not say.</summary>
    public bool? Ipv4Forwarding { get; init; }

    /// <summary>True where IPv6 packets for others that come in here are passed on (conf.all.forwarding, or the interface's force_forwarding); null where the kernel does not say.</summary>
    public bool? Ipv6Forwarding { get; init; }

    /// <summary>What becomes of IPv4 packets whose source does not lead back here: the higher of the interface's rp_filter and that of all; null where the kernel does not say.</summary>
    public ReversePathFilter? ReversePathFilter { get; init; }

    /// <summary>The addresses on the interface.</summary>
    public InterfaceAddress[] Addresses { get; init; } = [];

    /// <summary>The interface's counters.</summary>
    public InterfaceStatistics Statistics { get; init; } = new();

    /// <summary>What could not be looked at.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>What a newer kernel tells of it beyond what this version knows: netlink attributes by number, their bytes in hexadecimal.</summary>
    public string[] UnknownAttributes { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{InterfaceAlias} ({(AdminUp ? OperationalStatus.ToString() : "AdminDown")})";
}

/// <summary>The operational state of an interface, numbered as IF_OPER_* in linux/if.h (RFC 2863).</summary>
public enum OperationalStatus
{
    /// <summary>Not reported.</summary>
    Unknown = 0,

    /// <summary>The interface is not there.</summary>
    NotPresent = 1,

    /// <summary>Down.</summary>
    Down = 2,

    /// <summary>A lower layer is down.</summary>
    LowerLayerDown = 3,

    /// <summary>In test mode.</summary>
    Testing = 4,

    /// <summary>Waiting for an external event, for example 802.1X.</summary>
    Dormant = 5,

    /// <summary>Up.</summary>
    Up = 6,
}

/// <summary>How an interface checks that the source of a packet leads back (rp_filter, RFC 3704).</summary>
public enum ReversePathFilter
{
    /// <summary>Not at all.</summary>
    Off = 0,

    /// <summary>The best way back must leave by the interface the packet came in on.</summary>
    Strict = 1,

    /// <summary>Some way back must exist, by whatever interface.</summary>
    Loose = 2,
}

/// <summary>One address of an interface (RTM_GETADDR, linux/if_addr.h).</summary>
public sealed record InterfaceAddress
{
    /// <summary>The address.</summary>
    public string IPAddress { get; init; } = "";

    /// <summary>The length of its prefix, in bits.</summary>
    public int PrefixLength { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>The far end of a point-to-point address; null where none.</summary>
    public string? PeerAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The broadcast address; null where none.</summary>
    public string? Broadcast { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The label (IPv4); null where none.</summary>
    public string? Label { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The scope (rt_scopes name).</summary>
    public string Scope { get; init; } = "";

    /// <summary>The flags: Permanent, Tentative, DadFailed, Deprecated, Temporary, NoDad, Secondary, NoPrefixRoute ...; null within a trace, where the state must do.</summary>
    public string[]? Flags { get; init; } = [];

    /// <summary>The state that matters when it is used as a source.</summary>
    public AddressState State { get; init; }

    /// <summary>Seconds of preferred lifetime left; null for ever.</summary>
    public double? PreferredSeconds { get; init; }

    /// <summary>Seconds of valid lifetime left; null for ever.</summary>
    public double? ValidSeconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{IPAddress}/{PrefixLength}";
}

/// <summary>The counters of an interface (struct rtnl_link_stats64).</summary>
public sealed record InterfaceStatistics
{
    /// <summary>Packets received.</summary>
    public long ReceivedPackets { get; init; }

    /// <summary>Packets sent.</summary>
    public long SentPackets { get; init; }

    /// <summary>Bytes received.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Bytes sent.</summary>
    public long SentBytes { get; init; }

    /// <summary>Bad packets received.</summary>
    public long ReceiveErrors { get; init; }

    /// <summary>Packet transmit problems.</summary>
    public long TransmitErrors { get; init; }

    /// <summary>Packets received and dropped by the host.</summary>
    public long ReceiveDropped { get; init; }

    /// <summary>Packets dropped on the way out.</summary>
    public long TransmitDropped { get; init; }

    /// <summary>Multicast packets received.</summary>
    public long Multicast { get; init; }

    /// <summary>Collisions.</summary>
    public long Collisions { get; init; }

    /// <summary>Packets missed for lack of buffers in the device.</summary>
    public long ReceiveMissed { get; init; }

    /// <summary>Receive FIFO overruns.</summary>
    public long ReceiveFifoErrors { get; init; }

    /// <summary>Transmit FIFO underruns.</summary>
    public long TransmitFifoErrors { get; init; }

    /// <summary>Carrier losses during transmission.</summary>
    public long TransmitCarrierErrors { get; init; }

    /// <summary>Packets dropped for lack of a handler.</summary>
    public long ReceiveNoHandler { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"received {ReceivedPackets}, sent {SentPackets}, dropped {ReceiveDropped + TransmitDropped}";
}

namespace PacketPath.Netlink.Link;

/// <summary>Attributes of a link (IFLA_*, linux/if_link.h).</summary>
internal static class LinkAttribute
{
    public const ushort Address = 1;
    public const ushort Name = 3;
    public const ushort Mtu = 4;
    public const ushort Link = 5;
    public const ushort QueueDiscipline = 6;
    public const ushort Master = 10;
    public const ushort TransmitQueueLength = 13;
    public const ushort OperationalState = 16;
    public const ushort LinkInfo = 18;
    public const ushort Alias = 20;
    public const ushort Statistics64 = 23;
    public const ushort FamilySpecific = 26;
    public const ushort Group = 27;
    public const ushort ExtendedMask = 29;
    public const ushort TransmitQueues = 31;
    public const ushort ReceiveQueues = 32;
    public const ushort Carrier = 33;
    public const ushort CarrierChanges = 35;
    public const ushort PropertyList = 52;
    public const ushort AlternativeName = 53;

    /// <summary>The highest that is known: IFLA_* up to Linux 6.18.</summary>
    public const ushort Highest = 69;

    /// <summary>IFLA_INFO_KIND, inside <see cref="LinkInfo"/>.</summary>
    public const ushort InfoKind = 1;

    /// <summary>IFLA_INFO_DATA, inside <see cref="LinkInfo"/>.</summary>
    public const ushort InfoData = 2;

    /// <summary>IFLA_VRF_TABLE, inside the <see cref="InfoData"/> of a VRF device.</summary>
    public const ushort VrfTable = 1;

    /// <summary>IFLA_INET6_CONF, inside the AF_INET6 part of <see cref="FamilySpecific"/>.</summary>
    public const ushort Inet6Configuration = 2;

    /// <summary>DEVCONF_DISABLE_IPV6 (linux/ipv6.h): an index into that array.</summary>
    public const int DisableIpv6Index = 26;

    /// <summary>RTEXT_FILTER_SKIP_STATS, a bit of <see cref="ExtendedMask"/>.</summary>
    public const uint SkipStatistics = 8;
}

/// <summary>Flags of a link (IFF_*, linux/if.h).</summary>
internal static class LinkFlag
{
    public const uint Up = 1;
    public const uint Loopback = 8;
    public const uint NoArp = 0x80;

    private static readonly string[] Names =
    [
        "Up", "Broadcast", "Debug", "Loopback", "PointToPoint", "NoTrailers", "Running", "NoArp", "Promiscuous", "AllMulticast",
        "Master", "Slave", "Multicast", "PortSelect", "AutoMedia", "Dynamic", "LowerUp", "Dormant", "Echo",
    ];

    /// <summary>The flags' names, lowest bit first; bits that have none are left out.</summary>
    public static string[] Describe(uint flags) => FlagNames.Describe(flags, Names);
}

/// <summary>Hardware types (ARPHRD_*, linux/if_arp.h) by the words in use.</summary>
internal static class LinkType
{
    /// <summary>The type's word, else its number in brackets.</summary>
    public static string Name(ushort type) => type switch
    {
        0 => "netrom",
        1 => "ether",
        24 => "ieee1394",
        32 => "infiniband",
        256 => "slip",
        280 => "can",
        512 => "ppp",
        519 => "rawip",
        768 => "ipip",
        769 => "tunnel6",
        772 => "loopback",
        776 => "sit",
        778 => "gre",
        801 => "ieee802.11",
        802 => "ieee802.11/prism",
        803 => "ieee802.11/radiotap",
        823 => "gre6",
        824 => "netlink",
        825 => "6lowpan",
        826 => "vsockmon",
        65534 => "none",
        65535 => "void",
        _ => $"[{type}]",
    };
}

namespace PacketPath.Firewall;

/// <content>The types there are, by nft's numbers.</content>
internal sealed partial record NftType
{
    public static readonly NftType Integer = new(4, "integer", 0, NftForm.Number);
    public static readonly NftType HostInteger = new(4, "integer", 0, NftForm.Number, HostOrder: true);
    public static readonly NftType Raw = new(4, "integer", 0, NftForm.Hex);
    public static readonly NftType String = new(5, "string", 0, NftForm.QuotedText);
    public static readonly NftType VerdictType = new(1, "verdict", 0, NftForm.Verdict);
    public static readonly NftType NfProto = new(2, "nf_proto", 8, NftForm.Number, NftSymbols.Families);
    public static readonly NftType LinkLayerAddress = new(6, "ll_addr", 0, NftForm.LinkAddress);
    public static readonly NftType IPv4 = new(7, "ipv4_addr", 32, NftForm.Address, HasPrefixes: true);
    public static readonly NftType IPv6 = new(8, "ipv6_addr", 128, NftForm.Address, HasPrefixes: true);
    public static readonly NftType EtherAddress = new(9, "ether_addr", 48, NftForm.LinkAddress);
    public static readonly NftType EtherType = new(10, "ether_type", 16, NftForm.Hex, NftSymbols.EtherTypes);
    public static readonly NftType ArpOperation = new(11, "arp_op", 16, NftForm.Number, NftSymbols.ArpOperations);
    public static readonly NftType InetProto = new(12, "inet_proto", 8, NftForm.Number, NftSymbols.InetProtocols);
    public static readonly NftType InetService = new(13, "inet_service", 16, NftForm.Number);
    public static readonly NftType IcmpType = new(14, "icmp_type", 8, NftForm.Number, NftSymbols.IcmpTypes);
    public static readonly NftType TcpFlag = new(15, "tcp_flag", 8, NftForm.Flags, NftSymbols.TcpFlags);
    public static readonly NftType DccpType = new(16, "dccp_pkttype", 4, NftForm.Number, NftSymbols.DccpTypes);
    public static readonly NftType MobilityType = new(17, "mh_type", 8, NftForm.Number, NftSymbols.MobilityTypes);
    public static readonly NftType Time = new(18, "time", 32, NftForm.Time, HostOrder: true);
    public static readonly NftType Mark = new(19, "mark", 32, NftForm.Hex, HostOrder: true, HasPrefixes: true);
    public static readonly NftType InterfaceIndex = new(20, "iface_index", 32, NftForm.Interface, HostOrder: true);
    public static readonly NftType InterfaceType = new(21, "iface_type", 16, NftForm.Number, NftSymbols.HardwareTypes, HostOrder: true);
    public static readonly NftType Realm = new(22, "realm", 32, NftForm.Number, HostOrder: true, HasPrefixes: true);
    public static readonly NftType ClassId = new(23, "classid", 32, NftForm.TrafficClass, HostOrder: true);
    public static readonly NftType Uid = new(24, "uid", 32, NftForm.Number, HostOrder: true);
    public static readonly NftType Gid = new(25, "gid", 32, NftForm.Number, HostOrder: true);
    public static readonly NftType CtState = new(26, "ct_state", 32, NftForm.Flags, NftSymbols.CtStates, HostOrder: true);
    public static readonly NftType CtDirection = new(27, "ct_dir", 8, NftForm.Number, NftSymbols.CtDirections);
    public static readonly NftType CtStatus = new(28, "ct_status", 32, NftForm.Flags, NftSymbols.CtStatuses, HostOrder: true);
    public static readonly NftType Icmpv6Type = new(29, "icmpv6_type", 8, NftForm.Number, NftSymbols.Icmpv6Types);
    public static readonly NftType CtLabel = new(30, "ct_label", 128, NftForm.LabelBits, HostOrder: true);
    public static readonly NftType PacketType = new(31, "pkt_type", 8, NftForm.Number, NftSymbols.PacketTypes);
    public static readonly NftType IcmpCode = new(32, "icmp_code", 8, NftForm.Number, NftSymbols.IcmpCodes);
    public static readonly NftType Icmpv6Code = new(33, "icmpv6_code", 8, NftForm.Number, NftSymbols.Icmpv6Codes);
    public static readonly NftType IcmpxCode = new(34, "icmpx_code", 8, NftForm.Number, NftSymbols.IcmpxCodes);
    public static readonly NftType DeviceGroup = new(35, "devgroup", 32, NftForm.Number, HostOrder: true, HasPrefixes: true);
    public static readonly NftType Dscp = new(36, "dscp", 6, NftForm.Hex, NftSymbols.Dscp);
    public static readonly NftType Ecn = new(37, "ecn", 2, NftForm.Hex, NftSymbols.Ecn);
    public static readonly NftType FibAddressType = new(38, "fib_addrtype", 32, NftForm.Number, NftSymbols.AddressTypes, HostOrder: true);
    public static readonly NftType Boolean = new(39, "boolean", 1, NftForm.Boolean);
    public static readonly NftType CtEvent = new(40, "ct_event", 32, NftForm.Flags, NftSymbols.CtEvents, HostOrder: true);
    public static readonly NftType InterfaceName = new(41, "ifname", 128, NftForm.QuotedText);
    public static readonly NftType IgmpType = new(42, "igmp_type", 8, NftForm.Number, NftSymbols.IgmpTypes);
    public static readonly NftType Timestamp = new(43, "time", 64, NftForm.Timestamp, HostOrder: true);
    public static readonly NftType Hour = new(44, "hour", 32, NftForm.Hour, HostOrder: true);
    public static readonly NftType Day = new(45, "day", 8, NftForm.Number, NftSymbols.Days);
    public static readonly NftType CGroup = new(46, "cgroupsv2", 64, NftForm.Number, HostOrder: true);

    private static readonly Dictionary<int, NftType> ById = new NftType[]
    {
        VerdictType, NfProto, Integer, String, LinkLayerAddress, IPv4, IPv6, EtherAddress, EtherType, ArpOperation, InetProto, InetService,
        IcmpType, TcpFlag, DccpType, MobilityType, Time, Mark, InterfaceIndex, InterfaceType, Realm, ClassId, Uid, Gid, CtState, CtDirection,
        CtStatus, Icmpv6Type, CtLabel, PacketType, IcmpCode, Icmpv6Code, IcmpxCode, DeviceGroup, Dscp, Ecn, FibAddressType, Boolean, CtEvent,
        InterfaceName, IgmpType, Timestamp, Hour, Day, CGroup,
    }.ToDictionary(static type => type.Id);

    /// <summary>The width in bytes; 0 where it varies.</summary>
    public int Bytes => (Bits + 7) / 8;

    /// <summary>The type with that number; raw bytes where it is not known.</summary>
    public static NftType Of(uint id) => ById.GetValueOrDefault((int)(id & 0x3f), Raw);

    /// <summary>The type of that name; null where there is none.</summary>
    public static NftType? Named(string name) => ById.Values.FirstOrDefault(type => type.Name == name);

    /// <summary>The types a number stands for: six bits a part, the first part in the highest bits.</summary>
    public static NftType[] Parts(uint id)
    {
        if (id == 0xffffff00)
        {
            return [VerdictType];
        }

        var parts = new List<NftType>();
        for (; id != 0; id >>= 6)
        {
            parts.Insert(0, Of(id));
        }

        return parts.Count == 0 ? [Raw] : [.. parts];
    }
}

namespace PacketPath.Firewall;

/// <summary>Names nft writes for numbers (IANA registries and kernel headers).</summary>
internal static class NftSymbols
{
    public static readonly SymbolTable Families = new(("ipv4", 2), ("ipv6", 10));

    public static readonly SymbolTable EtherTypes = new(
        ("ip", 0x0800), ("arp", 0x0806), ("ip6", 0x86dd), ("8021q", 0x8100), ("8021ad", 0x88a8));

    public static readonly SymbolTable ArpOperations = new(
        ("request", 1), ("reply", 2), ("rrequest", 3), ("rreply", 4), ("inrequest", 8), ("inreply", 9), ("nak", 10));

    public static readonly SymbolTable InetProtocols = new(ProtocolNames.All);

    public static readonly SymbolTable IcmpTypes = new(
        ("echo-reply", 0), ("destination-unreachable", 3), ("source-quench", 4), ("redirect", 5), ("echo-request", 8),
        ("router-advertisement", 9), ("router-solicitation", 10), ("time-exceeded", 11), ("parameter-problem", 12),
        ("timestamp-request", 13), ("timestamp-reply", 14), ("info-request", 15), ("info-reply", 16), ("address-mask-request", 17),
        ("address-mask-reply", 18));

    public static readonly SymbolTable TcpFlags = new(
        ("fin", 1), ("syn", 2), ("rst", 4), ("psh", 8), ("ack", 16), ("urg", 32), ("ecn", 64), ("cwr", 128));

    public static readonly SymbolTable DccpTypes = new(
        ("request", 0), ("response", 1), ("data", 2), ("ack", 3), ("dataack", 4), ("closereq", 5), ("close", 6), ("reset", 7), ("sync", 8),
        ("syncack", 9));

    public static readonly SymbolTable MobilityTypes = new(
        ("binding-refresh-request", 0), ("home-test-init", 1), ("careof-test-init", 2), ("home-test", 3), ("careof-test", 4),
        ("binding-update", 5), ("binding-acknowledgement", 6), ("binding-error", 7), ("fast-binding-update", 8),
        ("fast-binding-acknowledgement", 9), ("fast-binding-advertisement", 10), ("experimental-mobility-header", 11),
        ("home-agent-switch-message", 12));

    public static readonly SymbolTable HardwareTypes = new(
        ("ether", 1), ("ppp", 512), ("ipip", 768), ("ipip6", 769), ("loopback", 772), ("sit", 776), ("ipgre", 778), ("none", 65534));

    public static readonly SymbolTable CtStates = new(
        ("invalid", 1), ("established", 2), ("related", 4), ("new", 8), ("untracked", 64));

    public static readonly SymbolTable CtDirections = new(("original", 0), ("reply", 1));

    public static readonly SymbolTable CtStatuses = new(
        ("expected", 1), ("seen-reply", 2), ("assured", 4), ("confirmed", 8), ("snat", 16), ("dnat", 32), ("dying", 512));

    public static readonly SymbolTable CtEvents = new(
        ("new", 1), ("related", 2), ("destroy", 4), ("reply", 8), ("assured", 16), ("protoinfo", 32), ("helper", 64), ("mark", 128),
        ("seqadj", 256), ("secmark", 512), ("label", 1024));

    public static readonly SymbolTable Icmpv6Types = new(
        ("destination-unreachable", 1), ("packet-too-big", 2), ("time-exceeded", 3), ("parameter-problem", 4), ("echo-request", 128),
        ("echo-reply", 129), ("mld-listener-query", 130), ("mld-listener-report", 131), ("mld-listener-done", 132),
        ("nd-router-solicit", 133), ("nd-router-advert", 134), ("nd-neighbor-solicit", 135), ("nd-neighbor-advert", 136),
        ("nd-redirect", 137), ("router-renumbering", 138), ("ind-neighbor-solicit", 141), ("ind-neighbor-advert", 142),
        ("mld2-listener-report", 143));

    public static readonly SymbolTable PacketTypes = new(("host", 0), ("broadcast", 1), ("multicast", 2), ("other", 3));

    public static readonly SymbolTable IcmpCodes = new(
        ("net-unreachable", 0), ("host-unreachable", 1), ("prot-unreachable", 2), ("port-unreachable", 3), ("frag-needed", 4),
        ("net-prohibited", 9), ("host-prohibited", 10), ("admin-prohibited", 13));

    public static readonly SymbolTable Icmpv6Codes = new(
        ("no-route", 0), ("admin-prohibited", 1), ("addr-unreachable", 3), ("port-unreachable", 4), ("policy-fail", 5), ("reject-route", 6));

    public static readonly SymbolTable IcmpxCodes = new(
        ("no-route", 0), ("port-unreachable", 1), ("host-unreachable", 2), ("admin-prohibited", 3));

    public static readonly SymbolTable Dscp = new(
        ("cs0", 0x00), ("cs1", 0x08), ("cs2", 0x10), ("cs3", 0x18), ("cs4", 0x20), ("cs5", 0x28), ("cs6", 0x30), ("cs7", 0x38),
        ("lephb", 0x01), ("af11", 0x0a), ("af12", 0x0c), ("af13", 0x0e), ("af21", 0x12), ("af22", 0x14), ("af23", 0x16), ("af31", 0x1a),
        ("af32", 0x1c), ("af33", 0x1e), ("af41", 0x22), ("af42", 0x24), ("af43", 0x26), ("va", 0x2c), ("ef", 0x2e));

    public static readonly SymbolTable Ecn = new(("not-ect", 0), ("ect1", 1), ("ect0", 2), ("ce", 3));

    public static readonly SymbolTable AddressTypes = new(
        ("unspec", 0), ("unicast", 1), ("local", 2), ("broadcast", 3), ("anycast", 4), ("multicast", 5), ("blackhole", 6),
        ("unreachable", 7), ("prohibit", 8));

    public static readonly SymbolTable IgmpTypes = new(
        ("membership-query", 0x11), ("membership-report-v1", 0x12), ("membership-report-v2", 0x16), ("membership-report-v3", 0x22),
        ("leave-group", 0x17));

    public static readonly SymbolTable Days = new(
        ("\"Sunday\"", 0), ("\"Monday\"", 1), ("\"Tuesday\"", 2), ("\"Wednesday\"", 3), ("\"Thursday\"", 4), ("\"Friday\"", 5),
        ("\"Saturday\"", 6));
}

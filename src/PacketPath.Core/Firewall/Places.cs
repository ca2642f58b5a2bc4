using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Something with fields: a header at some base, an extension header, an option.</summary>
internal interface IPlace
{
    /// <summary>Its fields; null where nothing is known.</summary>
    HeaderTemplate? Template { get; }

    /// <summary>True where one of its fields announces the next header.</summary>
    bool AnnouncesProtocol { get; }

    /// <summary>Where the template's first bit lies.</summary>
    int Origin { get; }

    /// <summary>A field's name.</summary>
    string Name(HeaderField field);

    /// <summary>A place that is no field.</summary>
    string Raw(int offset, int length);
}

/// <summary>A header of the packet.</summary>
internal sealed record HeaderPlace(PayloadBase Base, HeaderTemplate? Template, int Origin) : IPlace
{
    public bool AnnouncesProtocol =>
        Base == PayloadBase.Link || ReferenceEquals(Template, HeaderTemplates.IPv4) || ReferenceEquals(Template, HeaderTemplates.IPv6);

    public string Name(HeaderField field) => $"{Template!.Name} {field.Name}";

    public string Raw(int offset, int length) => Base switch
    {
        PayloadBase.Link => $"@ll,{offset},{length}",
        PayloadBase.Network => $"@nh,{offset},{length}",
        PayloadBase.Transport => $"@th,{offset},{length}",
        _ => $"@ih,{offset},{length}",
    };
}

/// <summary>An extension header or option.</summary>
internal sealed record ExtensionPlace(ExtensionHeaderKind Kind, byte HeaderType) : IPlace
{
    public HeaderTemplate? Template => ExtensionTemplates.Find(Kind, HeaderType);

    public bool AnnouncesProtocol => false;

    public int Origin => 0;

    private string Prefix => Kind switch
    {
        ExtensionHeaderKind.TcpOption => "tcp option ",
        ExtensionHeaderKind.IPv4Option => "ip option ",
        ExtensionHeaderKind.SctpChunk => "sctp chunk ",
        ExtensionHeaderKind.DccpOption => "dccp option ",
        _ => "",
    };

    /// <summary>The header itself.</summary>
    public string Self => Kind == ExtensionHeaderKind.IPv6 ? "exthdr " + Title : Prefix + Title;

    private string Title => Template?.Name ?? HeaderType.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public string Name(HeaderField field) => $"{Prefix}{Title} {field.Name}";

    public string Raw(int offset, int length) => $"{Prefix}@{HeaderType},{offset},{length}";
}

/// <summary>The extension headers and options nft knows.</summary>
internal static class ExtensionTemplates
{
    private static readonly HeaderField Next = new("nexthdr", 0, 8, NftType.InetProto);
    private static readonly HeaderField HeaderLength = new("hdrlength", 8, 8, NftType.Integer);
    private static readonly HeaderField OptionKind = new("kind", 0, 8, NftType.Integer);
    private static readonly HeaderField OptionLength = new("length", 8, 8, NftType.Integer);
    private static readonly HeaderField OptionType = new("type", 0, 8, NftType.Integer);

    private static readonly Dictionary<int, HeaderTemplate> IPv6 = new()
    {
        [0] = new("hbh", Next, HeaderLength),
        [43] = new("rt", Next, HeaderLength, new("type", 16, 8, NftType.Integer), new("seg-left", 24, 8, NftType.Integer)),
        [44] = new("frag", Next, new("reserved", 8, 8, NftType.Integer), new("frag-off", 16, 13, NftType.Integer),
            new("reserved2", 29, 2, NftType.Integer), new("more-fragments", 31, 1, NftType.Integer), new("id", 32, 32, NftType.Integer)),
        [60] = new("dst", Next, HeaderLength),
        [135] = new("mh", Next, HeaderLength, new("type", 16, 8, NftType.MobilityType), new("reserved", 24, 8, NftType.Integer),
            new("checksum", 32, 16, NftType.Integer)),
    };

    private static readonly Dictionary<int, HeaderTemplate> Tcp = new()
    {
        [0] = new("eol", OptionKind),
        [1] = new("nop", OptionKind),
        [2] = new("maxseg", OptionKind, OptionLength, new("size", 16, 16, NftType.Integer)),
        [3] = new("window", OptionKind, OptionLength, new("count", 16, 8, NftType.Integer)),
        [4] = new("sack-perm", OptionKind, OptionLength),
        [5] = new("sack", OptionKind, OptionLength, new("left", 16, 32, NftType.Integer), new("right", 48, 32, NftType.Integer)),
        [8] = new("timestamp", OptionKind, OptionLength, new("tsval", 16, 32, NftType.Integer), new("tsecr", 48, 32, NftType.Integer)),
        [19] = new("md5sig", OptionKind, OptionLength),
        [30] = new("mptcp", OptionKind, OptionLength, new("subtype", 16, 4, NftType.Integer)),
        [34] = new("fastopen", OptionKind, OptionLength),
    };

    private static readonly Dictionary<int, HeaderTemplate> IPv4 = new()
    {
        [7] = new("rr", OptionType, OptionLength, new("ptr", 16, 8, NftType.Integer), new("addr", 24, 32, NftType.IPv4)),
        [131] = new("lsrr", OptionType, OptionLength, new("ptr", 16, 8, NftType.Integer), new("addr", 24, 32, NftType.IPv4)),
        [137] = new("ssrr", OptionType, OptionLength, new("ptr", 16, 8, NftType.Integer), new("addr", 24, 32, NftType.IPv4)),
        [148] = new("ra", OptionType, OptionLength, new("value", 16, 16, NftType.Integer)),
    };

    private static readonly Dictionary<int, HeaderTemplate> Sctp = new()
    {
        [0] = Chunk("data", new("tsn", 32, 32, NftType.Integer), new("stream", 64, 16, NftType.Integer), new("ssn", 80, 16, NftType.Integer), new("ppid", 96, 32, NftType.Integer)),
        [1] = Chunk("init", new HeaderField("init-tag", 32, 32, NftType.Integer), new HeaderField("a-rwnd", 64, 32, NftType.Integer)),
        [2] = Chunk("init-ack", new HeaderField("init-tag", 32, 32, NftType.Integer), new HeaderField("a-rwnd", 64, 32, NftType.Integer)),
        [3] = Chunk("sack", new HeaderField("cum-tsn-ack", 32, 32, NftType.Integer), new HeaderField("a-rwnd", 64, 32, NftType.Integer)),
        [4] = Chunk("heartbeat"),
        [5] = Chunk("heartbeat-ack"),
        [6] = Chunk("abort"),
        [7] = Chunk("shutdown", new HeaderField("cum-tsn-ack", 32, 32, NftType.Integer)),
        [8] = Chunk("shutdown-ack"),
        [9] = Chunk("error"),
        [10] = Chunk("cookie-echo"),
        [11] = Chunk("cookie-ack"),
        [12] = Chunk("ecne", new HeaderField("lowest-tsn", 32, 32, NftType.Integer)),
        [13] = Chunk("cwr", new HeaderField("lowest-tsn", 32, 32, NftType.Integer)),
        [14] = Chunk("shutdown-complete"),
        [128] = Chunk("asconf-ack", new HeaderField("seqno", 32, 32, NftType.Integer)),
        [192] = Chunk("forward-tsn", new HeaderField("new-cum-tsn", 32, 32, NftType.Integer)),
        [193] = Chunk("asconf", new HeaderField("seqno", 32, 32, NftType.Integer)),
    };

    /// <summary>The header or option of a type; null where nft knows none.</summary>
    public static HeaderTemplate? Find(ExtensionHeaderKind kind, byte type) => kind switch
    {
        ExtensionHeaderKind.IPv6 => IPv6.GetValueOrDefault(type),
        ExtensionHeaderKind.TcpOption => Tcp.GetValueOrDefault(type),
        ExtensionHeaderKind.IPv4Option => IPv4.GetValueOrDefault(type),
        ExtensionHeaderKind.SctpChunk => Sctp.GetValueOrDefault(type),
        _ => null,
    };

    private static HeaderTemplate Chunk(string name, params HeaderField[] fields) =>
        new(name, [OptionType, new("flags", 8, 8, NftType.Raw), new("length", 16, 16, NftType.Integer), .. fields]);
}

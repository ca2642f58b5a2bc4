using System.Globalization;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Reads xtables matches.</summary>
internal static class XtMatchText
{
    /// <summary>offsetof(struct xt_conntrack_mtinfo3, match_flags).</summary>
    public const int ConntrackFlags = 146;

    /// <summary>offsetof(struct xt_conntrack_mtinfo3, invert_flags).</summary>
    public const int ConntrackInverted = 148;

    /// <summary>offsetof(struct xt_conntrack_mtinfo3, state_mask).</summary>
    public const int ConntrackStates = 150;

    /// <summary>XT_MULTI_PORTS.</summary>
    public const int MultiPorts = 15;

    /// <summary>offsetof(struct xt_multiport_v1, pflags).</summary>
    public const int MultiPortFlags = 32;

    /// <summary>offsetof(struct xt_multiport_v1, invert).</summary>
    public const int MultiPortInverted = 47;

    private const int ConntrackStatus = 152;
    private const byte AnyIcmp = 0xff;

    /// <summary>The match in words; null where it is not known.</summary>
    public static XtReading? Read(XtExpression xt)
    {
        var info = new XtInfo(xt.Info);
        return xt.Extension switch
        {
            "tcp" when info.U8(8) == 0 => new XtReading(Tcp(info)),
            "udp" => new XtReading(Ports("udp", info, info.U8(8))),
            "icmp" or "icmp6" => new XtReading(Icmp(info, xt.Extension == "icmp" ? "icmp" : "icmpv6")),
            "comment" => new XtReading($"/* {info.Text(0, 256)} */", Comment: info.Text(0, 256)),
            "state" => new XtReading("ct state " + Flags(NftType.CtState, info.U32(0))),
            "conntrack" when xt.Revision == 3 => Conntrack(info),
            "multiport" when xt.Revision == 1 => new XtReading(MultiPort(info)),
            "mark" when xt.Revision == 1 => new XtReading("meta mark " + Mark(info)),
            "connmark" when xt.Revision == 1 => new XtReading("ct mark " + Mark(info)),
            "addrtype" when xt.Revision == 1 => AddressType(info),
            "limit" => new XtReading(Limit(info)),
            "owner" when xt.Revision == 1 && (info.U8(16) & 1) != 0 => new XtReading(Owner(info)),
            _ => null,
        };
    }

    private static string Tcp(XtInfo info)
    {
        var ports = Ports("tcp", info, info.U8(11));
        if (info.U8(9) == 0)
        {
            return ports;
        }

        var flags = $"tcp flags {((info.U8(11) & 4) != 0 ? "!= " : "")}{Flags(NftType.TcpFlag, info.U8(10))} / {Flags(NftType.TcpFlag, info.U8(9))}";
        return ports == "meta l4proto tcp" ? flags : $"{ports} {flags}";
    }

    private static string Ports(string protocol, XtInfo info, byte inverted)
    {
        var source = Range(info.U16(0), info.U16(2));
        var destination = Range(info.U16(4), info.U16(6));
        var words = new List<string>(2);
        if (source is not null)
        {
            words.Add($"{protocol} sport {((inverted & 1) != 0 ? "!= " : "")}{source}");
        }

        if (destination is not null)
        {
            words.Add($"{protocol} dport {((inverted & 2) != 0 ? "!= " : "")}{destination}");
        }

        return words.Count == 0 ? "meta l4proto " + protocol : string.Join(' ', words);
    }

    private static string? Range(ushort from, ushort to) =>
        from == 0 && to == ushort.MaxValue ? null
        : from == to ? from.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{from}-{to}");

    private static string Icmp(XtInfo info, string protocol)
    {
        var type = info.U8(0);
        if (type == AnyIcmp)
        {
            return "meta l4proto " + (protocol == "icmp" ? "icmp" : "ipv6-icmp");
        }

        var sign = (info.U8(3) & 1) != 0 ? "!= " : "";
        var name = Flags(protocol == "icmp" ? NftType.IcmpType : NftType.Icmpv6Type, type);
        var code = Range(info.U8(1), info.U8(2) == AnyIcmp ? ushort.MaxValue : info.U8(2));
        return $"{protocol} type {sign}{name}{(code is null ? "" : $" {protocol} code {code}")}";
    }

    private static XtReading? Conntrack(XtInfo info)
    {
        const int state = 0x0001;
        const int status = 0x0040;
        const int alias = 0x2000;
        int flags = info.U16(ConntrackFlags);
        int inverted = info.U16(ConntrackInverted);
        if ((flags & ~(state | status | alias)) != 0)
        {
            return null;
        }

        var words = new List<string>(2);
        if ((flags & state) != 0)
        {
            // Untracked has another bit here than in nft; snat and dnat are states only here.
            uint mask = info.U16(ConntrackStates);
            var known = (mask & 0xf) | ((mask & 0x100) != 0 ? 64u : 0);
            if ((mask & 0xc0) != 0)
            {
                words.Add($"ct status {((inverted & state) != 0 ? "! " : "")}{Flags(NftType.CtStatus, (mask & 0xc0) >> 2)}");
            }

            if (known != 0)
            {
                words.Add($"ct state {((inverted & state) != 0 ? "! " : "")}{Flags(NftType.CtState, known)}");
            }
        }

        if ((flags & status) != 0)
        {
            words.Add($"ct status {((inverted & status) != 0 ? "! " : "")}{Flags(NftType.CtStatus, info.U16(ConntrackStatus))}");
        }

        return new XtReading(string.Join(' ', words));
    }

    private static string MultiPort(XtInfo info)
    {
        var list = new List<string>();
        for (var i = 0; i < Math.Min((int)info.U8(1), MultiPorts); i++)
        {
            var from = info.U16(2 + (i * 2));
            var isRange = info.U8(MultiPortFlags + i) != 0 && i + 1 < MultiPorts;
            list.Add(isRange
                ? string.Create(CultureInfo.InvariantCulture, $"{from}-{info.U16(2 + (++i * 2))}")
                : from.ToString(CultureInfo.InvariantCulture));
        }

        var word = info.U8(0) switch { 0 => "th sport", 1 => "th dport", _ => "th sport or dport" };
        return $"{word} {(info.U8(MultiPortInverted) != 0 ? "!= " : "")}{{ {string.Join(", ", list)} }}";
    }

    private static string Mark(XtInfo info)
    {
        var sign = info.U8(8) != 0;
        var mark = $"0x{info.U32(0):x8}";
        return info.U32(4) == uint.MaxValue
            ? (sign ? "!= " : "") + mark
            : $"& 0x{info.U32(4):x8} {(sign ? "!=" : "==")} {mark}";
    }

    private static XtReading? AddressType(XtInfo info)
    {
        int source = info.U16(0);
        int destination = info.U16(2);
        var flags = info.U32(4);
        if ((flags & 0xc) != 0)
        {
            return null;
        }

        var words = new List<string>(2);
        if (source != 0)
        {
            words.Add($"fib saddr type {((flags & 1) != 0 ? "!= " : "")}{Types(source)}");
        }

        if (destination != 0)
        {
            words.Add($"fib daddr type {((flags & 2) != 0 ? "!= " : "")}{Types(destination)}");
        }

        return new XtReading(string.Join(' ', words));

        static string Types(int mask)
        {
            var names = Enumerable.Range(0, 16).Where(bit => (mask >> bit & 1) != 0).Select(bit => Flags(NftType.FibAddressType, (uint)bit)).ToArray();
            return names.Length == 1 ? names[0] : $"{{ {string.Join(", ", names)} }}";
        }
    }

    private static string Limit(XtInfo info)
    {
        // The average is ten-thousandths of a second between packets.
        const double scale = 10_000;
        var average = Math.Max(info.U32(0), 1);
        var (unit, name) = average switch { <= 10_000 => (1, "second"), <= 600_000 => (60, "minute"), <= 36_000_000 => (3600, "hour"), _ => (86_400, "day") };
        var rate = Math.Round(unit * scale / average);
        var burst = info.U32(4) == 5 ? "" : string.Create(CultureInfo.InvariantCulture, $" burst {info.U32(4)} packets");
        return string.Create(CultureInfo.InvariantCulture, $"limit rate {rate}/{name}{burst}");
    }

    private static string Owner(XtInfo info)
    {
        var sign = (info.U8(17) & 1) != 0 ? "!= " : "";
        return info.U32(0) == info.U32(4)
            ? string.Create(CultureInfo.InvariantCulture, $"meta skuid {sign}{info.U32(0)}")
            : string.Create(CultureInfo.InvariantCulture, $"meta skuid {sign}{info.U32(0)}-{info.U32(4)}");
    }

    private static string Flags(NftType type, uint value)
    {
        var text = new System.Text.StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        type.Write(text, bytes, NoNames.Instance);
        return text.ToString();
    }
}

/// <summary>No names are known.</summary>
internal sealed class NoNames : INftNames
{
    public static NoNames Instance { get; } = new();

    public string? Interface(uint index) => null;

    public string? Group(uint number) => null;

    public string? Mark(uint number) => null;
}

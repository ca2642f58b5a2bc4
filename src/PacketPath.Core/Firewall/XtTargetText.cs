using System.Globalization;
using System.Text;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Reads xtables targets.</summary>
internal static class XtTargetText
{
    private const int TcpReset = 7;
    private const int TcpResetIPv6 = 6;

    private static readonly string[] Rejects =
    [
        "icmp net-unreachable", "icmp host-unreachable", "icmp prot-unreachable", "icmp port-unreachable", "icmp echo-reply",
        "icmp net-prohibited", "icmp host-prohibited", "tcp reset", "icmp admin-prohibited",
    ];

    private static readonly string[] RejectsIPv6 =
    [
        "icmpv6 no-route", "icmpv6 admin-prohibited", "icmpv6 not-neighbour", "icmpv6 addr-unreachable", "icmpv6 port-unreachable",
        "icmpv6 echo-reply", "tcp reset", "icmpv6 policy-fail", "icmpv6 reject-route",
    ];

    /// <summary>The target in words; null where it is not known.</summary>
    public static XtReading? Read(XtExpression xt, bool isIPv6)
    {
        var info = new XtInfo(xt.Info);
        return xt.Extension switch
        {
            "REJECT" => Reject((int)info.U32(0), isIPv6),
            "LOG" => new XtReading(Log(info)),
            "MARK" when xt.Revision == 2 => new XtReading("meta mark set " + Mark("meta mark", info.U32(0), info.U32(4))),
            "CONNMARK" when info.U8(12) == 0 => new XtReading("ct mark set " + Mark("ct mark", info.U32(0), info.U32(4))),
            "CONNMARK" when info.U8(12) == 1 => new XtReading("ct mark set meta mark"),
            "CONNMARK" when info.U8(12) == 2 => new XtReading("meta mark set ct mark"),
            "CT" when (info.U16(0) & 1) != 0 => new XtReading("notrack"),
            "NOTRACK" => new XtReading("notrack"),
            "TCPMSS" => new XtReading("tcp option maxseg size set " + (info.U16(0) == ushort.MaxValue ? "rt mtu" : info.U16(0).ToString(CultureInfo.InvariantCulture))),
            "DNAT" => Nat("dnat", xt, isIPv6),
            "SNAT" => Nat("snat", xt, isIPv6),
            "MASQUERADE" => Nat("masquerade", xt, isIPv6),
            "REDIRECT" => Nat("redirect", xt, isIPv6),
            "TRACE" => new XtReading("meta nftrace set 1"),
            _ => null,
        };
    }

    private static XtReading? Reject(int with, bool isIPv6)
    {
        var words = isIPv6 ? RejectsIPv6 : Rejects;
        return with >= 0 && with < words.Length ? new XtReading("reject with " + words[with], "reject") : null;
    }

    private static string Log(XtInfo info)
    {
        const byte usual = 4;
        string[] levels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
        var text = new StringBuilder("log");
        var prefix = info.Text(2, 30);
        text.Append(prefix.Length == 0 ? "" : $" prefix \"{prefix}\"");
        var level = info.U8(0);
        text.Append(level != usual && level < levels.Length ? " level " + levels[level] : "");
        return text.ToString();
    }

    private static string Mark(string name, uint mark, uint mask) => mask == uint.MaxValue
        ? $"0x{mark:x8}"
        : $"{name} & 0x{~mask:x8} ^ 0x{mark:x8}";

    private static XtReading Nat(string word, XtExpression xt, bool isIPv6)
    {
        var info = new XtInfo(xt.Info);
        // Revision 0 of IPv4 holds a count and 32-bit addresses, all others two addresses of 16 bytes.
        var isOld = xt.Revision == 0 && !isIPv6;
        var start = isOld ? 4 : 0;
        var addressBytes = isOld ? 4 : 16;
        var bytes = isIPv6 ? 16 : 4;
        var flags = (NatFlag)info.U32(start);
        var ports = start + 4 + (2 * addressBytes);
        var text = new StringBuilder();
        if (flags.HasFlag(NatFlag.MapAddresses) && word is "dnat" or "snat")
        {
            var first = AddressText.Format(info.Bytes(start + 4, bytes));
            var last = AddressText.Format(info.Bytes(start + 4 + addressBytes, bytes));
            var range = first == last ? first : $"{first}-{last}";
            text.Append(isIPv6 && flags.HasFlag(NatFlag.ProtoSpecified) ? $"[{range}]" : range);
        }

        if (flags.HasFlag(NatFlag.ProtoSpecified))
        {
            var from = info.U16BigEndian(ports);
            var to = info.U16BigEndian(ports + 2);
            text.Append(CultureInfo.InvariantCulture, $":{from}").Append(from == to ? "" : string.Create(CultureInfo.InvariantCulture, $"-{to}"));
        }

        var options = new List<string>(3);
        options.AddRange(flags.HasFlag(NatFlag.Random) ? ["random"] : []);
        options.AddRange(flags.HasFlag(NatFlag.FullyRandom) ? ["fully-random"] : []);
        options.AddRange(flags.HasFlag(NatFlag.Persistent) ? ["persistent"] : []);
        return new XtReading(
            $"{word}{(text.Length == 0 ? "" : $" to {text}")}{(options.Count == 0 ? "" : " " + string.Join(",", options))}", word);
    }
}

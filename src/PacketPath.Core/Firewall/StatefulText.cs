using System.Globalization;
using System.Text;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Writes the statements that keep a state: they stand in rules and in set elements.</summary>
internal static class StatefulText
{
    private const uint UsualBurst = 5;

    /// <summary>The statement without its state, as the elements a rule adds begin with.</summary>
    public static string WriteFresh(NftExpression expression) => expression switch
    {
        CounterExpression => "counter",
        QuotaExpression quota => Quota(quota with { Consumed = 0 }),
        _ => Write(expression),
    };

    /// <summary>The statement; its name in brackets where it is none of these.</summary>
    public static string Write(NftExpression expression) => expression switch
    {
        CounterExpression counter => string.Create(CultureInfo.InvariantCulture, $"counter packets {counter.Packets} bytes {counter.Bytes}"),
        LimitExpression limit => Limit(limit),
        QuotaExpression quota => Quota(quota),
        ConnectionLimitExpression limit => string.Create(CultureInfo.InvariantCulture, $"ct count {(limit.Inverted ? "over " : "")}{limit.Count}"),
        LastExpression last => Last(last),
        UnknownExpression unknown => Unknown(unknown),
        _ => $"[{expression.Name}]",
    };

    /// <summary>An expression of a kind not known here: its name and its bytes.</summary>
    public static string Unknown(UnknownExpression unknown) =>
        unknown.Data.Length == 0 ? $"[{unknown.Name}]" : $"[{unknown.Name} {Bytes(unknown.Data)}]";

    /// <summary>Bytes nobody here can read; of many, the first ones and how many there are.</summary>
    public static string Bytes(ReadOnlySpan<byte> data)
    {
        const int most = 64;
        return data.Length <= most
            ? "0x" + Convert.ToHexString(data).ToLowerInvariant()
            : string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexString(data[..most]).ToLowerInvariant()}... ({data.Length} bytes)");
    }

    /// <summary>A number of bytes in the largest unit that divides it.</summary>
    public static (ulong Value, string Unit) Amount(ulong bytes)
    {
        string[] units = ["bytes", "kbytes", "mbytes"];
        var unit = 0;
        while (unit < units.Length - 1 && bytes != 0 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            unit++;
        }

        return (bytes, units[unit]);
    }

    private static string Limit(LimitExpression limit)
    {
        var text = new StringBuilder("limit rate ").Append(limit.Inverted ? "over " : "");
        var unit = limit.UnitSeconds switch
        {
            1 => "second",
            60 => "minute",
            3600 => "hour",
            86_400 => "day",
            604_800 => "week",
            _ => limit.UnitSeconds.ToString(CultureInfo.InvariantCulture) + "s",
        };
        if (limit.IsBytes)
        {
            var (rate, rateUnit) = Amount(limit.Rate);
            text.Append(CultureInfo.InvariantCulture, $"{rate} {rateUnit}/{unit}");
            if (limit.Burst > 0)
            {
                var (burst, burstUnit) = Amount(limit.Burst);
                text.Append(CultureInfo.InvariantCulture, $" burst {burst} {burstUnit}");
            }
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"{limit.Rate}/{unit}");
            if (limit.Burst is not 0 and not UsualBurst)
            {
                text.Append(CultureInfo.InvariantCulture, $" burst {limit.Burst} packets");
            }
        }

        return text.ToString();
    }

    private static string Quota(QuotaExpression quota)
    {
        var (amount, unit) = Amount(quota.Bytes);
        var text = string.Create(CultureInfo.InvariantCulture, $"quota {(quota.Inverted ? "over " : "")}{amount} {unit}");
        if (quota.Consumed == 0)
        {
            return text;
        }

        var (used, usedUnit) = Amount(quota.Consumed);
        return string.Create(CultureInfo.InvariantCulture, $"{text} used {used} {usedUnit}");
    }

    private static string Last(LastExpression last)
    {
        if (!last.Seen)
        {
            return "last used never";
        }

        var text = new StringBuilder("last used ");
        NftTime.WriteDuration(text, last.Milliseconds);
        return text.ToString();
    }
}

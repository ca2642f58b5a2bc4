using System.Runtime.InteropServices;

namespace PacketPath.Netlink.TrafficControl;

/// <summary>The counters a kind has besides the common ones (TCA_STATS_APP, TCA_XSTATS), as far as they tell of losses.</summary>
internal static class TcExtraCounters
{
    /// <summary>TCA_FQ_CODEL_XSTATS_QDISC.</summary>
    public const uint FqCodelOfQdisc = 0;

    private static readonly (string Name, CounterMeaning Meaning, int Offset, bool IsWide)[] FqCodel =
    [
        ("drop_overlimit", CounterMeaning.Drop, 8, false), ("ecn_mark", CounterMeaning.Traffic, 12, false),
        ("drop_overmemory", CounterMeaning.Drop, 36, false),
    ];

    private static readonly (string Name, CounterMeaning Meaning, int Offset, bool IsWide)[] Codel =
        [("drop_overlimit", CounterMeaning.Drop, 20, false), ("ecn_mark", CounterMeaning.Traffic, 24, false)];

    private static readonly (string Name, CounterMeaning Meaning, int Offset, bool IsWide)[] Fq =
    [
        ("flows_plimit", CounterMeaning.Drop, 32, true), ("pkts_too_long", CounterMeaning.Traffic, 40, true),
        ("allocation_errors", CounterMeaning.Error, 48, true), ("horizon_drops", CounterMeaning.Drop, 88, true),
    ];

    private static readonly (string Name, CounterMeaning Meaning, int Offset, bool IsWide)[] Red =
    [
        ("early", CounterMeaning.Drop, 0, false), ("pdrop", CounterMeaning.Drop, 4, false), ("other", CounterMeaning.Drop, 8, false),
        ("marked", CounterMeaning.Traffic, 12, false),
    ];

    private static readonly (string Name, CounterMeaning Meaning, int Offset, bool IsWide)[] HtbClass =
        [("lended", CounterMeaning.Traffic, 0, false), ("borrowed", CounterMeaning.Traffic, 4, false)];

    /// <summary>Decodes the counters of a kind. Those an older kernel's struct does not reach are left out.</summary>
    public static (string Name, CounterMeaning Meaning, ulong Value)[] Read(string kind, bool isClass, ReadOnlySpan<byte> data)
    {
        var layout = (kind, isClass) switch
        {
            ("fq_codel", false) when data.Length >= 4 && MemoryMarshal.Read<uint>(data) == FqCodelOfQdisc => FqCodel,
            ("codel", false) => Codel,
            ("fq", false) => Fq,
            ("red", false) => Red,
            ("htb", true) => HtbClass,
            _ => [],
        };
        var counters = new List<(string, CounterMeaning, ulong)>(layout.Length);
        foreach (var (name, meaning, offset, isWide) in layout)
        {
            if (data.Length >= offset + (isWide ? sizeof(ulong) : sizeof(uint)))
            {
                counters.Add((name, meaning, isWide ? MemoryMarshal.Read<ulong>(data[offset..]) : MemoryMarshal.Read<uint>(data[offset..])));
            }
        }

        return [.. counters];
    }
}

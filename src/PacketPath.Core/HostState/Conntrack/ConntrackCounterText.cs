using System.Globalization;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState.Conntrack;

/// <summary>Reads the text of /proc/net/stat/nf_conntrack: a line of names, then a line of hexadecimal numbers for each CPU.</summary>
internal static class ConntrackCounterText
{
    /// <summary>The counters of every CPU, in the file's order. Columns that are not known are passed over.</summary>
    public static List<ConntrackCpuCounters> Parse(ReadOnlySpan<char> text)
    {
        ConntrackCounter?[]? columns = null;
        var cpus = new List<ConntrackCpuCounters>();
        foreach (var line in text.EnumerateLines())
        {
            var words = line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (columns is null)
            {
                columns = Array.ConvertAll(words, CounterOf);
                continue;
            }

            var values = new uint[(int)ConntrackCounter.Size];
            for (var i = 0; i < Math.Min(words.Length, columns.Length); i++)
            {
                if (columns[i] is { } counter && uint.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                {
                    values[(int)counter] = value;
                }
            }

            cpus.Add(new ConntrackCpuCounters { Cpu = cpus.Count, Values = values });
        }

        return cpus;
    }

    private static ConntrackCounter? CounterOf(string column) => column switch
    {
        "found" => ConntrackCounter.Found,
        "invalid" => ConntrackCounter.Invalid,
        "insert" => ConntrackCounter.Insert,
        "insert_failed" => ConntrackCounter.InsertFailed,
        "drop" => ConntrackCounter.Drop,
        "early_drop" => ConntrackCounter.EarlyDrop,
        "icmp_error" => ConntrackCounter.Error,
        "search_restart" => ConntrackCounter.SearchRestart,
        "clashres" => ConntrackCounter.ClashResolve,
        "chainlength" => ConntrackCounter.ChainTooLong,
        "expect_new" => ConntrackCounter.ExpectationNew,
        "expect_create" => ConntrackCounter.ExpectationCreate,
        "expect_delete" => ConntrackCounter.ExpectationDelete,
        _ => null,
    };
}

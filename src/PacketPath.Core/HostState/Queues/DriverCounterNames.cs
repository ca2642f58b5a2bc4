using System.Globalization;
using System.Text.RegularExpressions;

namespace PacketPath.HostState.Queues;

/// <summary>What a driver's own counter name says: the queue it belongs to, if any, and whether it counts losses. Drivers agree on no spelling.</summary>
internal static partial class DriverCounterNames
{
    private static readonly string[] Lost = ["drop", "discard", "no_buf", "nobuf", "no_desc", "missed", "overflow", "overrun", "fifo"];
    private static readonly string[] Wrong = ["err", "fail", "timeout", "bad", "invalid"];

    /// <summary>The queue (<c>rx 0</c>, <c>tx 3</c>, <c>queue 1</c>) and the rest of the name; null where the counter is of no single queue.</summary>
    public static (string Queue, string Counter)? Split(string name)
    {
        var match = QueuePattern().Match(name);
        if (!match.Success)
        {
            match = BracketPattern().Match(name);
        }

        if (!match.Success)
        {
            return null;
        }

        var direction = match.Groups["way"] is { Success: true, Length: > 0 } way ? way.Value.ToLowerInvariant() : match.Groups["late"] is { Success: true, Length: > 0 } late ? late.Value.ToLowerInvariant() : "queue";
        var number = int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        var counter = match.Groups["rest"].Value.Trim(' ', '_', '.', ':', '-');
        return counter.Length == 0 ? null : ($"{direction} {number.ToString(CultureInfo.InvariantCulture)}", counter);
    }

    /// <summary>What the counter tells of, by the words in its name.</summary>
    public static CounterMeaning Meaning(string name) =>
        Contains(name, Lost) ? CounterMeaning.Drop
        : Contains(name, Wrong) ? CounterMeaning.Error
        : name is "peer_ifindex" ? CounterMeaning.State
        : CounterMeaning.Traffic;

    private static bool Contains(string name, string[] words) => Array.Exists(words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    // rx_queue_0_drops, tx-3.packets, rx0_bytes, queue_1_tx_cnt, rxq2_drops
    [GeneratedRegex(@"^(?:(?<way>rx|tx)[_\-]?(?:queue|q)?|queue|ring|ch)[_\-]?(?<number>\d{1,4})[_\-.:](?!byte_|to_|octet)(?:(?<late>rx|tx)_)?(?<rest>.+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QueuePattern();

    // [0]: rx_ucast_packets, rx_drops[2]
    [GeneratedRegex(@"^(?:\[(?<number>\d{1,4})\][:\s]*(?<rest>(?<late>rx|tx)_.+)|(?<rest>(?<late>rx|tx)_.+)\[(?<number>\d{1,4})\])$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BracketPattern();
}

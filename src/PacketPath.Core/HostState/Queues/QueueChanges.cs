using System.Diagnostics;

namespace PacketPath.HostState.Queues;

/// <summary>What changed between two readings, told on the rows of the later one.</summary>
public static class QueueChanges
{
    /// <summary>The rows of the later reading with their changes. A row the earlier one lacks is new: its changes are unknown.</summary>
    /// <param name="before">The earlier reading.</param>
    /// <param name="after">The later reading.</param>
    /// <param name="sample">The sample's number.</param>
    public static IEnumerable<QueueStats> Between(QueueReading before, QueueReading after, int sample)
    {
        var seconds = Stopwatch.GetElapsedTime(before.Clock, after.Clock).TotalSeconds;
        var earlier = new Dictionary<QueueKey, QueueStats>();
        foreach (var row in before.Rows)
        {
            earlier[new QueueKey(row)] = row;
        }

        foreach (var row in after.Rows)
        {
            yield return earlier.TryGetValue(new QueueKey(row), out var then)
                ? WithChanges(then, row, seconds, sample)
                : row with { Sample = sample, IntervalSeconds = seconds };
        }
    }

    /// <summary>The rows with something to say, and the disciplines and classes that those hang on.</summary>
    public static IEnumerable<QueueStats> Telling(IEnumerable<QueueStats> rows)
    {
        // The branch from the root down to the row before: each row, and whether it was handed on.
        var branch = new List<(QueueStats Row, bool IsDone)>();
        foreach (var row in rows)
        {
            branch.RemoveAll(above => above.Row.Depth >= row.Depth || above.Row.InterfaceIndex != row.InterfaceIndex || row.Kind is not (QueueKind.Qdisc or QueueKind.Class));
            var tells = HasSomethingToSay(row);
            for (var i = 0; tells && i < branch.Count; i++)
            {
                if (!branch[i].IsDone)
                {
                    branch[i] = (branch[i].Row, true);
                    yield return branch[i].Row;
                }
            }

            if (row.Kind is QueueKind.Qdisc or QueueKind.Class)
            {
                branch.Add((row, tells));
            }

            if (tells)
            {
                yield return row;
            }
        }
    }

    /// <summary>True for a row that tells of a loss, an error or packets waiting: for a sample, during its interval.</summary>
    public static bool HasSomethingToSay(QueueStats row) =>
        row.BacklogPackets > 0 || row.BacklogBytes > 0
        || Array.Exists(row.Counters, static counter => counter.Meaning is CounterMeaning.Drop or CounterMeaning.Error && IsNews(counter));

    /// <summary>By how much a counter rose. One that is lower than before wrapped at 32 bits, or began again.</summary>
    public static long Rise(long before, long after)
    {
        const long Half = 1L << 31;
        return after >= before ? after - before
            : before is >= Half and < 1L << 32 && after < Half ? after + (1L << 32) - before
            : after;
    }

    private static bool IsNews(QueueCounter counter) => (counter.Delta ?? counter.Value) > 0;

    private static QueueStats WithChanges(QueueStats before, QueueStats after, double seconds, int sample)
    {
        var counters = new QueueCounter[after.Counters.Length];
        for (var i = 0; i < counters.Length; i++)
        {
            counters[i] = Change(before, after.Counters[i], i, seconds);
        }

        var drops = Rise(before.Drops, after.Drops);
        var sent = Rise(before.SentPackets, after.SentPackets);
        var received = Rise(before.ReceivedPackets, after.ReceivedPackets);
        return after with
        {
            Sample = sample,
            IntervalSeconds = seconds,
            DropsDelta = drops,
            ErrorsDelta = Rise(before.Errors, after.Errors),
            SentPacketsDelta = sent,
            ReceivedPacketsDelta = received,
            DropsPerSecond = drops / seconds,
            SentPacketsPerSecond = sent / seconds,
            SentBitsPerSecond = Rise(before.SentBytes, after.SentBytes) * 8 / seconds,
            ReceivedPacketsPerSecond = received / seconds,
            ReceivedBitsPerSecond = Rise(before.ReceivedBytes, after.ReceivedBytes) * 8 / seconds,
            Counters = counters,
        };
    }

    private static QueueCounter Change(QueueStats before, QueueCounter counter, int index, double seconds)
    {
        if (counter.Meaning == CounterMeaning.State)
        {
            return counter;
        }

        var then = index < before.Counters.Length && before.Counters[index].Name == counter.Name
            ? before.Counters[index]
            : Array.Find(before.Counters, other => other.Name == counter.Name);
        if (then is null)
        {
            return counter;
        }

        var rise = Rise(then.Value, counter.Value);
        return counter with { Delta = rise, PerSecond = rise / seconds };
    }

    private static long? Rise(long? before, long? after) => before is null || after is null ? null : Rise(before.Value, after.Value);

    private readonly record struct QueueKey(QueueKind Kind, int InterfaceIndex, string Name, string? Handle, string? Parent)
    {
        public QueueKey(QueueStats row)
            : this(row.Kind, row.InterfaceIndex, row.Name, row.Handle, row.Parent)
        {
        }
    }
}

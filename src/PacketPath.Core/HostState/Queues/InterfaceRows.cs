using PacketPath.Netlink.Generic;
using PacketPath.Netlink.Link;

namespace PacketPath.HostState.Queues;

/// <summary>What an interface itself counts, as rows: the interface, its rings, its queues.</summary>
internal sealed class InterfaceRows(LinkCounters link, ObservationStamp stamp)
{
    // Those that lose a packet each; the remaining drop counters detail them.
    private static readonly HashSet<string> Losing = ["rx_dropped", "tx_dropped", "rx_missed_errors", "rx_nohandler"];

    /// <summary>What a counter of struct rtnl_link_stats64 tells of.</summary>
    public static CounterMeaning Meaning(string name) => name switch
    {
        _ when Losing.Contains(name) => CounterMeaning.Drop,
        "collisions" => CounterMeaning.Error,
        _ when name.EndsWith("_errors", StringComparison.Ordinal) => CounterMeaning.Error,
        _ => CounterMeaning.Traffic,
    };

    /// <summary>The interface.</summary>
    /// <param name="channels">The channels in use; null where the driver does not say.</param>
    public QueueStats Interface((uint Receive, uint Transmit, uint Combined)? channels)
    {
        var counters = new List<QueueCounter>(link.Values.Length + 3);
        for (var i = 0; i < link.Values.Length; i++)
        {
            var name = LinkCounters.Names[i];
            counters.Add(new QueueCounter { Name = name, Meaning = Meaning(name), Value = (long)link.Values[i] });
        }

        if (channels is { } count)
        {
            AddState(counters, "rx_channels", count.Receive);
            AddState(counters, "tx_channels", count.Transmit);
            AddState(counters, "combined_channels", count.Combined);
        }

        return Start(QueueKind.Interface, link.Name) with
        {
            SentPackets = At(1),
            SentBytes = At(3),
            ReceivedPackets = At(0),
            ReceivedBytes = At(2),
            Drops = counters.Where(static counter => counter.Meaning == CounterMeaning.Drop).Sum(static counter => counter.Value),
            Errors = At(4) + At(5),
            Counters = [.. counters],
        };
    }

    /// <summary>The rings.</summary>
    public void AddRings((uint Receive, uint MostReceive, uint Transmit, uint MostTransmit) rings, List<QueueStats> rows)
    {
        foreach (var (name, size, most) in new[] { ("rx", rings.Receive, rings.MostReceive), ("tx", rings.Transmit, rings.MostTransmit) })
        {
            if (most > 0)
            {
                rows.Add(Start(QueueKind.Ring, name) with
                {
                    LimitPackets = size,
                    Counters = [State("size", size), State("maximum", most)],
                });
            }
        }
    }

    /// <summary>The queues: what the kernel knows of each, else what the driver's own counters say.</summary>
    public void AddQueues((string[] Names, ulong[] Values) driver, List<DeviceQueueMessage> device, List<QueueStats> rows)
    {
        var queues = new List<(string Name, List<QueueCounter> Counters)>();
        foreach (var queue in device.OrderBy(static queue => queue.IsTransmit).ThenBy(static queue => queue.Queue))
        {
            queues.Add(($"{(queue.IsTransmit ? "tx" : "rx")} {queue.Queue}", [.. queue.Values]));
        }

        var rest = new List<QueueCounter>();
        for (var i = 0; i < driver.Names.Length; i++)
        {
            var split = DriverCounterNames.Split(driver.Names[i]);
            var name = split?.Counter ?? driver.Names[i];
            var counter = new QueueCounter { Name = name, Meaning = DriverCounterNames.Meaning(name), Value = (long)Math.Min(driver.Values[i], long.MaxValue) };
            if (split is null)
            {
                rest.Add(counter);
                continue;
            }

            var at = queues.FindIndex(queue => queue.Name == split.Value.Queue);
            if (at < 0)
            {
                at = queues.Count;
                queues.Add((split.Value.Queue, []));
            }

            queues[at].Counters.Add(counter);
        }

        if (rest.Count > 0)
        {
            queues.Add(("driver", rest));
        }

        foreach (var (name, counters) in queues)
        {
            rows.Add(Start(QueueKind.InterfaceQueue, name) with
            {
                SentPackets = Value(counters, name, "tx"),
                SentBytes = Value(counters, name, "tx", "bytes"),
                ReceivedPackets = Value(counters, name, "rx"),
                ReceivedBytes = Value(counters, name, "rx", "bytes"),
                Drops = Largest(counters, CounterMeaning.Drop),
                Errors = Largest(counters, CounterMeaning.Error),
                Counters = [.. counters],
            });
        }
    }

    // The kernel's and the driver's counters of one queue name the same packets, in several ways: the largest stands for them.
    private static long Largest(List<QueueCounter> counters, CounterMeaning meaning) =>
        counters.Where(counter => counter.Meaning == meaning).Select(static counter => counter.Value).DefaultIfEmpty().Max();

    private static long? Value(List<QueueCounter> counters, string queue, string way, string unit = "packets") =>
        (counters.Find(counter => counter.Name == $"{way}-{unit}" || counter.Name == $"{way}_{unit}" || (counter.Name == unit && queue.StartsWith(way, StringComparison.Ordinal))))?.Value;

    private static void AddState(List<QueueCounter> counters, string name, uint value)
    {
        if (value > 0)
        {
            counters.Add(State(name, value));
        }
    }

    private static QueueCounter State(string name, uint value) => new() { Name = name, Meaning = CounterMeaning.State, Value = value };

    private long At(int index) => index < link.Values.Length ? (long)link.Values[index] : 0;

    private QueueStats Start(QueueKind kind, string name) => new()
    {
        ComputerName = stamp.ComputerName,
        NetNamespace = stamp.NetNamespace,
        ObservedAt = stamp.ObservedAt,
        Kind = kind,
        Name = name,
        InterfaceAlias = link.Name,
        InterfaceIndex = link.Index,
    };
}

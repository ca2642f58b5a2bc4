namespace PacketPath.Diagnosis;

/// <summary>One counter as a collector read it.</summary>
internal readonly record struct CounterSnapshot(string Source, string? Object, string Counter, ulong Value, DateTime ObservedAt)
{
    /// <summary>The counters of losses that a piece of evidence holds, under the names that a probe gives them.</summary>
    public static IEnumerable<CounterSnapshot> Of(PacketEvidence evidence) => evidence switch
    {
        PacketInterface link => OfLink(link),
        SocketEntry { Memory: { } memory, Cookie: not 0 } socket => [new("Socket", socket.Cookie.ToString("x", System.Globalization.CultureInfo.InvariantCulture), "drops", (ulong)Math.Max(0, memory.Drops), socket.ObservedAt)],
        QueueStats queue => OfQueue(queue),
        ConntrackStats { IsAvailable: true, Cpu: null } stats => OfConntrack(stats),
        _ => [],
    };

    private static IEnumerable<CounterSnapshot> OfLink(PacketInterface link)
    {
        var counted = link.Statistics;
        return new (string Counter, long Value)[]
        {
            ("rx_errors", counted.ReceiveErrors),
            ("tx_errors", counted.TransmitErrors),
            ("rx_dropped", counted.ReceiveDropped),
            ("tx_dropped", counted.TransmitDropped),
            ("rx_fifo_errors", counted.ReceiveFifoErrors),
            ("tx_fifo_errors", counted.TransmitFifoErrors),
            ("rx_missed_errors", counted.ReceiveMissed),
            ("tx_carrier_errors", counted.TransmitCarrierErrors),
        }.Select(c => new CounterSnapshot("Interface", link.InterfaceAlias, c.Counter, (ulong)Math.Max(0, c.Value), link.ObservedAt));
    }

    private static IEnumerable<CounterSnapshot> OfQueue(QueueStats queue)
    {
        var (source, subject) = queue.Kind switch
        {
            QueueKind.Qdisc => ("Qdisc", $"{queue.InterfaceAlias} {queue.Name} {queue.Handle}"),
            QueueKind.Interface => ("Interface", queue.InterfaceAlias),
            QueueKind.Softnet => ("Softnet", queue.Name),
            QueueKind.Protocol => (queue.Name.StartsWith("Xfrm", StringComparison.Ordinal) ? "Xfrm" : "Netstat", TableOf(queue)),
            _ => ("", null),
        };
        return source.Length == 0
            ? []
            : queue.Counters.Where(c => c.Meaning is CounterMeaning.Drop or CounterMeaning.Error || c.Name is "rx_packets" or "tx_packets" or "packets" or "processed" or "overlimits")
                .Select(c => new CounterSnapshot(source, subject, c.Name, (ulong)Math.Max(0, c.Value), queue.ObservedAt));
    }

    // The name is the table's and the counter's in one; those of IPv6 keep the table in the counter.
    private static string? TableOf(QueueStats queue)
    {
        var counter = queue.Counters.FirstOrDefault()?.Name ?? "";
        return queue.Name == counter
            ? counter.StartsWith("Ip6", StringComparison.Ordinal) ? "Ip6" : counter.StartsWith("Udp6", StringComparison.Ordinal) ? "Udp6" : null
            : queue.Name[..Math.Max(0, queue.Name.Length - counter.Length)];
    }

    private static IEnumerable<CounterSnapshot> OfConntrack(ConntrackStats stats) => new (string Counter, long Value)[]
    {
        ("invalid", stats.Invalid),
        ("insert_failed", stats.InsertFailed),
        ("drop", stats.Drop),
        ("early_drop", stats.EarlyDrop),
        ("error", stats.Error),
        ("chaintoolong", stats.ChainTooLong),
    }.Select(c => new CounterSnapshot("Conntrack", null, c.Counter, (ulong)Math.Max(0, c.Value), stats.ObservedAt));
}

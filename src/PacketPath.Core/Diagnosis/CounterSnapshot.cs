namespace PacketPath.Diagnosis;

/// <summary>One counter as a collector read it.</summary>
internal readonly record struct CounterSnapshot(string Source, string? Object, string Counter, ulong Value, DateTime ObservedAt)
{
    /// <summary>The counters of losses that a piece of evidence holds, under the names that a probe gives them.</summary>
    public static IEnumerable<CounterSnapshot> Of(PacketEvidence evidence) => evidence switch
    {
        PacketInterface link => OfLink(link),
        SocketEntry { Memory: { } memory, Cookie: not 0 } socket => [new("Socket", socket.Cookie.ToString("x", System.Globalization.CultureInfo.InvariantCulture), "drops", (ulong)Math.Max(0, memory.Drops), socket.ObservedAt)],
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
}

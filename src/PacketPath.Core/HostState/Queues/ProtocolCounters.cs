using PacketPath.HostState.Counters;

namespace PacketPath.HostState.Queues;

/// <summary>The protocol counters that tell of losses, a row each.</summary>
internal sealed class ProtocolCounters : IDisposable
{
    private static readonly string[] Lost =
    [
        "Drop", "Overflow", "Prune", "Discards", "NoRoutes", "bufErrors", "ReversePathFilter", "QFullDrop", "MemErrors", "ReasmFails", "FragFails", "RetransFail", "ArpFilter",
    ];

    private readonly NetstatCounters _files = NetstatCounters.Open();

    /// <summary>Adds the rows, named as nstat names them.</summary>
    public void Read(ObservationStamp stamp, List<QueueStats> rows, List<MissingObservation> missing)
    {
        var before = rows.Count;
        _files.Read((_, table, counter, value) => rows.Add(Build(Name(table, counter), counter, value, stamp)));
        if (rows.Count == before)
        {
            missing.Add(new MissingObservation { What = "the counters of protocols", Why = "/proc/net/netstat and snmp are not there", Remedy = "Mount /proc." });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    /// <summary>The name in the words of nstat: those of IPv6 and IPsec have their table in them already.</summary>
    public static string Name(string? table, string counter) =>
        table is null || counter.StartsWith(table, StringComparison.Ordinal) ? counter : table + counter;

    private static QueueStats Build(string name, string counter, ulong value, in ObservationStamp stamp)
    {
        var isLoss = name.StartsWith("Xfrm", StringComparison.Ordinal) || Array.Exists(Lost, word => name.Contains(word, StringComparison.Ordinal));
        var amount = (long)Math.Min(value, long.MaxValue);
        return new QueueStats
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Kind = QueueKind.Protocol,
            Name = name,
            Drops = isLoss ? amount : 0,
            Errors = isLoss ? 0 : amount,
            Counters = [new() { Name = counter, Meaning = isLoss ? CounterMeaning.Drop : CounterMeaning.Error, Value = amount }],
        };
    }
}

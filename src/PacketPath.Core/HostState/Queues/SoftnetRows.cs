using System.Globalization;

namespace PacketPath.HostState.Queues;

/// <summary>A processor's backlog as a row.</summary>
internal static class SoftnetRows
{
    /// <summary>How many packets a backlog holds (net.core.netdev_max_backlog); null where that cannot be read.</summary>
    public static long? Limit()
    {
        try
        {
            return long.Parse(File.ReadAllText("/proc/sys/net/core/netdev_max_backlog"), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            // Only the initial namespace shows it.
            return null;
        }
    }

    /// <summary>The row.</summary>
    public static QueueStats Build(in SoftnetLine line, long? limit, in ObservationStamp stamp) => new()
    {
        ComputerName = stamp.ComputerName,
        NetNamespace = stamp.NetNamespace,
        ObservedAt = stamp.ObservedAt,
        Kind = QueueKind.Softnet,
        Name = "cpu " + line.Cpu.ToString(CultureInfo.InvariantCulture),
        IsHostWide = true,
        LimitPackets = limit,
        ReceivedPackets = line.Processed,
        Drops = line.Dropped,
        Errors = line.TimeSqueeze,
        BacklogPackets = line.Backlog,
        Counters =
        [
            new() { Name = "processed", Meaning = CounterMeaning.Traffic, Value = line.Processed },
            new() { Name = "dropped", Meaning = CounterMeaning.Drop, Value = line.Dropped },
            new() { Name = "time_squeeze", Meaning = CounterMeaning.Error, Value = line.TimeSqueeze },
            new() { Name = "received_rps", Meaning = CounterMeaning.Traffic, Value = line.ReceivedRps },
            new() { Name = "flow_limit_count", Meaning = CounterMeaning.Drop, Value = line.FlowLimit },
            new() { Name = "backlog_len", Meaning = CounterMeaning.State, Value = line.Backlog },
            new() { Name = "input_qlen", Meaning = CounterMeaning.State, Value = line.InputQueue },
            new() { Name = "process_qlen", Meaning = CounterMeaning.State, Value = line.ProcessQueue },
        ],
    };
}

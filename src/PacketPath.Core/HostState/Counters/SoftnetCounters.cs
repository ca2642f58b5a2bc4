using System.Globalization;
using PacketPath.HostState.Queues;

namespace PacketPath.HostState.Counters;

/// <summary>What the processors' backlogs of received packets had no room for, and beside it what they processed. It is of the whole host.</summary>
internal sealed class SoftnetCounters : ICounterSource
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Softnet";

    private readonly CounterFile _file;

    private SoftnetCounters(CounterFile file) => _file = file;

    /// <inheritdoc/>
    public string Name => SourceName;

    /// <summary>Opens the table; null where this kernel has none.</summary>
    public static SoftnetCounters? Open() => CounterFile.Open("softnet_stat") is { } file ? new SoftnetCounters(file) : null;

    /// <inheritdoc/>
    public void Read(CounterReading into, int interfaceIndex)
    {
        foreach (var line in SoftnetTable.Read(_file.Read()))
        {
            var processor = "cpu " + line.Cpu.ToString(CultureInfo.InvariantCulture);
            into.Add(SourceName, processor, "dropped", line.Dropped);
            into.AddTraffic(SourceName, processor, "processed", line.Processed);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

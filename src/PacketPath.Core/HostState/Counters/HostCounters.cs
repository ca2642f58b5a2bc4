using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.HostState.Counters;

/// <summary>The counters of a namespace that tell of losses, from every source this kernel has. One caller at a time.</summary>
internal sealed class HostCounters : IDisposable
{
    private readonly List<ICounterSource> _sources = [];
    private readonly List<MissingObservation> _missing = [];

    private HostCounters()
    {
    }

    /// <summary>Opens the sources of a namespace. One that cannot be opened is missing from every reading, and said so there.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    public static HostCounters Open(NetworkNamespace networkNamespace) => networkNamespace.Run(() =>
    {
        var counters = new HostCounters();
        counters.TryOpen(NeighborTableCounters.SourceName, static () => NeighborTableCounters.Open());
        counters.TryOpen(NetstatCounters.SourceName, static () => NetstatCounters.Open());
        counters.TryOpen(InterfaceCounters.SourceName, static () => InterfaceCounters.Open());
        counters.TryOpen(QdiscCounters.SourceName, static () => QdiscCounters.Open());
        counters.TryOpen(SoftnetCounters.SourceName, static () => SoftnetCounters.Open());
        counters.TryOpen(ConntrackCounterSource.SourceName, static () => ConntrackCounterSource.Open());
        return counters;
    });

    /// <summary>Reads every source.</summary>
    /// <param name="interfaceIndex">The interface whose counters matter; 0 for all.</param>
    public CounterReading Read(int interfaceIndex = 0)
    {
        var reading = new CounterReading();
        _missing.ForEach(reading.AddMissing);
        foreach (var source in _sources)
        {
            try
            {
                source.Read(reading, interfaceIndex);
            }
            catch (Exception failure) when (IsKernelFailure(failure))
            {
                reading.AddMissing(Missing(source.Name, failure));
            }
        }

        return reading;
    }

    /// <inheritdoc/>
    public void Dispose() => _sources.ForEach(static source => source.Dispose());

    // A source that this kernel does not have opens as null: what is not there loses nothing.
    private void TryOpen(string name, Func<ICounterSource?> open)
    {
        try
        {
            if (open() is { } source)
            {
                _sources.Add(source);
            }
        }
        catch (Exception failure) when (IsKernelFailure(failure))
        {
            _missing.Add(Missing(name, failure));
        }
    }

    private static bool IsKernelFailure(Exception failure) => failure is LinuxException or NetlinkDecodeException or IOException or UnauthorizedAccessException;

    private static MissingObservation Missing(string source, Exception failure) => new()
    {
        What = $"loss counters: {source}",
        Why = failure.Message,
        Remedy = "Repeat the probe; if it stays so, run as root.",
    };
}

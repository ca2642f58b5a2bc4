namespace PacketPath.HostState.Counters;

/// <summary>The counters of a namespace at one moment.</summary>
internal sealed class CounterReading
{
    private readonly Dictionary<(string Source, string? Object, string Counter), ulong> _values = [];
    private readonly List<MissingObservation> _missing = [];

    /// <summary>The sources that could not be read.</summary>
    public IReadOnlyList<MissingObservation> Missing => _missing;

    /// <summary>Takes the value of one counter.</summary>
    public void Add(string source, string? subject, string counter, ulong value) => _values[(source, subject, counter)] = value;

    /// <summary>Notes a source that could not be read.</summary>
    public void AddMissing(MissingObservation missing) => _missing.Add(missing);

    /// <summary>The counters that went up since an earlier reading. One that was not there before tells nothing, nor one that went down.</summary>
    public CounterChange[] ChangesSince(CounterReading before)
    {
        List<CounterChange>? changes = null;
        foreach (var (key, after) in _values)
        {
            if (before._values.TryGetValue(key, out var then) && after > then)
            {
                (changes ??= []).Add(new CounterChange
                {
                    Source = key.Source,
                    Object = key.Object,
                    Counter = key.Counter,
                    Before = then,
                    After = after,
                    Delta = after - then,
                });
            }
        }

        return changes is null ? [] : [.. changes];
    }
}

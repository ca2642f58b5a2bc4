namespace PacketPath.HostState.Counters;

/// <summary>The counters of a namespace at one moment.</summary>
internal sealed class CounterReading
{
    private readonly Dictionary<(string Source, string? Object, string Counter), ulong> _values = [];
    private readonly HashSet<(string Source, string? Object, string Counter)> _traffic = [];
    private readonly List<MissingObservation> _missing = [];

    /// <summary>The sources that could not be read.</summary>
    public IReadOnlyList<MissingObservation> Missing => _missing;

    /// <summary>Takes the value of one counter.</summary>
    public void Add(string source, string? subject, string counter, ulong value) => _values[(source, subject, counter)] = value;

    /// <summary>Takes the value of a counter of work done: it is told of only beside a loss of the same object, which it puts into proportion.</summary>
    public void AddTraffic(string source, string? subject, string counter, ulong value)
    {
        Add(source, subject, counter, value);
        _traffic.Add((source, subject, counter));
    }

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

        changes?.RemoveAll(change => IsTraffic(change) && !changes.Exists(other => other.Source == change.Source && other.Object == change.Object && !IsTraffic(other)));
        return changes is null ? [] : [.. changes];
    }

    private bool IsTraffic(CounterChange change) => _traffic.Contains((change.Source, change.Object, change.Counter));
}

namespace PacketPath.Diagnosis;

/// <summary>What counters did during an attempt: as the probe read them itself, and as collectors did that ran before and after it.</summary>
internal static class CounterWindow
{
    /// <summary>The counters that went up between the last reading before an attempt began and the first after it ended.</summary>
    public static IEnumerable<CounterChange> Between(IEnumerable<CounterSnapshot> snapshots, SynPathResult probe)
    {
        var began = probe.ObservedAt;
        var ended = began.AddMilliseconds(Math.Clamp(probe.ElapsedMilliseconds, 0, TimeSpan.FromDays(1).TotalMilliseconds));
        foreach (var counter in snapshots.GroupBy(s => (s.Source, s.Object, s.Counter)))
        {
            CounterSnapshot? before = null;
            CounterSnapshot? after = null;
            foreach (var reading in counter)
            {
                if (reading.ObservedAt <= began && (before is null || reading.ObservedAt > before.Value.ObservedAt))
                {
                    before = reading;
                }
                else if (reading.ObservedAt >= ended && reading.ObservedAt > began && (after is null || reading.ObservedAt < after.Value.ObservedAt))
                {
                    after = reading;
                }
            }

            if (before is { } first && after is { } last && last.Value > first.Value)
            {
                yield return new CounterChange
                {
                    Source = counter.Key.Source,
                    Object = counter.Key.Object,
                    Counter = counter.Key.Counter,
                    Before = first.Value,
                    After = last.Value,
                    Delta = last.Value - first.Value,
                };
            }
        }
    }

    /// <summary>The probe's own changes and those of the collectors; where both have one, the probe's, which spans less time.</summary>
    public static IReadOnlyList<CounterChange> All(SynPathResult? probe, IReadOnlyList<CounterSnapshot> snapshots) => probe is null
        ? []
        : [.. probe.CounterChanges.Where(c => c.Delta > 0).Concat(Between(snapshots, probe)).DistinctBy(c => (c.Source, c.Object, c.Counter))];
}

namespace PacketPath.Probes;

/// <summary>When a datagram is sent again: at once, then after waits that double, each time with a fair wait left for the answer.</summary>
internal static class SendTimes
{
    private const double FirstWait = 0.25;
    private const double Share = 7;
    private const int Most = 8;

    /// <summary>The times, counted from the first one.</summary>
    /// <param name="timeout">When waiting ends.</param>
    public static TimeSpan[] Of(TimeSpan timeout)
    {
        // A seventh of the time, then two: the third and last try has four sevenths for itself.
        var wait = Math.Min(FirstWait, timeout.TotalSeconds / Share);
        var times = new List<TimeSpan> { TimeSpan.Zero };
        for (var at = wait; at < timeout.TotalSeconds - wait && times.Count < Most; at += wait)
        {
            times.Add(TimeSpan.FromSeconds(at));
            wait *= 2;
        }

        return [.. times];
    }
}

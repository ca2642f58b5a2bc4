namespace PacketPath.HostState.Conntrack;

/// <summary>What happened between two readings of the counters.</summary>
internal static class ConntrackDifference
{
    /// <summary>The later reading, with what changed since the earlier one.</summary>
    public static ConntrackStats Of(ConntrackStats before, ConntrackStats after)
    {
        var seconds = (after.ObservedAt - before.ObservedAt).TotalSeconds;
        var delta = new ConntrackCounters
        {
            Found = Grown(before.Found, after.Found),
            Invalid = Grown(before.Invalid, after.Invalid),
            Insert = Grown(before.Insert, after.Insert),
            InsertFailed = Grown(before.InsertFailed, after.InsertFailed),
            Drop = Grown(before.Drop, after.Drop),
            EarlyDrop = Grown(before.EarlyDrop, after.EarlyDrop),
            Error = Grown(before.Error, after.Error),
            SearchRestart = Grown(before.SearchRestart, after.SearchRestart),
            ClashResolve = Grown(before.ClashResolve, after.ClashResolve),
            ChainTooLong = Grown(before.ChainTooLong, after.ChainTooLong),
            Count = after.Count - before.Count,
        };
        double Rate(long change) => seconds > 0 ? Math.Round(change / seconds, 3) : 0;
        return after with
        {
            IntervalSeconds = Math.Round(seconds, 3),
            Delta = delta,
            PerSecond = new ConntrackRates
            {
                Found = Rate(delta.Found),
                Invalid = Rate(delta.Invalid),
                Insert = Rate(delta.Insert),
                InsertFailed = Rate(delta.InsertFailed),
                Drop = Rate(delta.Drop),
                EarlyDrop = Rate(delta.EarlyDrop),
                Error = Rate(delta.Error),
                SearchRestart = Rate(delta.SearchRestart),
                ClashResolve = Rate(delta.ClashResolve),
                ChainTooLong = Rate(delta.ChainTooLong),
                Count = delta.Count is { } growth ? Rate(growth) : null,
            },
        };
    }

    /// <summary>How far a counter went. The kernel's are 32 bits wide, so a step back is an overflow of one of them.</summary>
    public static long Grown(long before, long after) => after >= before ? after - before : (after - before) & uint.MaxValue;
}

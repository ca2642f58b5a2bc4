namespace PacketPath.Diagnosis;

/// <summary>What connection tracking of the attempt's namespace lost while the attempt ran, told apart by its cause.</summary>
internal sealed class ConntrackLosses
{
    private readonly EvidenceSet _evidence;

    private ConntrackLosses(EvidenceSet evidence)
    {
        _evidence = evidence;
        InsertFailed = Find("insert_failed");
        Dropped = Find("drop");
        Invalid = Find("invalid");
        var last = evidence.Conntrack.Where(s => evidence.Probe is { } probe && s.ObservedAt >= probe.ObservedAt).MinBy(s => s.ObservedAt);
        Count = evidence.Probe?.ConntrackCount ?? last?.Count;
        Max = evidence.Probe?.ConntrackMax ?? last?.Max;
    }

    /// <summary>Entries that could not be inserted; null where the counter stood still.</summary>
    public CounterChange? InsertFailed { get; }

    /// <summary>Packets dropped, for whatever cause; null where the counter stood still.</summary>
    public CounterChange? Dropped { get; }

    /// <summary>Packets that fitted no connection; null where the counter stood still.</summary>
    public CounterChange? Invalid { get; }

    /// <summary>The entries at the end of the attempt; null where nobody looked.</summary>
    public long? Count { get; }

    /// <summary>The limit; null where nobody looked.</summary>
    public long? Max { get; }

    /// <summary>Packets for which no entry could be made: those dropped, without those whose entry could not be inserted and those that were invalid.</summary>
    public ulong NoEntry => Amount(Dropped) is var dropped && Amount(InsertFailed) + Amount(Invalid) is var other && dropped > other ? dropped - other : 0;

    /// <summary>New connections refused on this host's way out, for whichever of the two causes.</summary>
    public ulong Refused => NoEntry + Amount(InsertFailed);

    /// <summary>True where the table is as good as full: entries may have timed out since the packet was dropped.</summary>
    public bool IsFull => Count is { } count && Max is > 0 and var max && count >= max - Math.Max(1, max / 100);

    /// <summary>True where the attempt's SYNs never left and nothing else of this host explains it.</summary>
    public bool LostOnTheWayOut => _evidence is { IsSilent: true, SynAbsent: true, IsUnanswered: true }
        && _evidence.LinkIsUsable != false
        && _evidence.NextHop is not (NextHopState.Failed or NextHopState.Resolving)
        && _evidence.Route is null or { Outcome: RouteOutcome.Usable };

    /// <summary>How often the attempt sent its SYN.</summary>
    public ulong SynsSent => (ulong)Math.Max(0, _evidence.Probe?.Retransmits ?? 0) + 1;

    /// <summary>The losses during the attempt that counts.</summary>
    public static ConntrackLosses Of(EvidenceSet evidence) => new(evidence);

    /// <summary>A counter as an observation.</summary>
    public FailureEvidence? Observe(CounterChange? change) => change is null ? null : Observations.Supports(
        Describe.Text($"connection tracking's {change.Counter} went up by {change.Delta} during the attempt"), Observations.CounterSource, _evidence.ObservedAt);

    /// <summary>How full the table is, as an observation.</summary>
    public FailureEvidence? ObserveUsage() => Count is not { } count ? null : Observations.Supports(
        Describe.Text($"the table held {count} entries after the attempt{(Max is { } max ? $", its limit is {max}" : "")}"),
        "net.netfilter.nf_conntrack_count and nf_conntrack_max",
        _evidence.ObservedAt);

    private CounterChange? Find(string counter) => _evidence.CounterChanges.FirstOrDefault(c => c.Source == "Conntrack" && c.Counter == counter);

    private static ulong Amount(CounterChange? change) => change?.Delta ?? 0;
}

namespace PacketPath.Diagnosis;

/// <summary>What the queues on the path of an attempt lost while it was made.</summary>
internal static class QueueLosses
{
    /// <summary>The disciplines of the egress interface that dropped packets, the one that dropped most first. Each of a tree counts the drops of those below it.</summary>
    public static IReadOnlyList<CounterChange> OfEgressQdisc(EvidenceSet evidence) => [.. Qdisc(evidence, "drops").OrderByDescending(c => c.Delta)];

    /// <summary>The disciplines of the egress interface that held packets back.</summary>
    public static IReadOnlyList<CounterChange> HeldBack(EvidenceSet evidence) => [.. Qdisc(evidence, "overlimits").OrderByDescending(c => c.Delta)];

    /// <summary>What the egress interface's counters of one name lost, and how many packets of the same direction it carried meanwhile.</summary>
    public static (IReadOnlyList<CounterChange> Lost, ulong Carried) OfInterface(EvidenceSet evidence, string[] counters, string carried)
    {
        var ofInterface = evidence.CounterChanges.Where(c => c.Source == "Interface" && c.Object == evidence.InterfaceAlias).ToArray();
        return ([.. ofInterface.Where(c => counters.Contains(c.Counter)).OrderByDescending(c => c.Delta)], Sum(ofInterface.Where(c => c.Counter == carried)));
    }

    /// <summary>What the backlogs of received packets dropped, and what those processors processed meanwhile.</summary>
    public static (IReadOnlyList<CounterChange> Lost, ulong Carried) OfBacklog(EvidenceSet evidence)
    {
        var all = evidence.CounterChanges.Where(c => c.Source == "Softnet").ToArray();
        return ([.. all.Where(c => c.Counter == "dropped").OrderByDescending(c => c.Delta)], Sum(all.Where(c => c.Counter == "processed")));
    }

    /// <summary>How many SYNs the socket sent at least: the last retransmission may be younger than the counters.</summary>
    public static ulong SynsSent(SynPathResult probe) => (ulong)Math.Max(1, probe.Retransmits);

    /// <summary>The sum, at most the largest number there is.</summary>
    public static ulong Sum(IEnumerable<CounterChange> changes) => changes.Aggregate(0UL, (sum, c) => sum + Math.Min(c.Delta, ulong.MaxValue - sum));

    /// <summary>True where at least half of what came by was lost, and enough to account for every packet of the attempt.</summary>
    public static bool IsMost(ulong lost, ulong carried, SynPathResult probe) => lost >= SynsSent(probe) && lost >= carried;

    /// <summary>The changes as an observation.</summary>
    public static FailureEvidence? Observation(IReadOnlyList<CounterChange> changes, string source, DateTime at) => changes.Count == 0
        ? null
        : Observations.Supports($"during the attempt {string.Join(", ", changes.Take(4).Select(c => Describe.Text($"{c.Counter} of {c.Object} rose by {c.Delta}")))}", source, at);

    private static IEnumerable<CounterChange> Qdisc(EvidenceSet evidence, string counter) => evidence.InterfaceAlias.Length == 0
        ? []
        : evidence.CounterChanges.Where(c =>
            c.Source == "Qdisc" && c.Counter == counter && c.Object?.StartsWith(evidence.InterfaceAlias + " ", StringComparison.Ordinal) == true
            && !c.Object.StartsWith(evidence.InterfaceAlias + " ingress ", StringComparison.Ordinal));
}

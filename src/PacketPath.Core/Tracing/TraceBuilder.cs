using PacketPath.Diagnosis;

namespace PacketPath.Tracing;

/// <summary>Makes a trace of what was collected for one target. Pure: the verdict is the resolver's own.</summary>
internal static class TraceBuilder
{
    /// <summary>The stages every trace has.</summary>
    private const PathLayer Last = PathLayer.SocketQueue;

    /// <summary>What is asked of a host as a server.</summary>
    private static readonly PathLayer[] WayIn =
    [
        PathLayer.PolicyRouting, PathLayer.RouteLookup, PathLayer.Conntrack, PathLayer.Device, PathLayer.ReturnPath, PathLayer.DeviceReceive,
        PathLayer.Softirq, PathLayer.InputFirewall, PathLayer.LocalDelivery, PathLayer.SocketQueue,
    ];

    /// <summary>Makes the trace.</summary>
    /// <param name="draft">What is known of the target; its evidence is what the verdict is made from.</param>
    /// <param name="asked">The layers asked about beyond the transport.</param>
    public static PacketTrace Build(PacketTrace draft, params IEnumerable<PathLayer> asked)
    {
        var evidence = ShallowEvidence.Of([.. draft.Evidence.OfType<PacketEvidence>()]);
        var paths = new EvidencePaths(evidence);
        var set = Resolver.Sets(evidence).FirstOrDefault() ?? Nothing(draft);
        var verdicts = Resolver.Judge(set).ToArray();
        var verdict = verdicts[0];
        var asks = asked.ToHashSet();
        var layers = (draft.Kind == TraceKind.Listening || draft is { Kind: TraceKind.Connection, RemoteAddress: "" } ? WayIn : Enumerable.Range(0, (int)Last + 1).Select(static i => (PathLayer)i)).Concat(asks);
        if (verdict.Layer > Last)
        {
            layers = layers.Append(verdict.Layer);
        }

        // A question to a name server as the target is no matter of the target's own name.
        var fault = set.IsNameOnly ? PathLayer.Name : verdict.Layer == PathLayer.Name && asks.Contains(PathLayer.Dns) ? PathLayer.Dns : verdict.Layer;
        var cleared = set.IsNameOnly ? [] : new LayerCoverage(set).Cleared;
        var stages = new StageBuilder(verdict, fault, cleared, paths) { IsNameOnly = set.IsNameOnly };
        return draft with
        {
            Verdict = verdict,
            Evidence = evidence,
            Contributing = ShallowEvidence.Of(verdicts[1..], paths),
            Stages = stages.Stages(layers.Distinct().Order()),
            NotObserved = [.. draft.NotObserved.Concat(verdict.NotObserved).DistinctBy(static m => m.What)],
        };
    }

    private static EvidenceSet Nothing(PacketTrace draft) => new()
    {
        Key = TargetKey.Of(draft),
        ComputerName = draft.ComputerName,
    };
}

using PacketPath.Diagnosis;

namespace PacketPath.Tracing;

/// <summary>Lays a verdict out along the path: what became of each stage, in one sentence.</summary>
internal sealed class StageBuilder(PacketFailure verdict, PathLayer fault, IEnumerable<ClearedLayer> cleared, EvidencePaths evidence)
{
    private readonly Dictionary<PathLayer, string> _cleared = cleared.ToDictionary(static c => c.Layer, static c => c.Observation);

    private readonly ILookup<PathLayer, object> _evidence = StageEvidence.Of(evidence.All);

    /// <summary>True where the target is a name without an address: what is known of the way to name servers is no word about the target's path.</summary>
    public bool IsNameOnly { get; init; }

    private bool IsFault => verdict.FaultId is not ("NoFault" or "Indeterminate");

    /// <summary>The stages from the first layer to the last.</summary>
    public TraceStage[] Stages(IEnumerable<PathLayer> layers) => [.. layers.Select(Stage)];

    private TraceStage Stage(PathLayer layer)
    {
        var (status, observation) = Found(layer);
        return new TraceStage { Layer = layer, Name = StageNames.Of(layer), Status = status, Observation = observation, Evidence = [.. _evidence[layer].Select(evidence.To)] };
    }

    private (TraceStageStatus Status, string Observation) Found(PathLayer layer)
    {
        if (IsFault && layer == fault)
        {
            return (TraceStageStatus.Fault, verdict.Summary);
        }

        if (IsNameOnly)
        {
            return layer == PathLayer.Name
                ? (verdict.FaultId == "NoFault" ? TraceStageStatus.Cleared : TraceStageStatus.NotObserved, verdict.Summary)
                : (TraceStageStatus.NotReached, "there is no address to go to");
        }

        if (_cleared.TryGetValue(layer, out var observation))
        {
            return (TraceStageStatus.Cleared, observation);
        }

        if (verdict.NotObserved.FirstOrDefault(m => m.What.StartsWith($"{layer}:", StringComparison.Ordinal)) is { } missing)
        {
            return (TraceStageStatus.NotObserved, $"not seen: {missing.Why}");
        }

        return IsFault && layer > fault
            ? (TraceStageStatus.NotReached, fault == PathLayer.Path ? "nothing came so far, as far as this host can see" : "nothing came so far")
            : verdict.FaultId == "NoFault" ? (TraceStageStatus.NotReached, "not asked")
            : (TraceStageStatus.NotObserved, "not seen: the evidence does not reach so far");
    }
}

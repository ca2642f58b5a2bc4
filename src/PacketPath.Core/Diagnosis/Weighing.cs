namespace PacketPath.Diagnosis;

/// <summary>Takes evidence piece by piece, keeps of packets no more than it takes to match them, and gives the verdicts at the end.</summary>
internal sealed class Weighing(CancellationToken stop = default)
{
    private readonly EvidenceGrouping _grouping = new(stop);

    /// <summary>Takes one piece.</summary>
    public void Add(PacketEvidence? evidence)
    {
        foreach (var item in Resolver.Unpacked(evidence))
        {
            Resolver.Take(_grouping, item);
        }
    }

    /// <summary>The verdicts on everything taken; asked for once.</summary>
    /// <exception cref="OperationCanceledException">The caller stops.</exception>
    public IEnumerable<PacketFailure> Verdicts() => Resolver.Judge(_grouping.Sets());
}

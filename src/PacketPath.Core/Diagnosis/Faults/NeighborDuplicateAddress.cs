namespace PacketPath.Diagnosis.Faults;

/// <summary>Several stations of the link answer for the next hop's address.</summary>
public sealed class NeighborDuplicateAddress : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Neighbor;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var silent = NeighborAnswers.OfSilent(evidence);
        var entry = silent ?? (evidence.Probe?.Outcome == SynOutcome.Refused ? NeighborAnswers.Of(evidence) : null);
        if (entry is not { Answers.Length: > 1 })
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Probable,
            ContributesOnly = silent is null,
            Summary = $"{entry.IPAddress} is claimed by {Describe.Count(entry.Answers.Length, "station")} of {entry.InterfaceAlias}: {NeighborAnswers.List(entry)}. This host sends to {entry.LinkLayerAddress}.",
            Subject = entry,
            Evidence =
            [
                NeighborAnswers.Observed(evidence, entry),
                Observations.Supports($"the entry says {entry.LinkLayerAddress}, state {Describe.State(entry)}", Observations.NeighborSource, entry.ObservedAt),
                Observations.Syns(evidence),
                silent is null ? Observations.Socket(evidence) : Observations.Silence(evidence),
            ],
            Proves = "More than one link-layer address answers for this address, and which of them is used depends on who answers first.",
            DoesNotProve = "That these are different machines: one host with two interfaces on the same link answers twice unless arp_ignore says otherwise, and so does a proxy. Nor that the wrong one is in use.",
            NextSteps =
            [
                $"{commands.Neighbor(entry.IPAddress, entry.InterfaceAlias)} -Verify",
                .. entry.Answers.Take(2).Select(a => commands.Run($"bridge fdb show | grep -i {Commands.Quote(a.LinkLayerAddress)}")),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

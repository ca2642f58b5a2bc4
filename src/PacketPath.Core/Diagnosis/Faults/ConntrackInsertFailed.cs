namespace PacketPath.Diagnosis.Faults;

/// <summary>The connection's entry clashed with another one when it was to be inserted, and its packets were dropped.</summary>
public sealed class ConntrackInsertFailed : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Conntrack;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RouteShadowed), nameof(RouteNextHopDown), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var losses = ConntrackLosses.Of(evidence);
        if (!losses.LostOnTheWayOut || losses.InsertFailed is not { } failed)
        {
            return null;
        }

        var chain = evidence.CounterChanges.FirstOrDefault(c => c is { Source: "Conntrack", Counter: "chaintoolong" });
        var why = chain is null ? "another one has the same translated addresses and ports" : "its hash bucket holds too many";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = failed.Delta >= losses.SynsSent ? Confidence.Proven : Confidence.Probable,
            Summary = $"Connection tracking could not insert the connection to {evidence.Target}, because {why}, and dropped its {evidence.Unit}.",
            Subject = failed,
            Evidence =
            [
                losses.Observe(failed),
                losses.Observe(losses.Dropped),
                losses.Observe(chain),
                Observations.Syns(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
                Observations.Route(evidence),
            ],
            Proves = $"While this attempt ran, connection tracking failed to insert entries as often as the {evidence.Unit} was sent, and the {evidence.Unit} did not leave.",
            DoesNotProve = "Which entry it clashed with, nor that each failure counted was of this attempt. "
                + "Most often source translation has too few ports left for one destination.",
            NextSteps = [commands.TranslatedTo(), commands.ConntrackStats(), commands.ProbeAndResolve()],
        };
    }
}

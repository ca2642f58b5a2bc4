namespace PacketPath.Diagnosis.Faults;

/// <summary>Connection tracking had no room for a new connection.</summary>
public sealed class ConntrackTableFull : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Conntrack;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RouteShadowed), nameof(RouteNextHopDown), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.ConntrackTableFull(evidence, inbound);
        }

        var losses = ConntrackLosses.Of(evidence);
        if (!losses.LostOnTheWayOut || !losses.IsFull || losses.NoEntry == 0)
        {
            return FarInboundFaults.ConntrackTableFull(evidence);
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = losses.NoEntry >= losses.SynsSent ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"The table of connection tracking is full ({losses.Count} of {losses.Max} entries): there was no room for a connection to {evidence.Target}, and its {evidence.Unit} was dropped."),
            Subject = evidence.Conntrack.Count > 0 ? evidence.Conntrack.MaxBy(s => s.ObservedAt) : losses.Dropped,
            Evidence =
            [
                losses.Observe(losses.Dropped),
                losses.ObserveUsage(),
                Observations.Syns(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
                Observations.Route(evidence),
            ],
            Proves = $"While this attempt ran, connection tracking dropped packets for which it could make no entry, its table stood at the limit, and the {evidence.Unit} did not leave.",
            DoesNotProve = "Which traffic fills the table, nor that each packet counted was of this attempt. Connections that have an entry go on.",
            NextSteps = [commands.ConntrackStats(), commands.ConntrackUsers(), commands.ProbeAndResolve()],
        };
    }
}

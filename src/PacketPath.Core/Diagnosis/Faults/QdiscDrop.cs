namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN never left, and a queuing discipline of the egress interface dropped at least as many packets as SYNs were sent.</summary>
public sealed class QdiscDrop : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Qdisc;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(OutputFirewallDrop), nameof(RouteShadowed), nameof(RouteNextHopDown), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe || !evidence.IsUnanswered || evidence.SynSeen || evidence.LinkIsUsable == false
            || evidence.Route is { Outcome: not RouteOutcome.Usable }
            || !(probe.Outcome is SynOutcome.NoReply or SynOutcome.NeighborFailed || evidence.SendDropped == "ENOBUFS"))
        {
            return null;
        }

        var losses = QueueLosses.OfEgressQdisc(evidence);
        var culprit = FirewallCulprit.Output(evidence, rejects: false);
        if (losses.Count == 0 || losses[0].Delta < QueueLosses.SynsSent(probe) || culprit is { IsCounted: true })
        {
            return null;
        }

        // Resolution comes before the queue: where it was never asked for, the SYN was lost earlier; where it failed, its own packets may have been.
        var reached = evidence.NextHop is NextHopState.Known or NextHopState.NotNeeded;
        var loss = losses[0];
        var sent = QueueLosses.Sum(evidence.CounterChanges.Where(c => c.Source == loss.Source && c.Object == loss.Object && c.Counter == "packets"));
        var isFilter = loss.Object!.Contains(" clsact", StringComparison.Ordinal);

        // A filter's drops are counted where nothing else is: its share cannot be told.
        var isCause = evidence.IsSilent && evidence.SynAbsent && reached && culprit is null && evidence.AnsweringHops.Count == 0
            && (isFilter || QueueLosses.IsMost(loss.Delta, sent, probe));

        // Few drops more than SYNs, or a firewall that is known and lets the flow pass, leave nothing else to have lost it.
        var isCertain = !isFilter && evidence.LinkIsUsable == true
            && (loss.Delta <= (4 * QueueLosses.SynsSent(probe)) + 4 || evidence.Firewall.Count > 0);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = !isCause ? Confidence.Possible
                : isCertain ? Confidence.Proven
                : Confidence.Probable,
            ContributesOnly = !isCause,
            Summary = isCause
                ? $"The {evidence.Unit} to {evidence.Target} never left {evidence.InterfaceAlias}: {(isFilter ? "a traffic-control filter" : "the queuing discipline")} {Name(loss)} dropped {Describe.Text($"{loss.Delta}")} packets meanwhile."
                : $"The queuing discipline {Name(loss)} dropped {Describe.Text($"{loss.Delta}")} packets during the attempt on {evidence.Target}.",
            Subject = loss,
            Evidence =
            [
                QueueLosses.Observation(losses, Observations.QdiscSource, probe.ObservedAt),
                QueueLosses.Observation(QueueLosses.HeldBack(evidence), Observations.QdiscSource, probe.ObservedAt),
                Observations.Syns(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
                Observations.Neighbor(evidence),
                Observations.Route(evidence),
            ],
            Proves = isCause
                ? $"The socket sent and nothing was on the wire, while the output queue of the interface dropped at least as many packets as {evidence.Unit}s were sent, and most of what it was given."
                : "This queue lost packets while the attempt was made.",
            DoesNotProve = $"That each packet dropped was a {evidence.Unit} of this attempt: the counter is of the queue, not of the flow"
                + (evidence.Firewall.Count > 0 ? "." : ", and no firewall rules stood beside the attempt.") + " Nor that the target would answer.",
            NextSteps =
            [
                commands.Queues(evidence.InterfaceAlias),
                commands.Run($"tc -s {(isFilter ? "filter show dev " + Commands.Quote(evidence.InterfaceAlias) + " egress" : "qdisc show dev " + Commands.Quote(evidence.InterfaceAlias))}"),
                commands.ProbeAndResolve(),
            ],
        };
    }

    private static string Name(CounterChange loss)
    {
        var words = loss.Object!.Split(' ', 2);
        return $"{words[^1]} of {words[0]}";
    }
}

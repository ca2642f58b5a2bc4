namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN never left, though route, neighbor and link were ready for it.</summary>
public sealed class OutputFirewallDrop : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.OutputFirewall;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RouteShadowed), nameof(RouteNextHopDown), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Stuck is { } stuck)
        {
            return OfStuck(evidence, stuck);
        }

        if (!evidence.IsSilent || !evidence.SynAbsent || !evidence.IsUnanswered || evidence.LinkIsUsable == false
            || evidence.NextHop is NextHopState.Failed or NextHopState.Resolving
            || evidence.Route is { Outcome: not RouteOutcome.Usable })
        {
            return null;
        }

        var probe = evidence.Probe!;
        var culprit = FirewallCulprit.Output(evidence, rejects: false);
        if (culprit is not { IsCounted: true } && IsElsewhere(evidence, probe))
        {
            return null;
        }

        var isWhole = evidence.LinkIsUsable == true && evidence.NextHop != NextHopState.Unknown && !evidence.IpsecIsUnknown;
        var commands = new Commands(evidence);
        var waiting = culprit is null ? QueueLosses.HeldBack(evidence) : [];
        return new Finding
        {
            Confidence = isWhole && evidence.AnsweringHops.Count == 0 && waiting.Count == 0 ? Confidence.Proven : Confidence.Probable,
            Summary = $"The {evidence.Unit} to {evidence.Target} never left {Where(evidence)}: this host dropped it on the output path, before the wire{(culprit is null ? "" : ", by " + culprit.Name)}.",
            Subject = culprit?.Subject ?? probe,
            Evidence =
            [
                culprit?.Evidence,
                Observations.Syns(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
                evidence.NextHop == NextHopState.Absent
                    ? Observations.Supports(
                        $"the kernel never asked the link for {evidence.NextHopAddress}, so the {evidence.Unit} was gone before neighbor resolution",
                        Observations.NeighborSource,
                        evidence.ObservedAt)
                    : Observations.Neighbor(evidence),
                Observations.Route(evidence),
                QueueLosses.Observation(waiting, Observations.QdiscSource, probe.ObservedAt) is { } held
                    ? held with { Observation = held.Observation + $": the {evidence.Unit} may still wait there", Bearing = EvidenceBearing.Refutes }
                    : null,
                evidence.AnsweringHops.Count == 0 ? null : Observations.Hops(evidence)! with { Bearing = EvidenceBearing.Refutes },
            ],
            Proves = "The socket sent and the egress interface saw nothing, with link and next hop in working order: the packet was lost inside this host.",
            DoesNotProve = culprit is not null ? culprit.DoesNotProve + " Nor that the target would answer." : "Which rule dropped it (nftables, iptables, a traffic-control or BPF filter on egress)"
                + (evidence.IpsecIsUnknown ? ", or that no IPsec policy sent it encrypted; nor that the target would answer." : "; nor that the target would answer."),
            NextSteps = [commands.OutputFirewall(), commands.Run($"tc -s filter show dev {Commands.Quote(Device(evidence))} egress"), commands.ProbeAndResolve()],
        };
    }

    // The same absence has other causes, and each leaves a trace of its own.
    private static bool IsElsewhere(EvidenceSet evidence, SynPathResult probe) => probe.IpsecPolicy is not null
        || evidence.CounterChanges.Any(c => c.Source == "Xfrm" && c.Counter.StartsWith("XfrmOut", StringComparison.Ordinal))
        || NeighborTableFull.IsFull(evidence)
        || ConntrackLosses.Of(evidence).Refused > 0
        || (evidence.SendDropped != "EPERM" && evidence.NextHop != NextHopState.Absent && evidence.EgressLosses.Any());

    private static string Device(EvidenceSet evidence) => evidence.InterfaceAlias.Length == 0 ? "lo" : evidence.InterfaceAlias;

    private static string Where(EvidenceSet evidence) => evidence.InterfaceAlias.Length == 0 ? "this host" : evidence.InterfaceAlias;

    // Nothing was sent to learn this: the rules as they are stop what a socket sends again and again.
    private static Finding? OfStuck(EvidenceSet evidence, SocketEntry stuck)
    {
        if (FirewallCulprit.OutputOf(evidence, stuck, rejects: false) is not { IsCertain: true } culprit)
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Probable,
            Summary = $"What {SocketObservations.Who(stuck)} sends to {evidence.Target} again and again is dropped on the output path of this host, by {culprit.Name}.",
            Subject = culprit.Subject,
            Evidence = [culprit.Evidence, SocketObservations.Stuck(stuck), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            Proves = "The socket hears nothing, and a rule of this host stops what it sends.",
            DoesNotProve = culprit.DoesNotProve,
            NextSteps = [commands.OutputFirewall(), commands.ProbeAndResolve()],
        };
    }
}

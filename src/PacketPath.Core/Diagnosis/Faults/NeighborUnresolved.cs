namespace PacketPath.Diagnosis.Faults;

/// <summary>The next hop does not answer ARP or Neighbor Discovery.</summary>
public sealed class NeighborUnresolved : FaultRule
{
    // The kernel asks again after a second (retrans_time_ms). An answer may be slower than an impatient attempt.
    private const double OneSolicitation = 1000;

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Neighbor;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!IsUnresolved(evidence))
        {
            return null;
        }

        var entry = evidence.Neighbor;
        var address = evidence.NextHopAddress;
        var where = Describe.Neighbor(address, evidence.InterfaceAlias);
        var role = evidence.IsHostOnly || TargetKey.Canonical(address) == evidence.RemoteAddress ? "" : $", the next hop to {evidence.RemoteAddress},";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = evidence.NextHop == NextHopState.Failed || (evidence.NextHop == NextHopState.Resolving && evidence.Probe?.ElapsedMilliseconds >= OneSolicitation)
                ? Confidence.Proven
                : Confidence.Probable,
            Summary = $"{where}{role} does not answer {(evidence.IsIPv6 ? "Neighbor Discovery" : "ARP")}"
                + (entry is null ? "." : $": its entry is {Describe.State(entry)}."),
            Subject = (object?)entry ?? evidence.Probe,
            Evidence =
            [
                Observations.Neighbor(evidence),
                .. evidence.LocalReports.Take(1).Select(r => Observations.Report(evidence, r)),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                evidence.Stuck is { } stuck ? SocketObservations.Stuck(stuck) : null,
                evidence.SynSeen ? Observations.Syns(evidence) : null,
                Observations.Route(evidence),
                Observations.Link(evidence),
            ],
            Proves = $"This host asked the link for {address} and got no usable answer, so frames for it cannot be addressed.",
            DoesNotProve = $"Whether {address} is switched off, in another VLAN or subnet, or answering on a path that loses the answers.",
            NextSteps =
            [
                commands.Neighbor(address, evidence.InterfaceAlias),
                commands.Interface(evidence.InterfaceAlias),
                commands.Run($"tcpdump -nn -i {Commands.Quote(evidence.InterfaceAlias.Length == 0 ? "any" : evidence.InterfaceAlias)} "
                    + (evidence.IsIPv6 ? "icmp6" : "arp")),
                .. evidence.IsHostOnly ? Array.Empty<string>() : [commands.ProbeAndResolve()],
            ],
        };
    }

    /// <summary>True where the next hop was asked for and did not answer.</summary>
    internal static bool IsUnresolved(EvidenceSet evidence)
    {
        if (!evidence.IsUnanswered || evidence.Route is { Outcome: not RouteOutcome.Usable })
        {
            return false;
        }

        return evidence.NextHop is NextHopState.Failed or NextHopState.Resolving
            || (evidence.Probe?.Outcome == SynOutcome.NeighborFailed && evidence.NextHop is NextHopState.Unknown or NextHopState.Absent);
    }
}

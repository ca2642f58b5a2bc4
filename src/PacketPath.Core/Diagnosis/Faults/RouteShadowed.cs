namespace PacketPath.Diagnosis.Faults;

/// <summary>The entry that wins leads nowhere, while one that loses to it works: shown by an attempt through the loser.</summary>
public sealed class RouteShadowed : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
        [nameof(RouteNextHopDown), nameof(NeighborUnresolved), nameof(NeighborWrongSubnet), nameof(RoutingLoop), nameof(PathSilentAfterHop),
            nameof(RemoteNetworkUnreachable), nameof(RemoteHostUnreachable), nameof(RemoteRejected), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe || probe.Outcome is SynOutcome.Open or SynOutcome.Refused || evidence.SynAck is not null
            || evidence.Route is not { Outcome: RouteOutcome.Usable or RouteOutcome.Unreachable } route)
        {
            return null;
        }

        var working = probe.AlternativeAttempts.FirstOrDefault(a => a.Outcome is SynOutcome.Open or SynOutcome.Refused);
        if (working is null || working.InterfaceAlias == route.InterfaceAlias)
        {
            return null;
        }

        var loser = route.Alternatives.FirstOrDefault(a => a.InterfaceAlias == working.InterfaceAlias && a.DestinationPrefix == working.DestinationPrefix);
        var via = working.NextHop is null ? "" : $" via {working.NextHop}";
        var works = $"{working.DestinationPrefix}{via} dev {working.InterfaceAlias}";
        var reason = loser is null ? "" : $" ({(loser.ReasonText.Length > 0 ? loser.ReasonText : loser.Reason.ToString())})";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"Route {Describe.Route(route)} wins for {evidence.RemoteAddress} and fails, while {works} works and loses to it{reason}.",
            Subject = route,
            Evidence =
            [
                Observations.Route(evidence),
                Observations.Socket(evidence),
                .. probe.AlternativeAttempts.Take(3).Select(a => Observations.Attempt(evidence, a)),
                .. Observations.Losers(evidence),
                Observations.Neighbor(evidence),
            ],
            Proves = $"{evidence.Target} answers when asked through {works}, and does not through the route this host prefers.",
            DoesNotProve = "What is wrong along the preferred route, nor which of the two was meant to be used.",
            NextSteps =
            [
                commands.Route(),
                commands.ProbeThrough(working.InterfaceAlias),
                .. route.DestinationPrefix is null ? Array.Empty<string>() : [commands.Routes(route.DestinationPrefix)],
            ],
        };
    }
}

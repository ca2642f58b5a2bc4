namespace PacketPath.Diagnosis.Faults;

/// <summary>The entry meant for the target is out of use because its next hop is dead, or its link is down and such routes are ignored.</summary>
public sealed class RouteNextHopDown : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RouteMissing)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Route is not { } route || !evidence.IsUnanswered || evidence.SynAck is not null)
        {
            return null;
        }

        var winnerIsDead = route.NextHopFlags.Contains("Dead", StringComparer.OrdinalIgnoreCase);
        var skipped = route.Alternatives.FirstOrDefault(a => a.Reason is AlternativeReason.DeadNextHop or AlternativeReason.LinkDown);
        if (!winnerIsDead && skipped is null)
        {
            return null;
        }

        // A skipped entry is the cause where nothing else carried the packet, and only a suspect where something did.
        var nothingElse = winnerIsDead || route.Outcome is RouteOutcome.Missing or RouteOutcome.Unreachable or RouteOutcome.Failed;

        // Of two entries for one prefix the second is there to take over, and did.
        var tookOver = !nothingElse && skipped!.DestinationPrefix == route.DestinationPrefix;
        var entry = winnerIsDead ? Describe.Route(route) : Describe.Alternative(skipped!);
        var alias = (winnerIsDead ? route.InterfaceAlias : skipped!.InterfaceAlias) ?? "";
        var why = winnerIsDead || skipped!.Reason == AlternativeReason.DeadNextHop
            ? "its next hop is dead"
            : "its link is down and ignore_routes_with_linkdown is set";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = nothingElse ? Confidence.Proven : evidence.Probe is null || tookOver ? Confidence.Possible : Confidence.Probable,
            ContributesOnly = !nothingElse && (evidence.Probe is null || tookOver),
            Summary = $"Route {entry} leads to {evidence.RemoteAddress}, but the kernel does not use it: {why}.",
            Subject = winnerIsDead ? route : skipped,
            Evidence =
            [
                winnerIsDead ? Observations.Supports($"the next hop's flags are {string.Join(", ", route.NextHopFlags)}", Observations.RouteSource, route.ObservedAt) : null,
                .. Observations.Losers(evidence),
                Observations.Route(evidence),
                evidence.Probe is null ? null : Observations.Socket(evidence),
            ],
            Proves = $"The kernel holds an entry for {evidence.RemoteAddress} and has taken its next hop out of use.",
            DoesNotProve = "Why the link or next hop went down, nor that the target answers once it is back.",
            NextSteps = [commands.Interface(alias), commands.Routes(), commands.ProbeAndResolve()],
        };
    }
}

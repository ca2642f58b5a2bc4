namespace PacketPath.Diagnosis.Faults;

/// <summary>A policy rule sends this flow, by its mark, source, user or ports, to a table that does not carry it; without them another table would.</summary>
public sealed class PolicyRuleDiverts : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.PolicyRouting;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
    [
        nameof(RouteBlackhole), nameof(RouteProhibit), nameof(RouteUnreachable), nameof(RouteNextHopDown), nameof(RouteShadowed), nameof(RouteMissing),
        nameof(NeighborUnresolved), nameof(NeighborWrongSubnet), nameof(LinkNoCarrier), nameof(NoReply), nameof(PathSilentAfterHop), nameof(RemoteNetworkUnreachable),
        nameof(RemoteHostUnreachable),
    ];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Route is not { PlainLookup: { Outcome: RouteOutcome.Usable } plain, Rule: { } rule } route || evidence.IsOpen)
        {
            return null;
        }

        var refused = route.Outcome is RouteOutcome.Blackhole or RouteOutcome.Prohibit or RouteOutcome.Unreachable or RouteOutcome.Missing && evidence.IsUnanswered;
        var works = evidence.Probe?.PlainAttempt is { Outcome: SynOutcome.Open or SynOutcome.Refused } && evidence.Probe.Outcome is not SynOutcome.Refused && evidence.SynAck is null;
        if (!refused && !works)
        {
            return null;
        }

        var fields = string.Join(", ", plain.LeftOut);
        var via = $"{plain.DestinationPrefix ?? "an entry"}{(plain.NextHop is null ? "" : $" via {plain.NextHop}")}{(plain.InterfaceAlias is null ? "" : $" dev {plain.InterfaceAlias}")} (table {plain.Table ?? "unknown"})";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"Policy rule \"{Describe.Rule(rule)}\" sends {evidence.RemoteAddress} by its {fields} to table {route.Table ?? rule.Table ?? "unknown"}, where {Describe.Route(route)} {(refused ? "refuses it" : "leads nowhere")}; without, {via} {(works ? "works" : "would carry it")}.",
            Subject = rule,
            Evidence =
            [
                Observations.Supports($"the first rule whose selectors fit this packet is \"{Describe.Rule(rule)}\"", Observations.RuleSource, route.ObservedAt),
                Observations.Route(evidence),
                Observations.Supports(
                    $"the same lookup without {fields} comes to {via}{(plain.RuleText is null ? "" : $", by rule \"{plain.RuleText}\"")}", Observations.RouteSource, route.ObservedAt),
                evidence.Probe?.PlainAttempt is { } attempt ? Observations.Supports(
                    $"an attempt without {fields} ended as {attempt.Outcome}", "connect() without them", evidence.ObservedAt) : null,
                evidence.Probe is null ? null : Observations.Socket(evidence),
                .. Observations.Losers(evidence),
            ],
            Proves = $"It is its {fields} that sends this flow where it is not carried; the rest of this host would carry it.",
            DoesNotProve = "That the rule is a mistake: some keep traffic from leaving in the open on purpose."
                + (works ? "" : " Nor that the target answers by the other way."),
            NextSteps =
            [
                commands.Route(),
                commands.Rules(Describe.Text($"{rule.Priority}")),
                .. route.Table is null ? Array.Empty<string>() : [$"{commands.Routes()} -Table {Commands.Quote(route.Table)}"],
                commands.ProbeAndResolve(),
            ],
        };
    }
}

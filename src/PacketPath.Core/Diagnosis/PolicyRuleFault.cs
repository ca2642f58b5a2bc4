namespace PacketPath.Diagnosis;

/// <summary>A policy rule that ends the lookup instead of naming a table.</summary>
public abstract class PolicyRuleFault : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.PolicyRouting;

    private protected abstract RouteOutcome Outcome { get; }

    private protected abstract string Effect { get; }

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Route is not { } route || route.Outcome != Outcome || !evidence.IsUnanswered)
        {
            return null;
        }

        var commands = new Commands(evidence);
        var named = route.Rule is { } rule ? $"Policy rule \"{Describe.Rule(rule)}\"" : "A policy rule";
        return new Finding
        {
            Confidence = route.Rule is null ? Confidence.Probable : Confidence.Proven,
            Summary = $"{named} ends the lookup of {evidence.RemoteAddress}: {Effect}.",
            Subject = (object?)route.Rule ?? route,
            Evidence =
            [
                Observations.Route(evidence),
                route.Rule is null ? null : Observations.Supports(
                    $"the first rule whose selectors fit this packet is \"{Describe.Rule(route.Rule)}\"", Observations.RuleSource, route.ObservedAt),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                .. Observations.Losers(evidence),
            ],
            Proves = $"On this host no packet to {evidence.RemoteAddress} with these selectors (source, mark, user, interface, ports) gets as far as a routing table.",
            DoesNotProve = "That the rule is a mistake, nor that the target could be reached without it.",
            NextSteps =
            [
                commands.Rules(),
                .. route.Rule is { Priority: > 0 } found ? [commands.Rules(Describe.Text($"{found.Priority}"))] : Array.Empty<string>(),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

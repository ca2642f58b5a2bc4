namespace PacketPath.Diagnosis;

/// <summary>A routing table entry whose type refuses the packet.</summary>
public abstract class RouteTypeFault : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    private protected abstract RouteOutcome Outcome { get; }

    private protected abstract string Effect { get; }

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Route is not { } route || route.Outcome != Outcome || !evidence.IsUnanswered)
        {
            return null;
        }

        var commands = new Commands(evidence);
        var type = Outcome.ToString().ToLowerInvariant();
        var prefix = route.DestinationPrefix ?? evidence.RemoteAddress;
        var entry = $"{type} {prefix}{(route.Table is null ? "" : $" in table {route.Table}")}";
        return new Finding
        {
            Confidence = route.DestinationPrefix is null ? Confidence.Probable : Confidence.Proven,
            Summary = $"Route \"{entry}\" takes every packet to {evidence.RemoteAddress}: {Effect}.",
            Subject = route,
            Evidence =
            [
                Observations.Route(evidence),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                .. Observations.Losers(evidence),
            ],
            Proves = $"The entry that wins the lookup of {evidence.RemoteAddress} on this host is of type {type}; nothing is sent.",
            DoesNotProve = "That the entry is a mistake (some are kept on purpose, against loops or leaks), nor that the target could be reached without it.",
            NextSteps =
            [
                commands.Route(),
                commands.Routes(prefix),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

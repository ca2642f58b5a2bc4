namespace PacketPath.Diagnosis.Faults;

/// <summary>No entry of the tables consulted matches the target.</summary>
public sealed class RouteMissing : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var connectFailed = evidence.Probe is { Outcome: SynOutcome.LocalError, SocketError: "ENETUNREACH" };
        var looked = evidence.Route is not null;
        if (!evidence.IsUnanswered || (looked ? evidence.Route!.Outcome != RouteOutcome.Missing : !connectFailed))
        {
            return null;
        }

        var elsewhere = evidence.Route?.Alternatives.FirstOrDefault(a => a.Reason == AlternativeReason.TableNotReached);
        var hint = elsewhere is null ? "" : $"; {Describe.Alternative(elsewhere)} would, but no rule leads there";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = looked ? Confidence.Proven : Confidence.Probable,
            Summary = looked
                ? $"No route matches {evidence.RemoteAddress}{hint}."
                : $"connect() to {evidence.Target} failed with ENETUNREACH: no route matches, or a rule ends the lookup.",
            Subject = (object?)evidence.Route ?? evidence.Probe,
            Evidence = [Observations.Route(evidence), connectFailed ? Observations.Socket(evidence) : null, .. Observations.Losers(evidence)],
            Proves = $"This host has no way to send to {evidence.RemoteAddress}; nothing has left it.",
            DoesNotProve = "Which route ought to be there, nor that the target is up.",
            NextSteps = [commands.Route(), commands.Routes(), commands.Rules(), commands.ProbeAndResolve()],
        };
    }
}

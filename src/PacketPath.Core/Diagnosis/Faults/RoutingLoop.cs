namespace PacketPath.Diagnosis.Faults;

/// <summary>Routers hand the packet round in a circle until its TTL runs out.</summary>
public sealed class RoutingLoop : FaultRule
{
    // A SYN that starts with at least this TTL and still runs out of it has not met a long path but a circle.
    private const int FullTtl = 32;

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(PathSilentAfterHop), nameof(RemoteHostUnreachable), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe || probe.Outcome is SynOutcome.Open or SynOutcome.Refused || evidence.SynAck is not null)
        {
            return null;
        }

        var repeated = RepeatedHops(evidence);
        var expired = evidence.RemoteReports.LastOrDefault(r => evidence.CauseOf(r) == IcmpCause.TimeExceeded);
        if (repeated.Length == 0 && expired is null)
        {
            return null;
        }

        var members = repeated.Length > 0 ? string.Join(" and ", repeated) : expired!.Offender;
        var isFull = expired is not null && probe.Syns.Any(s => s.Ttl >= FullTtl);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = repeated.Length > 0 || isFull ? Confidence.Proven : Confidence.Probable,
            Summary = $"Packets to {evidence.RemoteAddress} go round in a circle {(repeated.Length > 0 ? "between" : "that ends at")} {members} until their TTL runs out.",
            Subject = (object?)expired ?? probe.Hops.First(h => h.Address == repeated[0]),
            Evidence =
            [
                Observations.Hops(evidence),
                expired is null ? null : Observations.Report(evidence, expired),
                isFull ? Observations.Supports(Describe.Text($"the {evidence.Unit} left with TTL {probe.Syns.Max(s => s.Ttl)}"), Observations.CaptureSource, probe.ObservedAt) : null,
                Observations.Socket(evidence),
            ],
            Proves = $"The routers named forward packets for {evidence.RemoteAddress} to one another; none of them delivers.",
            DoesNotProve = "Which of the routers has the wrong route, nor that the target is up.",
            NextSteps = [commands.ProbeAndResolve(" -FindHop"), commands.RouteOf(repeated.Length > 0 ? repeated[0] : expired!.Offender)],
        };
    }

    private static string[] RepeatedHops(EvidenceSet evidence) =>
    [
        .. evidence.AnsweringHops.Where(h => h.IcmpType is not null || h.IcmpCode is null)
            .GroupBy(h => TargetKey.Canonical(h.Address))
            .Where(g => g.Max(h => h.Ttl) - g.Min(h => h.Ttl) >= 2)
            .Select(g => g.First().Address!),
    ];
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The target has no way back: its own lookup of the sender's address finds nothing that carries the answer.</summary>
public sealed class ReturnRouteMissing : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.ReturnPath;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop), nameof(ReturnPathLost)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.ReturnRouteMissing(evidence, inbound);
        }

        if (!evidence.IsSilent || evidence.SynAbsent || evidence.Probe is not { Replies.Length: 0, LocalAddress: { } sender } probe || evidence.RemoteReports.Any())
        {
            return null;
        }

        foreach (var host in evidence.Elsewhere)
        {
            if (host.Back.FirstOrDefault() is { } route && Lacks(route))
            {
                return Found(evidence, probe, host, route, sender);
            }
        }

        return null;
    }

    private static Finding Found(EvidenceSet evidence, SynPathResult probe, FarHost host, PacketRoute route, string sender)
    {
        var where = Describe.Place(host.Place, evidence.Key.Place);
        var isTarget = route.InputInterface is null;
        var holder = host.Holder(evidence.RemoteAddress);
        var counted = host.ChangesDuring(probe).FirstOrDefault(static change => change.Counter.EndsWith("OutNoRoutes", StringComparison.Ordinal));
        var entry = route.DestinationPrefix is null ? "" : $": {Describe.Route(route)} takes it";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isTarget && counted is not null ? Confidence.Proven : Confidence.Probable,
            Summary = $"{Describe.Capital(where)} has no route back to {sender}{entry}, so the answer of {evidence.Target} never leaves {(isTarget ? "it" : "there")}.",
            Subject = route,
            Evidence =
            [
                Observations.Supports(
                    $"the lookup of {sender} from {evidence.RemoteAddress} there came to {route.Outcome}{(route.ErrorName is null ? "" : $" ({route.ErrorName})")}",
                    Observations.RouteSource,
                    route.ObservedAt),
                holder is null ? null : Observations.Supports(
                    $"{evidence.RemoteAddress} is an address of {holder.InterfaceAlias} there", "netlink RTM_GETADDR", holder.ObservedAt),
                counted is null ? null : Observations.Supports($"{counted} there during the attempt", "counters before and after the attempt", probe.ObservedAt),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
            ],
            Proves = $"A packet from {evidence.RemoteAddress} to {sender} cannot leave that host.",
            DoesNotProve = $"That the {evidence.Unit} arrives there, and arrives from {sender}: where a router on the way translates the address, the answer goes to another one.",
            NextSteps =
            [
                $"{commands.At(host.Place.NetNamespace).RouteOf(sender)} -SourceAddress {Commands.Quote(evidence.RemoteAddress)}{(route.InputInterface is null ? "" : $" -InputInterface {Commands.Quote(route.InputInterface)}")}",
                commands.At(host.Place.NetNamespace).Routes(),
                commands.ProbeAndResolve(),
            ],
        };
    }

    private static bool Lacks(PacketRoute route) => route.Outcome is RouteOutcome.Missing or RouteOutcome.Blackhole or RouteOutcome.Prohibit
        or RouteOutcome.Unreachable or RouteOutcome.RuleBlackhole or RouteOutcome.RuleProhibit or RouteOutcome.RuleUnreachable;
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>A reverse-path filter drops a packet because its source does not lead back by the interface it came in on: the answer here, or either packet on another host.</summary>
public sealed class ReturnPathFiltered : FaultRule
{
    private const string FilterSource = "netlink RTM_GETROUTE with the ingress interface, RTM_GETNETCONF";

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.ReturnPath;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop), nameof(InputFirewallDrop), nameof(ForwardPathLost), nameof(ReturnPathLost), nameof(ReturnPathAsymmetric)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.ReturnPathFiltered(evidence, inbound);
        }

        if (evidence.Probe is null)
        {
            return evidence.Route is { Outcome: RouteOutcome.ReturnPathFiltered } asked ? OfLookup(evidence, asked) : null;
        }

        if (!evidence.IsSilent || evidence.Probe.LocalResponses.Length > 0)
        {
            return null;
        }

        return evidence.SynAck is { } synAck ? OfAnswer(evidence, synAck) : evidence.SynAbsent || evidence.Probe.Replies.Length > 0 ? null : OfOthers(evidence);
    }

    private static Finding OfLookup(EvidenceSet evidence, PacketRoute route) => new()
    {
        Confidence = Confidence.Proven,
        Summary = $"The reverse-path filter of {route.InputInterface} on {Describe.Place(evidence.Key.Place, evidence.Key.Place)} drops packets from {route.SourceAddress}: {Why(route)}.",
        Subject = route,
        Evidence = [Lookup(route)],
        Proves = $"A packet from {route.SourceAddress} to {route.RemoteAddress} that comes in on {route.InputInterface} is dropped by this host.",
        DoesNotProve = "That such a packet comes in there.",
        NextSteps = Steps(new Commands(evidence), route.InputInterface ?? "", route.SourceAddress),
    };

    private static Finding? OfAnswer(EvidenceSet evidence, SynPacket synAck)
    {
        var commands = new Commands(evidence);
        var answer = Observations.Packet(evidence, synAck);
        if (FirewallCulprit.Input(evidence, synAck, rejects: false) is { IsReversePathRule: true } culprit)
        {
            return new Finding
            {
                Confidence = Confidence.Proven,
                Summary = $"{evidence.Target} answered by {synAck.InterfaceAlias ?? "an interface"} of this host, and a firewall rule there filters sources that do not lead back: {culprit.Name}.",
                Subject = culprit.Subject,
                Evidence = [culprit.Evidence, answer, Elsewhere(evidence, synAck), Observations.Socket(evidence), Observations.Syns(evidence)],
                Proves = "The target is up and answers; the loss is inside this host.",
                DoesNotProve = culprit.DoesNotProve,
                NextSteps = [commands.Firewall(), commands.Route(), commands.ProbeAndResolve()],
            };
        }

        var alias = synAck.InterfaceAlias ?? "";
        var lookup = evidence.ReplyRoutes.FirstOrDefault(r => r.Outcome == RouteOutcome.ReturnPathFiltered && (alias.Length == 0 || r.InputInterface == alias));
        var counted = evidence.CounterChanges.FirstOrDefault(IsFilter);
        var elsewhere = Elsewhere(evidence, synAck);
        if (lookup is null && (counted is null || elsewhere is null || evidence.IsIPv6))
        {
            return null;
        }

        return new Finding
        {
            Confidence = lookup is not null ? Confidence.Proven : Confidence.Probable,
            Summary = $"{evidence.Target} answered by {alias} of this host, whose reverse-path filter drops the answer: {(lookup is null ? $"the way to {evidence.RemoteAddress} leaves by {evidence.InterfaceAlias}" : Why(lookup))}.",
            Subject = (object?)lookup ?? synAck,
            Evidence = [lookup is null ? null : Lookup(lookup), Counted(evidence, counted), answer, elsewhere, Observations.Socket(evidence), Observations.Syns(evidence)],
            Proves = lookup is null
                ? "The target is up and answers; packets were dropped by a reverse-path filter during the attempt, and this answer came in by an interface where one would."
                : "The target is up and answers; the kernel of this host refuses packets of that source on that interface.",
            DoesNotProve = lookup is null
                ? "That the counter moved for this answer, and that no firewall rule takes it as well."
                : $"Which is wrong: that the answer comes in by {alias}, or that this host sends by {evidence.InterfaceAlias}. Nor that the answer would pass the firewall behind the filter.",
            NextSteps = [.. Steps(commands, alias, evidence.RemoteAddress), commands.ProbeAndResolve()],
        };
    }

    private static Finding? OfOthers(EvidenceSet evidence)
    {
        foreach (var host in evidence.Elsewhere)
        {
            if (host.There.Take(1).Concat(host.Back.Take(1)).FirstOrDefault(static r => r.Outcome == RouteOutcome.ReturnPathFiltered) is { } lookup)
            {
                return OfOther(evidence, host, lookup);
            }
        }

        return null;
    }

    private static Finding OfOther(EvidenceSet evidence, FarHost host, PacketRoute lookup)
    {
        var where = Describe.Place(host.Place, evidence.Key.Place);
        var isThere = host.There.Contains(lookup);
        var arrives = isThere ? host.Holder(evidence.Route?.NextHop) : null;
        var isPlace = arrives is not null && arrives.InterfaceAlias == lookup.InputInterface;
        var counted = host.ChangesDuring(evidence.Probe!).FirstOrDefault(IsFilter);
        var commands = new Commands(evidence).At(host.Place.NetNamespace);
        return new Finding
        {
            Confidence = isPlace || counted is not null ? Confidence.Proven : Confidence.Probable,
            Summary = $"The reverse-path filter of {lookup.InputInterface} on {where} drops {(isThere ? $"the {evidence.Unit}" : "the answer")}: {Why(lookup)}.",
            Subject = lookup,
            Evidence =
            [
                Lookup(lookup),
                Counted(evidence, counted),
                isPlace ? Observations.Supports(
                    $"the next hop {evidence.Route!.NextHop} is an address of {arrives!.InterfaceAlias} there, so that is where the {evidence.Unit} comes in", "netlink RTM_GETADDR", arrives.ObservedAt) : null,
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
            ],
            Proves = $"A packet from {lookup.SourceAddress} to {lookup.RemoteAddress} that comes in on {lookup.InputInterface} there is dropped.",
            DoesNotProve = (isPlace ? "" : $"That {(isThere ? $"the {evidence.Unit}" : "the answer")} comes in there by {lookup.InputInterface}, with that source. ") + "Nor that it would be carried on without the filter.",
            NextSteps = [.. Steps(commands, lookup.InputInterface ?? "", lookup.SourceAddress), new Commands(evidence).ProbeAndResolve()],
        };
    }

    private static string Why(PacketRoute route)
    {
        var filter = route.InputReversePathFilter == ReversePathFilter.Loose ? "loose" : "strict";
        return route.ReturnInterface is null
            ? $"it is {filter}, and nothing leads back to {route.SourceAddress}"
            : $"it is {filter}, and the way back to {route.SourceAddress} leaves by {route.ReturnInterface} ({route.ReturnPrefix})";
    }

    private static FailureEvidence Lookup(PacketRoute route) => Observations.Supports(
        $"a packet from {route.SourceAddress} to {route.RemoteAddress} that comes in on {route.InputInterface} is refused{(route.ErrorName is null ? "" : $" with {route.ErrorName}")}: {Why(route)}",
        FilterSource,
        route.ObservedAt);

    private static FailureEvidence? Counted(EvidenceSet evidence, CounterChange? counted) => counted is null ? null : Observations.Supports(
        Describe.Text($"{counted.Counter} went up by {counted.Delta} during the attempt"), "counters before and after the attempt", evidence.ObservedAt);

    private static FailureEvidence? Elsewhere(EvidenceSet evidence, SynPacket synAck) =>
        synAck.InterfaceAlias is not null && evidence.InterfaceAlias.Length > 0 && synAck.InterfaceAlias != evidence.InterfaceAlias
            ? Observations.Supports(
                $"the {evidence.Unit} left by {evidence.InterfaceAlias} and the answer came in by {synAck.InterfaceAlias}", Observations.CaptureSource, evidence.ObservedAt)
            : null;

    private static bool IsFilter(CounterChange change) => change.Counter == "IPReversePathFilter";

    private static string[] Steps(Commands commands, string alias, string? source) =>
        [commands.Interface(alias), .. source is null ? Array.Empty<string>() : [commands.RouteOf(source)], commands.Run($"sysctl net.ipv4.conf.{(alias.Length == 0 ? "all" : alias)}.rp_filter")];
}

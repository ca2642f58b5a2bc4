namespace PacketPath.Diagnosis.Faults;

/// <summary>A router takes the packet in and does not pass it on: forwarding is off on the interface it came in on.</summary>
public sealed class ForwardingDisabled : FaultRule
{
    private const string SettingSource = "netlink RTM_GETNETCONF";

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.LocalDelivery;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop), nameof(RemoteHostUnreachable), nameof(ForwardPathLost)];

    internal override Finding? Evaluate(EvidenceSet evidence) => evidence switch
    {
        { Inbound: { } inbound } => InboundFaults.ForwardingDisabled(evidence, inbound),
        { Probe: null, Route: { Outcome: RouteOutcome.ForwardingDisabled } route } => OfLookup(evidence, route),
        { Probe: not null } when CanBeLost(evidence) => evidence.Elsewhere.Select(router => OfRouter(evidence, router)).FirstOrDefault(found => found is not null),
        _ => null,
    };

    // A lookup alone says what would become of the packet.
    private static Finding OfLookup(EvidenceSet evidence, PacketRoute route) => Make(
        evidence,
        route,
        Confidence.Proven,
        evidence.Key.Place,
        $"a packet from {route.SourceAddress ?? "any source"} to {evidence.RemoteAddress}",
        [Lookup(route)],
        "That a packet of this flow comes in there, nor that what lies beyond would carry it.");

    private static Finding? OfRouter(EvidenceSet evidence, FarHost router)
    {
        var nextHop = evidence.Route?.NextHop;
        var arrives = router.Holder(nextHop);
        if (router.Holder(evidence.RemoteAddress) is not null)
        {
            return null;
        }

        var lookup = router.There.FirstOrDefault();
        if (lookup is { Outcome: RouteOutcome.ForwardingDisabled })
        {
            var isThere = arrives?.InterfaceAlias == lookup.InputInterface;
            return Make(
                evidence,
                lookup,
                isThere ? Confidence.Proven : Confidence.Probable,
                router.Place,
                $"the {evidence.Unit} to {evidence.Target}",
                [Lookup(lookup), isThere ? Holds(arrives!, nextHop!) : null],
                (isThere ? "" : $"That the {evidence.Unit} comes to {Describe.Place(router.Place, evidence.Key.Place)} by {lookup.InputInterface}: give the interfaces of that router as well. ") + "Nor that what lies beyond would carry it.");
        }

        // Without a lookup: the router holds the next hop's address, and the interface that does passes nothing on.
        return lookup is null && arrives is not null && Forwards(arrives, evidence.IsIPv6) == false
            ? Make(
                evidence,
                arrives,
                Confidence.Probable,
                router.Place,
                $"the {evidence.Unit} to {evidence.Target}",
                [Holds(arrives, nextHop!), Setting(arrives, evidence.IsIPv6)],
                $"That {evidence.RemoteAddress} is not an address of {Describe.Place(router.Place, evidence.Key.Place)} itself: only a lookup there tells, Get-PacketRoute with -InputInterface {arrives.InterfaceAlias}.")
            : null;
    }

    private static Finding Make(
        EvidenceSet evidence, PacketEvidence subject, Confidence confidence, (string Computer, string NetNamespace) place, string packet, FailureEvidence?[] observations, string limits)
    {
        var alias = subject is PacketRoute route ? route.InputInterface : ((PacketInterface)subject).InterfaceAlias;
        var where = Describe.Place(place, evidence.Key.Place);
        var family = evidence.IsIPv6 ? "IPv6" : "IPv4";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = confidence,
            Summary = $"Forwarding of {family} is off on interface {alias} of {where}: {packet} is taken in there and not passed on.",
            Subject = subject,
            Evidence = [.. observations, Observations.Syns(evidence), Observations.Silence(evidence), evidence.Probe is null ? null : Observations.Socket(evidence)],
            Proves = $"The router has a route for the packet, and its interface {alias} is set to drop what is not for the router itself.",
            DoesNotProve = limits,
            NextSteps =
            [
                commands.At(place.NetNamespace).Interface(alias ?? ""),
                commands.At(place.NetNamespace).Run(evidence.IsIPv6 ? "sysctl net.ipv6.conf.all.forwarding" : $"sysctl net.ipv4.conf.{alias}.forwarding"),
                .. evidence.Probe is null ? Array.Empty<string>() : [commands.ProbeAndResolve()],
            ],
        };
    }

    // A router that does not forward drops without a word, or tells the sender that the host is unreachable.
    private static bool CanBeLost(EvidenceSet evidence) =>
        evidence.SynAck is null && evidence.Reset is null && !evidence.SynAbsent && (evidence.IsSilent || evidence.RemoteReports.Any(r => evidence.CauseOf(r) == IcmpCause.HostUnreachable));

    private static bool? Forwards(PacketInterface link, bool isIPv6) => isIPv6 ? link.Ipv6Forwarding : link.Ipv4Forwarding;

    private static FailureEvidence Lookup(PacketRoute route) => Observations.Supports(
        $"a packet from {route.SourceAddress ?? "any source"} to {route.RemoteAddress} that comes in on {route.InputInterface} matches {Describe.Route(route)}"
            + $"{(route.ErrorName is null ? "" : $" and is refused with {route.ErrorName}")}; forwarding on {route.InputInterface} is off",
        $"{Observations.RouteSource}, {SettingSource}",
        route.ObservedAt);

    private static FailureEvidence Holds(PacketInterface link, string address) => Observations.Supports(
        $"the next hop {address} is an address of {link.InterfaceAlias} there, so that is where the packet comes in", "netlink RTM_GETADDR", link.ObservedAt);

    private static FailureEvidence Setting(PacketInterface link, bool isIPv6) => Observations.Supports(
        $"forwarding of {(isIPv6 ? "IPv6" : "IPv4")} is off on {link.InterfaceAlias} there", SettingSource, link.ObservedAt);
}

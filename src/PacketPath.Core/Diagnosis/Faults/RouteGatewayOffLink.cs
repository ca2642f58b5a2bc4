namespace PacketPath.Diagnosis.Faults;

/// <summary>The gateway does not answer on the link, and by this host's own routes it is not on that link.</summary>
public sealed class RouteGatewayOffLink : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NeighborUnresolved), nameof(NeighborWrongSubnet), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!NeighborUnresolved.IsUnresolved(evidence)
            || evidence.Route is not { NextHop: { } gateway } route
            || evidence.Probe?.NextHopRoute is not { } there
            || TargetKey.Canonical(there.RemoteAddress) != TargetKey.Canonical(gateway)
            || !IsElsewhere(there, route)
            || evidence.Interface is { } link && HasOnlyHostAddresses(link, evidence.IsIPv6))
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Probable,
            Summary = $"The gateway {gateway} of the route to {route.DestinationPrefix ?? evidence.RemoteAddress} is not on the link of {route.InterfaceAlias}: {Leads(there)}, and nobody on the link answers for it.",
            Subject = route,
            Evidence =
            [
                Observations.Route(evidence),
                Observations.Supports($"{gateway} itself: {Leads(there)}", Observations.RouteSource, there.ObservedAt),
                Observations.Neighbor(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
            ],
            Proves = $"This host sends packets for {evidence.RemoteAddress} to {gateway} by {route.InterfaceAlias}, no prefix of that interface holds the gateway, and it did not answer there.",
            DoesNotProve = "That the gateway's address is wrong: it may be right, and switched off, on a link whose addresses are missing or have the wrong prefix length.",
            NextSteps = [commands.Interface(route.InterfaceAlias ?? ""), commands.RouteOf(gateway), commands.ProbeAndResolve()],
        };
    }

    private static bool IsElsewhere(PacketRoute there, PacketRoute route) => there.Outcome is RouteOutcome.Missing or RouteOutcome.Unreachable
        || (there.Outcome == RouteOutcome.Usable && (there.NextHop is not null || there.InterfaceIndex != route.InterfaceIndex));

    // Where a host owns single addresses only, a gateway outside of them is meant.
    private static bool HasOnlyHostAddresses(PacketInterface link, bool isIPv6)
    {
        var own = link.Addresses.Where(a => a.AddressFamily == (isIPv6 ? AddressFamily.IPv6 : AddressFamily.IPv4) && a.Scope != "link").ToArray();
        return own.Length > 0 && own.All(a => a.PrefixLength == (isIPv6 ? 128 : 32));
    }

    private static string Leads(PacketRoute there) => there switch
    {
        { Outcome: not RouteOutcome.Usable } => "no route leads to it",
        { NextHop: { } next } when TargetKey.Canonical(next) == TargetKey.Canonical(there.RemoteAddress) => "no prefix holds it but that of the very route that goes by it",
        { NextHop: { } next } => $"it would be reached by {next} on {there.InterfaceAlias}",
        _ => $"it is on {there.InterfaceAlias}",
    };
}

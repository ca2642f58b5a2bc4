using System.Net;

namespace PacketPath.Diagnosis.Faults;

/// <summary>The target is looked for on the link only because of a prefix length, while a gateway that leads to it is known.</summary>
public sealed class NeighborWrongSubnet : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Neighbor;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NeighborUnresolved), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!NeighborUnresolved.IsUnresolved(evidence)
            || evidence.Route is not { NextHop: null, TypeOfRoute: RouteType.Unicast, DestinationPrefix: { } prefix } route
            || route.Alternatives.FirstOrDefault(a => a.NextHop is not null && a.TypeOfRoute is RouteType.Unicast or RouteType.Unspecified) is not { } gateway)
        {
            return null;
        }

        // A neighbor in the source's own small subnet is more likely to be switched off than to lie behind a router.
        var isNear = SharesSmallSubnet(evidence.RemoteAddress, route.SourceAddress ?? evidence.Probe?.LocalAddress);
        var alias = evidence.InterfaceAlias;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isNear ? Confidence.Possible : Confidence.Probable,
            ContributesOnly = isNear,
            Summary = $"{evidence.RemoteAddress} is looked for on the link of {alias} because of {prefix} and is not there; "
                + $"without that prefix length it would go to gateway {gateway.NextHop}.",
            Subject = route,
            Evidence =
            [
                Observations.Route(evidence),
                Observations.Neighbor(evidence),
                Observations.Supports(
                    $"{Describe.Alternative(gateway)} also leads to {evidence.RemoteAddress}", Observations.RouteSource, route.ObservedAt),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                isNear ? Observations.Refutes(
                    $"{evidence.RemoteAddress} is in the same small subnet as this host's {route.SourceAddress ?? evidence.Probe?.LocalAddress}",
                    Observations.RouteSource,
                    route.ObservedAt) : null,
            ],
            Proves = $"This host takes {evidence.RemoteAddress} for a direct neighbor, nobody on the link owns that address, and a route by a gateway exists.",
            DoesNotProve = $"That the prefix length is wrong: a neighbor that is switched off looks the same. Gateway {gateway.NextHop} delivering the packet would show it.",
            NextSteps =
            [
                commands.Interface(alias),
                commands.Neighbor(gateway.NextHop!, gateway.InterfaceAlias ?? alias),
                commands.ProbeAndResolve(),
            ],
        };
    }

    private static bool SharesSmallSubnet(string target, string? source)
    {
        if (!IPAddress.TryParse(Bare(target), out var one) || !IPAddress.TryParse(Bare(source ?? ""), out var other) || one.AddressFamily != other.AddressFamily)
        {
            return false;
        }

        var bytes = one.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 3 : 8;
        return one.GetAddressBytes().AsSpan(0, bytes).SequenceEqual(other.GetAddressBytes().AsSpan(0, bytes));
    }

    private static string Bare(string address) => address.Split('%')[0];
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The route's source address is missing, still being checked for a duplicate, or known to be one.</summary>
public sealed class RouteSourceInvalid : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
    [
        nameof(NoReply), nameof(PathSilentAfterHop), nameof(NeighborUnresolved), nameof(OutputFirewallDrop),
        nameof(InputFirewallDrop), nameof(RemoteNetworkUnreachable),
    ];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Route is not { } route)
        {
            return null;
        }

        var spare = SpareAddress(evidence, route);
        if (!evidence.IsUnanswered && !AnswersAreLost(evidence) && !(spare is not null && IsBeyondScope(evidence)))
        {
            return null;
        }

        var state = route.SourceAddressState;
        if (state is null or AddressState.Valid && spare is null)
        {
            return null;
        }

        var source = spare?.IPAddress ?? route.PreferredSource ?? route.SourceAddress ?? "the source address";
        var where = route.InterfaceAlias is null ? "" : $" for packets leaving by {route.InterfaceAlias}";
        var broken = spare?.State ?? state!.Value;
        var elsewhere = evidence.Interface is { } link && link.Addresses.All(a => a.IPAddress != source);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = broken == AddressState.Deprecated ? Confidence.Possible : Confidence.Proven,
            ContributesOnly = broken == AddressState.Deprecated,
            Summary = $"Source address {source}{where} {Meaning(broken)}, so no answer of {evidence.Target} reaches the socket.",
            Subject = (object?)spare ?? route,
            Evidence =
            [
                Observations.Supports($"{source} {Meaning(broken)}", "netlink RTM_GETADDR", route.ObservedAt),
                spare is null ? null : Observations.Supports(
                    $"the kernel falls back to {route.SourceAddress ?? "no source address"}", Observations.RouteSource, route.ObservedAt),
                Observations.Route(evidence),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                Observations.Packet(evidence, evidence.SynAck),
                .. evidence.RemoteReports.Take(1).Select(r => Observations.Report(evidence, r)),
            ],
            Proves = $"The route to {evidence.RemoteAddress} sends from an address that is not in working order on this host.",
            DoesNotProve = "That the target answers once the source address is valid.",
            NextSteps =
            [
                commands.Interface(elsewhere ? "" : route.InterfaceAlias ?? ""),
                commands.Route(),
                commands.ProbeAndResolve(),
            ],
        };
    }

    // IPv6 passes over an address under duplicate detection, and may be left with a link-local one that no router carries.
    private static InterfaceAddress? SpareAddress(EvidenceSet evidence, PacketRoute route)
    {
        static bool IsLinkLocal(string address) => address.StartsWith("fe80:", StringComparison.OrdinalIgnoreCase);
        if (!evidence.IsIPv6 || IsLinkLocal(evidence.RemoteAddress) || evidence.Probe is null || route.Outcome != RouteOutcome.Usable
            || (route.SourceAddress is not null && !IsLinkLocal(route.SourceAddress)))
        {
            return null;
        }

        return evidence.Interface?.Addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.IPv6 && !IsLinkLocal(a.IPAddress)
            && a.State is AddressState.Tentative or AddressState.DuplicateDetected);
    }

    // The answer to an address that is not in working order reaches the interface and no socket.
    private static bool AnswersAreLost(EvidenceSet evidence) =>
        evidence.IsSilent && evidence.SynAck is not null && evidence.Probe!.LocalResponses.Length == 0;

    // ICMPv6 1/2: a router will not carry the source address any further.
    private static bool IsBeyondScope(EvidenceSet evidence) => evidence.RemoteReports.Any(r => r is { Type: 1, Code: 2 });

    private static string Meaning(AddressState state) => state switch
    {
        AddressState.Missing => "is on no interface of this host",
        AddressState.Tentative => "is tentative (duplicate detection has not ended)",
        AddressState.DuplicateDetected => "is a duplicate of another host's (duplicate detection failed)",
        _ => "is deprecated (past its preferred lifetime)",
    };
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The source address asked for is on no interface of this host.</summary>
public sealed class SourceAddressUnavailable : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Socket;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RouteSourceInvalid), nameof(RouteMissing), nameof(RouteNextHopDown)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var state = evidence.Route?.SourceAddressState;
        var bindFailed = evidence.Probe is { Outcome: SynOutcome.LocalError, SocketError: "EADDRNOTAVAIL", FailedCall: "bind" };
        var lookupRefused = evidence.Route is { Outcome: RouteOutcome.SourceInvalid, PreferredSource: null };
        var isElsewhereToBlame = state is AddressState.Tentative or AddressState.DuplicateDetected;
        if ((!bindFailed && !lookupRefused) || isElsewhereToBlame || !evidence.IsUnanswered)
        {
            return null;
        }

        var source = (bindFailed ? evidence.Probe!.LocalAddress : null) ?? evidence.Route?.SourceAddress ?? "the source address asked";
        var holder = evidence.Interfaces.Concat(evidence.OtherInterfaces).FirstOrDefault(
            i => i.Addresses.Any(a => TargetKey.Canonical(a.IPAddress) == TargetKey.Canonical(source)));
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = holder is not null ? Confidence.Probable : bindFailed || state == AddressState.Missing ? Confidence.Proven : Confidence.Probable,
            Summary = $"Source address {source} is on no interface of this host, so nothing can be sent from it to {evidence.Target}.",
            Subject = (object?)evidence.Probe ?? evidence.Route,
            Evidence =
            [
                bindFailed ? Observations.Supports($"bind() to {source} failed with EADDRNOTAVAIL", "bind()", evidence.Probe!.ObservedAt) : null,
                state == AddressState.Missing
                    ? Observations.Supports($"{source} is on no interface of this namespace", "netlink RTM_GETADDR", evidence.Route!.ObservedAt)
                    : null,
                lookupRefused ? Observations.Route(evidence) : null,
                holder is null ? null : Observations.Refutes($"{holder.InterfaceAlias} carries {source}", Observations.LinkSource, holder.ObservedAt),
            ],
            Proves = $"This host, in this namespace, did not own {source} when the attempt was made.",
            DoesNotProve = $"That {evidence.Target} could be reached from another source address.",
            NextSteps = [commands.Interface(""), commands.ProbeAndResolve()],
        };
    }
}

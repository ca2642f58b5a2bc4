namespace PacketPath.Diagnosis.Faults;

/// <summary>A socket listens on the port, but on another address or interface, or for the other family only.</summary>
public sealed class ListenerBoundElsewhere : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.SocketQueue;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RemoteRefused)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.ListenerBoundElsewhere(evidence, inbound, listener => Reason(evidence, listener));
        }

        if (evidence.TargetSockets is not { Absent: { } absent, Elsewhere: [var nearest, ..] others } || evidence.Probe is null || evidence.IsOpen)
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = ListenerMissing.ConfidenceOf(evidence),
            ContributesOnly = ListenerMissing.IsBeside(evidence),
            Summary = $"{SocketObservations.Who(nearest)} {SocketObservations.Listens(nearest)} {SocketObservations.Where(nearest)}, not on {evidence.Target}: {Reason(evidence, nearest)}.",
            Subject = nearest,
            Evidence =
            [
                SocketObservations.Absent(absent),
                .. others.Take(3).Select(SocketObservations.Listener),
                Observations.Packet(evidence, evidence.Reset),
                Observations.Socket(evidence),
            ],
            Proves = $"The service runs, and no socket of it takes {(evidence.IsUdp ? "datagrams" : "connections")} for the address that was asked.",
            DoesNotProve = "That it is meant to: a service for this host alone listens on a loopback address on purpose.",
            NextSteps =
            [
                Commands.Sockets(absent, Describe.Text($"-LocalPort {evidence.Key.RemotePort} {(evidence.IsUdp ? "-Protocol Udp" : "-State Listen")}")),
                commands.ProbeAndResolve(),
            ],
        };
    }

    private static string Reason(EvidenceSet evidence, SocketEntry listener)
    {
        var address = SocketEvidence.Plain(listener.LocalAddress);
        var isAny = address is "0.0.0.0" or "::";
        return isAny && address.Contains(':') != evidence.IsIPv6
            ? evidence.IsIPv6 ? "it takes IPv4 only" : "it takes IPv6 only (IPV6_V6ONLY)"
            : listener.InterfaceAlias is { } alias && (isAny || TargetKey.Canonical(address) == evidence.RemoteAddress)
                ? $"it is bound to {alias}, and the {(evidence.IsUdp ? "datagram" : "connection")} came in by another interface"
                : "it is bound to another address";
    }
}

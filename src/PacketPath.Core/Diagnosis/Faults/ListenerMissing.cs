namespace PacketPath.Diagnosis.Faults;

/// <summary>On the host that has the target's address, no socket listens on the port.</summary>
public sealed class ListenerMissing : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.SocketQueue;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RemoteRefused)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.ListenerMissing(evidence, inbound);
        }

        if (evidence.TargetSockets is not { Absent: { } absent, Elsewhere.Count: 0 } || evidence.Probe is null || evidence.IsOpen)
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = ConfidenceOf(evidence),
            ContributesOnly = IsBeside(evidence),
            Summary = Describe.Text($"{(evidence.IsUdp ? "No socket takes datagrams on UDP" : "Nothing listens on TCP")} port {evidence.Key.RemotePort} of {evidence.RemoteAddress}, on any of its addresses: {(evidence.IsUdp ? "they are answered with port unreachable" : "connections are refused")}."),
            Subject = absent,
            Evidence = [SocketObservations.Absent(absent), Observations.Packet(evidence, evidence.Reset), Observations.Socket(evidence)],
            Proves = $"When the sockets of {SocketObservations.Place(absent)} were read, none of them {(evidence.IsUdp ? "was bound to" : "listened on")} this port.",
            DoesNotProve = "Why: the service may have stopped, failed to start, or use another port. Nor that a firewall that redirects the port is not meant to.",
            NextSteps = [Commands.Sockets(absent, evidence.IsUdp ? "-Protocol Udp" : "-State Listen"), commands.ProbeAndResolve()],
        };
    }

    /// <summary>A refusal is what a missing listener gives; any other outcome has a cause of its own on the way.</summary>
    internal static bool IsBeside(EvidenceSet evidence) => evidence.Probe?.Outcome != SynOutcome.Refused;

    internal static Confidence ConfidenceOf(EvidenceSet evidence) =>
        evidence.Probe?.Outcome != SynOutcome.Refused ? Confidence.Possible : evidence.Reset is not null || evidence.IsUdp ? Confidence.Proven : Confidence.Probable;
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>A RST came back, or over UDP a port unreachable of the target itself: nothing listens on the port, or something answers so in the target's name.</summary>
public sealed class RemoteRefused : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RemoteHost;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { Outcome: SynOutcome.Refused } probe)
        {
            return null;
        }

        if (evidence.IsUdp)
        {
            return OfDatagram(evidence, probe);
        }

        var reset = evidence.Reset;
        var who = evidence.TargetIsLocal ? "This host itself" : evidence.RemoteAddress;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = reset is null ? Confidence.Probable : Confidence.Proven,
            Summary = Describe.Text($"{who} refuses connections to port {evidence.Key.RemotePort}: a RST answers the SYN, so nothing listens there."),
            Subject = (object?)reset ?? probe,
            Evidence =
            [
                Observations.Packet(evidence, reset),
                Observations.Socket(evidence),
                evidence.SynSeen ? Observations.Syns(evidence) : null,
            ],
            Proves = reset is null
                ? "A RST reached the socket: somebody turned the connection away at once."
                : "The SYN reached something that answers in the target's name, and the way there and back works.",
            DoesNotProve = "That the target itself sent the RST: a firewall can send it in the target's name"
                + (reset is null ? ", and so can one on this host, which only a capture would show." : "; a TTL that does not fit the target's other packets would show it."),
            NextSteps =
            [
                commands.ProbeAndResolve(" -FindHop"),
                Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(evidence.Key.RemotePort, 0, 65535)} -State Listen # on the target{(evidence.RemoteAddress.Length == 0 ? "" : $", {evidence.RemoteAddress}")}"),
            ],
        };
    }

    // The host of the address says it in so many words, and its word came through the error queue of the very socket.
    private static Finding OfDatagram(EvidenceSet evidence, SynPathResult probe)
    {
        var report = probe.ErrorQueue.LastOrDefault(r => TargetKey.Canonical(r.Offender) == evidence.RemoteAddress);
        var packet = probe.Replies.LastOrDefault(static r => r.Kind == SynPacketKind.IcmpError);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = report is null && packet is null ? Confidence.Probable : Confidence.Proven,
            Summary = Describe.Text($"{(evidence.TargetIsLocal ? "This host itself" : evidence.RemoteAddress)} answers datagrams to UDP port {evidence.Key.RemotePort} with port unreachable: no socket takes them there."),
            Subject = (object?)report ?? (object?)packet ?? probe,
            Evidence =
            [
                report is null ? null : Observations.Report(evidence, report),
                Observations.Packet(evidence, packet),
                Observations.Socket(evidence),
                evidence.SynSeen ? Observations.Syns(evidence) : null,
            ],
            Proves = "The datagram reached something that answers in the target's name, and the way there and back works: the host is up, and no socket is bound to the port for such datagrams.",
            DoesNotProve = "That the target itself said so: a firewall that rejects gives the same answer, and may stand before the target or be its own.",
            NextSteps =
            [
                Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(evidence.Key.RemotePort, 0, 65535)} -Protocol Udp # on the target{(evidence.RemoteAddress.Length == 0 ? "" : $", {evidence.RemoteAddress}")}"),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

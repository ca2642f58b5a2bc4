namespace PacketPath.Diagnosis.Faults;

/// <summary>A RST came back from nearer than the target is: something on the way sent it in the target's name.</summary>
public sealed class RemoteResetByMiddlebox : FaultRule
{
    private static readonly int[] InitialTtls = [32, 64, 128, 255];

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RemoteHost;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(RemoteRefused)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { Outcome: SynOutcome.Refused } || evidence.Reset is not { Ttl: > 0 and <= 255 } reset || evidence.TargetIsLocal)
        {
            return null;
        }

        var control = Controls(evidence).FirstOrDefault(c => Distance(reset.Ttl) < Distance(c.Ttl));
        if (control is null)
        {
            return FarInboundFaults.ResetOnTheWay(evidence, evidence.Probe, reset);
        }

        // The target's own packet decides. One of another port may come from a host behind the target that the port is forwarded to.
        var isOwn = control == evidence.Probe.ControlReply;
        if (!isOwn && evidence.Probe.ControlReply is { Ttl: > 0 and <= 255 })
        {
            return null;
        }

        var near = Distance(reset.Ttl);
        var far = Distance(control.Ttl);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isOwn ? Confidence.Proven : Confidence.Probable,
            ContributesOnly = !isOwn,
            Summary = $"A device {(near == 0 ? "on the first link" : $"behind {Describe.Count(near, "router")}")} resets connections to {evidence.Target} "
                + $"in the target's name; the target is behind {Describe.Count(far, "router")}.",
            Subject = reset,
            Evidence =
            [
                Observations.Packet(evidence, reset),
                Observations.Supports(
                    Describe.Text($"another packet of {control.From} ({control.Kind}) arrived with TTL {control.Ttl}"), Observations.CaptureSource, evidence.ObservedAt),
                Observations.Socket(evidence),
                Observations.Hops(evidence),
            ],
            Proves = isOwn
                ? "The RST crossed fewer routers than another packet of the target, so the target did not send it."
                : "The RST crossed fewer routers than the handshake of another port did, so two machines answer to this address.",
            DoesNotProve = "Which device sent it, nor why; and with load-balanced paths of different length a small difference can be honest."
                + (isOwn
                    ? ""
                    : " A port that the target forwards to a host behind it (a container, a published service) looks the same: -FindHop compares with the target's own ICMP."),
            NextSteps = [commands.ProbeAndResolve(" -FindHop"), commands.Route()],
        };
    }

    private static IEnumerable<SynPacket> Controls(EvidenceSet evidence)
    {
        var control = evidence.Probe!.ControlReply;
        var handshakes = evidence.Siblings.Concat(evidence.Probes)
            .SelectMany(p => p.Replies).Where(r => r.Kind == SynPacketKind.SynAck);
        return (control is null ? [] : new[] { control }).Concat(handshakes)
            .Where(p => p.Ttl is > 0 and <= 255 && TargetKey.Canonical(p.From) == evidence.RemoteAddress);
    }

    // Senders start at one of a few round values; what is missing from it was taken off by routers.
    private static int Distance(int ttl) => InitialTtls.First(t => t >= ttl) - ttl;
}

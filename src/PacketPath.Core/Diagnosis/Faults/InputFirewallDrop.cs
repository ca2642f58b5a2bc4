namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN-ACK came back to the interface and never reached the socket.</summary>
public sealed class InputFirewallDrop : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.InputFirewall;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsSilent || evidence.SynAck is not { } synAck)
        {
            return null;
        }

        var fits = Fits(evidence, synAck);
        var sameWay = synAck.InterfaceAlias is null || evidence.InterfaceAlias.Length == 0 || synAck.InterfaceAlias == evidence.InterfaceAlias;
        var commands = new Commands(evidence);
        var culprit = FirewallCulprit.Input(evidence, synAck, rejects: false);
        return new Finding
        {
            Confidence = fits && sameWay ? Confidence.Proven : Confidence.Probable,
            Summary = $"{evidence.Target} answered, and this host dropped the answer on its input path before the socket saw it{(culprit is null ? "" : ", by " + culprit.Name)}.",
            Subject = culprit?.Subject ?? synAck,
            Evidence =
            [
                culprit?.Evidence,
                Observations.Packet(evidence, synAck),
                Observations.Socket(evidence),
                Observations.Syns(evidence),
                fits ? null : Observations.Refutes(
                    "the SYN-ACK does not acknowledge the SYN that was captured", Observations.CaptureSource, evidence.ObservedAt),
                sameWay ? null : Observations.Refutes(
                    $"the answer came in on {synAck.InterfaceAlias}, not {evidence.InterfaceAlias}: reverse-path filtering drops such packets too",
                    Observations.CaptureSource,
                    evidence.ObservedAt),
            ],
            Proves = "The target is up and answers, and the way there and back works; the loss is inside this host.",
            DoesNotProve = culprit is not null ? culprit.DoesNotProve : "Which rule drops it (the PREROUTING and INPUT chains, an ingress filter, a conntrack state of invalid)"
                + (sameWay ? "." : ", or whether reverse-path filtering does."),
            NextSteps =
            [
                commands.InputFirewall(synAck.InterfaceAlias),
                .. sameWay ? Array.Empty<string>() : [commands.Run("sysctl net.ipv4.conf.all.rp_filter")],
                commands.ProbeAndResolve(),
            ],
        };
    }

    /// <summary>False where the SYN-ACK acknowledges something else than the SYNs captured.</summary>
    internal static bool Fits(EvidenceSet evidence, SynPacket synAck) => synAck.AcknowledgmentNumber is not { } acknowledged
        || evidence.Probe!.Syns.All(s => s.SequenceNumber is null)
        || evidence.Probe.Syns.Any(s => s.SequenceNumber is { } sequence && ((sequence + 1) & 0xffffffff) == acknowledged);
}

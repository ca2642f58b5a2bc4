namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN-ACK came back to the interface and never reached the socket.</summary>
public sealed class InputFirewallDrop : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.InputFirewall;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(MtuBlackHole), nameof(MtuInterfaceMismatch), nameof(NoReply), nameof(PathSilentAfterHop)];

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.Firewall(evidence, inbound, rejects: false);
        }

        if (evidence.Mtu is { Outcome: MtuOutcome.BlackHole } mtu && (evidence.Probe is null || evidence.IsOpen))
        {
            return OfLargePackets(evidence, mtu);
        }

        if (!evidence.IsSilent || evidence.SynAck is not { } synAck)
        {
            return FarInboundFaults.Firewall(evidence, rejects: false);
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

    // Large packets vanish, and what would tell a sender came as far as this host's wire; or the answers to large ones did.
    private static Finding? OfLargePackets(EvidenceSet evidence, MtuProbeResult mtu)
    {
        var report = mtu.PacketTooBig.FirstOrDefault(r => !r.ReachedSocket && r.Mtu > 0 && r.Mtu < r.SentSize);
        var lostReports = report is not null && !mtu.PacketTooBig.Any(r => r is { ReachedSocket: true });
        var lostReplies = mtu is { LimitDirection: MtuDirection.Reverse or MtuDirection.Unknown, RepliesDroppedHere: > 0 };
        if (!lostReports && !lostReplies)
        {
            return null;
        }

        var commands = new Commands(evidence);
        var culprit = FirewallCulprit.InputIcmp(evidence, mtu, lostReports ? report!.From : mtu.RemoteAddress);
        var what = lostReports
            ? Describe.Text($"the Packet Too Big from {report!.From} (MTU {report.Mtu}) came in for packets to {evidence.RemoteAddress}")
            : Describe.Text($"{Describe.Count(mtu.RepliesDroppedHere, "large echo reply").Replace("replys", "replies", StringComparison.Ordinal)} from {evidence.RemoteAddress} came in");
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"{char.ToUpperInvariant(what[0])}{what[1..]}, and this host dropped {(lostReports ? "it" : "them")} on its input path before a socket saw {(lostReports ? "it" : "them")}{(culprit is null ? "" : ", by " + culprit.Name)}.",
            Subject = culprit?.Subject ?? (object?)report ?? mtu,
            Evidence = [culprit?.Evidence, Observations.Supports(what + ", captured on the wire; no socket received it", Observations.CaptureSource, mtu.ObservedAt), MtuObservations.Sizes(mtu), .. MtuObservations.Reports(mtu), MtuObservations.Hole(mtu)],
            Proves = lostReports ? "The routers report what fits; the loss of the reports, which makes large packets vanish without a word, is inside this host."
                : "The target's large answers arrive; their loss is inside this host.",
            DoesNotProve = culprit?.DoesNotProve ?? "Which rule drops it (the PREROUTING and INPUT chains, an ingress filter, a conntrack state of invalid).",
            NextSteps = [commands.Firewall(), commands.Mtu()],
        };
    }

    /// <summary>False where the SYN-ACK acknowledges something else than the SYNs captured.</summary>
    internal static bool Fits(EvidenceSet evidence, SynPacket synAck) => synAck.AcknowledgmentNumber is not { } acknowledged
        || evidence.Probe!.Syns.All(s => s.SequenceNumber is null)
        || evidence.Probe.Syns.Any(s => s.SequenceNumber is { } sequence && ((sequence + 1) & 0xffffffff) == acknowledged);
}

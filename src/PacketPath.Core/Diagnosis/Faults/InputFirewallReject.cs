namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN-ACK came back, and this host answered it with a RST or an ICMP error instead of handing it to the socket.</summary>
public sealed class InputFirewallReject : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.InputFirewall;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(InputFirewallDrop), nameof(RemoteRefused), nameof(RemoteRejected)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.Firewall(evidence, inbound, rejects: true);
        }

        if (!evidence.IsSilent || evidence.SynAck is not { } synAck)
        {
            return FarInboundFaults.Firewall(evidence, rejects: true);
        }

        var answer = evidence.Probe!.LocalResponses.FirstOrDefault(r => r.Kind is SynPacketKind.Reset or SynPacketKind.IcmpError);
        if (answer is null)
        {
            return null;
        }

        var commands = new Commands(evidence);
        var culprit = FirewallCulprit.Input(evidence, synAck, rejects: true);
        return new Finding
        {
            Confidence = InputFirewallDrop.Fits(evidence, synAck) ? Confidence.Proven : Confidence.Probable,
            Summary = $"{evidence.Target} answered, and a firewall rule on the input path of this host rejects the answer{(culprit is null ? "" : $": {culprit.Name}")}.",
            Subject = culprit?.Subject ?? answer,
            Evidence =
            [
                culprit?.Evidence,
                Observations.Packet(evidence, synAck),
                Observations.Packet(evidence, answer, sentByThisHost: true),
                Observations.Socket(evidence),
                Observations.Syns(evidence),
            ],
            Proves = "The target is up and answers; this host turns the answer away before the socket sees it.",
            DoesNotProve = culprit?.DoesNotProve ?? "Which rule does it: look for reject in the PREROUTING and INPUT chains.",
            NextSteps = [commands.InputFirewall(synAck.InterfaceAlias), commands.ProbeAndResolve()],
        };
    }
}

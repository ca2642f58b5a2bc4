namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN was handed to the egress device, which lost what it was given: its transmit counters of drops or errors rose.</summary>
public sealed class DeviceTransmitDrop : FaultRule
{
    private static readonly string[] Lossy = ["tx_dropped", "tx_errors", "tx_carrier_errors", "tx_fifo_errors", "tx_aborted_errors"];

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Device;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(NeighborUnresolved), nameof(NeighborWrongSubnet), nameof(RouteShadowed), nameof(RouteNextHopDown)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { Outcome: SynOutcome.NoReply or SynOutcome.NeighborFailed, Replies.Length: 0 } probe
            || !evidence.IsUnanswered || evidence.TargetIsLocal || evidence.LinkIsUsable == false || (evidence.IsSilent && evidence.SynAbsent))
        {
            return null;
        }

        var (losses, carried) = QueueLosses.OfInterface(evidence, Lossy, "tx_packets");
        if (losses.Count == 0 || losses[0].Delta < QueueLosses.SynsSent(probe))
        {
            return null;
        }

        var lost = losses[0].Delta;
        var commands = new Commands(evidence);
        var isMost = QueueLosses.IsMost(lost, carried, probe) && evidence.AnsweringHops.Count == 0;

        // The first packets to be lost may be those that ask for the neighbor.
        var isCause = isMost && (evidence.SynSeen || (probe.Outcome == SynOutcome.NeighborFailed && carried == 0));
        return new Finding
        {
            Confidence = !isCause ? Confidence.Possible : carried == 0 && evidence.SynSeen ? Confidence.Proven : Confidence.Probable,
            ContributesOnly = !isCause,
            Summary = isCause
                ? $"The device {evidence.InterfaceAlias} lost what it was given to send to {evidence.Target}: {losses[0].Counter} rose by {Describe.Text($"{lost}")} while {(carried == 0 ? "nothing" : Describe.Text($"{carried} packets"))} went out."
                : $"The device {evidence.InterfaceAlias} lost packets on the way out during the attempt on {evidence.Target}: {losses[0].Counter} rose by {Describe.Text($"{lost}")}.",
            Subject = losses[0],
            Evidence =
            [
                QueueLosses.Observation(losses, Observations.LinkCounterSource, probe.ObservedAt),
                Observations.Supports(
                    Describe.Text($"the device counted {carried} packets sent meanwhile"), Observations.LinkCounterSource, probe.ObservedAt),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
                Observations.Neighbor(evidence),
            ],
            Proves = isCause
                ? "The kernel handed the packets over to the device's driver, and the driver counted at least as many lost as were sent for this attempt."
                : "The device lost packets on the way out while the attempt was made.",
            DoesNotProve = "That each packet lost was of this attempt: the counter is of the device, not of the flow. Nor why the driver lost it, nor that the target would answer.",
            NextSteps =
            [
                commands.Queues(evidence.InterfaceAlias),
                commands.Ip($"-s -s -d link show dev {Commands.Quote(evidence.InterfaceAlias)}"),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

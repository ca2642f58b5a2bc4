namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN left, no answer reached the capture, and the device lost most of what it received meanwhile.</summary>
public sealed class DeviceReceiveDrop : FaultRule
{
    private static readonly string[] Lossy =
        ["rx_missed_errors", "rx_fifo_errors", "rx_over_errors", "rx_errors", "rx_crc_errors", "rx_frame_errors", "rx_length_errors", "rx_dropped"];

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.DeviceReceive;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.Losses(evidence, inbound, "Interface", $"The device {inbound.InputInterface}", "the counter is of the device, not of the flow", new Commands(evidence).Queues(inbound.InputInterface ?? ""));
        }

        if (!evidence.IsSilent || !evidence.SynSeen || evidence.TargetIsLocal || evidence.Probe is not { Replies.Length: 0 } probe)
        {
            return null;
        }

        var (losses, carried) = QueueLosses.OfInterface(evidence, Lossy, "rx_packets");
        if (losses.Count == 0 || losses[0].Delta < QueueLosses.SynsSent(probe))
        {
            return null;
        }

        var lost = losses[0].Delta;
        var isCause = QueueLosses.IsMost(lost, carried, probe) && evidence.CaptureIsComplete && evidence.AnsweringHops.Count == 0;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isCause ? Confidence.Probable : Confidence.Possible,
            ContributesOnly = !isCause,
            Summary = Describe.Text($"The device {evidence.InterfaceAlias} lost {lost} received packets ({losses[0].Counter}) and passed on {carried} while {evidence.Target} seemed silent")
                + (isCause ? ": the answer was most likely among those lost." : ": an answer may have been among those lost."),
            Subject = losses[0],
            Evidence =
            [
                QueueLosses.Observation(losses, Observations.LinkCounterSource, probe.ObservedAt),
                Observations.Supports(
                    Describe.Text($"the device counted {carried} packets received meanwhile"), Observations.LinkCounterSource, probe.ObservedAt),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
            ],
            Proves = "The device lost packets that had arrived, before this host could look at them.",
            DoesNotProve = "That an answer was among them: the counter is of the device, not of the flow. Nor that the target answered at all.",
            NextSteps =
            [
                commands.Queues(evidence.InterfaceAlias),
                commands.Run($"ethtool -S {Commands.Quote(evidence.InterfaceAlias)}"),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

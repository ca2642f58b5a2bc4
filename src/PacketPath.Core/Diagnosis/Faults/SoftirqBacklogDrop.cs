namespace PacketPath.Diagnosis.Faults;

/// <summary>The SYN left, no answer reached the capture, and the processors' backlogs refused most of the packets received meanwhile.</summary>
public sealed class SoftirqBacklogDrop : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Softirq;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.Losses(evidence, inbound, "Softnet", "A processor's backlog", "the counter is of the whole host", new Commands(evidence).QueuesOf(QueueKind.Softnet));
        }

        if (!evidence.IsSilent || !evidence.SynSeen || evidence.TargetIsLocal || evidence.Probe is not { Replies.Length: 0 } probe)
        {
            return null;
        }

        // The counters are of the whole host: a few drops among many packets are other traffic's.
        var (losses, carried) = QueueLosses.OfBacklog(evidence);
        var lost = QueueLosses.Sum(losses);
        if (lost < QueueLosses.SynsSent(probe) || lost < carried / 10)
        {
            return null;
        }

        var isCause = QueueLosses.IsMost(lost, carried, probe) && evidence.CaptureIsComplete && evidence.AnsweringHops.Count == 0;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isCause ? Confidence.Probable : Confidence.Possible,
            ContributesOnly = !isCause,
            Summary = Describe.Text($"The backlog of received packets was full: {lost} packets were dropped and {carried} processed on this host while {evidence.Target} seemed silent")
                + (isCause ? ", so the answer was most likely dropped there." : "; an answer may have been dropped there."),
            Subject = losses[0],
            Evidence =
            [
                QueueLosses.Observation(losses, Observations.BacklogSource, probe.ObservedAt),
                Observations.Supports(Describe.Text($"those processors processed {carried} packets meanwhile"), Observations.BacklogSource, probe.ObservedAt),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
            ],
            Proves = "Packets that had been received were dropped because a processor's backlog had no room, before this host could look at them.",
            DoesNotProve = "That an answer was among them: the counter is of the whole host, every namespace and interface of it. Nor that the target answered at all.",
            NextSteps =
            [
                commands.QueuesOf(QueueKind.Softnet),
                commands.Run("sysctl net.core.netdev_max_backlog net.core.netdev_budget net.core.netdev_budget_usecs"),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

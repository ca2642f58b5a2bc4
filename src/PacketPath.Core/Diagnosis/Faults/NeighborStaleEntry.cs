namespace PacketPath.Diagnosis.Faults;

/// <summary>Frames go to a link-layer address that is not the one the next hop answers from.</summary>
public sealed class NeighborStaleEntry : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Neighbor;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (NeighborAnswers.OfSilent(evidence) is not { } entry || NeighborAnswers.HoldsEntry(entry))
        {
            return null;
        }

        var isPermanent = entry.State == NeighborState.Permanent;
        var role = TargetKey.Canonical(entry.IPAddress) == evidence.RemoteAddress ? "" : $", the next hop to {evidence.RemoteAddress},";
        var commands = new Commands(evidence);
        return new Finding
        {
            // The kernel corrects what it learned itself, sooner or later; what was set by hand it never does.
            Confidence = isPermanent && evidence.SynSeen ? Confidence.Proven : Confidence.Probable,
            Summary = $"{entry.IPAddress}{role} answers from {NeighborAnswers.List(entry)}, and this host sends to {entry.LinkLayerAddress}: "
                + (isPermanent ? "an entry set by hand that is wrong." : "an entry that is out of date."),
            Subject = entry,
            Evidence =
            [
                NeighborAnswers.Observed(evidence, entry),
                Observations.Supports($"the entry says {entry.LinkLayerAddress}, state {Describe.State(entry)}", Observations.NeighborSource, entry.ObservedAt),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
            ],
            Proves = $"Frames for {entry.IPAddress} carry an address that nobody who answers for it has, and nothing came back.",
            DoesNotProve = "That the station which answers is the right one: it may be the intruder, and the entry right. Nor that the target behind it would answer.",
            NextSteps =
            [
                $"{commands.Neighbor(entry.IPAddress, entry.InterfaceAlias)} -Verify",
                commands.Run($"tcpdump -nn -e -i {Commands.Quote(entry.InterfaceAlias)} {(evidence.IsIPv6 ? "icmp6" : "arp")}"),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

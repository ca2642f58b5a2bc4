namespace PacketPath.Diagnosis.Faults;

/// <summary>The answer came back, connection tracking found that it fits no connection, and a rule drops what is invalid.</summary>
public sealed class ConntrackInvalid : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Conntrack;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(InputFirewallDrop)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var losses = ConntrackLosses.Of(evidence);
        if (!evidence.IsSilent || evidence.SynAck is not { } synAck || losses.Invalid is not { } invalid || !InputFirewallDrop.Fits(evidence, synAck))
        {
            return null;
        }

        // Other traffic may have moved the counter: only a rule that stops this answer for being invalid makes it the cause.
        var culprit = FirewallCulprit.Invalid(evidence, synAck);
        var answers = (ulong)evidence.Probe!.Replies.Count(r => r.Kind is SynPacketKind.SynAck or SynPacketKind.Datagram);
        var entry = Entry(evidence, evidence.Probe);
        var commands = new Commands(evidence);
        return new Finding
        {
            ContributesOnly = culprit is null,
            Confidence = culprit is null || invalid.Delta < answers ? Confidence.Probable : Confidence.Proven,
            Summary = $"{evidence.Target} answered, connection tracking took the answer for invalid"
                + (culprit is null ? ", and this host dropped it on its input path." : $", and it was dropped for that by {culprit.Name}."),
            Subject = culprit?.Subject ?? invalid,
            Evidence =
            [
                losses.Observe(invalid),
                culprit?.Evidence,
                Observations.Packet(evidence, synAck),
                entry,
                Observations.Socket(evidence),
                Observations.Syns(evidence),
            ],
            Proves = culprit is null
                ? "While this attempt ran, connection tracking counted packets that fit no connection, and an answer that came in never reached the socket."
                : "The target answers; connection tracking counted packets that fit no connection while it did, and a rule stops this answer only where it is invalid.",
            DoesNotProve = culprit is null
                ? "That the answer was among the packets counted, nor which rule dropped it."
                : $"Why the answer fits no connection: the {evidence.Unit} was not tracked (notrack, a zone of its own, another way out), or its entry was gone. " + culprit.DoesNotProve,
            NextSteps = [commands.ConntrackStats(), commands.ConntrackEntries(), commands.Firewall(), commands.ProbeAndResolve()],
        };
    }

    // The listing may have been read for many flows; one object about this one decides.
    private static FailureEvidence? Entry(EvidenceSet evidence, SynPathResult probe)
    {
        var entry = evidence.Connections.Where(c => c.OriginalSourcePort == probe.LocalPort && c.OriginalDestinationPort == probe.RemotePort
            && TargetKey.Canonical(c.OriginalDestinationAddress) == evidence.RemoteAddress).MaxBy(c => c.ObservedAt);
        return entry is null ? null : entry.State == ConntrackState.Absent
            ? Observations.Supports("the connection is not tracked: it has no entry", "netlink IPCTNL_MSG_CT_GET", entry.ObservedAt)
            : Observations.Refutes($"the connection is tracked: {entry}", "netlink IPCTNL_MSG_CT_GET", entry.ObservedAt);
    }
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The listener's queue of completed connections is full, so the kernel drops new SYNs without a word.</summary>
public sealed class AcceptQueueFull : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.SocketQueue;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop), nameof(OutputFirewallDrop)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.AcceptQueueFull(evidence, inbound);
        }

        if (!evidence.IsSilent || evidence.TargetSockets.Listener is not { } listener || !IsFull(listener))
        {
            return null;
        }

        var own = evidence.TargetSockets.ListenerDrops;
        var overflows = evidence.TargetSockets.Moved("ListenOverflows");
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = own is not null || overflows is not null ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{SocketObservations.Who(listener)} does not accept: the queue of its listener on {SocketObservations.Where(listener)} is full ({listener.AcceptQueueLength} wait, the limit is {listener.AcceptQueueLimit}), and the kernel drops new connections to {evidence.Target}."),
            Subject = listener,
            Evidence =
            [
                SocketObservations.Listener(listener),
                SocketObservations.Drops(own, listener),
                overflows is null ? null : Observations.Counter(overflows, listener.ObservedAt),
                Observations.Socket(evidence),
                evidence.SynSeen ? Observations.Syns(evidence) : null,
            ],
            Proves = own is not null || overflows is not null
                ? "The SYN reached the target's kernel, which turned it away for want of room in this queue."
                : "The queue was over its limit when it was read: a SYN that reaches it is dropped.",
            DoesNotProve = (own is null && overflows is null ? "That this SYN got there: a reading of the listener before the attempt, beside the one after it, would show. Nor why" : "Why")
                + " the process does not accept: it may hang, be stopped, be too slow, or have too small a backlog.",
            NextSteps =
            [
                Commands.Sockets(listener, Describe.Text($"-LocalPort {listener.LocalPort} -State Listen") + " | Format-List"),
                .. listener.OwningProcess is { } process ? [Describe.Text($"Get-Process -Id {process}")] : Array.Empty<string>(),
                "sysctl net.core.somaxconn",
                commands.ProbeAndResolve(),
            ],
        };
    }

    /// <summary>The kernel takes one more than the limit before it drops.</summary>
    internal static bool IsFull(SocketEntry listener) => listener is { AcceptQueueLength: { } length, AcceptQueueLimit: { } limit } && length > limit;
}

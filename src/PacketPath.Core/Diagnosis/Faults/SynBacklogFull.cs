namespace PacketPath.Diagnosis.Faults;

/// <summary>The listener has too many half-open connections, and the kernel sends no SYN cookies: new SYNs are dropped.</summary>
public sealed class SynBacklogFull : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.SocketQueue;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop), nameof(OutputFirewallDrop)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.SynBacklogFull(evidence, inbound);
        }

        if (!evidence.IsSilent || evidence.TargetSockets.Listener is not { SynQueueLength: { } half and > 0 } listener || AcceptQueueFull.IsFull(listener))
        {
            return null;
        }

        var own = evidence.TargetSockets.ListenerDrops;
        var refused = evidence.TargetSockets.Moved("TCPReqQFullDrop");
        var cookies = evidence.TargetSockets.Moved("TCPReqQFullDoCookies");
        var isOver = half > (listener.AcceptQueueLimit ?? int.MaxValue);
        if (cookies is not null || (!isOver && refused is null))
        {
            // A cookie answers the SYN: where the queue is full and cookies are sent, it is not what makes it silent.
            return null;
        }

        var isCounted = refused is not null || own is not null;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isCounted ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"The listener of {SocketObservations.Who(listener)} on {SocketObservations.Where(listener)} has {half} half-open connections, more than it may, and the kernel drops the SYN to {evidence.Target}."),
            Subject = listener,
            Evidence =
            [
                SocketObservations.Listener(listener),
                SocketObservations.Drops(own, listener),
                refused is null ? null : Observations.Counter(refused, listener.ObservedAt),
                Observations.Socket(evidence),
                evidence.SynSeen ? Observations.Syns(evidence) : null,
            ],
            Proves = isCounted
                ? "The SYN reached the target's kernel, which turned it away while handshakes that do not complete filled this queue."
                : "More handshakes were under way than the listener may have when it was read.",
            DoesNotProve = (isCounted ? "Whose" : "That this SYN got there: a reading of the listener before the attempt, beside the one after it, would show. Nor whose")
                + " handshakes they are: an attack, a scan, or clients that the answers do not reach.",
            NextSteps =
            [
                Commands.Sockets(listener, Describe.Text($"-LocalPort {listener.LocalPort} -State SynReceived -NoProcess") + " | Group-Object RemoteAddress -NoElement"),
                "sysctl net.ipv4.tcp_syncookies net.ipv4.tcp_max_syn_backlog",
                commands.ProbeAndResolve(),
            ],
        };
    }
}

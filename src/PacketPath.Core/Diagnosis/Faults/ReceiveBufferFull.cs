namespace PacketPath.Diagnosis.Faults;

/// <summary>A socket's receive buffer is full because its process does not read: datagrams are dropped, a connection stands still.</summary>
public sealed class ReceiveBufferFull : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.SocketQueue;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop)];

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundFaults.ReceiveBufferFull(evidence, inbound);
        }

        if (evidence is { IsUdp: true, IsSilent: true, SynAbsent: false })
        {
            return OfTarget(evidence);
        }

        if (evidence.Connection is { } connection)
        {
            return ConnectionFindings.Window(evidence, connection);
        }

        if (Dropped(evidence) is not { } dropped || !evidence.IsHostOnly)
        {
            return null;
        }

        var socket = evidence.Receiver[0];
        var memory = socket.Memory!;
        var isFull = evidence.Receiver.Any(IsFull);
        return new Finding
        {
            Confidence = isFull ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{SocketObservations.Who(socket)} does not read its socket on {SocketObservations.Where(socket)} fast enough: {Describe.Count((int)Math.Min(dropped, int.MaxValue), "datagram")} dropped between two readings, with {memory.ReceiveBytes} of {memory.ReceiveLimitBytes} bytes of receive buffer in use."),
            Subject = socket,
            Evidence =
            [
                Observations.Supports(Describe.Text($"the socket's own count of drops went from {memory.Drops - dropped} to {memory.Drops}"), SocketObservations.Source + ", read twice", socket.ObservedAt),
                Observations.Supports(
                    Describe.Text($"{memory.ReceiveBytes} of {memory.ReceiveLimitBytes} bytes of receive buffer are in use, {socket.ReceiveQueueBytes ?? 0} of them not read"), SocketObservations.Source, socket.ObservedAt),
            ],
            Proves = isFull
                ? "Datagrams reached this socket and were dropped there while its receive buffer was full."
                : "Datagrams reached this socket and were dropped there.",
            DoesNotProve = (isFull ? "" : "That the buffer was full at that moment: bad checksums and socket filters count in the same place. ")
                + "Whose datagrams they were; nor whether the process is too slow for good or only now and then.",
            NextSteps =
            [
                Commands.Sockets(socket, Describe.Text($"-LocalPort {socket.LocalPort} -Protocol Udp") + " | Format-List"),
                .. socket.OwningProcess is { } process ? [Describe.Text($"Get-Process -Id {process}")] : Array.Empty<string>(),
                "sysctl net.core.rmem_max net.core.rmem_default",
            ],
        };
    }

    // The target's own socket, read where the target is, beside an attempt that nothing answered.
    private static Finding? OfTarget(EvidenceSet evidence)
    {
        if (evidence.TargetSockets.Listener is not { Kind: SocketKind.Datagram, Memory: { } memory } socket || (evidence.TargetSockets.ListenerDrops is null && !IsFull(socket)))
        {
            return null;
        }

        var drops = evidence.TargetSockets.ListenerDrops;
        return new Finding
        {
            Confidence = drops is not null && IsFull(socket) ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{SocketObservations.Who(socket)} does not read its socket on {SocketObservations.Where(socket)}: with {memory.ReceiveBytes} of {memory.ReceiveLimitBytes} bytes of receive buffer in use, it has no room for datagrams to {evidence.Target}."),
            Subject = socket,
            Evidence = [SocketObservations.Drops(drops, socket), SocketObservations.Listener(socket), Observations.Syns(evidence), Observations.Socket(evidence)],
            Proves = drops is not null ? "The socket that the datagrams are for dropped datagrams while they were sent." : "The socket that the datagrams are for had no room when it was read.",
            DoesNotProve = "That it was these datagrams; nor whether the process is too slow for good or only now and then.",
            NextSteps =
            [
                Commands.Sockets(socket, Describe.Text($"-LocalPort {socket.LocalPort} -Protocol Udp") + " | Format-List"),
                new Commands(evidence).ProbeAndResolve(),
            ],
        };
    }

    /// <summary>How many packets the socket dropped between its first reading and its last; null where it dropped none or was read once.</summary>
    internal static long? Dropped(EvidenceSet evidence) =>
        evidence.Receiver is { Count: > 1 } readings && readings[0].Memory is { } last && readings[^1].Memory is { } first && last.Drops > first.Drops
            ? last.Drops - first.Drops
            : null;

    // The kernel takes a datagram as long as the limit is not passed; the one that would pass it is dropped.
    internal static bool IsFull(SocketEntry socket) => socket.Kind == SocketKind.Datagram && socket.Memory is { ReceiveLimitBytes: > 0 } memory && memory.ReceiveBytes >= memory.ReceiveLimitBytes * 9 / 10;
}

namespace PacketPath.Diagnosis;

/// <summary>A handshake that completed at one end only: the server repeats its SYN-ACK, because the ACK that ends the handshake did not come there.</summary>
internal sealed class LastAck
{
    // A SYN-ACK is repeated after a second; by then an ACK that is on its way has come.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(1);

    private LastAck(SocketEntry? halfOpen, CapturePlaceView? receiver, TwoEnds? ends)
    {
        (HalfOpen, Receiver) = (halfOpen, receiver);
        var carried = ends?.View.Forward.Where(leg => CapturePlaceView.IsFollowedUpAt(leg, ends.View)).Select(static leg => leg.Point).ToArray() ?? [];
        LeftHere = Array.Exists(carried, point => CaptureEvidence.PlaceOf(point) == ends!.Sender);
        LastSeen = Array.FindLast(carried, point => CaptureEvidence.PlaceOf(point) != ends!.Sender);
    }

    /// <summary>The server's socket of this connection, which waits for the ACK; null where it was not read.</summary>
    public SocketEntry? HalfOpen { get; }

    /// <summary>The place that has the target's address, whose capture has no ACK; null where none stood there.</summary>
    public CapturePlaceView? Receiver { get; }

    /// <summary>True where the sender's capture has the ACK.</summary>
    public bool LeftHere { get; }

    /// <summary>The last point on the way whose capture has the ACK; null where none has.</summary>
    public Capture.CapturePoint? LastSeen { get; }

    /// <summary>What it is called where the ACK is missing.</summary>
    public string Place => Receiver?.Name ?? SocketObservations.Place(HalfOpen!);

    /// <summary>What is known of a lost ACK; null where the handshake did not complete here, or nothing tells that it did not complete there.</summary>
    public static LastAck? Of(EvidenceSet evidence)
    {
        if (evidence is not { IsOpen: true, IsUdp: false, Probe: { } probe } || (evidence.HalfOpen is null && evidence.TwoEnds is null)
            || evidence.TargetSockets.Listener is { } listener && Faults.AcceptQueueFull.IsFull(listener))
        {
            return null;
        }

        var ends = evidence.TwoEnds;
        if (ends?.Receiver is { IsFollowedUp: true })
        {
            return null;
        }

        var halfOpen = evidence.HalfOpen is { Retransmits: > 0 } half && half.ObservedAt - Opened(probe) > Slack(probe, half.ComputerName) ? half : null;
        var receiver = ends?.Receiver is { SawRequest: true, IsAnswerRepeated: true, LastAnswerAt: { } at, Standing: > Confidence.Possible } place
            && at - Opened(probe) > Slack(probe, place.Place.ComputerName) ? place : null;
        return halfOpen is null && receiver is null ? null : new LastAck(halfOpen, receiver, ends);
    }

    private static DateTime Opened(SynPathResult probe) => probe.Replies.Where(static reply => reply.Kind == SynPacketKind.SynAck).Select(static reply => reply.CapturedAt)
        .DefaultIfEmpty(probe.ObservedAt.AddMilliseconds(probe.ElapsedMilliseconds)).Min();

    private static TimeSpan Slack(SynPathResult probe, string computerName) =>
        computerName.Length > 0 && computerName.Equals(probe.ComputerName, StringComparison.OrdinalIgnoreCase) ? Patience : Patience + ClockSlack;
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The sender's capture has the SYN, the receiver's has not: it was lost on the way there. So is the ACK that ends the handshake, where the receiver goes on repeating its SYN-ACK.</summary>
public sealed class ForwardPathLost : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop)];

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.LastAck is { } lost)
        {
            return OfLastAck(evidence, evidence.Probe!, lost);
        }

        if (!evidence.IsSilent || !evidence.SynSeen || evidence.Probe is not { Replies.Length: 0 } probe || evidence.TwoEnds is not { IsAnswered: false } ends || Missed(ends) is not { } receiver)
        {
            return null;
        }

        var last = ends.LastOfRequest!;
        var elsewhere = CapturedElsewhere(ends);
        var commands = new Commands(evidence);
        return new Finding
        {
            // A target that is heard over UDP is reached.
            ContributesOnly = evidence.IsReached,
            Confidence = (Confidence)Math.Min((int)receiver.Standing, (int)(receiver.HoldsTarget ? Confidence.Proven : receiver.KnowsTarget ? Confidence.Probable : Confidence.Possible)),
            Summary = Describe.Text($"{Describe.Count(probe.Syns.Length, evidence.Unit)} to {evidence.Target} left this host{(elsewhere ? $", came as far as {last.Name}" : "")} and never reached {receiver.Name}: lost on the way there."),
            Subject = probe,
            Evidence =
            [
                Observations.Syns(evidence),
                .. ends.Seen().Take(elsewhere ? 3 : 0),
                ends.Missed(receiver, $"no {evidence.Unit} of this flow"),
                receiver.HoldsTarget ? Observations.Supports($"{evidence.RemoteAddress} is an address of {receiver.Name}", Observations.LinkSource, evidence.ObservedAt) : null,
                Observations.Silence(evidence),
                Observations.Socket(evidence),
            ],
            NotObserved =
            [
                .. receiver.Missing is { } missing ? new[] { missing } : [],
                .. receiver.HoldsTarget ? [] : new[]
                {
                    new MissingObservation
                    {
                        What = $"whether {evidence.RemoteAddress} is an address of {receiver.Name}",
                        Why = "no interface of that place is among the evidence",
                        Remedy = "Pipe in what Get-PacketInterface writes there.",
                    },
                },
            ],
            Proves = receiver is { HoldsTarget: true, Standing: Confidence.Proven }
                ? $"The {evidence.Unit} left this host and did not come to the target's interface{(elsewhere ? $"; up to {last.Name} it was carried" : "")}."
                : $"The {evidence.Unit} left this host, and the capture at {receiver.Name} does not have it.",
            DoesNotProve = (elsewhere ? $"Whether {last.Name}'s host or what lies behind it drops the {evidence.Unit}" : "Which device on the way drops it")
                + ", nor why. A capture at one more point in between halves the way"
                + (receiver.HoldsTarget ? "." : $"; and that packets to {evidence.RemoteAddress} come by {receiver.Name} at all."),
            NextSteps = [commands.ProbeAndResolve(" -FindHop"), commands.Route()],
        };
    }

    // This end has the SYN-ACK and takes the connection for open; the other end waits, and asks again.
    private static Finding OfLastAck(EvidenceSet evidence, SynPathResult probe, LastAck lost)
    {
        var commands = new Commands(evidence);
        var (half, receiver) = (lost.HalfOpen, lost.Receiver);
        var there = receiver is null ? commands.At(half!.NetNamespace) : commands.At(receiver.Place.NetNamespace);
        return new Finding
        {
            Confidence = receiver is { Standing: Confidence.Proven } && lost.LeftHere ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"The handshake with {evidence.Target} completed here and not there: the ACK that ends it {(lost.LastSeen is { } last ? $"came as far as {last.Name} and " : "")}never reached {lost.Place}, which goes on sending its SYN-ACK."),
            Subject = (object?)half ?? probe,
            Evidence =
            [
                Observations.Socket(evidence),
                .. evidence.TwoEnds?.Seen() ?? [],
                lost.LeftHere ? Observations.Supports("what follows the SYN was captured leaving this host", Observations.OtherCaptureSource, evidence.ObservedAt) : null,
                receiver is null ? null : evidence.TwoEnds!.Missed(receiver, "the SYN, its SYN-ACK more than once, and no ACK"),
                half is null ? null : SocketObservations.HalfOpen(half, probe),
            ],
            NotObserved =
            [
                .. lost.LeftHere ? [] : new[]
                {
                    new MissingObservation
                    {
                        What = "whether the ACK left this host", Why = "no capture of this host that has it is among the evidence", Remedy = "Run here, around the attempt: Watch-PacketCapture -IncludeSummary",
                    },
                },
                .. receiver?.Missing is { } missing ? new[] { missing } : [],
            ],
            Proves = $"The SYN came to {lost.Place} and its SYN-ACK came here; what followed from here did not end the handshake there.",
            DoesNotProve = "Which device drops it, nor why: one that lets the first packet of a connection pass may drop all that follow. Data sent on this connection is lost likewise, although it looks open here"
                + (receiver is null ? "; nor that the ACK did not come as far as the other end's input hooks, which a capture there would tell." : "."),
            NextSteps = [there.HalfOpen(), commands.ProbeAndResolve(), commands.Route()],
        };
    }

    // The place that has the target's address; without one, the only other place there is.
    private static CapturePlaceView? Missed(TwoEnds ends) => ends.Receiver is { } receiver
        ? receiver.SawRequest ? null : receiver
        : ends.Places is [{ SawRequest: false } only] ? only : null;

    private static bool CapturedElsewhere(TwoEnds ends) => ends.Places.Any(static p => p.SawRequest);
}

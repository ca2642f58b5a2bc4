namespace PacketPath.Diagnosis.Faults;

/// <summary>The sender's capture has the SYN, the receiver's has not: it was lost on the way there.</summary>
public sealed class ForwardPathLost : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsSilent || !evidence.SynSeen || evidence.Probe is not { Replies.Length: 0 } probe || evidence.TwoEnds is not { IsAnswered: false } ends || Missed(ends) is not { } receiver)
        {
            return null;
        }

        var last = ends.LastOfRequest!;
        var elsewhere = CapturedElsewhere(ends);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = (Confidence)Math.Min((int)receiver.Standing, (int)(receiver.HoldsTarget ? Confidence.Proven : receiver.KnowsTarget ? Confidence.Probable : Confidence.Possible)),
            Summary = Describe.Text($"{Describe.Count(probe.Syns.Length, "SYN")} to {evidence.Target} left this host{(elsewhere ? $", came as far as {last.Name}" : "")} and never reached {receiver.Name}: lost on the way there."),
            Subject = probe,
            Evidence =
            [
                Observations.Syns(evidence),
                .. ends.Seen().Take(elsewhere ? 3 : 0),
                ends.Missed(receiver, "no SYN of this flow"),
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
                ? $"The SYN left this host and did not come to the target's interface{(elsewhere ? $"; up to {last.Name} it was carried" : "")}."
                : $"The SYN left this host, and the capture at {receiver.Name} does not have it.",
            DoesNotProve = (elsewhere ? $"Whether {last.Name}'s host or what lies behind it drops the SYN" : "Which device on the way drops it")
                + ", nor why. A capture at one more point in between halves the way"
                + (receiver.HoldsTarget ? "." : $"; and that packets to {evidence.RemoteAddress} come by {receiver.Name} at all."),
            NextSteps = [commands.ProbeAndResolve(" -FindHop"), commands.Route()],
        };
    }

    // The place that has the target's address; without one, the only other place there is.
    private static CapturePlaceView? Missed(TwoEnds ends) => ends.Receiver is { } receiver
        ? receiver.SawRequest ? null : receiver
        : ends.Places is [{ SawRequest: false } only] ? only : null;

    private static bool CapturedElsewhere(TwoEnds ends) => ends.Places.Any(static p => p.SawRequest);
}

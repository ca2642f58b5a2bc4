namespace PacketPath.Diagnosis.Faults;

/// <summary>The other end answered, and the sender's capture has no answer: it was lost on the way back.</summary>
public sealed class ReturnPathLost : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.ReturnPath;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply), nameof(PathSilentAfterHop)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsSilent || evidence.Probe is not { Replies.Length: 0 } probe || evidence.TwoEnds is not { IsAnswered: true } ends)
        {
            return null;
        }

        var first = ends.View.Reply[0].Point;
        var last = ends.LastOfAnswer!;
        var commands = new Commands(evidence);
        var receiver = ends.Receiver;
        return new Finding
        {
            Confidence = evidence.CaptureIsComplete ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"The {evidence.Unit} to {evidence.Target} was answered at {first.Name} ({ends.Answers()}), and the answer{(last == first ? "" : $" came as far as {last.Name} and")} never reached this host: lost on the way back."),
            Subject = probe,
            Evidence = [.. ends.Seen(), Observations.Syns(evidence), Observations.Silence(evidence), Observations.Socket(evidence)],
            NotObserved = evidence.CaptureIsComplete ? [] :
            [
                new MissingObservation
                {
                    What = "a complete capture at the sender",
                    Why = "the one that stood there began late, lost packets, or does not say that it did not",
                    Remedy = $"Run: {commands.Probe()}",
                },
            ],
            Proves = "The way there works and the target answers"
                + (evidence.CaptureIsComplete ? $"; the answer is lost between {last.Name} and the sender's interface." : $"; no answer was captured at the sender. The last to see it was {last.Name}."),
            DoesNotProve = $"Which device behind {last.Name} drops the answer, nor why: a missing route, a filter, or a stateful device that never saw the {evidence.Unit}. A capture at one more point in between halves the way.",
            NextSteps =
            [
                receiver is null || evidence.Probe.LocalAddress is not { } local ? commands.Route() : commands.At(receiver.Place.NetNamespace).RouteOf(local),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

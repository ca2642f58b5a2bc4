namespace PacketPath.Capture;

/// <summary>Says what came of a flow between its points. A point that never sees these addresses is not on the way: its silence says nothing.</summary>
internal static class FlowJudge
{
    /// <summary>What came of a flow.</summary>
    /// <param name="Outcome">In one word.</param>
    /// <param name="StoppedAfter">The last point that saw the direction which stopped; null where none did.</param>
    /// <param name="NotSeenAt">The points that should have seen it next.</param>
    /// <param name="Blind">Every point that saw nothing of the flow and is on the way, or may be.</param>
    /// <param name="ForwardStopped">The packets there that no next point saw.</param>
    /// <param name="ReplyStopped">The packets back that no next point saw.</param>
    public sealed record Judgement(FlowOutcome Outcome, string? StoppedAfter, CapturePoint[] NotSeenAt, CapturePoint[] Blind, int ForwardStopped, int ReplyStopped);

    /// <summary>Judges a flow.</summary>
    public static Judgement Judge(FlowView view, FlowCrossing[] crossings, IReadOnlyList<CapturePoint> points)
    {
        var seen = view.Flow.Legs.Select(static l => l.Point).ToHashSet();
        CapturePoint[] blind = [.. points.Where(p => !seen.Contains(p))];
        CapturePoint[] expected = [.. blind.Where(p => !StaysOnLink(view) && view.Flow.Legs.Exists(l => p.Knows(l.Key.Low) || p.Knows(l.Key.High)))];
        if (view.Reply.Length == 0)
        {
            var last = view.Forward[^1];
            return expected.Length > 0
                ? new Judgement(FlowOutcome.ForwardStopped, last.Point.Name, expected, blind, CountAt(view, last, forward: true), 0)
                : new Judgement(view.Forward.Length > 1 ? FlowOutcome.Unanswered : FlowOutcome.OnePoint, null, [], blind, 0, 0);
        }

        if (view.Forward.Length > 0 && !view.Reply.Contains(view.Forward[0]))
        {
            var last = view.Reply[^1];
            CapturePoint[] missing = [.. Enumerable.Reverse(view.Forward.TakeWhile(l => !view.Reply.Contains(l)).ToArray()).Select(static l => l.Point)];
            return new Judgement(FlowOutcome.ReplyStopped, last.Point.Name, missing, [], 0, CountAt(view, last, forward: false));
        }

        return seen.Count == 1 ? new Judgement(FlowOutcome.OnePoint, null, [], blind, 0, 0)
            : new Judgement(crossings.Any(static c => c.Lost > 0) ? FlowOutcome.Lossy : FlowOutcome.Complete, null, [], [], 0, 0);
    }

    // What is for one link alone, or for everyone on it, is due nowhere else.
    private static bool StaysOnLink(FlowView view) => view.Ends(view.Flow.Legs[0]) is var ends && (ends.Source.StaysOnLink || ends.Destination.StaysOnLink);

    private static int CountAt(FlowView view, FlowLeg leg, bool forward) =>
        view.Packets.Count(p => p.IsAt(leg.Index) && (p.GoesUp == view.ForwardGoesUp) == forward);
}

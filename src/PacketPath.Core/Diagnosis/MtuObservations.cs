namespace PacketPath.Diagnosis;

/// <summary>Turns what a path MTU probe saw into sentences.</summary>
internal static class MtuObservations
{
    private const int Headers4 = 40;
    private const int Headers6 = 60;

    private const string Source = "packets of chosen sizes";
    private const string TooBigSource = "Packet Too Big messages";

    /// <summary>The largest size that passed, and the smallest that did not.</summary>
    public static FailureEvidence Sizes(MtuProbeResult mtu)
    {
        var passed = mtu.PathMtu is { } size ? Describe.Text($"packets of {size} bytes were answered") : "no size was answered";
        var lost = mtu.SmallestLost is { } failed ? Describe.Text($", packets of {failed} were not, {Describe.Count(Lost(mtu, failed), "time")} in a row") : "";
        return Observations.Supports(passed + lost, $"{Source}, by {mtu.Method}", mtu.ObservedAt);
    }

    /// <summary>The smaller packets that were sent beside the ones that were lost.</summary>
    public static FailureEvidence? Controls(MtuProbeResult mtu) => mtu.SmallestLost is null || mtu.PathMtu is not { } size ? null
        : Observations.Supports(
            Describe.Text($"of the packets of up to {size} bytes sent beside them {(mtu.LossPercent == 0 ? "none" : mtu.LossPercent + " %")} were lost"),
            Source,
            mtu.ObservedAt);

    /// <summary>The hops between which large packets vanish.</summary>
    public static FailureEvidence? Hole(MtuProbeResult mtu) => mtu.BlackHoleHop is not { } hole ? null
        : Observations.Supports(
            Describe.Text($"a packet of {hole.Size} bytes reaches {hole.LastGood ?? "no router at all"}{(hole.LastGood is null ? "" : $", hop {hole.LastGoodTtl}")}; {hole.FirstBad ?? "the next hop"}, hop {hole.FirstBadTtl}, {(hole.FirstBad is null ? "says nothing" : "answers small packets only")}"),
            Observations.WalkSource,
            mtu.ObservedAt);

    /// <summary>One sentence for each router that reported, and each thing it said.</summary>
    public static IEnumerable<FailureEvidence> Reports(MtuProbeResult mtu) => mtu.PacketTooBig
        .GroupBy(r => (r.From, r.Mtu, r.Judgement, r.ReachedSocket))
        .Take(4)
        .Select(g => g.Key.Judgement == PacketTooBigJudgement.Missing
            ? Observations.Supports(Describe.Text($"no Packet Too Big came for a packet of {g.First().SentSize} bytes"), TooBigSource, mtu.ObservedAt)
            : Observations.Supports(
                Describe.Text($"{(g.Key.From.Length == 0 ? "a router" : g.Key.From)} reported an MTU of {g.Key.Mtu}, {Describe.Count(g.Count(), "time")}: {Word(g.Key.Judgement)}, {g.First().Reason}{(g.Key.ReachedSocket ? "" : "; captured on the wire, received by no socket")}"),
                g.Key.ReachedSocket ? Observations.ErrorQueueSource : "capture of ICMP",
                mtu.ObservedAt));

    /// <summary>What the handshake's segment sizes mean on this path: a clamp spares TCP, none leaves it to hang.</summary>
    public static IEnumerable<FailureEvidence> Segments(EvidenceSet evidence, MtuProbeResult mtu)
    {
        if (evidence.Probe is not { } probe || mtu.PathMtu is not { } path)
        {
            yield break;
        }

        var headers = evidence.IsIPv6 ? Headers6 : Headers4;
        if (evidence.SynAck?.Mss is { } theirs)
        {
            yield return Told(theirs, "the SYN-ACK", "this host");
        }

        if (probe.Syns.FirstOrDefault(s => s.Mss is not null)?.Mss is { } ours && mtu.LimitDirection != MtuDirection.Forward)
        {
            yield return Told(ours, "the SYN, as it left,", "the target");
        }

        FailureEvidence Told(int mss, string packet, string sender)
        {
            var size = mss + headers;
            return size > path
                ? Observations.Supports(
                    Describe.Text($"{packet} announces MSS {mss}: {sender} may send packets of {size} bytes, {size - path} more than pass; nothing clamps them"),
                    Observations.CaptureSource,
                    probe.ObservedAt)
                : Observations.Refutes(
                    Describe.Text($"{packet} announces MSS {mss}: the segments of {sender} make packets of at most {size} bytes, which pass; a clamp on the way or the far end's own MTU sees to that"),
                    Observations.CaptureSource,
                    probe.ObservedAt);
        }
    }

    /// <summary>What the routes held before the probe.</summary>
    public static FailureEvidence? Held(MtuProbeResult mtu) => mtu.RouteMtu is not { } held ? null
        : Observations.Supports(
            Describe.Text($"before the probe the route held an MTU of {held}{(mtu.RouteMtuLocked ? ", locked" : mtu.RouteMtuCached ? ", cached" : "")}{(mtu.RouteMtuExpiresSeconds is { } left ? $", for {left:0} s more" : "")}"),
            Observations.RouteSource,
            mtu.ObservedAt);

    private static int Lost(MtuProbeResult mtu, int size) =>
        Math.Max(1, mtu.Probes.Count(p => p.Size == size && p.Ttl == 0 && p.Result is not MtuPacketResult.Passed));

    private static string Word(PacketTooBigJudgement judgement) => judgement switch
    {
        PacketTooBigJudgement.Believed => "true",
        _ => "not true",
    };
}

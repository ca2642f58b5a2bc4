namespace PacketPath.Diagnosis.Faults;

/// <summary>This host's own idea of the MTU is wrong: a learned or locked route MTU below what the path carries, or an interface MTU above what its link does.</summary>
public sealed class MtuInterfaceMismatch : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(MtuBlackHole)];

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence) => evidence.Mtu switch
    {
        { Outcome: MtuOutcome.LocalLimit, RouteMtu: { } held, PathMtu: { } path } mtu when held < path && (mtu.RouteMtuCached || mtu.RouteMtuLocked) => Held(evidence, mtu, held, path),
        { Outcome: MtuOutcome.BlackHole, BlackHoleHop: { LastGoodTtl: 0 } hole, PathMtu: { } path } mtu
            when mtu.InterfaceMtu > path && !mtu.PacketTooBig.Any(r => r.Judgement != PacketTooBigJudgement.Missing && r.SentSize >= hole.Size) => Link(evidence, mtu, hole, path),
        _ => null,
    };

    private static Finding Held(EvidenceSet evidence, MtuProbeResult mtu, int held, int path)
    {
        var commands = new Commands(evidence);
        var locked = mtu.RouteMtuLocked;
        return new Finding
        {
            Confidence = Confidence.Proven,
            ContributesOnly = evidence.Probe is not null,
            Summary = Describe.Text($"This host sends packets of at most {held} bytes to {evidence.RemoteAddress}, because its route holds {(locked ? "a locked" : "a learned")} MTU; the path carries {path}."),
            Subject = (object?)mtu.Route ?? mtu,
            Evidence = [MtuObservations.Held(mtu), MtuObservations.Sizes(mtu), Observations.Route(evidence), .. MtuObservations.Reports(mtu)],
            Proves = Describe.Text($"The route's MTU was {held} when the probe began, and packets of {path} bytes, sent past it, were answered."),
            DoesNotProve = locked ? "That the lock is a mistake: somebody may know of a narrower path that the route has at other times."
                : "That the path carried as much when the smaller MTU was learned; what was learned expires by itself.",
            NextSteps = [commands.Route(), commands.Mtu()],
        };
    }

    private static Finding Link(EvidenceSet evidence, MtuProbeResult mtu, BlackHoleHop hole, int path)
    {
        var commands = new Commands(evidence);
        var alias = MtuReduced.Alias(mtu);
        return new Finding
        {
            Confidence = Confidence.Probable,
            ContributesOnly = evidence.Probe is { Outcome: not SynOutcome.Open },
            Summary = Describe.Text($"{alias} is set to an MTU of {mtu.InterfaceMtu}, and its link carries less: packets of {hole.Size} bytes do not even reach {hole.FirstBad ?? "the first hop"}, while those of {path} pass."),
            Subject = (object?)evidence.Interface ?? mtu,
            Evidence = [MtuObservations.Sizes(mtu), MtuObservations.Controls(mtu), MtuObservations.Hole(mtu), .. MtuObservations.Reports(mtu), Observations.Link(evidence), .. MtuObservations.Segments(evidence, mtu)],
            Proves = "Large packets are lost on the first link, while small ones pass; a link has nobody who could report it.",
            DoesNotProve = "Which end is set wrong, nor that it is not a switch between them: compare the MTU of the neighbor's interface, and of the switch's ports.",
            NextSteps = [commands.Interface(mtu.InterfaceAlias ?? ""), commands.Mtu()],
        };
    }
}

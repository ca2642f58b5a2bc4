namespace PacketPath.Diagnosis.Faults;

/// <summary>Large packets vanish, small ones pass, and nothing that a sender could act on says so.</summary>
public sealed class MtuBlackHole : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Mtu is not { Outcome: MtuOutcome.BlackHole, SmallestLost: { } lost } mtu)
        {
            return null;
        }

        lost = mtu.BlackHoleHop?.Size ?? lost;
        var reverse = mtu.LimitDirection == MtuDirection.Reverse;
        var path = reverse ? mtu.ReversePathMtu : mtu.PathMtu;
        var told = mtu.PacketTooBig.FirstOrDefault(r => r.Judgement == PacketTooBigJudgement.Contradictory);
        var watched = mtu.CaptureStatus == CaptureStatus.Complete;
        var located = mtu.LimitDirection != MtuDirection.Unknown || mtu.BlackHoleHop is not null;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = watched && located ? Confidence.Proven : Confidence.Probable,
            Layer = reverse ? PathLayer.ReturnPath : null,
            ContributesOnly = evidence.Probe is { Outcome: not SynOutcome.Open },
            Summary = Describe.Text($"Packets of {lost} bytes and more {Way(evidence, mtu)} vanish{Where(mtu)}{(path is null ? "" : $", while those of up to {path} pass")}; {Why(mtu, told)}."),
            Subject = (object?)mtu.BlackHoleHop ?? mtu,
            Evidence =
            [
                MtuObservations.Sizes(mtu),
                MtuObservations.Controls(mtu),
                MtuObservations.Hole(mtu),
                .. MtuObservations.Reports(mtu),
                reverse ? Observations.Supports(
                    Describe.Text($"packets of {mtu.PathMtu} bytes reach the target, whose small answers come back; its large ones stop at {path}"),
                    "echoes and datagrams compared",
                    mtu.ObservedAt) : null,
                .. MtuObservations.Segments(evidence, mtu),
                MtuObservations.Held(mtu),
            ],
            Proves = Describe.Text($"Packets are lost for their size: every one of {lost} bytes was lost while smaller ones sent beside them passed.")
                + (watched ? " No report that a sender could act on came to this host." : ""),
            DoesNotProve = reverse ? "Which hop on the way back loses them: only the target could ask for that. Run Invoke-MtuProbe there."
                : mtu.BlackHoleHop is null ? "Which hop loses them: no hop's answers show it."
                : "Which of the two hops is at fault: the one before may not send so much, or the one behind may not take it."
                    + (watched ? "" : " Without a capture, a firewall of this host that drops the report looks the same."),
            NextSteps =
            [
                commands.Mtu(),
                .. watched ? Array.Empty<string>() : [commands.Firewall()],
                .. mtu.BlackHoleHop?.LastGood is { } hop ? [commands.RouteOf(hop)] : Array.Empty<string>(),
            ],
        };
    }

    private static string Way(EvidenceSet evidence, MtuProbeResult mtu) => mtu.LimitDirection switch
    {
        MtuDirection.Reverse => $"on the way back from {evidence.RemoteAddress}",
        MtuDirection.Unknown => $"on the way to {evidence.RemoteAddress} or back",
        _ => $"to {evidence.RemoteAddress}",
    };

    private static string Where(MtuProbeResult mtu) => mtu.BlackHoleHop is not { } hole ? ""
        : hole.LastGood is null ? " before the first hop"
        : Describe.Text($" behind {hole.LastGood} (hop {hole.LastGoodTtl}){(hole.FirstBad is null ? "" : $", before {hole.FirstBad} (hop {hole.FirstBadTtl})")}");

    private static string Why(MtuProbeResult mtu, PacketTooBigReport? told) =>
        told is not null ? $"the Packet Too Big from {(told.From.Length == 0 ? "a router" : told.From)} cannot be acted on, for {told.Reason}"
        : mtu.LimitDirection == MtuDirection.Reverse ? "the target's own packets are lost, so this host is told nothing"
        : "no Packet Too Big comes back";
}

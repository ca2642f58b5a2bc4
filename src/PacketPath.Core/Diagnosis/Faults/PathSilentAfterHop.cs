namespace PacketPath.Diagnosis.Faults;

/// <summary>Nothing comes back, and a TTL walk names the last router that still answers.</summary>
public sealed class PathSilentAfterHop : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence is { IsUdp: true, IsSilent: true, SynAbsent: false, Probe: { Replies.Length: 0 } asked } && Gap(asked) is { } gap)
        {
            return OfPort(evidence, asked, gap.LastGood, gap.FirstBad);
        }

        // Of a target that is heard, a silent port tells nothing of the path.
        if (evidence.ControlAnswer is not null)
        {
            return null;
        }

        if (!evidence.IsSilent || evidence.SynAbsent || evidence.Probe is not { Replies.Length: 0 } probe || evidence.AnsweringHops.Count == 0
            || probe.Hops.Any(h => h.IsTarget && h.Address is not null))
        {
            return null;
        }

        var last = evidence.AnsweringHops.FirstOrDefault(h => h.Address == probe.LastRespondingHop) ?? evidence.AnsweringHops[^1];
        var commands = new Commands(evidence);
        return new Finding
        {
            // Over UDP a target may keep silent altogether.
            Confidence = evidence.CaptureIsComplete && !evidence.IsUdp ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{Describe.Capital(evidence.Unit)}s to {evidence.Target} leave and nothing returns; {last.Address}, hop {last.Ttl}, is the last that answers."),
            Subject = last,
            Evidence =
            [
                Observations.Hops(evidence),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
                Observations.Control(evidence),
                Observations.Neighbor(evidence),
            ],
            Proves = $"Packets of this flow reach {last.Address}, and its answers come back; beyond it nothing was heard.",
            DoesNotProve = $"That {last.Address} drops them: the next router, the target, a firewall there, or the way back from beyond it may. "
                + (evidence.CaptureIsComplete ? "Routers may also keep silent by choice." : "Without a capture, a drop on this host's own input path looks the same."),
            NextSteps =
            [
                commands.ProbeAndResolve(" -FindHop"),
                commands.RouteOf(last.Address!),
                .. evidence.CaptureIsComplete ? Array.Empty<string>() : [commands.Firewall()],
            ],
        };
    }

    private static (PathHop? LastGood, PathHop FirstBad)? Gap(SynPathResult probe) =>
        HopGap.Find(probe.Hops.Select(static h => new HopGap.Hop(h.Ttl, h.Address is not null, h.ControlAddress is not null, h.IsTarget, h.IsConfirmed))) is not { } gap ? null
        : (gap.LastGood < 0 ? null : probe.Hops[gap.LastGood], probe.Hops[gap.FirstBad]);

    // Datagrams alike but for their port part ways: something there tells them apart.
    private static Finding OfPort(EvidenceSet evidence, SynPathResult probe, PathHop? last, PathHop next)
    {
        var commands = new Commands(evidence);
        var where = last is null ? "before the first hop" : Describe.Text($"behind {last.Address}, hop {last.Ttl}");
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = Describe.Text($"Datagrams to {evidence.Target} are dropped {where}, while those to another port go on to {next.ControlAddress}, hop {next.Ttl}."),
            Subject = last ?? next,
            Evidence =
            [
                Observations.Supports(
                    Describe.Text($"asked again and again, hop {next.Ttl} ({next.ControlAddress}) reported datagrams to the closed port each time, and none to port {evidence.Key.RemotePort}"), Observations.WalkSource, probe.ObservedAt),
                Observations.Hops(evidence),
                Observations.Control(evidence),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
            ],
            Proves = Describe.Text($"Datagrams alike but for their port part ways: to a closed port they reach {next.ControlAddress}, to port {evidence.Key.RemotePort} they do not."),
            DoesNotProve = "Which of the two hops drops them, or what lies between; where several paths are balanced by port, a fault of one path looks the same. Nor that the target would answer.",
            NextSteps = [commands.RouteOf(next.ControlAddress!), .. last?.Address is { } address ? [commands.RouteOf(address)] : Array.Empty<string>(), commands.ProbeAndResolve(" -FindHop")],
        };
    }
}

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
        if (!evidence.IsSilent || evidence.SynAbsent || evidence.Probe is not { Replies.Length: 0 } probe || evidence.AnsweringHops.Count == 0
            || probe.Hops.Any(h => h.IsTarget && h.Address is not null))
        {
            return null;
        }

        var last = evidence.AnsweringHops.FirstOrDefault(h => h.Address == probe.LastRespondingHop) ?? evidence.AnsweringHops[^1];
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = evidence.CaptureIsComplete ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{Describe.Capital(evidence.Unit)}s to {evidence.Target} leave and nothing returns; {last.Address}, hop {last.Ttl}, is the last that answers."),
            Subject = last,
            Evidence =
            [
                Observations.Hops(evidence),
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
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
}

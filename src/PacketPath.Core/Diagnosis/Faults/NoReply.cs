namespace PacketPath.Diagnosis.Faults;

/// <summary>SYNs were captured leaving and nothing came back; nothing shows where it was lost.</summary>
public sealed class NoReply : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsSilent || !evidence.SynSeen || evidence.TargetIsLocal || evidence.Probe is not { Replies.Length: 0 } probe)
        {
            return null;
        }

        var target = probe.Hops.FirstOrDefault(h => h.IsTarget && h.Address is not null);
        var wasWalked = probe.Hops.Length > 0;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = evidence.CaptureIsComplete && target is null ? Confidence.Proven : Confidence.Probable,
            Summary = $"{Describe.Count(probe.Syns.Length, "SYN")} to {evidence.Target} left this host and nothing came back in {Describe.Seconds(probe.TimeoutSeconds)}.",
            Subject = probe,
            Evidence =
            [
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
                Observations.Neighbor(evidence),
                Observations.Link(evidence),
                target is null ? null : Observations.Refutes(
                    Describe.Text($"the target answered a SYN with TTL {target.Ttl}"), Observations.WalkSource, probe.ObservedAt),
            ],
            Proves = "This host sent the SYN onto the wire, and no answer of any kind was on the wire afterwards.",
            DoesNotProve = "Where it was lost: the way there, the target, a firewall in front of it, or the way back. A capture at the target would tell.",
            NextSteps =
            [
                .. wasWalked ? Array.Empty<string>() : [commands.ProbeAndResolve(" -FindHop")],
                commands.Route(),
                commands.ProbeAndResolve(),
            ],
        };
    }
}

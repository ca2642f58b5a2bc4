namespace PacketPath.Diagnosis;

/// <summary>An ICMP error from beyond this host that ended the attempt.</summary>
public abstract class IcmpFault : FaultRule
{
    private protected abstract IcmpCause Cause { get; }

    private protected abstract string Summarize(EvidenceSet evidence, string offender, bool isTarget);

    private protected abstract string Limits { get; }

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe || probe.Outcome is SynOutcome.Open or SynOutcome.Refused or SynOutcome.NeighborFailed)
        {
            return null;
        }

        var report = evidence.RemoteReports.LastOrDefault(r => evidence.CauseOf(r) == Cause);
        var packet = probe.Replies.LastOrDefault(r => r.Kind == SynPacketKind.IcmpError
            && IcmpCauses.Of(r.From.Contains(':'), r.IcmpType ?? -1, r.IcmpCode ?? -1) == Cause);
        if (report is null && packet is null)
        {
            return null;
        }

        var offender = report?.Offender ?? packet!.From;
        var isTarget = TargetKey.Canonical(offender) == evidence.RemoteAddress;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = report is null ? Confidence.Probable : Confidence.Proven,
            Summary = Summarize(evidence, isTarget ? $"{offender}, the target itself," : offender, isTarget),
            Subject = (object?)report ?? packet,
            Evidence =
            [
                report is null ? null : Observations.Report(evidence, report),
                Observations.Socket(evidence),
                evidence.SynSeen ? Observations.Syns(evidence) : null,
                Observations.Packet(evidence, packet),
                Observations.Hops(evidence),
            ],
            Proves = $"{offender} received a {evidence.Unit} of this flow and sent it back with an ICMP error; everything from this host to {offender} works.",
            DoesNotProve = Limits,
            NextSteps = [commands.RouteOf(offender), commands.ProbeAndResolve(isTarget ? "" : " -FindHop")],
        };
    }
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>A firewall hook of this host turned the SYN away before it left.</summary>
public sealed class OutputFirewallReject : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.OutputFirewall;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
        [nameof(RouteShadowed), nameof(NeighborUnresolved), nameof(NeighborWrongSubnet), nameof(RemoteRefused), nameof(RemoteResetByMiddlebox)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { Outcome: not (SynOutcome.Open or SynOutcome.LocalError) } probe || evidence.SynSeen || evidence.TargetIsLocal || probe.Replies.Length > 0 || evidence.RemoteReports.Any())
        {
            return null;
        }

        var report = evidence.LocalReports.LastOrDefault(r => IsReject(evidence, r));
        var resetFromNowhere = probe.Outcome == SynOutcome.Refused && evidence.CaptureIsComplete;
        if (report is null && !resetFromNowhere)
        {
            return null;
        }

        // A report of "host unreachable" is also what a next hop that does not resolve leaves behind.
        var isAmbiguous = report is not null && evidence.CauseOf(report) == IcmpCause.HostUnreachable
            && evidence.NextHop is not (NextHopState.Known or NextHopState.NotNeeded);
        var commands = new Commands(evidence);
        var culprit = FirewallCulprit.Output(evidence, rejects: true);
        return new Finding
        {
            Confidence = isAmbiguous || (!evidence.SynAbsent && probe.SocketError is null) ? Confidence.Probable : Confidence.Proven,
            Summary = $"A firewall rule on the output path of this host rejects the {evidence.Unit} to {evidence.Target}"
                + (report is null ? " with a TCP reset" : $" with {Describe.Report(report)}")
                + (culprit is null ? "." : $": {culprit.Name}."),
            Subject = culprit?.Subject ?? (object?)report ?? probe,
            Evidence =
            [
                culprit?.Evidence,
                report is null ? null : Observations.Report(evidence, report),
                Observations.Socket(evidence),
                Observations.Syns(evidence),
                resetFromNowhere && report is null ? Observations.Silence(evidence) : null,
                Observations.Neighbor(evidence),
                Observations.Link(evidence),
            ],
            Proves = $"The {evidence.Unit} was turned away inside this host: the refusal carries an address of this host, or was never on the wire.",
            DoesNotProve = culprit is null
                ? "Which rule did it (look for reject in the OUTPUT and POSTROUTING chains), nor that the target would answer."
                : culprit.DoesNotProve + " Nor that the target would answer.",
            NextSteps = [commands.OutputFirewall(), commands.ProbeAndResolve()],
        };
    }

    private static bool IsReject(EvidenceSet evidence, IcmpReport report) => evidence.CauseOf(report) switch
    {
        IcmpCause.Rejected or IcmpCause.NetworkUnreachable => true,
        IcmpCause.HostUnreachable => evidence.NextHop is NextHopState.Known or NextHopState.NotNeeded or NextHopState.Absent
            && evidence.LinkIsUsable != false,
        _ => false,
    };
}

namespace PacketPath.Diagnosis;

/// <summary>Faults of an attempt that another host's own word explains: the target's, or a router's.</summary>
internal static class FarInboundFaults
{
    private const string RuleSource = "the flow tried on the decoded rules";
    private const string UsageSource = "/proc/sys/net/netfilter";

    /// <summary>A rule there stops the flow, and what came of the attempt fits it.</summary>
    public static Finding? Firewall(EvidenceSet evidence, bool rejects)
    {
        if (evidence.Probe is not { } probe || (!rejects && !IsLost(evidence, probe)))
        {
            return null;
        }

        foreach (var far in evidence.FarInbounds)
        {
            if (FirewallCulprit.Inbound(far.Host, far.Result, rejects) is { } culprit && (culprit.IsCertain || culprit.IsCounted) && (!rejects || Answers(evidence, probe, far, culprit)))
            {
                return Stopped(evidence, probe, far, culprit, rejects);
            }
        }

        return null;
    }

    /// <summary>Connection tracking there has no room for the flow.</summary>
    public static Finding? ConntrackTableFull(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe || !IsLost(evidence, probe)
            || evidence.FarInbounds.FirstOrDefault(far => far.HasTarget && InboundFaults.ConntrackTableFull(far.Host, far.Result) is not null) is not { } far)
        {
            return null;
        }

        var alone = InboundFaults.ConntrackTableFull(far.Host, far.Result)!;
        var usage = Describe.Text($"{far.Result.ConntrackCount} of {far.Result.ConntrackMax} entries");
        return alone with
        {
            ContributesOnly = evidence.IsReached,
            Summary = $"The table of connection tracking of {far.Place} is full ({usage}): there is no room for a new connection to {evidence.Target}.",
            Evidence =
            [
                Observations.Supports($"connection tracking of {far.Place} holds {usage}", UsageSource, far.Result.ObservedAt),
                Observations.Syns(evidence), Observations.Silence(evidence), Observations.Socket(evidence),
            ],
            NextSteps = [.. alone.NextSteps, new Commands(evidence).ProbeAndResolve()],
        };
    }

    /// <summary>Somebody listens there, and nothing there refuses this client: who resets the connection is on the way.</summary>
    public static Finding? ResetOnTheWay(EvidenceSet evidence, SynPathResult probe, SynPacket reset)
    {
        if (evidence.IsUdp || evidence.FarInbounds.FirstOrDefault(far => far is { HasTarget: true, Result.FirewallChains: not null } && far.IsAbout(probe)
            && FirewallCulprit.Inbound(far.Host, far.Result, rejects: true) is null) is not { } far
            || far.Host.TargetSockets.Listener is not { } listener || Faults.AcceptQueueFull.IsFull(listener))
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Probable,
            Summary = $"A RST answers the {evidence.Unit} to {evidence.Target} in the target's name, although {SocketObservations.Who(listener)} listens on {SocketObservations.Where(listener)} there and no rule of {far.Place} refuses this client.",
            Subject = reset,
            Evidence =
            [
                Observations.Packet(evidence, reset),
                SocketObservations.Listener(listener),
                Observations.Supports($"no rule of the {Describe.Count(far.Result.FirewallChains ?? 0, "chain")} read on {far.Place} rejects this flow", RuleSource, far.Result.ObservedAt),
                Observations.Socket(evidence),
            ],
            Proves = "The target's kernel, as it was read, has no reason to send the RST.",
            DoesNotProve = "Which device sent it, nor why. Nor that the listener stood already when the attempt was made; and a target that forwards the port to another host may be refused there.",
            NextSteps = [commands.ProbeAndResolve(" -FindHop"), new Commands(far.Host).Listening(far.Result), commands.Route()],
        };
    }

    // Nobody is heard, nothing says that it did not leave, and no capture says that it was answered.
    private static bool IsLost(EvidenceSet evidence, SynPathResult probe) =>
        evidence.IsSilent && probe.Replies.Length == 0 && !evidence.SynAbsent && evidence.TwoEnds?.IsAnswered != true;

    // A RST is what "reject with tcp reset" gives; any other reject gives an ICMP error, from an address of that host.
    private static bool Answers(EvidenceSet evidence, SynPathResult probe, FarInbound far, FirewallCulprit culprit)
    {
        if (culprit.Name.Contains("tcp reset", StringComparison.Ordinal))
        {
            return probe.Outcome == SynOutcome.Refused && !evidence.IsUdp;
        }

        var own = far.Result.Interfaces.SelectMany(static link => link.Addresses).Select(static a => TargetKey.Canonical(a.IPAddress)).Append(far.HasTarget ? evidence.RemoteAddress : "").ToHashSet();
        return evidence.RemoteReports.Any(report => own.Contains(TargetKey.Canonical(report.Offender)));
    }

    private static Finding Stopped(EvidenceSet evidence, SynPathResult probe, FarInbound far, FirewallCulprit culprit, bool rejects)
    {
        var commands = new Commands(evidence);
        var isSure = far.IsAbout(probe) && far.IsOnTheWayOf(probe);
        var report = rejects ? evidence.RemoteReports.LastOrDefault() : null;
        return new Finding
        {
            ContributesOnly = evidence.IsReached,
            Confidence = isSure ? Confidence.Proven : Confidence.Probable,
            Summary = $"The {(FirewallCulprit.PassesThrough(far.Result) ? "forward" : "input")} hooks of {far.Place} {(rejects ? "reject" : "drop")} the {evidence.Unit} to {evidence.Target}, by {culprit.Name}.",
            Subject = culprit.Subject,
            Evidence =
            [
                Observations.Supports($"on {far.Place}, every test of it holds for this flow, and none before it ends the flow: {culprit.Name}", RuleSource, far.Result.ObservedAt),
                .. evidence.TwoEnds?.Seen() ?? [],
                report is null ? null : Observations.Report(evidence, report),
                Observations.Packet(evidence, evidence.Reset),
                Observations.Syns(evidence),
                rejects ? null : Observations.Silence(evidence),
                Observations.Socket(evidence),
            ],
            Proves = $"A packet of this flow that comes to {far.Place} goes no further: the rule stops it there.",
            DoesNotProve = (rejects ? "That the answer is from there, and not from a device before it" : $"That the {evidence.Unit} came so far: something before it may drop it as well, which a capture there would show")
                + (far.IsAbout(probe) ? "" : $". Nor that {far.Place} sees this client as {far.Result.PeerAddress}, which is what was asked")
                + (far.IsOnTheWayOf(probe) ? "." : $". Nor that the way leads by {far.Place}."),
            NextSteps = [new Commands(far.Host).InputOf(far.Result), commands.ProbeAndResolve(), commands.Route()],
        };
    }
}

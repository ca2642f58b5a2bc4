namespace PacketPath.Diagnosis.Faults;

/// <summary>The request and the answer take different ways, and the answer does not come through the one it takes: a device there never saw the connection begin.</summary>
public sealed class ReturnPathAsymmetric : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.ReturnPath;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => [nameof(ReturnPathLost), nameof(NoReply), nameof(PathSilentAfterHop)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsSilent || evidence.Probe is not { Replies.Length: 0 } || evidence.TwoEnds is not { IsAnswered: true } ends)
        {
            return null;
        }

        var there = ends.Places.FirstOrDefault(p => p is { SawRequest: true, SawAnswer: false, HoldsTarget: false, Standing: > Confidence.Possible });
        var back = ends.Places.FirstOrDefault(p => p is { SawRequest: false, SawAnswer: true, HoldsTarget: false, WatchesAll: true, AnswerLeft: false, Standing: > Confidence.Possible });
        return back is not null ? OfDevices(evidence, ends, there, back) : OfInterfaces(evidence, ends);
    }

    private static Finding? OfDevices(EvidenceSet evidence, TwoEnds ends, CapturePlaceView? there, CapturePlaceView back)
    {
        var state = StatefulRule(back);
        var seen = there is not null;
        // Without a point on the way there, that the answer's device did not see the SYN is all there is.
        var weakest = (Confidence)Math.Min((int)back.Standing, (int)(there?.Standing ?? Confidence.Probable));
        var confidence = state is null || !evidence.CaptureIsComplete ? (Confidence)Math.Min((int)weakest, (int)Confidence.Probable) : weakest;
        return Make(
            evidence,
            ends,
            confidence,
            seen ? $"The {evidence.Unit} to {evidence.Target} goes by {there!.Name}, the answer comes by {back.Name}, which never saw the {evidence.Unit}, and it does not pass there."
                : $"The answer of {evidence.Target} comes by {back.Name}, which never saw the {evidence.Unit}, and it does not pass there.",
            (object?)state?.Rule ?? evidence.Probe!,
            [
                seen ? ends.Missed(there!, $"the {evidence.Unit} and no answer") : null,
                ends.Missed(back, $"the answer and no {evidence.Unit}"),
                state is null ? null : Observations.Supports($"{back.Name} filters by the state of connections: {state.Value.Rule.Text}", "netlink NFT_MSG_GETRULE", state.Value.At),
            ],
            [.. new[] { there?.Missing, back.Missing }.OfType<MissingObservation>(), .. state is null ? new[] { NoState(back) } : []],
            state is null ? $"that {back.Name} drops the answer for want of state: its rules were not read" : $"that it is this rule that drops the answer, of all that {back.Name} has");
    }

    // One host, two interfaces: it was asked on the one and answers by the other.
    private static Finding? OfInterfaces(EvidenceSet evidence, TwoEnds ends)
    {
        if (ends.Receiver is not { SawRequest: true, SawAnswer: true } receiver
            || receiver.Saw(request: true).LastOrDefault() is not { } asked || receiver.Saw(request: false).FirstOrDefault() is not { } answers
            || asked == answers || asked.InterfaceAlias is null || answers.InterfaceAlias is null)
        {
            return null;
        }

        return Make(
            evidence,
            ends,
            Confidence.Probable,
            $"The {evidence.Unit} to {evidence.Target} came in at {asked.Name}, and the answer left by {answers.Name}: it takes another way back, and does not come through.",
            evidence.Probe!,
            [],
            [new MissingObservation { What = $"the way behind {answers.Name}", Why = "no capture stood there", Remedy = "Capture at the next router of that interface as well, with Watch-PacketCapture -IncludeSummary." }],
            "that the other way is why the answer is lost: it may be lost there for another reason");
    }

    private static Finding Make(EvidenceSet evidence, TwoEnds ends, Confidence confidence, string summary, object subject, FailureEvidence?[] seen, MissingObservation[] missing, string open)
    {
        var commands = new Commands(evidence);
        var receiver = ends.Receiver ?? ends.Places.First(static p => p.SawAnswer);
        return new Finding
        {
            Confidence = confidence,
            Summary = summary,
            Subject = subject,
            Evidence = [.. seen, .. ends.Seen(), Observations.Silence(evidence), Observations.Socket(evidence)],
            NotObserved = missing,
            Proves = $"The request and the answer take different ways: {ends.Way(request: true)} there, {ends.Way(request: false)} back; and the answer does not reach this host.",
            DoesNotProve = $"{Describe.Capital(open)}.",
            NextSteps =
            [
                evidence.Probe!.LocalAddress is { } local ? commands.At(receiver.Place.NetNamespace).RouteOf(local) : commands.Route(),
                commands.Route(),
                commands.ProbeAndResolve(),
            ],
        };
    }

    private static MissingObservation NoState(CapturePlaceView place) => new()
    {
        What = $"whether {place.Name} filters by the state of connections",
        Why = "no rule that does is among the evidence",
        Remedy = "Pipe in what Get-FirewallHook writes there.",
    };

    private static (FirewallRule Rule, DateTime At)? StatefulRule(CapturePlaceView place)
    {
        foreach (var hook in place.Host?.Firewall ?? [])
        {
            var rule = hook.Rules.Concat(hook.Chains.SelectMany(static c => c.Rules))
                .FirstOrDefault(static r => r.Text.Contains("ct state", StringComparison.Ordinal) || r.Text.Contains("ctstate", StringComparison.Ordinal) || r.Text.Contains("--state", StringComparison.Ordinal));
            if (rule is not null)
            {
                return (rule, hook.ObservedAt);
            }
        }

        return null;
    }
}

namespace PacketPath.Diagnosis;

/// <summary>Weighs evidence into verdicts. Pure: the same evidence gives the same verdicts, wherever and whenever.</summary>
public static class Resolver
{
    private const Confidence Least = Confidence.Possible;

    /// <summary>One primary verdict per target, in the order the targets appear, each followed by its contributing ones.</summary>
    /// <param name="evidence">Observations of any kind, host and order; nulls, verdicts and unknown kinds are passed over.</param>
    public static IEnumerable<PacketFailure> Resolve(IEnumerable<PacketEvidence> evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return Iterate(evidence);
    }

    private static IEnumerable<PacketFailure> Iterate(IEnumerable<PacketEvidence?> evidence) => Judge(Sets(evidence));

    /// <summary>The evidence sorted by target.</summary>
    internal static IEnumerable<EvidenceSet> Sets(IEnumerable<PacketEvidence?> evidence)
    {
        var grouping = new EvidenceGrouping();
        foreach (var item in evidence.SelectMany(Unpacked))
        {
            Take(grouping, item);
        }

        return grouping.Sets();
    }

    // Of a packet little is kept, and no text but where it was seen: cleaning every field of each would take longer than weighing them all.
    internal static void Take(EvidenceGrouping grouping, PacketEvidence item) => grouping.Add(item is PacketRecord ? item : EvidenceIntake.Clean(item));

    // A trace is weighed anew, by what it was made from.
    internal static IEnumerable<PacketEvidence> Unpacked(PacketEvidence? item) => item switch
    {
        null => [],
        PacketTrace trace => trace.Evidence.OfType<PacketEvidence>().SelectMany(Unpacked),
        _ => [item],
    };

    /// <summary>The verdicts on many targets; two attempts upon each other count as one.</summary>
    internal static IEnumerable<PacketFailure> Judge(IEnumerable<EvidenceSet> sets) =>
        sets.SelectMany(static set => set.Opposite is { } other ? OppositeAttempts.Merge([.. Judge(set)], [.. Judge(other)]) : Judge(set));

    /// <summary>The verdicts on one target, the primary one first.</summary>
    internal static IEnumerable<PacketFailure> Judge(EvidenceSet set) => set switch
    {
        { IsNameOnly: true, Name: { } name } => NameVerdicts.Judge(set, name),
        { Name: { } name } => JudgeTarget(set).Concat(NameVerdicts.Beside(set, name)),
        _ => JudgeTarget(set),
    };

    private static IEnumerable<PacketFailure> JudgeTarget(EvidenceSet set)
    {
        var standing = Standing(set);
        var conflicts = Conflicts.Of(set);
        var coverage = new LayerCoverage(set);

        var primary = standing.FirstOrDefault(s => !s.Finding.ContributesOnly && s.Finding.Confidence > Least);
        primary = primary.Rule is null ? standing.First(s => !s.Finding.ContributesOnly) : primary;
        var confidence = Lower(primary.Finding.Confidence, conflicts.Length > 0);
        yield return Verdict(set, primary.Rule, primary.Finding, confidence, isPrimary: true, conflicts, coverage);

        foreach (var (rule, finding) in standing)
        {
            if (rule != primary.Rule && rule is not Faults.Indeterminate)
            {
                var capped = (Confidence)Math.Min((int)finding.Confidence, (int)Lower(confidence, true));
                yield return Verdict(set, rule, finding, capped, isPrimary: false, conflicts, coverage);
            }
        }
    }

    /// <summary>The findings in order of precedence, without those that another one explains.</summary>
    private static List<(FaultRule Rule, Finding Finding)> Standing(EvidenceSet set)
    {
        var findings = new List<(FaultRule Rule, Finding Finding)>();
        foreach (var rule in FaultCatalog.All)
        {
            // A target that is heard over UDP is reached; what ails TCP to it is still worth a word.
            var beside = set.IsReached && !rule.LooksBeyondReach;
            if ((!beside || set is { IsOpen: false, Probe: not null }) && rule.Evaluate(set) is { } finding && !(beside && rule is Faults.NoFault or Faults.Indeterminate))
            {
                findings.Add((rule, beside ? finding with { ContributesOnly = true } : finding));
            }
        }

        if (set.IsReached && !findings.Exists(f => !f.Finding.ContributesOnly && f.Finding.Confidence > Least))
        {
            var none = FaultCatalog.NoFault.Evaluate(set);
            var rule = none is null ? (FaultRule)FaultCatalog.Indeterminate : FaultCatalog.NoFault;
            findings.Insert(0, (rule, none ?? rule.Evaluate(set)!));
        }

        var explained = findings.Where(f => !f.Finding.ContributesOnly && f.Finding.Confidence > Least)
            .SelectMany(f => f.Rule.Explains).ToHashSet();
        findings.RemoveAll(f => explained.Contains(f.Rule.Id));
        return findings;
    }

    private static PacketFailure Verdict(
        EvidenceSet set,
        FaultRule rule,
        Finding finding,
        Confidence confidence,
        bool isPrimary,
        FailureEvidence[] conflicts,
        LayerCoverage coverage)
    {
        var namesAFault = rule is not (Faults.NoFault or Faults.Indeterminate);
        var layer = finding.Layer ?? (rule is Faults.Indeterminate ? coverage.Deepest ?? rule.Layer : rule.Layer);
        return new PacketFailure
        {
            ComputerName = set.ComputerName,
            NetNamespace = set.Key.NetNamespace,
            ObservedAt = set.ObservedAt,
            RemoteAddress = set.RemoteAddress,
            RemotePort = set.Key.RemotePort,
            Protocol = finding.Protocol ?? set.Key.Protocol,
            TargetName = set.TargetName,
            FaultId = rule.Id,
            Layer = layer,
            Confidence = confidence,
            IsPrimary = isPrimary,
            Summary = finding.Summary,
            Subject = finding.Subject,
            LocalAddress = set.Probe?.LocalAddress ?? set.Stuck?.LocalAddress ?? set.Mtu?.LocalAddress ?? set.Route?.SourceAddress,
            Evidence = [.. finding.Evidence.OfType<FailureEvidence>().Concat(conflicts).DistinctBy(e => (e.Observation, e.Bearing))],
            // A name fails at a server that was reached: all the way to it is in order.
            RuledOut = [.. coverage.Cleared.Where(c => !namesAFault || c.Layer < layer || (layer == PathLayer.Name && c.Layer != layer && set.IsReached))],
            NotObserved = [.. CarriedOver(set).Concat(finding.NotObserved).Concat(coverage.Unseen(layer)).DistinctBy(m => m.What)],
            Proves = finding.Proves,
            DoesNotProve = finding.DoesNotProve,
            NextSteps = [.. finding.NextSteps.Distinct()],
            HelpUri = rule.HelpUri,
        };
    }

    private static IEnumerable<MissingObservation> CarriedOver(EvidenceSet set)
    {
        var carried = (set.Probe?.NotObserved ?? []).Concat(set.Current.SelectMany(a => a.NotObserved)).Concat(set.Mtu?.NotObserved ?? []).Concat(set.Route?.NotObserved ?? []).Concat(set.Interface?.NotObserved ?? [])
            .Where(m => m.What.Length > 0)
            .Select(m => m with { Why = Or(m.Why, "no reason was recorded"), Remedy = Or(m.Remedy, "None is known.") });
        return set.Probe is { NotObserved.Length: 0, CaptureStatus: not CaptureStatus.Complete, Outcome: not SynOutcome.LocalError } probe
            ? carried.Prepend(NoCapture(set, probe.CaptureStatus))
            : carried;
    }

    private static MissingObservation NoCapture(EvidenceSet set, CaptureStatus status) => new()
    {
        What = "packet capture at the egress interface",
        Why = status switch
        {
            CaptureStatus.NotRequested => "it was switched off",
            CaptureStatus.Incomplete => "it lost packets or began late, so that absence proves nothing",
            _ => "it could not be opened",
        },
        Remedy = (status == CaptureStatus.NotRequested ? "Leave -NoCapture out: " : "Run as root, or with CAP_NET_RAW: ") + new Commands(set).Probe(),
    };

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static Confidence Lower(Confidence confidence, bool lower) =>
        lower && confidence > Least ? confidence - 1 : confidence;
}

namespace PacketPath.Diagnosis;

/// <summary>The verdict on a name that has no address to go to: the one on the name server that decides, or on the way to it, told as what it means for the name.</summary>
internal static class NameVerdicts
{
    private const string Source = "getaddrinfo()";
    private const int MostCandidates = 6;

    /// <summary>The verdicts on a name, the primary one first.</summary>
    public static IEnumerable<PacketFailure> Judge(EvidenceSet set, NameResolution name)
    {
        var judged = name.Servers.Select(s => (s.Server, Verdicts: Resolver.Judge(s.Evidence).ToArray())).ToArray();
        var decides = Math.Max(0, Array.FindIndex(judged, s => s.Server == name.Decision.Server));
        if (name.Lookup.Addresses.Length > 0)
        {
            yield return Resolved(set, name);
        }
        else if (judged.Length == 0 || !IsFault(judged[decides].Verdicts[0]))
        {
            yield return Unexplained(set, name, judged.Length == 0 ? null : judged[decides].Verdicts[0]);
        }
        else
        {
            var verdict = judged[decides].Verdicts[0];
            yield return Told(set, name, judged[decides].Server, verdict, isPrimary: true);
            foreach (var beside in judged[decides].Verdicts[1..])
            {
                yield return Told(set, name, judged[decides].Server, beside, isPrimary: false);
            }
        }

        var others = name.Decision.Server is null ? judged.Where((_, i) => i != decides) : judged.Take(decides);
        foreach (var verdict in others.SelectMany(static s => s.Verdicts.Where(IsFault).Select(v => (s.Server, Verdict: v))))
        {
            yield return Told(set, name, verdict.Server, verdict.Verdict, isPrimary: false);
        }
    }

    /// <summary>The verdicts on name servers that failed before the one whose answer was used.</summary>
    public static IEnumerable<PacketFailure> Beside(EvidenceSet set, NameResolution name) => name.Failed
        .SelectMany(s => Resolver.Judge(s.Evidence).Where(IsFault).Select(verdict => Told(set, name, s.Server, verdict, isPrimary: false)));

    private static bool IsFault(PacketFailure verdict) => verdict.FaultId is not (nameof(Faults.NoFault) or nameof(Faults.Indeterminate));

    // What is known of the server's path is no word about the target's.
    private static PacketFailure Told(EvidenceSet set, NameResolution name, string server, PacketFailure verdict, bool isPrimary)
    {
        var isWay = verdict.Layer is > PathLayer.Name and <= PathLayer.SocketQueue;
        var lookup = name.Lookup;
        return verdict with
        {
            RemoteAddress = set.IsNameOnly ? "" : set.RemoteAddress,
            RemotePort = set.Key.RemotePort,
            TargetName = lookup.TargetName,
            IsPrimary = isPrimary,
            Confidence = isPrimary ? verdict.Confidence : (Confidence)Math.Min((int)verdict.Confidence, (int)Confidence.Probable),
            Summary = !isWay ? verdict.Summary
                : isPrimary ? $"{lookup.TargetName} cannot be looked up, for the way to its name server {server} is broken: {verdict.Summary}"
                : $"On the way to the name server {server}: {verdict.Summary}",
            Evidence = [.. verdict.Evidence.Concat(isPrimary ? Beside(name) : []).DistinctBy(static e => (e.Observation, e.Bearing))],
            RuledOut = [.. verdict.RuledOut.Where(static c => c.Layer != PathLayer.Name).Select(c => c with { Observation = $"on the way to the name server {server}: {c.Observation}" })],
            NotObserved = [.. isWay ? [new MissingObservation { What = $"{PathLayer.Name}: name resolution", Why = $"the name server {server} was not reached", Remedy = $"Mend the fault found, then run: {Again(set, lookup)}" }] : Array.Empty<MissingObservation>(), .. verdict.NotObserved],
            DoesNotProve = set.IsNameOnly && isPrimary ? $"{verdict.DoesNotProve} Nothing is known of the target itself: nothing was sent to it." : verdict.DoesNotProve,
            NextSteps = isPrimary ? [.. verdict.NextSteps, Again(set, lookup)] : verdict.NextSteps,
        };
    }

    private static PacketFailure Resolved(EvidenceSet set, NameResolution name) => Draft(set, name.Lookup) with
    {
        FaultId = nameof(Faults.NoFault),
        Confidence = Confidence.Proven,
        Summary = $"{name.Told}.",
        Evidence = [.. Beside(name)],
        Proves = "The name has addresses, and this host finds them.",
        DoesNotProve = "That anything answers there: no attempt on the addresses is among the evidence.",
        HelpUri = FaultCatalog.NoFault.HelpUri,
    };

    // The servers say nothing wrong, or none was asked: the system's resolver is all there is to go by.
    private static PacketFailure Unexplained(EvidenceSet set, NameResolution name, PacketFailure? server)
    {
        var rule = name.Lookup.Outcome switch
        {
            NameLookupOutcome.NotFound when server is null => FaultCatalog.Find(nameof(Faults.NameNotFound))!,
            NameLookupOutcome.NoAddress when server is null => FaultCatalog.Find(nameof(Faults.NameNoAddress))!,
            _ => FaultCatalog.Indeterminate,
        };
        return Draft(set, name.Lookup) with
        {
            FaultId = rule.Id,
            Confidence = rule == FaultCatalog.Indeterminate ? Confidence.Possible : Confidence.Probable,
            Summary = $"{Describe.Capital(name.System)}{(server is null ? "" : ", and what its name servers answer does not say why")}.",
            Evidence = [.. Beside(name), .. server?.Evidence ?? []],
            NotObserved = [new MissingObservation { What = "what the name servers say of it", Why = server is null ? "none was asked" : "their answers hold no address and no refusal", Remedy = $"Run: Test-DnsTruncation -Name {Commands.Quote(name.Lookup.Name)}" }],
            Proves = "Programs on this host that look the name up get no address.",
            DoesNotProve = "Why: /etc/nsswitch.conf says where names are looked up, in files, by name servers or elsewhere. What would decide: what each of those answers.",
            HelpUri = rule.HelpUri,
        };
    }

    private static PacketFailure Draft(EvidenceSet set, NameLookupResult lookup) => new()
    {
        ComputerName = lookup.ComputerName,
        NetNamespace = lookup.NetNamespace,
        ObservedAt = lookup.ObservedAt,
        RemotePort = set.Key.RemotePort,
        Protocol = set.Key.Protocol,
        TargetName = lookup.TargetName,
        Layer = PathLayer.Name,
        Subject = lookup,
        NextSteps = [Again(set, lookup), $"Test-DnsTruncation -Name {Commands.Quote(lookup.Name)}{Place(set, lookup)} | Resolve-PacketFailure"],
    };

    private static IEnumerable<FailureEvidence> Beside(NameResolution name)
    {
        yield return Observations.Supports(name.Told, Source, name.Lookup.ObservedAt);
        foreach (var candidate in name.Lookup.Candidates.Where(c => c != name.Decision.Candidate).Take(MostCandidates))
        {
            if (name.Decision.WordOn(candidate) is { Server: { } server, Word: var word })
            {
                yield return Observations.Supports(
                    $"{candidate}, which is tried as well, {(word == NameWord.NotFound ? "does not exist" : word == NameWord.NoAddress ? "has no address" : "has addresses")}, says {server}",
                    DnsObservations.Source, name.Lookup.ObservedAt);
            }
        }
    }

    private static string Again(EvidenceSet set, NameLookupResult lookup) => Describe.Text(
        $"Trace-PacketPath {Commands.Quote(lookup.TargetName)}{(set.Key.RemotePort is > 0 and <= 65535 and not 443 ? $" -Port {set.Key.RemotePort}" : "")}{Place(set, lookup)}");

    private static string Place(EvidenceSet set, NameLookupResult lookup)
    {
        var place = set.Key.NetNamespace.Length > 0 && !set.Key.NetNamespace.StartsWith("net:[", StringComparison.Ordinal) ? set.Key.NetNamespace : lookup.RequestedNetNamespace ?? "";
        return place.Length == 0 ? "" : $" -NetNamespace {Commands.Quote(place)}";
    }
}

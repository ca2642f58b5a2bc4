namespace PacketPath.Diagnosis;

/// <summary>The lookups of names among the evidence, and the answers of name servers that belong to them.</summary>
/// <param name="judged">Makes what is known of one name server out of its answers.</param>
internal sealed class NameEvidence(Func<IReadOnlyList<DnsTruncationResult>, EvidenceSet> judged)
{
    private readonly Dictionary<TargetKey, List<NameLookupResult>> _lookups = [];
    private readonly Dictionary<((string, string) Place, string Name), List<NameLookupResult>> _byName = [];
    private readonly Dictionary<((string, string) Place, string Name), List<DnsTruncationResult>> _answers = [];
    private readonly Dictionary<NameLookupResult, NameResolution> _resolutions = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<NameLookupResult> _taken = new(ReferenceEqualityComparer.Instance);

    /// <summary>Takes a lookup in.</summary>
    public void Add(TargetKey key, NameLookupResult lookup)
    {
        (_lookups.TryGetValue(key, out var list) ? list : _lookups[key] = []).Add(lookup);
        var name = (key.Place, lookup.TargetName);
        (_byName.TryGetValue(name, out var same) ? same : _byName[name] = []).Add(lookup);
    }

    /// <summary>Takes an answer in.</summary>
    public void Add(DnsTruncationResult answer)
    {
        var name = (TargetKey.PlaceOf(answer), answer.LookedUpFor!);
        (_answers.TryGetValue(name, out var list) ? list : _answers[name] = []).Add(answer);
    }

    /// <summary>True for the key of a lookup.</summary>
    public bool Knows(TargetKey key) => _lookups.ContainsKey(key);

    /// <summary>The answers whose lookup is not among the evidence: they stand for themselves.</summary>
    public IEnumerable<DnsTruncationResult> Alone => _answers.Where(a => !_byName.ContainsKey(a.Key)).SelectMany(static a => a.Value);

    /// <summary>The lookup that a target's address is from; null where it is from none.</summary>
    public NameResolution? Behind(TargetKey key, IEnumerable<string> names)
    {
        foreach (var name in names.Distinct())
        {
            if (_byName.TryGetValue((key.Place, name), out var lookups)
                && EvidenceGrouping.NewestFirst(lookups).FirstOrDefault(l => l.Addresses.Any(a => TargetKey.Canonical(a) == key.RemoteAddress)) is { } lookup)
            {
                _taken.Add(lookup);
                return Of(lookup);
            }
        }

        return null;
    }

    /// <summary>The newest lookup of a name; null where a target of its addresses tells of it.</summary>
    public NameResolution? NameAlone(TargetKey key) =>
        EvidenceGrouping.NewestFirst(_lookups[key])[0] is var lookup && _taken.Contains(lookup) ? null : Of(lookup);

    private NameResolution Of(NameLookupResult lookup)
    {
        if (_resolutions.TryGetValue(lookup, out var known))
        {
            return known;
        }

        // Of two lookups of one name each has its own answers.
        var later = _byName[(TargetKey.PlaceOf(lookup), lookup.TargetName)].Where(l => l.ObservedAt > lookup.ObservedAt).Select(static l => l.ObservedAt).DefaultIfEmpty(DateTime.MaxValue).Min();
        var answers = (_answers.GetValueOrDefault((TargetKey.PlaceOf(lookup), lookup.TargetName)) ?? []).Where(a => a.ObservedAt >= lookup.ObservedAt && a.ObservedAt < later);
        var decision = NameDecision.Of(lookup, answers);
        var servers = decision.Servers.Select(server => (server, Answers: decision.Of(server))).Where(static s => s.Answers.Count > 0).Select(s => (s.server, judged(s.Answers)));
        return _resolutions[lookup] = new NameResolution(lookup, decision, [.. servers]);
    }
}

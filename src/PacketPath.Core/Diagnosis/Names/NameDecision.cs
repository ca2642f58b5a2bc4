namespace PacketPath.Diagnosis;

/// <summary>What a name server said of one name.</summary>
internal enum NameWord
{
    /// <summary>Nothing that counts: the system's resolver goes on to the next server.</summary>
    None,

    /// <summary>There is no such name.</summary>
    NotFound,

    /// <summary>The name has no address of the families asked.</summary>
    NoAddress,

    /// <summary>It has addresses.</summary>
    Addresses,
}

/// <summary>What the name servers of a resolv.conf come to together, by the rules of the system's resolver: names in its order, for each the first server with a definite answer.</summary>
internal sealed class NameDecision
{
    private readonly ILookup<(string Candidate, string Server), DnsTruncationResult> _answers;

    private NameDecision(IReadOnlyList<string> candidates, IReadOnlyList<string> servers, IEnumerable<DnsTruncationResult> answers, string name)
    {
        Servers = [.. servers.Select(TargetKey.Canonical)];
        _answers = answers.ToLookup(static a => (a.Name.ToLowerInvariant(), TargetKey.Canonical(a.RemoteAddress)));
        var tried = candidates.Select(candidate => (Name: candidate, Word: WordOn(candidate).Word)).ToArray();
        Candidate = Chosen(tried, name);
        (Word, Server) = Candidate.Length == 0 ? (NameWord.None, null) : WordOn(Candidate);
        Addresses = Word == NameWord.Addresses ? [.. Of(Server!).SelectMany(AddressesOf).Distinct()] : [];
    }

    /// <summary>The servers, in order.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>The name that decides; empty where none was asked for.</summary>
    public string Candidate { get; }

    /// <summary>What is said of it.</summary>
    public NameWord Word { get; }

    /// <summary>The server that decides; null where none says anything that counts.</summary>
    public string? Server { get; }

    /// <summary>The addresses, IPv4 and IPv6, as the deciding server lists them.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>Weighs the answers.</summary>
    public static NameDecision Of(NameLookupResult lookup, IEnumerable<DnsTruncationResult> answers) => new(lookup.Candidates, lookup.Servers, answers, lookup.Name);

    /// <summary>True where no answer that is still to come can change the decision.</summary>
    /// <param name="lookup">What is asked.</param>
    /// <param name="answers">The answers so far.</param>
    /// <param name="open">The questions without an answer yet, each a name and a server.</param>
    public static bool IsSettled(NameLookupResult lookup, IReadOnlyList<DnsTruncationResult> answers, IEnumerable<(string Candidate, string Server)> open)
    {
        var now = Of(lookup, answers);
        var waiting = open.Select(static o => (o.Candidate.ToLowerInvariant(), TargetKey.Canonical(o.Server))).ToHashSet();
        foreach (var candidate in lookup.Candidates)
        {
            var word = NameWord.None;
            foreach (var server in now.Servers.TakeWhile(_ => word == NameWord.None))
            {
                if (waiting.Contains((candidate.ToLowerInvariant(), server)))
                {
                    return false;
                }

                word = now.Says(candidate, server);
            }

            if (word == NameWord.Addresses)
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>What a server answered about the name that decides.</summary>
    public IReadOnlyList<DnsTruncationResult> Of(string server) => [.. _answers[(Candidate.ToLowerInvariant(), server)].OrderBy(static a => a.Type, StringComparer.Ordinal)];

    /// <summary>What a server says about the name that decides.</summary>
    public NameWord Says(string server) => Says(Candidate, server);

    /// <summary>What is said about one of the names, and by which server.</summary>
    public (NameWord Word, string? Server) WordOn(string candidate) => Servers
        .Select(server => (Word: Says(candidate, server), Server: (string?)server)).FirstOrDefault(static said => said.Word != NameWord.None);

    // As the system's resolver tells it in the end: addresses, else that a name has none, else what could not be found out, else that there is none.
    private static string Chosen((string Name, NameWord Word)[] tried, string name)
    {
        foreach (var word in new[] { NameWord.Addresses, NameWord.NoAddress, NameWord.None })
        {
            if (Array.Find(tried, t => t.Word == word) is { Name: { } found })
            {
                return found;
            }
        }

        var asWritten = name.TrimEnd('.') + ".";
        return name.Contains('.') && Array.Exists(tried, t => t.Name == asWritten) ? asWritten : tried.FirstOrDefault().Name ?? "";
    }

    private NameWord Says(string candidate, string server)
    {
        var said = _answers[(candidate.ToLowerInvariant(), server)].ToArray();

        // What TCP brings where UDP fails, the system's resolver does not get to see.
        if (!Array.Exists(said, DnsObservations.IsHeard))
        {
            return NameWord.None;
        }

        return Array.Exists(said, static a => AddressesOf(a).Any()) ? NameWord.Addresses
            : Array.Exists(said, static a => a.ResponseCode == "NXDOMAIN") ? NameWord.NotFound
            : said.Length > 0 && Array.TrueForAll(said, static a => a is { ResponseCode: "NOERROR", IsReferral: false, Outcome: DnsOutcome.Whole or DnsOutcome.Truncated }) ? NameWord.NoAddress
            : NameWord.None;
    }

    private static IEnumerable<string> AddressesOf(DnsTruncationResult answer) => answer.ResponseCode != "NOERROR" || !DnsObservations.IsHeard(answer) ? []
        : answer.Answers.Where(a => a.Type is "A" or "AAAA" && a.Type == answer.Type).Select(static a => TargetKey.Canonical(a.Data));
}

namespace PacketPath.Diagnosis;

/// <summary>The lookup of a name, and what each name server's path and answers come to.</summary>
/// <param name="Lookup">The lookup.</param>
/// <param name="Decision">What the name servers come to together.</param>
/// <param name="Servers">What is known of each name server, in the order they are asked in.</param>
internal sealed record NameResolution(NameLookupResult Lookup, NameDecision Decision, IReadOnlyList<(string Server, EvidenceSet Evidence)> Servers)
{
    /// <summary>How the lookup ended, as a sentence without a full stop.</summary>
    public string Told => Lookup.Addresses.Length == 0 ? System
        : Lookup.AnsweredBy is null ? $"{Lookup.TargetName} resolved to {Listed} in {Time}"
        : $"{Lookup.TargetName} resolved to {Listed} by the name server {Lookup.AnsweredBy}; {System}";

    /// <summary>What the system's resolver said, as a sentence without a full stop.</summary>
    public string System => Lookup.Outcome switch
    {
        NameLookupOutcome.Resolved => $"the system's resolver gave {Listed}",
        NameLookupOutcome.Unanswered => $"the system's resolver had not answered for {Lookup.TargetName} after {Time}",
        _ => $"the system's resolver found no address of {Lookup.TargetName}{(Lookup.Error is null ? "" : ": " + Lookup.Error.TrimEnd('.'))}",
    };

    /// <summary>The servers that failed before the one that decides; all of them where none does.</summary>
    public IEnumerable<(string Server, EvidenceSet Evidence)> Failed => Servers.TakeWhile(s => s.Server != Decision.Server);

    private string Listed => string.Join(", ", Lookup.Addresses.Take(4)) + (Lookup.Addresses.Length > 4 ? ", ..." : "");

    private string Time => Lookup.ElapsedMilliseconds < 1000 ? Describe.Text($"{Lookup.ElapsedMilliseconds:0.#} ms") : Describe.Seconds(Math.Round(Lookup.ElapsedMilliseconds / 1000, 1));
}

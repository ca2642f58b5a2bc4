namespace PacketPath;

/// <summary>What became of a name that was to be resolved: what the system's resolver said, and whom else was asked. The answers of name servers are evidence of their own, with the name in their LookedUpFor.</summary>
public sealed record NameLookupResult : DestinationEvidence
{
    /// <summary>The target as the user wrote it.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>The name in its ASCII form.</summary>
    public string Name { get; init; } = "";

    /// <summary>The family asked for; null for both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>What the system's resolver came to.</summary>
    public NameLookupOutcome Outcome { get; init; }

    /// <summary>What the system's resolver said against it; null where it gave addresses, or nothing yet.</summary>
    public string? Error { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The addresses found; empty where there are none.</summary>
    public string[] Addresses { get; init; } = [];

    /// <summary>The name server whose answer the addresses are from, where the system's resolver gave none; null elsewhere.</summary>
    public string? AnsweredBy { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Milliseconds until the addresses were known, or until the lookup was given up.</summary>
    public double ElapsedMilliseconds { get; init; }

    /// <summary>The file that names the name servers; null where none was asked.</summary>
    public string? ResolverPath { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The name servers asked, in the order of the file; empty where the system's resolver answered before it was called for.</summary>
    public string[] Servers { get; init; } = [];

    /// <summary>The names asked for, as the system's resolver tries them, in its order.</summary>
    public string[] Candidates { get; init; } = [];

    /// <summary>The network namespace asked for (-NetNamespace) as it was written; null where it was the process's own.</summary>
    public string? RequestedNetNamespace { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The timeout, in seconds.</summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{TargetName} {Outcome}{(Addresses.Length == 0 ? "" : ": " + string.Join(", ", Addresses))}";
}

/// <summary>What the system's resolver came to.</summary>
public enum NameLookupOutcome
{
    /// <summary>It gave addresses.</summary>
    Resolved,

    /// <summary>It says that there is no such name.</summary>
    NotFound,

    /// <summary>It says that the name has no address of the family asked.</summary>
    NoAddress,

    /// <summary>It could not find out.</summary>
    Failed,

    /// <summary>It had not answered when the name servers had, or had had their time.</summary>
    Unanswered,
}

using System.Net;

namespace PacketPath.Tracing;

/// <summary>What a search for a name came to.</summary>
/// <param name="Lookup">The lookup.</param>
/// <param name="Answers">The answers of the name servers asked beside.</param>
/// <param name="Missing">What could not be looked at.</param>
internal sealed record NameFound(NameLookupResult Lookup, IReadOnlyList<DnsTruncationResult> Answers, IReadOnlyList<MissingObservation> Missing)
{
    /// <summary>The evidence for a target: the lookup bears its port.</summary>
    public IEnumerable<PacketEvidence> EvidenceFor(TraceTarget target) => Answers.Prepend<PacketEvidence>(Lookup with { RemotePort = target.Port });
}

/// <summary>A search for a name under way: the addresses are known before everybody asked has answered.</summary>
internal sealed class NameSearch
{
    private readonly TaskCompletionSource<IReadOnlyList<IPAddress>> _addresses = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins the search.</summary>
    /// <param name="search">Searches; it is to tell the addresses once, as soon as they are known.</param>
    public NameSearch(Func<Action<IReadOnlyList<IPAddress>>, Task<NameFound>> search) => Found = SearchAsync(search);

    /// <summary>The addresses; none where the name has none.</summary>
    public Task<IReadOnlyList<IPAddress>> Addresses => _addresses.Task;

    /// <summary>All that was found.</summary>
    public Task<NameFound> Found { get; }

    private async Task<NameFound> SearchAsync(Func<Action<IReadOnlyList<IPAddress>>, Task<NameFound>> search)
    {
        try
        {
            return await search(addresses => _addresses.TrySetResult(addresses)).ConfigureAwait(false);
        }
        finally
        {
            // Whoever waits for the addresses meets the failure in what was found.
            _addresses.TrySetResult([]);
        }
    }
}

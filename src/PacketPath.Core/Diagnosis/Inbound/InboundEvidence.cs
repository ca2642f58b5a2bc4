namespace PacketPath.Diagnosis;

/// <summary>What hosts were asked of connections that come in, and which of it belongs to an attempt made elsewhere.</summary>
internal sealed class InboundEvidence
{
    private readonly Dictionary<TargetKey, List<ListeningResult>> _results = [];
    private readonly Dictionary<(string, int), List<TargetKey>> _ends = [];

    /// <summary>Takes one result.</summary>
    public void Add(TargetKey key, ListeningResult result)
    {
        if (_results.TryGetValue(key, out var known))
        {
            known.Add(result);
            return;
        }

        _results[key] = [result];
        var end = (key.RemoteAddress, key.RemotePort);
        (_ends.TryGetValue(end, out var keys) ? keys : _ends[end] = []).Add(key);
    }

    /// <summary>What was asked of the same target in other places than an attempt's.</summary>
    public IEnumerable<TargetKey> JoinedTo(TargetKey attempt) =>
        (_ends.GetValueOrDefault((attempt.RemoteAddress, attempt.RemotePort)) ?? []).Where(key => key.Place != attempt.Place && key.Protocol == attempt.Protocol);

    /// <summary>True where something was asked about this target.</summary>
    public bool Knows(TargetKey key) => _results.ContainsKey(key);

    /// <summary>The newest result about a target; null where there is none.</summary>
    public ListeningResult? Of(TargetKey key) => _results.TryGetValue(key, out var list) ? EvidenceGrouping.NewestFirst(list)[0] : null;

    /// <summary>The lookups of those that belong to an attempt on the same address and port, made in another place.</summary>
    public IEnumerable<PacketRoute> LookupsFor(IEnumerable<TargetKey> attempted)
    {
        var known = attempted.ToArray();
        return _results.Where(r => IsJoined(r.Key, known)).SelectMany(static r => r.Value)
            .SelectMany(static result => new[] { result.InputRoute, result.ReturnRoute }).OfType<PacketRoute>();
    }

    /// <summary>True where an attempt from another place tells more of the same target.</summary>
    public static bool IsJoined(TargetKey key, IEnumerable<TargetKey> attempted) =>
        attempted.Any(other => other.Place != key.Place && (other.RemoteAddress, other.RemotePort, other.Protocol) == (key.RemoteAddress, key.RemotePort, key.Protocol));
}

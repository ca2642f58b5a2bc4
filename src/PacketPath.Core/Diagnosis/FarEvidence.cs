namespace PacketPath.Diagnosis;

/// <summary>Hands each attempt what was read of its flow in other places, and keeps that from being judged as a question of its own.</summary>
internal sealed class FarEvidence
{
    private readonly HashSet<TargetKey> _absorbed = [];
    private readonly HashSet<(string, string)> _involved = [];
    private readonly List<PacketRoute> _routes = [];
    private readonly Dictionary<(string ComputerName, string NetNamespace), HostTables> _hosts;
    private readonly Dictionary<string, List<(string, string)>> _holders = [];

    /// <summary>Sorts out the lookups that are about a flow probed elsewhere.</summary>
    public FarEvidence(
        IEnumerable<SynPathResult> probes,
        Dictionary<TargetKey, List<PacketRoute>> routes,
        Dictionary<(string ComputerName, string NetNamespace), HostTables> hosts)
    {
        _hosts = hosts;
        var all = probes.ToArray();
        var lookups = new FlowLookups(all);
        foreach (var (key, asked) in routes)
        {
            if (asked.TrueForAll(route => lookups.IsThere(route) || lookups.IsBack(route)))
            {
                _absorbed.Add(key);
                _involved.Add(key.Place);
            }

            _routes.AddRange(asked.Where(route => lookups.IsThere(route) || lookups.IsBack(route)));
        }

        foreach (var (place, tables) in hosts)
        {
            foreach (var address in tables.Interfaces.SelectMany(static link => link.Addresses).Select(static own => TargetKey.Canonical(own.IPAddress)).Distinct())
            {
                (_holders.TryGetValue(address, out var list) ? list : _holders[address] = []).Add(place);
            }
        }

        _involved.UnionWith(_holders.Count == 0 ? [] : all.SelectMany(probe => Holders(probe)));
    }

    /// <summary>True where a target's lookups are all about a flow that was probed from somewhere.</summary>
    public bool Absorbs(TargetKey key) => _absorbed.Contains(key);

    /// <summary>True where a place has to do with a flow that was probed from somewhere else.</summary>
    public bool Involves((string ComputerName, string NetNamespace) place) => _involved.Contains(place);

    /// <summary>What was read of an attempt's flow in other places.</summary>
    public IReadOnlyList<FarHost> HostsOf(SynPathResult probe)
    {
        if (_routes.Count == 0 && _holders.Count == 0)
        {
            return [];
        }

        var here = TargetKey.PlaceOf(probe);
        var routes = _routes.Where(route => TargetKey.PlaceOf(route) != here).ToLookup(TargetKey.PlaceOf);
        return
        [
            .. routes.Select(static group => group.Key).Concat(Holders(probe)).Distinct().Select(place => new FarHost
            {
                Place = place,
                Tables = _hosts.GetValueOrDefault(place) ?? new HostTables(0),
                There = EvidenceGrouping.NewestFirst(routes[place].Where(route => FlowLookups.IsThere(route, probe))),
                Back = EvidenceGrouping.NewestFirst(routes[place].Where(route => FlowLookups.IsBack(route, probe))),
            }),
        ];
    }

    /// <summary>The lookups of the answer in the attempt's own place: the probe's, then those asked besides.</summary>
    public IReadOnlyList<PacketRoute> RepliesOf(SynPathResult probe)
    {
        var here = TargetKey.PlaceOf(probe);
        var asked = EvidenceGrouping.NewestFirst(_routes.Where(route => TargetKey.PlaceOf(route) == here && FlowLookups.IsBack(route, probe)));
        return probe.ReplyRoute is { } own ? [own, .. asked] : asked;
    }

    // The places that hold the target's address or the next hop's.
    private IEnumerable<(string, string)> Holders(SynPathResult probe)
    {
        var here = TargetKey.PlaceOf(probe);
        var addresses = new[] { probe.RemoteAddress, probe.Route?.NextHop ?? "" }.Select(TargetKey.Canonical).Where(static a => a.Length > 0);
        return addresses.SelectMany(address => _holders.GetValueOrDefault(address) ?? []).Where(place => place != here);
    }
}

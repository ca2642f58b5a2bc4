namespace PacketPath.Diagnosis;

/// <summary>What was read of one namespace of one host, whatever the target.</summary>
internal sealed class HostTables(int order)
{
    private Dictionary<string, List<NeighborEntry>>? _neighborsByAddress;

    /// <summary>The place of this host in the order of appearance.</summary>
    public int Order => order;

    public List<NeighborEntry> Neighbors { get; } = [];

    public List<PacketInterface> Interfaces { get; } = [];

    public List<PolicyRule> Rules { get; } = [];

    public List<FirewallHook> Firewall { get; } = [];

    public List<CounterSnapshot> Counters { get; } = [];

    public List<ConntrackStats> Conntrack { get; } = [];

    public List<ConntrackEntry> Connections { get; } = [];

    /// <summary>The entries of one address, on whatever interface.</summary>
    public IReadOnlyList<NeighborEntry> NeighborsOf(string canonicalAddress)
    {
        if (_neighborsByAddress is null)
        {
            _neighborsByAddress = [];
            foreach (var entry in Neighbors)
            {
                var address = TargetKey.Canonical(entry.IPAddress);
                (_neighborsByAddress.TryGetValue(address, out var list) ? list : _neighborsByAddress[address] = []).Add(entry);
            }
        }

        return _neighborsByAddress.GetValueOrDefault(canonicalAddress) ?? [];
    }

    /// <summary>With no destination asked about, each neighbor and each interface stands for itself; rules can only stand together.</summary>
    public IEnumerable<EvidenceSet> Sets((string ComputerName, string NetNamespace) place)
    {
        var links = Interfaces.GroupBy(i => i.InterfaceAlias)
            .ToDictionary(g => g.Key, g => EvidenceGrouping.NewestFirst(g));
        foreach (var group in Neighbors.GroupBy(n => (Address: TargetKey.Canonical(n.IPAddress), n.InterfaceAlias)))
        {
            yield return new EvidenceSet
            {
                Key = new(place.ComputerName, place.NetNamespace, group.Key.Address, 0, TransportProtocol.Any),
                ComputerName = group.First().ComputerName,
                Neighbors = EvidenceGrouping.NewestFirst(group),
                Interfaces = links.GetValueOrDefault(group.Key.InterfaceAlias) ?? [],
            };
        }

        var used = Neighbors.Select(n => n.InterfaceAlias).ToHashSet();
        foreach (var group in Interfaces.GroupBy(i => i.InterfaceAlias).Where(g => !used.Contains(g.Key)))
        {
            yield return new EvidenceSet
            {
                Key = new(place.ComputerName, place.NetNamespace, "", 0, TransportProtocol.Any),
                ComputerName = group.First().ComputerName,
                Interfaces = links[group.Key],
            };
        }

        if (Neighbors.Count == 0 && Interfaces.Count == 0 && Rules.Count > 0)
        {
            yield return new EvidenceSet
            {
                Key = new(place.ComputerName, place.NetNamespace, "", 0, TransportProtocol.Any),
                ComputerName = Rules[0].ComputerName,
                Rules = Rules,
            };
        }
    }
}

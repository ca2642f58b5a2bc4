using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>The rules and tables of one family at one moment, indexed by prefix.</summary>
internal sealed class RoutingTables
{
    private const int MostFlows = 64;
    private const int MostDecisions = 65536;

    private readonly PrefixTrie _trie = new();
    private readonly List<List<RouteEntry>?> _byPrefix = [];
    private readonly Dictionary<FlowKey, Dictionary<int, RouteDecision>> _decisions = [];
    private FlowKey _lastFlow;
    private Dictionary<int, RouteDecision>? _lastDecisions;

    /// <summary>Builds the index.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <param name="rules">The rules, in the order of the dump.</param>
    /// <param name="entries">The entries of all tables, in the order of the dump.</param>
    /// <param name="host">The interfaces and addresses.</param>
    /// <param name="ownUid">The asking process's user id.</param>
    public RoutingTables(byte family, IReadOnlyList<RuleEntry> rules, IReadOnlyList<RouteEntry> entries, RoutingHost host, uint ownUid)
    {
        Family = family;
        Rules = [.. rules.OrderBy(r => r.Priority)];
        Entries = entries;
        Host = host;
        OwnUid = ownUid;
        LocalAndMainAreOne = family == IpBits.IPv4 && IsUntouched(Rules);
        foreach (var entry in entries)
        {
            Add(entry);
        }

        foreach (var rule in Rules)
        {
            // Two destinations with the same longest prefix here are alike to every rule and table.
            Mark(rule.Destination, rule.DestinationLength);
        }

        foreach (var absent in AbsentPrefixes.Find(this))
        {
            Add(absent);
        }
    }

    /// <summary>AF_INET or AF_INET6.</summary>
    public byte Family { get; }

    /// <summary>The rules, in the order they are followed.</summary>
    public IReadOnlyList<RuleEntry> Rules { get; }

    /// <summary>The entries of all tables, in the order of the dump.</summary>
    public IReadOnlyList<RouteEntry> Entries { get; }

    /// <summary>The interfaces and addresses.</summary>
    public RoutingHost Host { get; }

    /// <summary>The asking process's user id.</summary>
    public uint OwnUid { get; }

    /// <summary>True where the kernel searches the local and main tables as one: IPv4 without rules of its user's own.</summary>
    public bool LocalAndMainAreOne { get; }

    /// <summary>What the rules and tables say of a packet.</summary>
    public RouteDecision Decide(in FlowKey flow, UInt128 destination)
    {
        var prefix = _trie.FindLongest(destination);
        var decisions = DecisionsFor(flow);
        if (!decisions.TryGetValue(prefix, out var decision))
        {
            if (decisions.Count >= MostDecisions)
            {
                decisions.Clear();
            }

            var candidates = Candidates(destination);
            decision = new RouteDecision(this, flow, PolicyWalk.Run(this, candidates, flow, destination), candidates);
            decisions.Add(prefix, decision);
        }

        return decision;
    }

    /// <summary>The same, where the kernel says which entry decides.</summary>
    /// <param name="flow">The packet.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="winner">The entry that the kernel named; null where it used none.</param>
    public RouteDecision DecideAs(in FlowKey flow, UInt128 destination, RouteEntry? winner)
    {
        var candidates = Candidates(destination);
        var walk = PolicyWalk.Run(this, candidates, flow, destination);
        if (winner is null)
        {
            return new RouteDecision(this, flow, walk with { Winner = null, Rule = null }, candidates);
        }

        var known = candidates.Find(e => IsSame(e, winner));
        var table = (known ?? winner).Table;
        var rule = walk.Steps.FirstOrDefault(s => s.Table == table)?.Rule
            ?? (LocalAndMainAreOne ? Rules.FirstOrDefault(r => r.Table == table) : null);
        return new RouteDecision(this, flow, walk with { Winner = known ?? winner, Rule = rule }, candidates);
    }

    /// <summary>The state of an address on this host. What a local route covers is the host's, on no interface or not.</summary>
    public AddressState StateOf(UInt128 address)
    {
        var state = Host.StateOf(Family, address);
        return state == AddressState.Missing && Candidates(address).Exists(e => e.Type == RouteType.Local && !e.IsAbsent)
            ? AddressState.Valid
            : state;
    }

    /// <summary>True where an entry of one table is what the kernel means when it names the other: of two searched as one it names main.</summary>
    public bool IsSameTable(uint table, uint named) =>
        table == named || (LocalAndMainAreOne && table == RouteTableId.Local && named == RouteTableId.Main);

    private bool IsSame(RouteEntry entry, RouteEntry named) =>
        !entry.IsAbsent
        && IsSameTable(entry.Table, named.Table)
        && entry.DestinationLength == named.DestinationLength
        && entry.SourceLength == named.SourceLength
        && entry.Source == named.Source
        && entry.Metric == named.Metric
        && entry.Tos == named.Tos
        && entry.Type == named.Type
        && (named.Hops.Length > 0
            ? entry.Hops.Length == named.Hops.Length && entry.Hops[0].LeadsAs(named.Hops[0])
            : entry.Hop.LeadsAs(named.Hop) || entry.Hops.Any(h => h.LeadsAs(named.Hop)));

    private static bool IsUntouched(IReadOnlyList<RuleEntry> rules) =>
        rules.Count == 3
        && IsPlain(rules[0], 0, RouteTableId.Local)
        && IsPlain(rules[1], 32766, RouteTableId.Main)
        && IsPlain(rules[2], 32767, RouteTableId.Default);

    private static bool IsPlain(RuleEntry rule, uint priority, uint table) =>
        rule == new RuleEntry { Family = rule.Family, Priority = priority, Action = RuleAction.ToTable, Table = table, Flags = rule.Flags & ~RuleFlags.Invert, Protocol = rule.Protocol };

    private Dictionary<int, RouteDecision> DecisionsFor(in FlowKey flow)
    {
        if (_lastDecisions is not null && _lastFlow == flow)
        {
            return _lastDecisions;
        }

        if (!_decisions.TryGetValue(flow, out var decisions))
        {
            if (_decisions.Count >= MostFlows)
            {
                _decisions.Clear();
            }

            _decisions.Add(flow, decisions = []);
        }

        (_lastFlow, _lastDecisions) = (flow, decisions);
        return decisions;
    }

    private List<RouteEntry> Candidates(UInt128 destination)
    {
        var found = new List<RouteEntry>();
        foreach (var prefix in _trie.FindAll(destination))
        {
            if (_byPrefix[prefix] is { } entries)
            {
                found.AddRange(entries);
            }
        }

        return found;
    }

    private void Add(RouteEntry entry)
    {
        var prefix = Mark(entry.Destination, entry.DestinationLength);
        (_byPrefix[prefix] ??= []).Add(entry);
    }

    private int Mark(UInt128 key, int length)
    {
        var prefix = _trie.Add(key, length);
        if (prefix == _byPrefix.Count)
        {
            _byPrefix.Add(null);
        }

        return prefix;
    }
}

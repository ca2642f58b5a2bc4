using PacketPath.Firewall;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.HostState;

/// <summary>One table of a snapshot: its chains and sets by name, its rules turned into models once each.</summary>
internal sealed class FirewallTableView : INftTable
{
    private readonly RulesetSnapshot _snapshot;
    private readonly Func<SetMessage, byte[]> _readElements;
    private readonly INftNames _names;
    private readonly CancellationToken _stop;
    private readonly SetText _setText;
    private readonly Dictionary<string, ChainMessage> _chains;
    private readonly Dictionary<string, ObjectMessage> _counters;
    private readonly Dictionary<string, SetMessage> _setMessages;
    private readonly Dictionary<string, SetDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _elementData = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FirewallSet> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string[]> _setsOfRule = [];
    private readonly Dictionary<string, FirewallRule[]> _rules = new(StringComparer.Ordinal);

    /// <summary>Creates the view.</summary>
    /// <param name="table">The table.</param>
    /// <param name="snapshot">The ruleset.</param>
    /// <param name="readElements">Reads a set's elements as bytes.</param>
    /// <param name="names">Names that only the host knows.</param>
    /// <param name="stop">Ends the wording of rules.</param>
    public FirewallTableView(TableMessage table, RulesetSnapshot snapshot, Func<SetMessage, byte[]> readElements, INftNames names, CancellationToken stop)
    {
        _stop = stop;
        Table = table;
        _snapshot = snapshot;
        _readElements = readElements;
        _names = names;
        _setText = new SetText(names);
        _chains = Own(snapshot.Chains, static chain => (chain.Family, chain.Table), static chain => chain.Name);
        _counters = Own([.. snapshot.Objects.Where(static named => named.Type == (uint)NftObjectType.Counter)], static named => (named.Family, named.Table), static named => named.Name);
        _setMessages = Own(snapshot.Sets, static set => (set.Family, set.Table), static set => set.Name);
    }

    public TableMessage Table { get; }

    /// <summary>A chain's rules.</summary>
    public FirewallRule[] Rules(string chain)
    {
        if (!_rules.TryGetValue(chain, out var rules))
        {
            var position = 0;
            rules = [.. _snapshot.Rules[(Table.Family, Table.Name, chain)].Select(message => Build(message, ++position))];
            _rules[chain] = rules;
        }

        return rules;
    }

    /// <summary>The chains that a chain's rules lead to, and theirs, each once.</summary>
    public FirewallChain[] Reachable(string chain)
    {
        var found = new List<FirewallChain>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { chain };
        var open = new Queue<string>([chain]);
        while (open.TryDequeue(out var current))
        {
            foreach (var name in Rules(current).SelectMany(static rule => rule.JumpTargets ?? []))
            {
                if (seen.Add(name) && _chains.TryGetValue(name, out var message))
                {
                    found.Add(Build(message));
                    open.Enqueue(name);
                }
            }
        }

        return [.. found];
    }

    /// <summary>The sets that rules use, those in braces included.</summary>
    public FirewallSet[] Sets(IEnumerable<FirewallRule> rules)
    {
        var found = new Dictionary<string, FirewallSet>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            foreach (var name in _setsOfRule.GetValueOrDefault(rule.Handle) ?? [])
            {
                if (!found.ContainsKey(name) && Model(name) is { } set)
                {
                    found[name] = set;
                }
            }
        }

        return [.. found.Values];
    }

    public SetDefinition? Set(string name)
    {
        if (!_definitions.TryGetValue(name, out var definition))
        {
            if (!_setMessages.TryGetValue(name, out var message))
            {
                return null;
            }

            definition = new SetDefinition(message, () => SetElement.ReadList(ElementData(message)));
            _definitions[name] = definition;
        }

        return definition;
    }

    public IReadOnlyList<string>? InlineChain(string name) =>
        _chains.TryGetValue(name, out var chain) && chain.IsAnonymous ? [.. Rules(name).Select(static rule => rule.Text)] : null;

    private Dictionary<string, T> Own<T>(List<T> all, Func<T, (byte, string)> table, Func<T, string> name)
    {
        var own = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var item in all)
        {
            if (table(item) == (Table.Family, Table.Name))
            {
                own[name(item)] = item;
            }
        }

        return own;
    }

    private byte[] ElementData(SetMessage message)
    {
        if (!_elementData.TryGetValue(message.Name, out var data))
        {
            data = _readElements(message);
            _elementData[message.Name] = data;
        }

        return data;
    }

    private FirewallRule Build(RuleMessage message, int position)
    {
        _stop.ThrowIfCancellationRequested();
        RuleReading reading;
        string? named = null;
        try
        {
            var expressions = ExpressionReader.ReadList(message.Expressions);
            reading = RuleText.Read(Table.Family, expressions, this, _names, message.Comment);
            NoteSets((long)message.Handle, expressions);
            if (reading.Counter is null && Array.Find(expressions, static e => e is ObjectReferenceExpression { ObjectType: NftObjectType.Counter, ObjectName: not null }) is ObjectReferenceExpression reference
                && _counters.TryGetValue(reference.ObjectName!, out var counter))
            {
                named = reference.ObjectName;
                reading = reading with { Counter = counter.Counter() };
            }
        }
        catch (NetlinkDecodeException exception)
        {
            // One rule that cannot be read must not hide the others.
            reading = new RuleReading { Text = $"[{exception.Message}: 0x{Convert.ToHexString(message.Expressions).ToLowerInvariant()}]" };
        }

        return new FirewallRule
        {
            Family = NftFamily.Name(message.Family),
            Table = message.Table,
            Chain = message.Chain,
            Handle = (long)message.Handle,
            Position = position,
            Text = reading.Text,
            Verdict = reading.Verdict,
            Packets = (long?)reading.Counter?.Packets,
            Bytes = (long?)reading.Counter?.Bytes,
            CounterName = named,
            Comment = message.Comment ?? reading.Comment,
            Sets = reading.Sets,
            Objects = reading.Objects,
            JumpTargets = reading.JumpTargets,
            ExpressionData = Convert.ToBase64String(message.Expressions),
        };
    }

    private void NoteSets(long handle, NftExpression[] expressions)
    {
        List<string>? names = null;
        foreach (var expression in expressions)
        {
            var name = expression switch
            {
                LookupExpression lookup => lookup.Set,
                DynamicSetExpression dynamic => dynamic.Set,
                ObjectReferenceExpression reference => reference.Set,
                _ => null,
            };
            if (name is not null)
            {
                (names ??= []).Add(name);
            }
        }

        if (names is not null)
        {
            _setsOfRule[handle] = [.. names];
        }
    }

    private FirewallChain Build(ChainMessage message) => new()
    {
        Family = NftFamily.Name(message.Family),
        Table = message.Table,
        Name = message.Name,
        Handle = (long)message.Handle,
        Comment = message.Comment,
        Rules = Rules(message.Name),
    };

    private FirewallSet? Model(string name)
    {
        if (_sets.TryGetValue(name, out var known))
        {
            return known;
        }

        if (Set(name) is not { } definition)
        {
            return null;
        }

        var message = definition.Message;
        var key = NftType.Parts(message.KeyType);
        var data = NftType.Parts(message.DataType);
        var set = new FirewallSet
        {
            Family = NftFamily.Name(message.Family),
            Table = message.Table,
            Name = name,
            Handle = (long)message.Handle,
            KeyType = string.Join(" . ", key.Select(static type => type.Name)),
            DataType = definition.IsMap ? string.Join(" . ", data.Select(static type => type.Name)) : null,
            IsAnonymous = definition.IsAnonymous,
            Flags = SetFlags.Describe(message.Flags),
            RawFlags = (long)message.Flags,
            KeyLength = message.KeyLength,
            Elements = _setText.Elements(definition, key, data),
            ElementData = Convert.ToBase64String(ElementData(message)),
        };
        _sets[name] = set;
        return set;
    }
}

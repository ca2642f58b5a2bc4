using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>One table of legacy iptables: entries one behind another, chains by where they begin.</summary>
internal sealed class LegacyTable
{
    private readonly byte _family;
    private readonly string _name;
    private readonly SortedDictionary<int, (LegacyEntry Entry, byte[] Bytes)> _entries = [];
    private readonly Dictionary<int, string> _chains = [];

    private LegacyTable(bool isIPv6, string name)
    {
        _family = isIPv6 ? NftFamily.IPv6 : NftFamily.IPv4;
        _name = name;
    }

    /// <summary>Reads a table's entries.</summary>
    /// <exception cref="NetlinkDecodeException">A length lies.</exception>
    public static LegacyTable Read(ReadOnlySpan<byte> data, bool isIPv6, string name)
    {
        var table = new LegacyTable(isIPv6, name);
        for (var at = 0; at < data.Length;)
        {
            var entry = LegacyEntry.Read(data[at..], isIPv6, static _ => null);
            at += entry.Size;
            if (entry.ChainName is { } chain)
            {
                table._chains[at] = chain;
            }
        }

        for (var at = 0; at < data.Length;)
        {
            var entry = LegacyEntry.Read(data[at..], isIPv6, table._chains.GetValueOrDefault);
            table._entries[at] = (entry, data.Slice(at, entry.Size).ToArray());
            at += entry.Size;
        }

        return table;
    }

    /// <summary>A base chain: its rules lie between two offsets, and the entry at the second is its policy.</summary>
    public FirewallHook Hook(string hook, string chain, int first, int last)
    {
        var rules = Rules(chain, first, last);
        var policy = _entries.TryGetValue(last, out var end) ? end.Entry : null;
        var counter = policy?.Expressions.OfType<Netlink.Nftables.Expressions.CounterExpression>().FirstOrDefault();
        var priority = Priority(hook);
        return new FirewallHook
        {
            Hook = hook,
            Priority = priority,
            PriorityName = ChainHooks.Priority(_family, hook, priority),
            Family = NftFamily.Name(_family),
            Table = _name,
            Chain = chain,
            ChainType = _name == "nat" ? "nat" : _name == "mangle" && hook == "output" ? "route" : "filter",
            Policy = policy?.Verdict?.Code == NftVerdictCode.Drop ? "drop" : "accept",
            Backend = FirewallBackend.LegacyIptables,
            PolicyPackets = (long?)counter?.Packets,
            PolicyBytes = (long?)counter?.Bytes,
            Rules = rules,
            Chains = Reachable(rules),
        };
    }

    private int Priority(string hook) => _name switch
    {
        "raw" => -300,
        "mangle" => -150,
        "nat" => hook is "prerouting" or "output" ? -100 : 100,
        "security" => 50,
        _ => 0,
    };

    private FirewallRule[] Rules(string chain, int first, int end)
    {
        var rules = new List<FirewallRule>();
        foreach (var (offset, (entry, bytes)) in _entries)
        {
            if (offset >= first && offset < end)
            {
                rules.Add(Build(entry, bytes, chain, rules.Count + 1));
            }
        }

        return [.. rules];
    }

    private FirewallRule Build(LegacyEntry entry, byte[] bytes, string chain, int position)
    {
        var reading = RuleText.Read(_family, entry.Expressions, EmptyTable.Instance, NoNames.Instance);
        return new FirewallRule
        {
            Family = NftFamily.Name(_family),
            Table = _name,
            Chain = chain,
            Position = position,
            Text = reading.Text,
            Verdict = reading.Verdict,
            Packets = (long?)reading.Counter?.Packets,
            Bytes = (long?)reading.Counter?.Bytes,
            Comment = reading.Comment,
            JumpTargets = reading.JumpTargets,
            ExpressionData = Convert.ToBase64String(bytes),
        };
    }

    private FirewallChain[] Reachable(FirewallRule[] rules)
    {
        var found = new List<FirewallChain>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(rules.SelectMany(static rule => rule.JumpTargets ?? []));
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name) || Start(name) is not { } start)
            {
                continue;
            }

            // The last entry of a user's chain is the RETURN every one of them ends with.
            var chain = Rules(name, start, End(start));
            found.Add(new FirewallChain { Family = NftFamily.Name(_family), Table = _name, Name = name, Rules = chain });
            foreach (var target in chain.SelectMany(static rule => rule.JumpTargets ?? []))
            {
                open.Enqueue(target);
            }
        }

        return [.. found];
    }

    private int? Start(string name)
    {
        foreach (var (offset, chain) in _chains)
        {
            if (chain == name)
            {
                return offset;
            }
        }

        return null;
    }

    /// <summary>The offset of a chain's last entry: what stands before the ERROR entry of the next chain.</summary>
    private int End(int start)
    {
        var last = start;
        foreach (var (offset, (entry, _)) in _entries)
        {
            if (offset < start)
            {
                continue;
            }

            if (entry.ChainName is not null)
            {
                break;
            }

            last = offset;
        }

        return last;
    }
}

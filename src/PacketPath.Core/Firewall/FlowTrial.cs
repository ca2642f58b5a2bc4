using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>Tries a flow on one hook's rules. It looks at nothing but what it is given.</summary>
internal sealed class FlowTrial
{
    private readonly CancellationToken _stop;
    private readonly FirewallHook _hook;
    private readonly FlowMachine _machine;
    private readonly bool _isWalked;
    private readonly Dictionary<string, FlowSet?> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<FirewallRule, FlowOutcome> _outcomes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Prepares the trial.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="state">What the hooks before made of the packet; null at the first.</param>
    /// <param name="effects">Takes what the rules do to it; null where they are not to.</param>
    /// <param name="stop">Ends the trial of rules.</param>
    public FlowTrial(FirewallHook hook, FirewallFlow flow, FlowState? state = null, FlowEffects? effects = null, CancellationToken stop = default)
    {
        _stop = stop;
        _hook = hook;
        _isWalked = effects is not null;
        _machine = new FlowMachine(new FlowPacket(flow, hook.Hook, state, hook.Priority), Set, effects);
    }

    /// <summary>Whether a flow's packets come by a hook at all.</summary>
    public static bool Applies(FirewallHook hook, FirewallFlow flow) => Applies(hook, flow, FlowState.Of(flow));

    /// <summary>Whether a flow's packet, as it is by now, comes by a hook at all.</summary>
    public static bool Applies(FirewallHook hook, FirewallFlow flow, FlowState state)
    {
        if (hook.Dormant || hook.Family == "arp" || !HooksOf(flow.Direction).Contains(hook.Hook))
        {
            return false;
        }

        // Address translation is decided for a connection's first packet, and for a connection only.
        if (hook.ChainType == "nat" && state.ConntrackState is "established" or "untracked" or "invalid")
        {
            return false;
        }

        var family = new FlowPacket(flow, hook.Hook).Family;
        if ((hook.Family == "ip" && family == NftFamily.IPv6) || (hook.Family == "ip6" && family == NftFamily.IPv4))
        {
            return false;
        }

        var device = hook.Hook == "egress" ? state.OutputInterface : flow.InputInterface;
        return hook.Devices.Length == 0 || device is null || hook.Devices.Contains(device);
    }

    /// <summary>What a rule does with the flow. A rule that cannot be read cannot be known.</summary>
    public FlowOutcome Try(FirewallRule rule)
    {
        _stop.ThrowIfCancellationRequested();
        // On a walk the packet changes: the same rule may say something else when it is met again.
        if (_isWalked || !_outcomes.TryGetValue(rule, out var outcome))
        {
            try
            {
                outcome = _machine.Run(RuleExpressions.Read(_hook, rule));
            }
            catch (Exception exception) when (exception is NetlinkDecodeException or FormatException)
            {
                outcome = new FlowOutcome(FlowMatch.Unknown, null);
            }

            // Whether a frame crosses a bridge at all, a flow does not tell.
            if (_hook.Family == "bridge" && outcome.Match == FlowMatch.Matches)
            {
                outcome = outcome with { Match = FlowMatch.Unknown };
            }

            _outcomes[rule] = outcome;
        }

        return outcome;
    }

    /// <summary>The hook with the rules and chains that could apply to the flow.</summary>
    public FirewallHook Narrow(FirewallFlow flow)
    {
        var rules = Narrow(_hook.Rules);
        var byName = _hook.Chains.ToDictionary(static chain => chain.Name, StringComparer.Ordinal);
        var chains = new List<FirewallChain>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(rules.SelectMany(Targets));
        while (open.TryDequeue(out var name))
        {
            if (seen.Add(name) && byName.TryGetValue(name, out var chain))
            {
                var narrowed = chain with { Rules = Narrow(chain.Rules) };
                chains.Add(narrowed);
                foreach (var target in narrowed.Rules.SelectMany(Targets))
                {
                    open.Enqueue(target);
                }
            }
        }

        return _hook with { Rules = rules, Chains = [.. chains], Flow = flow };
    }

    private static string[] HooksOf(FlowDirection direction) => direction switch
    {
        FlowDirection.Output => ["output", "postrouting", "egress"],
        FlowDirection.Input => ["ingress", "prerouting", "input"],
        _ => ["ingress", "prerouting", "forward", "postrouting", "egress"],
    };

    private FirewallRule[] Narrow(FirewallRule[] rules)
    {
        var narrowed = new List<FirewallRule>();
        foreach (var rule in rules)
        {
            var outcome = Try(rule);
            if (outcome.Match != FlowMatch.CannotMatch)
            {
                var kept = rule with { FlowMatch = outcome.Match };
                _outcomes[kept] = outcome;
                narrowed.Add(kept);
            }
        }

        return [.. narrowed];
    }

    /// <summary>The chains a rule sends the flow to: the one its verdict names where that is certain.</summary>
    private IEnumerable<string> Targets(FirewallRule rule) =>
        Try(rule) is { Match: FlowMatch.Matches, Verdict: { } verdict } ? (verdict.Chain is { } chain ? [chain] : []) : rule.JumpTargets ?? [];

    private FlowSet? Set(string name)
    {
        if (!_sets.TryGetValue(name, out var set))
        {
            var model = Array.Find(_hook.Sets, model => model.Name == name);
            set = model is null ? null : new FlowSet(model);
            _sets[name] = set;
        }

        return set;
    }
}

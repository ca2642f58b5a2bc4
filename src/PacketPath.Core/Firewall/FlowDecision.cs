using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>What ends a flow in a hook.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Rule">The rule; null for the chain's policy.</param>
/// <param name="IsCertain">False where the rule, or one before it, tests something that could not be known.</param>
internal sealed record FlowDecision(FirewallHook Hook, FirewallRule? Rule, bool IsCertain);

/// <summary>Follows a flow through a hook's chains to what drops or rejects it.</summary>
internal sealed class FlowWalk
{
    private const int DeepestJump = 16;

    private readonly FirewallHook _hook;
    private readonly FlowTrial _trial;
    private readonly FlowState _state;
    private readonly List<FlowDecision> _possible = [];
    private bool _isCertain;

    private FlowWalk(FirewallHook hook, FirewallFlow flow, FlowState state, CancellationToken stop)
    {
        _hook = hook;
        _state = state;
        _isCertain = state.IsCertain;
        _trial = new FlowTrial(hook, flow, state, new FlowEffects(state, hook.Hook, hook.ChainType), stop);
    }

    private enum End
    {
        Fallthrough,
        Return,
        Accepted,
        Dropped,
    }

    /// <summary>What drops or rejects the flow on its way through hooks: the one that certainly does, and those that might, in order.</summary>
    public static IReadOnlyList<FlowDecision> Drops(IEnumerable<FirewallHook> hooks, FirewallFlow flow)
    {
        var state = FlowState.Of(flow);
        var found = new List<FlowDecision>();
        foreach (var hook in hooks.OrderBy(static hook => ChainHooks.Order(hook.Hook)).ThenBy(static hook => hook.Priority))
        {
            if (FlowTrial.Applies(hook, flow, state))
            {
                found.AddRange(Pass(hook, flow, state));

                // What might have been dropped here need not come to the next hook.
                state.IsCertain &= found.Count == 0;
            }
        }

        return found;
    }

    /// <summary>Takes the flow through one hook, which changes its state, and tells what might drop it there.</summary>
    public static IReadOnlyList<FlowDecision> Pass(FirewallHook hook, FirewallFlow flow, FlowState state, CancellationToken stop = default)
    {
        var wasCertain = state.IsCertain;
        var walk = new FlowWalk(hook, flow, state, stop);
        var end = walk.Follow(hook.Rules, 0);
        if (end is End.Fallthrough or End.Return && hook.Policy == "drop")
        {
            walk._possible.Add(new FlowDecision(hook, null, walk._isCertain));
        }

        // Within the hook an open test leaves open what follows it; an accepting chain lets the packet on to the next hook all the same.
        state.IsCertain = wasCertain && !state.IsDiverted;
        return walk._possible;
    }

    private End Follow(FirewallRule[] rules, int depth)
    {
        foreach (var rule in rules)
        {
            _state.IsCertain = _isCertain;
            var outcome = _trial.Try(rule);
            _isCertain &= !_state.IsDiverted;
            if (outcome.Match == FlowMatch.CannotMatch || outcome.Verdict is not { } verdict)
            {
                // A verdict map whose key is not known may do anything.
                _isCertain &= outcome.Match == FlowMatch.CannotMatch || rule.Verdict is null;
                continue;
            }

            var end = Follow(rule, outcome.Match == FlowMatch.Matches, verdict, depth);
            if (end != End.Fallthrough)
            {
                return end;
            }
        }

        return End.Fallthrough;
    }

    private End Follow(FirewallRule rule, bool matches, NftVerdict verdict, int depth)
    {
        switch (verdict.Code)
        {
            case NftVerdictCode.Drop:
                _possible.Add(new FlowDecision(_hook, rule, matches && _isCertain));
                break;
            case NftVerdictCode.Queue:
                // A program decides, and may change the packet as well.
                _possible.Add(new FlowDecision(_hook, rule, false));
                _state.IsDiverted = true;
                break;
            case NftVerdictCode.Jump or NftVerdictCode.Goto when verdict.Chain is { } name && depth < DeepestJump:
                return FollowJump(name, matches, verdict.Code == NftVerdictCode.Goto, depth);
        }

        _isCertain &= matches;
        return !matches ? End.Fallthrough : verdict.Code switch
        {
            NftVerdictCode.Drop => End.Dropped,
            NftVerdictCode.Accept or NftVerdictCode.Queue => End.Accepted,
            NftVerdictCode.Return => End.Return,
            _ => End.Fallthrough,
        };
    }

    private End FollowJump(string name, bool matches, bool isGoto, int depth)
    {
        _isCertain &= matches;
        var end = Follow(Array.Find(_hook.Chains, chain => chain.Name == name)?.Rules ?? [], depth + 1);
        if (end is End.Accepted or End.Dropped)
        {
            return matches ? end : End.Fallthrough;
        }

        return isGoto && matches ? End.Return : End.Fallthrough;
    }
}

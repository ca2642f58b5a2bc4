using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>How the search of one table ended.</summary>
internal enum StepEnd
{
    /// <summary>No entry carries the packet: on to the next rule.</summary>
    Nothing,

    /// <summary>A throw entry sent the lookup on.</summary>
    Thrown,

    /// <summary>The rule suppressed what was found.</summary>
    Suppressed,

    /// <summary>An entry decided.</summary>
    Decided,
}

/// <summary>One table searched on behalf of one rule.</summary>
internal sealed record WalkStep(RuleEntry Rule, uint Table, TableResult Result, StepEnd End);

/// <summary>The way a packet takes through the rules.</summary>
internal sealed record WalkResult
{
    /// <summary>The entry that decides; null where a rule does, or nothing.</summary>
    public RouteEntry? Winner { get; init; }

    /// <summary>The rule that selected the winner's table, or that ended the lookup; null where the rules ran out.</summary>
    public RuleEntry? Rule { get; init; }

    /// <summary>The tables searched, in order.</summary>
    public required IReadOnlyList<WalkStep> Steps { get; init; }
}

/// <summary>Follows the policy rules, as the kernel's fib_rules_lookup does.</summary>
internal static class PolicyWalk
{
    private const uint LocalPriority = 0;

    /// <summary>Follows the rules for one packet.</summary>
    /// <param name="tables">The rules and entries.</param>
    /// <param name="candidates">The entries that cover the destination, the longest prefix first.</param>
    /// <param name="flow">The packet.</param>
    /// <param name="destination">Where it goes.</param>
    public static WalkResult Run(RoutingTables tables, IReadOnlyList<RouteEntry> candidates, in FlowKey flow, UInt128 destination)
    {
        var steps = new List<WalkStep>();
        var rules = tables.Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (!RuleMatcher.Selects(rule, flow, destination, tables.Host, tables.OwnUid))
            {
                continue;
            }

            switch (rule.Action)
            {
                case RuleAction.Goto:
                    // A target that is not there yet makes the rule do nothing.
                    var target = TargetOf(rules, i, rule.GotoPriority);
                    i = target < 0 ? i : target - 1;
                    continue;
                case RuleAction.Nop:
                    continue;
                case RuleAction.ToTable:
                    break;
                default:
                    return new WalkResult { Rule = rule, Steps = steps };
            }

            var step = Search(tables, rule, candidates, flow, destination);
            steps.Add(step);
            if (step.End == StepEnd.Decided)
            {
                var winner = step.Result.Winner!;
                return new WalkResult { Winner = winner, Rule = OwnerOf(tables, rule, winner), Steps = steps };
            }
        }

        return new WalkResult { Steps = steps };
    }

    private static int TargetOf(IReadOnlyList<RuleEntry> rules, int from, uint? priority)
    {
        for (var i = from + 1; i < rules.Count; i++)
        {
            if (rules[i].Priority == priority)
            {
                return i;
            }
        }

        return -1;
    }

    private static WalkStep Search(RoutingTables tables, RuleEntry rule, IReadOnlyList<RouteEntry> candidates, in FlowKey flow, UInt128 destination)
    {
        var table = rule.L3Mdev ? RuleMatcher.VrfTable(flow, tables.Host) : rule.Table;
        var merged = tables.LocalAndMainAreOne && rule.Priority == LocalPriority;
        var result = TableSearch.Search(
            candidates.Where(e => !e.IsAbsent && (e.Table == table || (merged && e.Table == RouteTableId.Main))),
            flow,
            destination);
        var end = result.Winner switch
        {
            null => StepEnd.Nothing,
            { Type: RouteType.Throw } => StepEnd.Thrown,
            { Refuses: false } found when IsSuppressed(rule, found, tables.Host) => StepEnd.Suppressed,
            _ => StepEnd.Decided,
        };
        return new WalkStep(rule, table, result, end);
    }

    private static bool IsSuppressed(RuleEntry rule, RouteEntry found, RoutingHost host) =>
        found.DestinationLength <= rule.SuppressPrefixLength
        || (rule.SuppressInterfaceGroup != -1 && host.Find(InterfaceOf(found))?.Group == rule.SuppressInterfaceGroup);

    private static int InterfaceOf(RouteEntry entry) => entry.Hops.Length > 0 ? entry.Hops[0].Interface : entry.Hop.Interface;

    // While IPv4 has no rules but its first three, local and main are searched as one, on behalf of both rules.
    private static RuleEntry OwnerOf(RoutingTables tables, RuleEntry rule, RouteEntry winner) =>
        tables.LocalAndMainAreOne && rule.Priority == LocalPriority && winner.Table == RouteTableId.Main
            ? tables.Rules.First(r => r.Table == RouteTableId.Main)
            : rule;
}

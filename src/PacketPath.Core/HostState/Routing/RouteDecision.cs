using PacketPath.Netlink;

namespace PacketPath.HostState.Routing;

/// <summary>What the rules and tables say of all packets that are alike to them, and the parts of the answer those share.</summary>
internal sealed class RouteDecision
{
    private readonly RoutingTables _tables;
    private readonly WalkResult _walk;
    private readonly IReadOnlyList<RouteEntry> _candidates;
    private readonly FlowKey _flow;
    private RouteAlternative[]? _alternatives;
    private RouteNextHop[]? _members;
    private string? _prefix;

    /// <summary>Creates the decision.</summary>
    public RouteDecision(RoutingTables tables, in FlowKey flow, WalkResult walk, IReadOnlyList<RouteEntry> candidates)
    {
        _tables = tables;
        _flow = flow;
        _walk = walk;
        _candidates = candidates;
    }

    /// <summary>The entry that decides; null where a rule does, or nothing.</summary>
    public RouteEntry? Winner => _walk.Winner;

    /// <summary>The rule that selected the winner's table, or that ended the lookup.</summary>
    public RuleEntry? Rule => _walk.Rule;

    /// <summary>The winner's prefix in CIDR form.</summary>
    public string? Prefix => Winner is null ? null : _prefix ??= RouteText.Prefix(Winner);

    /// <summary>The entries that also match, and why each lost.</summary>
    public RouteAlternative[] Alternatives => _alternatives ??= new AlternativeList(_tables, _flow, _walk).Build(_candidates);

    /// <summary>The winner's members, where it is a multipath entry.</summary>
    public RouteNextHop[] Members => _members ??= Winner is null ? [] : RouteText.Members(Winner, _tables.Host);

    /// <summary>What the lookup comes to by the rules and tables.</summary>
    public RouteOutcome Outcome => Winner switch
    {
        { Type: RouteType.Blackhole } => RouteOutcome.Blackhole,
        { Type: RouteType.Prohibit } => RouteOutcome.Prohibit,
        { Type: RouteType.Unreachable } => RouteOutcome.Unreachable,
        not null => RouteOutcome.Usable,
        null => Rule?.Action switch
        {
            null => RouteOutcome.Missing,
            RuleAction.Prohibit => RouteOutcome.RuleProhibit,
            RuleAction.Unreachable => RouteOutcome.RuleUnreachable,
            _ => RouteOutcome.RuleBlackhole,
        },
    };
}

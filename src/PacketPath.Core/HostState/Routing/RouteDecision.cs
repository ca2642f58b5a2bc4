using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>What the rules and tables say of all packets that are alike to them, and the parts of the answer those share.</summary>
internal sealed class RouteDecision
{
    private readonly RoutingTables _tables;
    private readonly WalkResult _walk;
    private readonly IReadOnlyList<RouteEntry> _candidates;
    private readonly FlowKey _flow;
    private PacketRoute? _template;
    private RouteEntry? _lastAnswer;
    private PacketRoute? _lastModel;

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

    /// <summary>What the answers for all these packets have in common.</summary>
    /// <param name="ruleModel">The public object of <see cref="Rule"/>.</param>
    public PacketRoute Template(PolicyRule? ruleModel) => _template ??= new PacketRoute
    {
        Outcome = Outcome,
        DestinationPrefix = Winner is null ? null : RouteText.Prefix(Winner),
        Table = Winner is null ? null : IprouteNames.Tables.Name(Winner.Table),
        TableId = Winner?.Table ?? 0,
        TypeOfRoute = Winner?.Type ?? RouteType.Unspecified,
        RouteMetric = Winner?.Metric ?? 0,
        RouteProtocol = Winner is null ? null : IprouteNames.Protocols.Name(Winner.Protocol),
        Scope = Winner is null ? null : IprouteNames.Scopes.Name(Winner.Scope),
        PreferredSource = Winner?.PreferredSource is { } source ? IpBits.Text(source, Winner.Family) : null,
        Mtu = Winner is null or { Mtu: 0 } ? null : (int)Winner.Mtu,
        MtuLocked = Winner?.IsMtuLocked == true,
        NextHopFlags = Winner is null ? [] : RouteText.HopFlags(Winner.Hop.Flags),
        MultipathMembers = Winner is null ? [] : RouteText.Members(Winner, _tables.Host),
        NextHopId = Winner?.NextHopId ?? 0,
        Rule = ruleModel,
        Alternatives = new AlternativeList(_tables, _flow, _walk).Build(_candidates),
        Mark = _flow.Mark,
        Uid = _flow.Uid,
    };

    /// <summary>Keeps the object made of an answer, for the next destination that gets the same answer.</summary>
    public void Keep(RouteEntry answer, PacketRoute model) => (_lastAnswer, _lastModel) = (answer, model);

    /// <summary>The object made of the same answer before; null where there is none.</summary>
    public PacketRoute? Recall(RouteEntry? answer) =>
        answer is not null && _lastAnswer is not null && answer.AnswersAs(_lastAnswer) ? _lastModel : null;

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

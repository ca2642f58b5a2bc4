using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>Says of every entry that matches a destination, and did not win, why it lost.</summary>
internal sealed class AlternativeList
{
    private readonly RoutingTables _tables;
    private readonly FlowKey _flow;
    private readonly WalkResult _walk;

    /// <summary>Prepares the list for one way through the rules.</summary>
    public AlternativeList(RoutingTables tables, in FlowKey flow, WalkResult walk)
    {
        _tables = tables;
        _flow = flow;
        _walk = walk;
    }

    /// <summary>Makes the list: the longest prefix first.</summary>
    /// <param name="candidates">The entries that cover the destination, the longest prefix first.</param>
    public RouteAlternative[] Build(IReadOnlyList<RouteEntry> candidates)
    {
        var list = new List<RouteAlternative>();
        foreach (var entry in candidates)
        {
            if (ReferenceEquals(entry, _walk.Winner))
            {
                continue;
            }

            var (reason, text) = Explain(entry);
            var hop = entry.Hops.Length > 0 ? entry.Hops[0] : entry.Hop;
            var refuses = entry.Refuses || entry.Type == RouteType.Throw;
            list.Add(new RouteAlternative
            {
                DestinationPrefix = RouteText.Prefix(entry),
                NextHop = RouteText.Gateway(hop),
                InterfaceAlias = refuses ? null : _tables.Host.NameOf(hop.Interface),
                InterfaceIndex = refuses ? 0 : hop.Interface,
                TypeOfRoute = entry.Type,
                RouteMetric = entry.Metric,
                Table = IprouteNames.Tables.Name(entry.Table),
                TableId = entry.Table,
                Reason = reason,
                ReasonText = text,
            });
        }

        return [.. list];
    }

    private (AlternativeReason Reason, string Text) Explain(RouteEntry entry)
    {
        if (entry.IsAbsent)
        {
            return (AlternativeReason.InterfaceDown, $"{_tables.Host.NameOf(entry.Hop.Interface)} is administratively down, so the kernel has withdrawn this connected prefix");
        }

        var step = _walk.Steps.FirstOrDefault(s => IsSearched(s, entry.Table));
        if (step is null)
        {
            return (AlternativeReason.TableNotReached, NotReached(entry));
        }

        if (step.Result.Skipped.TryGetValue(entry, out var skipped))
        {
            return (skipped, Skipped(skipped, entry));
        }

        return step.End switch
        {
            StepEnd.Thrown => (AlternativeReason.Thrown, ReferenceEquals(entry, step.Result.Winner)
                ? "it sent the lookup on to the next rule"
                : $"the throw entry {RouteText.Prefix(step.Result.Winner!)} of the same table sent the lookup on to the next rule"),
            StepEnd.Suppressed => (AlternativeReason.Suppressed, $"rule {step.Rule.Priority} suppresses {Suppression(step.Rule)}"),
            _ => Compare(entry, step),
        };
    }

    private static string Suppression(RuleEntry rule) => rule.SuppressPrefixLength >= 0
        ? $"prefixes of {rule.SuppressPrefixLength} bits and fewer"
        : $"routes through interface group {rule.SuppressInterfaceGroup}";

    private bool IsSearched(WalkStep step, uint table) =>
        step.Table == table || (_tables.LocalAndMainAreOne && step.Rule.Priority == 0 && table == RouteTableId.Main);

    private (AlternativeReason Reason, string Text) Compare(RouteEntry entry, WalkStep step)
    {
        var winner = _walk.Winner;
        if (winner is null || !IsSearched(step, winner.Table))
        {
            // The kernel decided otherwise than the tables say.
            return (AlternativeReason.EqualNotFirst, "the kernel did not choose it");
        }

        var won = RouteText.Describe(winner, _tables.Host);
        if (entry.DestinationLength < winner.DestinationLength)
        {
            return (AlternativeReason.LessSpecific, $"less specific than {won}");
        }

        if (entry.DestinationLength == winner.DestinationLength && entry.SourceLength < winner.SourceLength)
        {
            return (AlternativeReason.LessSpecific, $"its source is less specific than that of {won}");
        }

        if (entry.DestinationLength == winner.DestinationLength && entry.Tos < winner.Tos)
        {
            return (AlternativeReason.LessSpecific, $"its traffic class is less specific than that of {won}");
        }

        if (entry.Metric > winner.Metric)
        {
            return (AlternativeReason.HigherMetric, $"metric {entry.Metric} against {winner.Metric} of {won}");
        }

        return (AlternativeReason.EqualNotFirst, entry.Preference != winner.Preference
            ? $"its router preference is lower than that of {won}"
            : $"equal to {won}, which the kernel took");
    }

    private string Skipped(AlternativeReason reason, RouteEntry entry) => reason switch
    {
        AlternativeReason.DeadNextHop => "its next hop is dead",
        AlternativeReason.LinkDown => $"{InterfacesOf(entry)} has no carrier, and ignore_routes_with_linkdown is set",
        AlternativeReason.OtherInterface => $"it leaves through {InterfacesOf(entry)}, not through {_tables.Host.NameOf(_flow.OutputInterface)}",
        AlternativeReason.TosMismatch => $"it is for type of service 0x{entry.Tos:x2}, not 0x{_flow.Tos:x2}",
        AlternativeReason.SourceMismatch when entry.SourceLength == 0 => "entries of the same prefix for other sources hide it",
        AlternativeReason.SourceMismatch => $"it is for sources in {IpBits.PrefixText(entry.Source, entry.SourceLength, entry.Family)}",
        _ => "it was passed over",
    };

    private string NotReached(RouteEntry entry)
    {
        var table = IprouteNames.Tables.Name(entry.Table);
        var asking = _tables.Rules.Where(r => r.Action == RuleAction.ToTable && r.Table == entry.Table).ToList();
        if (asking.Count == 0)
        {
            return $"no rule consults table {table}";
        }

        if (_walk.Rule is { } end && asking.Exists(r => r.Priority >= end.Priority))
        {
            return _walk.Winner is null
                ? $"rule {end.Priority} ended the lookup before table {table}"
                : $"the lookup ended in table {IprouteNames.Tables.Name(_walk.Winner.Table)} (rule {end.Priority}) before table {table}";
        }

        return $"no rule that consults table {table} selects this packet";
    }

    private string InterfacesOf(RouteEntry entry) => entry.Hops.Length == 0
        ? _tables.Host.NameOf(entry.Hop.Interface) ?? "no interface"
        : string.Join(", ", entry.Hops.Select(h => _tables.Host.NameOf(h.Interface) ?? "no interface").Distinct());
}

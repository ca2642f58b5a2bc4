using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>What a search of one table came to.</summary>
internal sealed class TableResult
{
    /// <summary>The entry that decides; null where none does.</summary>
    public RouteEntry? Winner { get; init; }

    /// <summary>The entries passed over before it, and why.</summary>
    public required Dictionary<RouteEntry, AlternativeReason> Skipped { get; init; }
}

/// <summary>Picks the entry of a table that decides on a packet, as fib_table_lookup and fib6_table_lookup do.</summary>
internal static class TableSearch
{
    /// <summary>The bits of an IPv4 type of service that routes compare (IPTOS_RT_MASK).</summary>
    private const int ComparedTos = 0x1c;

    /// <summary>Searches the entries of a table that cover the destination.</summary>
    /// <param name="candidates">The entries, the longest prefix first, else in the order of the dump.</param>
    /// <param name="flow">The packet.</param>
    /// <param name="destination">Where it goes.</param>
    public static TableResult Search(IEnumerable<RouteEntry> candidates, in FlowKey flow, UInt128 destination) =>
        flow.Family == IpBits.IPv4 ? SearchIPv4(candidates, flow) : SearchIPv6(candidates, flow, destination);

    /// <summary>Why no next hop of the entry can be used; null where one can.</summary>
    public static AlternativeReason? Unusable(RouteEntry entry, int outputInterface)
    {
        if (!entry.HasHops)
        {
            return null;
        }

        if (entry.Hops.Length == 0)
        {
            return Unusable(entry.Hop, outputInterface);
        }

        AlternativeReason? why = null;
        foreach (ref readonly var hop in entry.Hops.AsSpan())
        {
            if (Unusable(hop, outputInterface) is not { } reason)
            {
                return null;
            }

            why = reason == AlternativeReason.OtherInterface ? reason : why ?? reason;
        }

        return why;
    }

    private static AlternativeReason? Unusable(in RouteHop hop, int outputInterface)
    {
        // A dump marks a hop without carrier dead exactly where ignore_routes_with_linkdown is set.
        if ((hop.Flags & RouteFlags.Dead) != 0)
        {
            return (hop.Flags & RouteFlags.LinkDown) != 0 ? AlternativeReason.LinkDown : AlternativeReason.DeadNextHop;
        }

        return outputInterface != 0 && hop.Interface != outputInterface ? AlternativeReason.OtherInterface : null;
    }

    private static TableResult SearchIPv4(IEnumerable<RouteEntry> candidates, FlowKey flow)
    {
        var skipped = new Dictionary<RouteEntry, AlternativeReason>(ReferenceEqualityComparer.Instance);
        var ordered = candidates
            .OrderByDescending(e => e.DestinationLength)
            .ThenByDescending(e => e.Table)
            .ThenByDescending(e => e.Tos)
            .ThenBy(e => e.Metric);
        foreach (var entry in ordered)
        {
            if (entry.Tos != 0 && entry.Tos != (flow.Tos & ComparedTos))
            {
                skipped[entry] = AlternativeReason.TosMismatch;
            }
            else if (entry.Refuses || entry.Type == RouteType.Throw)
            {
                return new TableResult { Winner = entry, Skipped = skipped };
            }
            else if (Unusable(entry, flow.OutputInterface) is { } reason)
            {
                skipped[entry] = reason;
            }
            else
            {
                return new TableResult { Winner = entry, Skipped = skipped };
            }
        }

        return new TableResult { Skipped = skipped };
    }

    private static TableResult SearchIPv6(IEnumerable<RouteEntry> candidates, FlowKey flow, UInt128 destination)
    {
        var skipped = new Dictionary<RouteEntry, AlternativeReason>(ReferenceEqualityComparer.Instance);

        // With a source given, the egress interface is a preference only, unless the destination has a link's scope.
        var strict = flow.OutputInterface != 0 && (flow.Source is null || NeedsInterface(destination)) ? flow.OutputInterface : 0;
        var isFirst = true;
        RouteEntry? winner = null;
        foreach (var node in candidates.GroupBy(e => e.DestinationLength).OrderByDescending(g => g.Key))
        {
            var fitting = new List<RouteEntry>();
            foreach (var entry in node)
            {
                if (entry.SourceLength == 0 || (flow.Source is { } source && IpBits.Covers(entry.Source, entry.SourceLength, source)))
                {
                    fitting.Add(entry);
                }
                else
                {
                    skipped[entry] = AlternativeReason.SourceMismatch;
                }
            }

            // The first prefix with entries for other sources only, and for all, is passed over as a whole: the tree
            // of sources hides the entries for all. It does so neither at the root nor on the way back up.
            var isHidden = isFirst && node.Key > 0 && node.Any(e => e.SourceLength > 0) && fitting.TrueForAll(e => e.SourceLength == 0);
            if (isHidden)
            {
                fitting.ForEach(e => skipped[e] = AlternativeReason.SourceMismatch);
                continue;
            }

            isFirst = false;
            foreach (var group in fitting.GroupBy(e => e.SourceLength).OrderByDescending(g => g.Key))
            {
                winner ??= PickIPv6(group, flow, strict, skipped);
            }

            if (winner is not null)
            {
                break;
            }
        }

        return new TableResult { Winner = winner, Skipped = skipped };
    }

    private static RouteEntry? PickIPv6(IEnumerable<RouteEntry> node, FlowKey flow, int strict, Dictionary<RouteEntry, AlternativeReason> skipped)
    {
        RouteEntry? best = null;
        var bestScore = -1;
        foreach (var entry in node.OrderBy(e => e.Metric))
        {
            if (Unusable(entry, strict) is { } reason)
            {
                skipped[entry] = reason;
            }
            else if (best is null || entry.Metric == best.Metric)
            {
                var score = Score(entry, flow.OutputInterface);
                if (score > bestScore)
                {
                    (best, bestScore) = (entry, score);
                }
            }
        }

        return best;
    }

    private static int Score(RouteEntry entry, int outputInterface)
    {
        var preference = entry.Preference switch { 1 => 2, 3 => 0, _ => 1 };
        var right = outputInterface == 0 || Unusable(entry, outputInterface) is null;
        return (preference * 2) + (right ? 1 : 0);
    }

    // Multicast, link-local, loopback (rt6_need_strict).
    private static bool NeedsInterface(UInt128 address) =>
        address >> 120 == 0xff || address >> 118 == 0xfe80 >> 6 || address == 1;
}

using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.HostState.Routing;

/// <summary>Makes the public object of a table's entry.</summary>
internal static class RouteListing
{
    /// <summary>Makes the object. Its outcome is what a packet that meets the entry would find.</summary>
    public static PacketRoute ToModel(RouteEntry entry, RoutingHost host, in ObservationStamp stamp)
    {
        var refuses = entry.Refuses || entry.Type == RouteType.Throw;
        var hop = entry.Hops.Length > 0 ? entry.Hops[0] : entry.Hop;
        return new PacketRoute
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Outcome = entry.Type switch
            {
                RouteType.Blackhole => RouteOutcome.Blackhole,
                RouteType.Prohibit => RouteOutcome.Prohibit,
                RouteType.Unreachable => RouteOutcome.Unreachable,
                RouteType.Throw => RouteOutcome.Missing,
                _ => RouteOutcome.Usable,
            },
            DestinationPrefix = RouteText.Prefix(entry),
            NextHop = RouteText.Gateway(hop),
            InterfaceAlias = refuses ? null : host.NameOf(hop.Interface),
            InterfaceIndex = refuses ? 0 : hop.Interface,
            Table = IprouteNames.Tables.Name(entry.Table),
            TableId = entry.Table,
            TypeOfRoute = entry.Type,
            RouteMetric = entry.Metric,
            RouteProtocol = IprouteNames.Protocols.Name(entry.Protocol),
            Scope = IprouteNames.Scopes.Name(entry.Scope),
            PreferredSource = entry.PreferredSource is { } source ? IpBits.Text(source, entry.Family) : null,
            Mtu = entry.Mtu == 0 ? null : (int)entry.Mtu,
            MtuLocked = entry.IsMtuLocked,
            NextHopFlags = RouteText.HopFlags(entry.Hop.Flags),
            MultipathMembers = RouteText.Members(entry, host),
            NextHopId = entry.NextHopId,
        };
    }
}

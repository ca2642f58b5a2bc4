using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>Finds the connected prefixes that the tables would hold, were their interfaces not administratively down.</summary>
internal static class AbsentPrefixes
{
    /// <summary>The metric of a connected IPv6 prefix (IP6_RT_PRIO_ADDRCONF).</summary>
    private const uint IPv6Metric = 256;

    /// <summary>RTPROT_KERNEL.</summary>
    private const byte KernelProtocol = 2;

    /// <summary>RT_SCOPE_LINK.</summary>
    private const byte LinkScope = 253;

    /// <summary>The entries that are missing for that reason.</summary>
    public static IEnumerable<RouteEntry> Find(RoutingTables tables)
    {
        foreach (var address in tables.Host.Addresses)
        {
            if (address.Family != tables.Family
                || !address.MakesRoute
                || address.PrefixLength >= IpBits.Width(address.Family)
                || tables.Host.Find(address.Interface) is not { IsUp: false } owner)
            {
                continue;
            }

            var vrf = tables.Host.VrfTableOf(owner.Index);
            yield return new RouteEntry
            {
                Family = address.Family,
                Destination = address.Prefix & IpBits.Mask(address.PrefixLength),
                DestinationLength = address.PrefixLength,
                Table = vrf != 0 ? vrf : RouteTableId.Main,
                Type = RouteType.Unicast,
                Protocol = KernelProtocol,
                Scope = LinkScope,
                Metric = address.Family == IpBits.IPv6 ? IPv6Metric : 0,
                PreferredSource = address.Family == IpBits.IPv4 ? address.Local : null,
                Hop = new RouteHop { Interface = owner.Index, Weight = 1 },
                IsAbsent = true,
            };
        }
    }
}

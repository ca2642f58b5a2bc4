using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>Entries and next hops in the words of the public objects.</summary>
internal static class RouteText
{
    private static readonly (uint Flag, string Name)[] FlagNames =
    [
        (RouteFlags.Dead, "Dead"),
        (RouteFlags.LinkDown, "LinkDown"),
        (RouteFlags.OnLink, "OnLink"),
        (RouteFlags.Pervasive, "Pervasive"),
        (RouteFlags.Offload, "Offload"),
        (RouteFlags.Unresolved, "Unresolved"),
        (RouteFlags.Trap, "Trap"),
    ];

    /// <summary>The entry's prefix in CIDR form.</summary>
    public static string Prefix(RouteEntry entry) => IpBits.PrefixText(entry.Destination, entry.DestinationLength, entry.Family);

    /// <summary>The hop's gateway; null where it has none.</summary>
    public static string? Gateway(in RouteHop hop) => hop.GatewayFamily == 0 ? null : IpBits.Text(hop.Gateway, hop.GatewayFamily);

    /// <summary>The hop's flags by name.</summary>
    public static string[] HopFlags(uint flags)
    {
        if ((flags & RouteFlags.NextHopMask) == 0)
        {
            return [];
        }

        return [.. FlagNames.Where(f => (flags & f.Flag) != 0).Select(f => f.Name)];
    }

    /// <summary>The members of a multipath entry.</summary>
    public static RouteNextHop[] Members(RouteEntry entry, RoutingHost host) =>
    [
        .. entry.Hops.Select(h => new RouteNextHop
        {
            NextHop = Gateway(h),
            InterfaceAlias = host.NameOf(h.Interface),
            InterfaceIndex = h.Interface,
            Weight = h.Weight,
            Flags = HopFlags(h.Flags),
        }),
    ];

    /// <summary>The entry in a few words, for example <c>10.0.0.0/8 via 192.0.2.1 dev eth0</c>.</summary>
    public static string Describe(RouteEntry entry, RoutingHost host)
    {
        var prefix = Prefix(entry);
        if (entry.Refuses)
        {
            return $"{entry.Type.ToString().ToLowerInvariant()} {prefix}";
        }

        var hop = entry.Hops.Length > 0 ? entry.Hops[0] : entry.Hop;
        var via = Gateway(hop) is { } gateway ? $" via {gateway}" : "";
        var dev = host.NameOf(hop.Interface) is { } name ? $" dev {name}" : "";
        return prefix + via + dev;
    }
}

using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.HostState.Routing;

/// <summary>What decides about a packet that came in besides rules and tables: whether its interface passes packets on, and whether its source leads back there.</summary>
internal sealed record InputPath
{
    /// <summary>Whether the ingress interface passes packets of this family on; null where the kernel does not say.</summary>
    public bool? Forwarding { get; private init; }

    /// <summary>The reverse-path filter in force on it; null for IPv6, or where the kernel does not say.</summary>
    public ReversePathFilter? Filter { get; private init; }

    /// <summary>What leads back to the packet's source; null where nothing does, or where nobody looked.</summary>
    public RouteEntry? Back { get; private init; }

    /// <summary>True where the filter lets the source pass; null where it was not looked up.</summary>
    public bool? SourceFits { get; private init; }

    /// <summary>Looks at the ingress interface of a packet; null for a packet of this host's own.</summary>
    public static InputPath? Look(RoutingTables tables, ForwardingSettings settings, in FlowKey flow, UInt128 destination)
    {
        if (flow.InputInterface == 0)
        {
            return null;
        }

        var path = new InputPath { Forwarding = settings.Forwards(flow.Family, flow.InputInterface) };
        if (flow.Family != IpBits.IPv4 || flow.Source is not { } source || settings.Filter(flow.InputInterface) is not { } filter)
        {
            return path;
        }

        // The kernel looks the source up as a packet of this host's own, without the mark.
        var back = tables.Decide(new FlowKey { Family = flow.Family, Source = destination, Tos = flow.Tos }, source).Winner;
        var leads = back is { Type: RouteType.Unicast };
        return path with
        {
            Filter = filter,
            Back = back,
            SourceFits = filter switch
            {
                ReversePathFilter.Strict => leads && LeavesBy(back!, flow.InputInterface),
                ReversePathFilter.Loose => leads,
                _ => true,
            },
        };
    }

    /// <summary>What the kernel's refusal comes to; null where this interface does not account for it.</summary>
    public RouteOutcome? Refusal(RouteDecision decision, int errno) => decision switch
    {
        { Outcome: not RouteOutcome.Usable } => null,
        { Winner.Type: RouteType.Unicast } when Forwarding == false && errno is Errno.EHOSTUNREACH or Errno.EINVAL => RouteOutcome.ForwardingDisabled,
        _ => SourceFits == false && errno is Errno.EXDEV or Errno.EINVAL ? RouteOutcome.ReturnPathFiltered : null,
    };

    /// <summary>True where the kernel's answer would not be acted on: IPv6 looks routes up whether or not it passes packets on.</summary>
    public bool Stops(RouteEntry answer) => Forwarding == false && answer is { Family: IpBits.IPv6, Type: RouteType.Unicast };

    private static bool LeavesBy(RouteEntry entry, int index) =>
        entry.Hops.Length == 0 ? entry.Hop.Interface == index : Array.Exists(entry.Hops, hop => hop.Interface == index);
}

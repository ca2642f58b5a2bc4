using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>Tells whether a policy rule selects a packet, as the kernel's fib_rule_match does.</summary>
internal static class RuleMatcher
{
    /// <summary>UDP: what the IPv4 side assumes where a lookup names no protocol.</summary>
    private const byte AssumedIPv4Protocol = 17;

    /// <summary>The bits of an IPv4 type of service that rules and routes compare (IPTOS_RT_MASK).</summary>
    private const int ComparedTos = 0x1c;

    /// <summary>The bits of a traffic class that are no congestion mark.</summary>
    private const int DscpBits = 0xfc;

    /// <summary>True where the rule selects the packet.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="flow">The packet.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="host">The interfaces.</param>
    /// <param name="ownUid">The asking process's user id.</param>
    public static bool Selects(RuleEntry rule, in FlowKey flow, UInt128 destination, RoutingHost host, uint ownUid) =>
        SelectsPlain(rule, flow, destination, host, ownUid) != rule.Inverted;

    /// <summary>The table of the packet's VRF, for a rule that asks for it; 0 where the packet is in none.</summary>
    public static uint VrfTable(in FlowKey flow, RoutingHost host)
    {
        var table = flow.OutputInterface == 0 ? 0 : host.VrfTableOf(flow.OutputInterface);
        return table != 0 || flow.InputInterface == 0 ? table : host.VrfTableOf(flow.InputInterface);
    }

    private static bool SelectsPlain(RuleEntry rule, in FlowKey flow, UInt128 destination, RoutingHost host, uint ownUid)
    {
        if (!SelectsInterfaces(rule, flow, host))
        {
            return false;
        }

        if (((flow.Mark ^ (rule.Mark ?? 0)) & (rule.MarkMask ?? (rule.Mark is null ? 0 : uint.MaxValue))) != 0)
        {
            return false;
        }

        // A lookup carries no tunnel id.
        if (rule.TunnelId != 0 || (rule.L3Mdev && VrfTable(flow, host) == 0))
        {
            return false;
        }

        if (rule.Uids is { } uids && !SelectsUid(uids, flow, ownUid))
        {
            return false;
        }

        return SelectsAddresses(rule, flow, destination)
            && SelectsTrafficClass(rule, flow)
            && SelectsTransport(rule, flow);
    }

    private static bool SelectsInterfaces(RuleEntry rule, in FlowKey flow, RoutingHost host)
    {
        if (rule.InputInterface is { } input)
        {
            var item = host.Find(input);
            var arrives = flow.InputInterface != 0 ? flow.InputInterface == item?.Index : item?.IsLoopback == true;
            if (item is null || !arrives)
            {
                return false;
            }
        }

        return rule.OutputInterface is not { } output || (flow.OutputInterface != 0 && host.Find(output)?.Index == flow.OutputInterface);
    }

    // A packet that came in belongs to no user.
    private static bool SelectsUid(RuleRange uids, in FlowKey flow, uint ownUid) =>
        flow.Uid is { } uid ? uids.Contains(uid) : flow.InputInterface == 0 && uids.Contains(ownUid);

    private static bool SelectsAddresses(RuleEntry rule, in FlowKey flow, UInt128 destination)
    {
        if (rule.DestinationLength > 0 && !IpBits.Covers(rule.Destination, rule.DestinationLength, destination))
        {
            return false;
        }

        if (rule.SourceLength == 0)
        {
            return true;
        }

        // Before a source is chosen IPv4 compares 0.0.0.0; IPv6 selects nothing, or puts the question off.
        return flow.Source is { } source
            ? IpBits.Covers(rule.Source, rule.SourceLength, source)
            : flow.Family == IpBits.IPv4
                ? IpBits.Covers(rule.Source, rule.SourceLength, 0)
                : (rule.Flags & RuleFlags.FindSource) != 0;
    }

    private static bool SelectsTrafficClass(RuleEntry rule, in FlowKey flow)
    {
        if (rule.Tos != 0 && rule.Tos != (flow.Tos & (flow.Family == IpBits.IPv4 ? ComparedTos : DscpBits)))
        {
            return false;
        }

        return rule.Dscp is not { } dscp || (((flow.Tos >> 2) ^ dscp) & rule.DscpMask) == 0;
    }

    private static bool SelectsTransport(RuleEntry rule, in FlowKey flow)
    {
        // A lookup carries no flow label.
        if (rule.FlowLabel is { } label && (label & rule.FlowLabelMask) != 0)
        {
            return false;
        }

        var protocol = flow.IpProtocol == 0 && flow.Family == IpBits.IPv4 ? AssumedIPv4Protocol : flow.IpProtocol;
        return (rule.IpProtocol == 0 || rule.IpProtocol == protocol)
            && SelectsPort(rule.SourcePorts, rule.SourcePortMask, flow.SourcePort)
            && SelectsPort(rule.DestinationPorts, rule.DestinationPortMask, flow.DestinationPort);
    }

    private static bool SelectsPort(RuleRange? ports, ushort mask, ushort port) =>
        ports is not { } range || (mask != 0 && mask != ushort.MaxValue ? ((port ^ range.First) & mask) == 0 : range.Contains(port));
}

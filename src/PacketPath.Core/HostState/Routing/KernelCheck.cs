using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.HostState.Routing;

/// <summary>Holds what the rules and tables say against what the kernel answers.</summary>
internal static class KernelCheck
{
    /// <summary>True where the kernel's answer is the one that the decision foresees.</summary>
    public static bool Agrees(RoutingTables tables, in FlowKey flow, UInt128 destination, in BatchReply<RouteEntry> reply, RouteDecision decision)
    {
        if (reply.Errno != 0)
        {
            return IsSourceRefused(tables, flow, reply.Errno) || Foresees(decision, reply.Errno, flow.InputInterface != 0);
        }

        return reply.Value is { } answer && decision.Winner is { Refuses: false } winner && tables.IsSameTable(winner.Table, answer.Table) && Agrees(answer, winner);
    }

    /// <summary>True where the kernel refused because of the source address asked for.</summary>
    public static bool IsSourceRefused(RoutingTables tables, in FlowKey flow, int errno) =>
        flow.Family == IpBits.IPv4
        && flow.InputInterface == 0
        && errno is Errno.EINVAL or Errno.ENETUNREACH
        && flow.Source is { } source
        && tables.StateOf(source) == AddressState.Missing;

    /// <summary>True where the decision accounts for the kernel's error.</summary>
    public static bool Foresees(RouteDecision decision, int errno, bool isInput) => decision.Outcome switch
    {
        RouteOutcome.Usable => false,

        // A packet that came in fails with EHOSTUNREACH or EINVAL, whatever the reason.
        _ when isInput => errno is Errno.EHOSTUNREACH or Errno.ENETUNREACH or Errno.EINVAL or Errno.EACCES,
        RouteOutcome.Blackhole or RouteOutcome.RuleBlackhole => errno == Errno.EINVAL,
        RouteOutcome.Prohibit or RouteOutcome.RuleProhibit => errno == Errno.EACCES,
        RouteOutcome.Unreachable => errno == Errno.EHOSTUNREACH,
        _ => errno == Errno.ENETUNREACH,
    };

    /// <summary>True where the kernel's entry is one of several that the tables hold to be equal.</summary>
    public static bool Explains(RouteDecision foreseen, RouteDecision settled) =>
        foreseen.Winner is { } a
        && settled.Winner is { } b
        && a.Table == b.Table
        && a.DestinationLength == b.DestinationLength
        && a.SourceLength == b.SourceLength
        && a.Metric == b.Metric
        && a.Tos == b.Tos;

    /// <summary>Says that the kernel chose another entry than the rules and tables lead to.</summary>
    public static MissingObservation Contradiction(RoutingTables tables, RouteDecision foreseen, RouteDecision settled) =>
        Contradiction(Foreseen(tables, foreseen), $"the kernel chose {RouteText.Describe(settled.Winner!, tables.Host)} in table {IprouteNames.Tables.Name(settled.Winner!.Table)}");

    /// <summary>Says that the kernel refused where the rules and tables lead elsewhere.</summary>
    public static MissingObservation Contradiction(RoutingTables tables, RouteDecision foreseen, int errno) =>
        Contradiction(Foreseen(tables, foreseen), $"the kernel answered {Errno.Name(errno)}");

    private static MissingObservation Contradiction(string foreseen, string answered) => new()
    {
        What = "the reason for the kernel's decision",
        Why = $"the rules and tables, as read, lead to {foreseen}; {answered}, which is what counts",
        Remedy = "Ask again: the tables may have changed in between.",
    };

    private static string Foreseen(RoutingTables tables, RouteDecision decision) => decision switch
    {
        { Winner: { } winner } => $"{RouteText.Describe(winner, tables.Host)} in table {IprouteNames.Tables.Name(winner.Table)}",
        { Rule: { } rule } => $"rule {RuleText.Write(rule)}",
        _ => "no entry",
    };

    private static bool Agrees(RouteEntry answer, RouteEntry winner)
    {
        switch (answer.Type)
        {
            case RouteType.Local or RouteType.Anycast:
                return winner.Type == answer.Type;
            case RouteType.Multicast or RouteType.Broadcast:
                // The destination makes the type, and takes the gateway away.
                return !winner.HasHops || Leads(winner, answer.Hop.Interface);
            case var type when type != winner.Type:
                return false;
        }

        if (answer.Family == IpBits.IPv6 && answer.Metric != winner.Metric)
        {
            return false;
        }

        // A redirect changes the gateway on the same link.
        return !winner.HasHops || (answer.IsCached ? Leads(winner, answer.Hop.Interface) : Leads(winner, answer.Hop));
    }

    private static bool Leads(RouteEntry winner, in RouteHop hop)
    {
        foreach (ref readonly var member in winner.Hops.AsSpan())
        {
            if (member.LeadsAs(hop))
            {
                return true;
            }
        }

        return winner.Hops.Length == 0 && winner.Hop.LeadsAs(hop);
    }

    private static bool Leads(RouteEntry winner, int interfaceIndex)
    {
        foreach (ref readonly var member in winner.Hops.AsSpan())
        {
            if (member.Interface == interfaceIndex)
            {
                return true;
            }
        }

        return winner.Hops.Length == 0 && winner.Hop.Interface == interfaceIndex;
    }
}

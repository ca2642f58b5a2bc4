using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.HostState.Routing;

/// <summary>One lookup with all that is known about it.</summary>
internal readonly record struct RouteLookup(
    RouteQuery Query,
    FlowKey Flow,
    UInt128 Destination,
    RoutingTables Tables,
    RouteDecision Decision,
    BatchReply<RouteEntry> Reply,
    InputPath? Input,
    MissingObservation[] NotObserved);

/// <summary>Makes the public object of a lookup.</summary>
internal sealed class RouteAnswer
{
    private const double TicksPerSecond = 100;
    private const int MostTexts = 4096;

    private readonly RoutingState _state;
    private readonly Dictionary<(UInt128 Bits, byte Family), string> _texts = [];

    /// <summary>Makes objects out of one state.</summary>
    public RouteAnswer(RoutingState state) => _state = state;

    /// <summary>Makes the object.</summary>
    public PacketRoute Build(in RouteLookup lookup, in ObservationStamp stamp)
    {
        var template = WithInput(lookup.Decision.Template(_state.Rule(lookup.Decision.Rule)), lookup);
        var notObserved = _state.Interrupted ? [.. lookup.NotObserved, InterruptedDump()] : lookup.NotObserved;
        if (lookup.Reply is not { Errno: 0, Value: { } answer })
        {
            return Refused(template, lookup, stamp, notObserved);
        }

        var model = Answered(template, lookup, answer, stamp, notObserved);
        if (!_state.IsStale && !lookup.Query.Destination.IsIPv6LinkLocal)
        {
            lookup.Decision.Keep(answer, model);
        }

        return model;
    }

    /// <summary>Makes the object of a destination that got the same answer as another that is alike to the tables.</summary>
    public PacketRoute BuildAgain(PacketRoute model, RouteQuery query, in FlowKey flow, UInt128 destination, in ObservationStamp stamp)
    {
        var text = IpBits.Text(destination, flow.Family);
        return model with
        {
            ObservedAt = stamp.ObservedAt,
            RemoteAddress = text,
            RemotePort = query.DestinationPort,
            Protocol = query.Protocol,
            NeighborAddress = model.NeighborAddress is not null && model.NextHop is null ? text : model.NeighborAddress,
        };
    }

    /// <summary>What a lookup without a rule's selectors came to.</summary>
    public PlainRouteLookup BuildPlain(RoutingTables tables, PlainQuestion plain, UInt128 destination, in BatchReply<RouteEntry> reply)
    {
        var decision = tables.Decide(plain.Flow, destination);
        var agrees = KernelCheck.Agrees(tables, plain.Flow, destination, reply, decision);
        var found = new PlainRouteLookup
        {
            LeftOut = plain.LeftOut,
            Outcome = reply is { Errno: 0, Value: not null } ? RouteOutcome.Usable : agrees ? decision.Outcome : RouteOutcome.Failed,
            ErrorName = reply.Errno == 0 ? null : Errno.Name(reply.Errno),
            DestinationPrefix = agrees && decision.Winner is { } winner ? RouteText.Prefix(winner) : null,
            RuleText = agrees ? _state.Rule(decision.Rule)?.Text : null,
        };
        return reply is { Errno: 0, Value: { } answer }
            ? found with
            {
                NextHop = RouteText.Gateway(answer.Hop),
                InterfaceAlias = tables.Host.NameOf(answer.Hop.Interface),
                Table = answer.Table == 0 ? null : IprouteNames.Tables.Name(answer.Table),
            }
            : found;
    }

    private static PacketRoute WithInput(PacketRoute template, in RouteLookup lookup)
    {
        if (lookup.Input is not { } input)
        {
            return template;
        }

        var back = input.Back is { Refuses: false } entry ? entry : null;
        return template with
        {
            InputInterface = lookup.Tables.Host.NameOf(lookup.Flow.InputInterface),
            InputForwarding = input.Forwarding,
            InputReversePathFilter = input.Filter,
            ReturnPrefix = back is null ? null : RouteText.Prefix(back),
            ReturnInterface = back is null ? null : lookup.Tables.Host.NameOf(back.Hops.Length > 0 ? back.Hops[0].Interface : back.Hop.Interface),
        };
    }

    private static MissingObservation InterruptedDump() => new()
    {
        What = "a complete picture of the routing tables",
        Why = "the tables changed under every reading (NLM_F_DUMP_INTR)",
        Remedy = "Ask again when they have settled; the kernel's own answer is not affected.",
    };

    private static bool? Ipv6Disabled(in RouteLookup lookup, int interfaceIndex)
    {
        if (lookup.Flow.Family != IpBits.IPv6)
        {
            return null;
        }

        var host = lookup.Tables.Host;
        if (host.Find(interfaceIndex != 0 ? interfaceIndex : lookup.Flow.OutputInterface) is { } egress)
        {
            return egress.Ipv6Disabled;
        }

        var links = host.Interfaces.Where(i => i.IsUp && !i.IsLoopback).ToList();
        return (links.Count > 0 ? links : host.Interfaces).All(i => i.Ipv6Disabled);
    }

    private static string DestinationText(in RouteLookup lookup)
    {
        var text = IpBits.Text(lookup.Destination, lookup.Flow.Family);
        return lookup.Flow.Family == IpBits.IPv6 && lookup.Flow.OutputInterface != 0 && lookup.Query.Destination.IsIPv6LinkLocal
            ? $"{text}%{lookup.Tables.Host.NameOf(lookup.Flow.OutputInterface)}"
            : text;
    }

    private PacketRoute Answered(PacketRoute template, in RouteLookup lookup, RouteEntry answer, in ObservationStamp stamp, MissingObservation[] notObserved)
    {
        var host = lookup.Tables.Host;
        var hop = answer.Hop;
        var (source, state) = Source(lookup, answer);
        var isUnicast = answer.Type == RouteType.Unicast;
        var nextHop = hop.GatewayFamily == 0 ? null : Text(hop.Gateway, hop.GatewayFamily);
        var isAsked = lookup.Flow.Source is not null && lookup.Flow.InputInterface == 0;
        return template with
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            RemoteAddress = DestinationText(lookup),
            RemotePort = lookup.Query.DestinationPort,
            Protocol = lookup.Query.Protocol,
            Outcome = isAsked && state == AddressState.Missing ? RouteOutcome.SourceInvalid
                : lookup.Input?.Stops(answer) == true ? RouteOutcome.ForwardingDisabled
                : RouteOutcome.Usable,
            NextHop = nextHop,
            NeighborAddress = isUnicast && host.Find(hop.Interface)?.ResolvesNeighbors == true
                ? nextHop ?? IpBits.Text(lookup.Destination, lookup.Flow.Family)
                : null,
            InterfaceAlias = host.NameOf(hop.Interface),
            InterfaceIndex = hop.Interface,
            SourceAddress = source is { } chosen ? Text(chosen, lookup.Flow.Family) : null,
            SourceAddressState = state,
            TypeOfRoute = answer.Type,
            Mtu = answer.Mtu != 0 ? (int)answer.Mtu : template.Mtu,
            MtuLocked = answer.IsMtuLocked || template.MtuLocked,
            IsCached = answer.IsCached,
            CacheExpiresSeconds = answer.ExpiresTicks > 0 ? answer.ExpiresTicks / TicksPerSecond : null,
            NextHopFlags = template.MultipathMembers.Length == 0 ? template.NextHopFlags : FlagsOf(lookup.Decision.Winner!, hop),
            Ipv6Disabled = Ipv6Disabled(lookup, hop.Interface),
            NotObserved = notObserved,
        };
    }

    private PacketRoute Refused(PacketRoute template, in RouteLookup lookup, in ObservationStamp stamp, MissingObservation[] notObserved)
    {
        var errno = lookup.Reply.Errno;
        var sourceRefused = KernelCheck.IsSourceRefused(lookup.Tables, lookup.Flow, errno);
        var outcome = sourceRefused ? RouteOutcome.SourceInvalid
            : lookup.Input?.Refusal(lookup.Decision, errno) is { } refusal ? refusal
            : KernelCheck.Foresees(lookup.Decision, errno, lookup.Flow.InputInterface != 0) ? template.Outcome
            : RouteOutcome.Failed;
        AddressState? state = lookup.Flow is { Source: { } source, InputInterface: 0 } ? lookup.Tables.StateOf(source) : null;
        return template with
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            RemoteAddress = DestinationText(lookup),
            RemotePort = lookup.Query.DestinationPort,
            Protocol = lookup.Query.Protocol,
            Outcome = outcome,
            SourceAddress = lookup.Query.Source?.ToString(),
            SourceAddressState = state,
            ErrorName = errno == 0 ? null : Errno.Name(errno),
            Ipv6Disabled = Ipv6Disabled(lookup, 0),
            NotObserved = notObserved,
        };
    }

    private static string[] FlagsOf(RouteEntry winner, in RouteHop chosen)
    {
        foreach (ref readonly var hop in winner.Hops.AsSpan())
        {
            if (hop.LeadsAs(chosen))
            {
                return RouteText.HopFlags(hop.Flags);
            }
        }

        return [];
    }

    private static (UInt128? Source, AddressState? State) Source(in RouteLookup lookup, RouteEntry answer)
    {
        if (lookup.Flow.Source is { } asked)
        {
            return (asked, lookup.Flow.InputInterface != 0 ? null : lookup.Tables.StateOf(asked));
        }

        if (answer.PreferredSource is { } chosen && chosen != 0)
        {
            return (chosen, lookup.Tables.StateOf(chosen));
        }

        return lookup.Flow.InputInterface != 0 ? (null, null) : (null, WithoutSource(lookup, answer.Hop.Interface));
    }

    // No source could be chosen: that of the interface's addresses which will be usable, or could have been, says why.
    private static AddressState WithoutSource(in RouteLookup lookup, int interfaceIndex)
    {
        foreach (var address in lookup.Tables.Host.Addresses)
        {
            if (address.Family == lookup.Flow.Family && address.Interface == interfaceIndex && address.State != AddressState.Valid)
            {
                return address.State;
            }
        }

        return AddressState.Missing;
    }

    private string Text(UInt128 bits, byte family)
    {
        if (!_texts.TryGetValue((bits, family), out var text))
        {
            if (_texts.Count >= MostTexts)
            {
                _texts.Clear();
            }

            _texts.Add((bits, family), text = IpBits.Text(bits, family));
        }

        return text;
    }
}

using PacketPath.HostState.Routing;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.HostState;

/// <summary>The routing tables of a network namespace: what the kernel decides for a packet, and why. One caller at a time.</summary>
public sealed class RouteTable : IDisposable
{
    // The state is shared by the caller's thread and that of a pipeline.
    private readonly object _gate = new();
    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _lookups;
    private readonly NetlinkSocket _tables;
    private readonly RouteChangeWatch _watch;
    private readonly RoutingState _state;
    private readonly RouteAnswer _answer;
    private readonly AttributeWriter _writer = new();
    private RouteQuery? _lastQuery;
    private FlowKey _lastFlow;

    private RouteTable(NetworkNamespace networkNamespace, NetlinkSocket lookups, NetlinkSocket tables, RouteChangeWatch watch)
    {
        _namespace = networkNamespace;
        _lookups = lookups;
        _tables = tables;
        _watch = watch;
        _state = new RoutingState(tables, watch, networkNamespace, Identity.UserId());
        _answer = new RouteAnswer(_state);
    }

    /// <summary>Opens the tables of a namespace. They are read when first needed, and again when the kernel announces a change.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static RouteTable Open(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return networkNamespace.Run(() =>
        {
            // The watch stands before anything is read.
            var watch = new RouteChangeWatch();
            return new RouteTable(networkNamespace, NetlinkSocket.Open(NetlinkProtocol.Route), NetlinkSocket.Open(NetlinkProtocol.Route), watch);
        });
    }

    /// <summary>What the kernel decides for one packet. A refusal is a result.</summary>
    /// <exception cref="UnknownInterfaceException">The query names an interface that is not there.</exception>
    /// <exception cref="LinuxException">The kernel could not be asked.</exception>
    public PacketRoute Resolve(RouteQuery query, CancellationToken stop = default)
    {
        var batch = new RouteBatch();
        batch.Add(query, FlowOf(query, stop), IpBits.From(query.Destination));
        Resolve(batch, stop);
        return batch.Results[0];
    }

    /// <summary>What the kernel decides for many packets, in their order, asked many at a time.</summary>
    /// <exception cref="UnknownInterfaceException">A query names an interface that is not there.</exception>
    /// <exception cref="LinuxException">The kernel could not be asked.</exception>
    public IEnumerable<PacketRoute> Resolve(IEnumerable<RouteQuery> queries, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        using var pipeline = new RoutePipeline(this, stop);
        foreach (var query in queries)
        {
            pipeline.Add(query);
            while (pipeline.TryTake(out var route))
            {
                yield return route;
            }
        }

        pipeline.Flush();
        while (pipeline.TryTake(out var route))
        {
            yield return route;
        }
    }

    /// <summary>Every entry of every table.</summary>
    /// <param name="family">IPv4 or IPv6; null for both.</param>
    /// <param name="stop">Ends the listing.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IEnumerable<PacketRoute> List(AddressFamily? family, CancellationToken stop = default)
    {
        foreach (var wanted in family is { } one ? [(byte)one] : new[] { IpBits.IPv4, IpBits.IPv6 })
        {
            _state.Refresh();
            var reader = new RoutingReader(_tables);
            var host = _state.Host(stop);
            var stamp = new ObservationStamp(_namespace.Label);
            foreach (var entry in reader.Routes(wanted, stop))
            {
                stop.ThrowIfCancellationRequested();
                yield return RouteListing.ToModel(entry, host, stamp);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lookups.Dispose();
        _tables.Dispose();
        _watch.Dispose();
    }

    /// <summary>The fields of a query that rules and tables select on.</summary>
    /// <exception cref="UnknownInterfaceException">The query names an interface that is not there.</exception>
    internal ref readonly FlowKey FlowOf(RouteQuery query, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (ReferenceEquals(query, _lastQuery))
        {
            return ref _lastFlow;
        }

        var family = IpBits.FamilyOf(query.Destination);
        if (_lastQuery is { } last && _lastFlow.Family == family && IsAlike(last, query))
        {
            return ref _lastFlow;
        }

        var output = InterfaceOf(query.OutputInterface, stop);
        if (output == 0 && family == IpBits.IPv6 && query.Destination.ScopeId != 0)
        {
            output = (int)query.Destination.ScopeId;
        }

        var protocol = query.Protocol is TransportProtocol.Icmp && family == IpBits.IPv6 ? TransportProtocol.IcmpV6 : query.Protocol;
        _lastFlow = new FlowKey
        {
            Family = family,
            Source = query.Source is { } source && IpBits.FamilyOf(source) == family ? IpBits.From(source) : null,
            OutputInterface = output,
            InputInterface = InterfaceOf(query.InputInterface, stop),
            Mark = query.Mark,
            Tos = query.Tos,
            Uid = query.Uid,
            IpProtocol = (byte)protocol,
            SourcePort = checked((ushort)query.SourcePort),
            DestinationPort = checked((ushort)query.DestinationPort),
        };
        _lastQuery = query;
        return ref _lastFlow;
    }

    /// <summary>Asks the kernel and makes the results. One batch at a time, on whatever thread.</summary>
    internal void Resolve(RouteBatch batch, CancellationToken stop)
    {
        batch.Ask(_lookups, stop);
        lock (_gate)
        {
            _state.Refresh();
            var stamp = new ObservationStamp(_namespace.Label);
            for (var i = 0; i < batch.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                var (query, destination, reply) = batch[i];
                batch.Results[i] = Answer(query, batch.Flow(i), destination, reply, stamp, stop);
            }
        }
    }

    private static bool IsAlike(RouteQuery a, RouteQuery b) =>
        ReferenceEquals(a.OutputInterface, b.OutputInterface)
        && ReferenceEquals(a.InputInterface, b.InputInterface)
        && ReferenceEquals(a.Source, b.Source)
        && a.Mark == b.Mark
        && a.Tos == b.Tos
        && a.Uid == b.Uid
        && a.Protocol == b.Protocol
        && a.SourcePort == b.SourcePort
        && a.DestinationPort == b.DestinationPort
        && (b.Destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork || b.Destination.ScopeId == a.Destination.ScopeId);

    private PacketRoute Answer(RouteQuery query, in FlowKey flow, UInt128 destination, in BatchReply<RouteEntry> reply, in ObservationStamp stamp, CancellationToken stop)
    {
        var tables = _state.Tables(flow.Family, stop);
        var decision = tables.Decide(flow, destination);
        if (!_state.IsStale && reply.Errno == 0 && decision.Recall(reply.Value) is { } model)
        {
            var again = _answer.BuildAgain(model, query, flow, destination, stamp);
            return query.AsksPlain ? WithPlain(again, decision, flow, destination, stop) : again;
        }

        MissingObservation[] notObserved = [];
        var input = flow.InputInterface == 0 ? null : InputPath.Look(tables, _state.Forwarding(stop), flow, destination);
        var isExplained = input?.Refusal(decision, reply.Errno) is not null;
        if (_state.IsStale || (!isExplained && !KernelCheck.Agrees(tables, flow, destination, reply, decision)))
        {
            (decision, notObserved) = Settle(tables, flow, destination, reply, decision, stop);
        }

        var route = _answer.Build(new RouteLookup(query, flow, destination, tables, decision, reply, input, notObserved), stamp);
        return query.AsksPlain || route.Outcome != RouteOutcome.Usable ? WithPlain(route, decision, flow, destination, stop) : route;
    }

    // The kernel is asked again, without what the rule selects by.
    private PacketRoute WithPlain(PacketRoute route, RouteDecision decision, in FlowKey flow, UInt128 destination, CancellationToken stop)
    {
        var tables = _state.Tables(flow.Family, stop);
        if (PlainQuestion.Of(decision.Rule, flow, tables.OwnUid) is not { } plain)
        {
            return route;
        }

        _writer.Clear();
        RouteRequest.Lookup(_writer, plain.Flow, destination, fibMatch: false);
        var reply = new BatchReply<RouteEntry>[1];
        _tables.Batch<RouteEntry>(_writer, RouteEntryReader.Read, reply, stop);
        return route with { PlainLookup = _answer.BuildPlain(tables, plain, destination, reply[0]) };
    }

    // The kernel's word counts: ask which entry it matched, and fit the explanation to that.
    private (RouteDecision Decision, MissingObservation[] NotObserved) Settle(
        RoutingTables tables, in FlowKey flow, UInt128 destination, in BatchReply<RouteEntry> reply, RouteDecision decision, CancellationToken stop)
    {
        if (reply.Errno != 0)
        {
            return (decision, [KernelCheck.Contradiction(tables, decision, reply.Errno)]);
        }

        if (reply.Value is null || reply.Value.Table == 0)
        {
            // Bound to an interface without a route, IPv4 takes the destination to be on its link.
            return (tables.DecideAs(flow, destination, null), []);
        }

        _writer.Clear();
        RouteRequest.Lookup(_writer, flow, destination, fibMatch: true);
        var match = new BatchReply<RouteEntry>[1];
        _tables.Batch<RouteEntry>(_writer, RouteEntryReader.Read, match, stop);
        if (match[0].Value is not { } entry)
        {
            return (decision, [KernelCheck.Contradiction(tables, decision, match[0].Errno)]);
        }

        var settled = tables.DecideAs(flow, destination, entry);
        return (settled, KernelCheck.Explains(decision, settled) ? [] : [KernelCheck.Contradiction(tables, decision, settled)]);
    }

    private int InterfaceOf(string? nameOrIndex, CancellationToken stop)
    {
        if (nameOrIndex is null)
        {
            return 0;
        }

        lock (_gate)
        {
            _state.Refresh();
            var host = _state.Host(stop);
            return host.Find(nameOrIndex)?.Index
                ?? (int.TryParse(nameOrIndex, out var index) ? host.Find(index)?.Index : null)
                ?? throw new UnknownInterfaceException(nameOrIndex, _namespace.Label);
        }
    }
}

namespace PacketPath.Tracing;

/// <summary>Which of the objects observed belong to which stage.</summary>
internal static class StageEvidence
{
    private static readonly string[] Outward = ["output", "postrouting", "egress"];

    /// <summary>The objects of each layer, each once.</summary>
    public static ILookup<PathLayer, object> Of(IEnumerable<PacketEvidence> evidence) => evidence
        .SelectMany(Placed)
        .DistinctBy(static placed => (placed.Layer, placed.Item), new ByReference())
        .ToLookup(static placed => placed.Layer, static placed => placed.Item);

    private static IEnumerable<(PathLayer Layer, object Item)> Placed(PacketEvidence item) => item switch
    {
        SynPathResult probe => OfProbe(probe),
        ListeningResult inbound => OfInbound(inbound),
        NameLookupResult => [(PathLayer.Name, item)],
        DnsTruncationResult asked => [(asked.LookedUpFor is null ? PathLayer.Dns : PathLayer.Name, item)],
        TlsServerNameResult => [(PathLayer.Tls, item)],
        QuicPathResult => [(PathLayer.Quic, item)],
        ProxyConnectResult => [(PathLayer.Proxy, item)],
        MtuProbeResult => [(PathLayer.Path, item)],
        PacketRoute { InputInterface: not null } => [(PathLayer.ReturnPath, item)],
        PacketRoute route => OfRoute(route),
        PolicyRule => [(PathLayer.PolicyRouting, item)],
        NeighborEntry => [(PathLayer.Neighbor, item)],
        PacketInterface => [(PathLayer.Device, item)],
        FirewallHook hook => [(Outward.Contains(hook.Hook) ? PathLayer.OutputFirewall : PathLayer.InputFirewall, item)],
        ConntrackStats or ConntrackEntry => [(PathLayer.Conntrack, item)],
        QueueStats queue => [(OfQueue(queue), item)],
        SocketEntry socket => [(socket.State == SocketState.Listen || socket.AskedAddress is not null ? PathLayer.SocketQueue : PathLayer.Socket, item)],
        _ => [],
    };

    private static IEnumerable<(PathLayer Layer, object Item)> OfProbe(SynPathResult probe)
    {
        yield return (PathLayer.Socket, probe);
        foreach (var placed in probe.Route is { } route ? OfRoute(route) : [])
        {
            yield return placed;
        }

        if (probe.NextHopRoute is { } gateway)
        {
            yield return (PathLayer.RouteLookup, gateway);
        }

        if (probe.Neighbor is { } neighbor)
        {
            yield return (PathLayer.Neighbor, neighbor);
        }

        if (probe.Interface is { } link)
        {
            yield return (PathLayer.Device, link);
        }

        foreach (var syn in probe.Syns)
        {
            yield return (PathLayer.Device, syn);
        }

        foreach (var hop in probe.Hops)
        {
            yield return (PathLayer.Path, hop);
        }

        foreach (var report in probe.ErrorQueue)
        {
            yield return (report.OffenderIsLocal ? PathLayer.Socket : PathLayer.Path, report);
        }

        foreach (var reply in probe.Replies)
        {
            yield return (PathLayer.RemoteHost, reply);
        }

        if (probe.ReplyRoute is { } back)
        {
            yield return (PathLayer.ReturnPath, back);
        }

        foreach (var change in probe.CounterChanges)
        {
            yield return (OfCounter(change), change);
        }
    }

    private static IEnumerable<(PathLayer Layer, object Item)> OfInbound(ListeningResult inbound) =>
        inbound.Sockets.Concat(inbound.HalfOpen).Select(static socket => (PathLayer.SocketQueue, (object)socket))
            .Concat(inbound.ReturnRoute is { } back ? OfRoute(back) : [])
            .Concat(inbound.InputRoute is { } route ? [(PathLayer.ReturnPath, route)] : [])
            .Concat(inbound.Interfaces.Select(static link => (PathLayer.Device, (object)link)))
            .Concat(inbound.CounterChanges.Select(static change => (OfCounter(change), (object)change)));

    private static IEnumerable<(PathLayer Layer, object Item)> OfRoute(PacketRoute route)
    {
        if (route.Rule is { } rule)
        {
            yield return (PathLayer.PolicyRouting, rule);
        }

        yield return (PathLayer.RouteLookup, route);
    }

    private static PathLayer OfQueue(QueueStats queue) => queue.Kind switch
    {
        QueueKind.Qdisc or QueueKind.Class => PathLayer.Qdisc,
        QueueKind.Softnet => PathLayer.Softirq,
        QueueKind.Protocol => PathLayer.LocalDelivery,
        _ => PathLayer.DeviceReceive,
    };

    private static PathLayer OfCounter(CounterChange change) => change.Source switch
    {
        "NeighborTable" => PathLayer.Neighbor,
        "Qdisc" => PathLayer.Qdisc,
        "Interface" => change.Counter.StartsWith("tx_", StringComparison.Ordinal) ? PathLayer.Device : PathLayer.DeviceReceive,
        "Conntrack" => PathLayer.Conntrack,
        "Softnet" => PathLayer.Softirq,
        "Socket" => PathLayer.SocketQueue,
        _ => PathLayer.LocalDelivery,
    };

    private sealed class ByReference : IEqualityComparer<(PathLayer Layer, object Item)>
    {
        public bool Equals((PathLayer Layer, object Item) x, (PathLayer Layer, object Item) y) => x.Layer == y.Layer && ReferenceEquals(x.Item, y.Item);

        public int GetHashCode((PathLayer Layer, object Item) placed) =>
            HashCode.Combine(placed.Layer, System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(placed.Item));
    }
}

namespace PacketPath.Capture;

/// <summary>Compares what several points saw, flow by flow.</summary>
internal sealed class FlowComparer
{
    private const int MostPacketsShown = 10_000;

    private readonly FlowStore _store;
    private readonly bool _sameClock;
    private readonly bool _withPackets;

    /// <summary>Compares what a store holds.</summary>
    /// <param name="store">The store.</param>
    /// <param name="sameClock">True where all points are said to read one clock.</param>
    /// <param name="withPackets">True to tell of each packet.</param>
    public FlowComparer(FlowStore store, bool sameClock, bool withPackets)
    {
        _store = store;
        _sameClock = sameClock;
        _withPackets = withPackets;
    }

    /// <summary>The flows given up for want of room so far.</summary>
    public IEnumerable<PacketFlowComparison> GivenUp(CancellationToken stop)
    {
        while (_store.TryTakeGivenUp(out var flow))
        {
            yield return Compare(flow, isPartial: true, stop);
        }
    }

    /// <summary>Every flow held, in the order of their beginnings.</summary>
    public IEnumerable<PacketFlowComparison> All(CancellationToken stop)
    {
        foreach (var flow in _store.Flows.OrderBy(static f => f.Legs.Min(static l => l.Packets[0].Nanoseconds)).ToArray())
        {
            stop.ThrowIfCancellationRequested();
            var compared = Compare(flow, isPartial: false, stop);
            _store.Remove(flow);
            yield return compared;
        }
    }

    private PacketFlowComparison Compare(SeenFlow flow, bool isPartial, CancellationToken stop)
    {
        CapturePointNames.Set(_store.Points);
        var view = FlowView.Of(flow, stop);
        var builder = new CrossingBuilder(view, _sameClock);
        FlowLeg[] order = [.. view.Forward, .. Enumerable.Reverse(view.Reply).Except(view.Forward)];
        FlowCrossing[] crossings = [.. Ways(builder, view.Forward, CrossingDirection.Forward), .. Ways(builder, view.Reply, CrossingDirection.Reply)];
        var ends = view.Ends(order[0]);
        var judged = FlowJudge.Judge(view, crossings, _store.Points);
        var legs = flow.Legs;
        return new PacketFlowComparison
        {
            Protocol = (TransportProtocol)order[0].Key.Protocol,
            SourceAddress = ends.Source.ToString(),
            SourcePort = ends.SourcePort,
            DestinationAddress = ends.Destination.ToString(),
            DestinationPort = ends.DestinationPort,
            Outcome = judged.Outcome,
            FirstSeen = Time(legs.Min(static l => l.Packets.Min(static p => p.Nanoseconds))),
            LastSeen = Time(flow.LastSeen),
            ForwardPackets = view.Packets.Count(p => p.GoesUp == view.ForwardGoesUp),
            ForwardLost = crossings.Where(static c => c.Direction == CrossingDirection.Forward).Sum(static c => c.Lost) + judged.ForwardStopped,
            ReplyPackets = view.Packets.Count(p => p.GoesUp != view.ForwardGoesUp),
            ReplyLost = crossings.Where(static c => c.Direction == CrossingDirection.Reply).Sum(static c => c.Lost) + judged.ReplyStopped,
            StoppedAfter = judged.StoppedAfter,
            NotSeenAt = [.. judged.NotSeenAt.Select(static p => p.Name)],
            Points = [.. order.Select(leg => Point(view, leg)), .. judged.Blind.Select(p => Blind(p, order[0], view))],
            Crossings = crossings,
            Packets = _withPackets ? [.. view.Packets.Take(MostPacketsShown).Select(p => Packet(view, p, builder, judged))] : [],
            IsPartial = isPartial,
        };
    }

    private static IEnumerable<FlowCrossing> Ways(CrossingBuilder builder, FlowLeg[] path, CrossingDirection direction) =>
        path.Zip(path.Skip(1)).Select(pair => builder.Between(pair.First, pair.Second, direction));

    private static FlowPoint Point(FlowView view, FlowLeg leg)
    {
        var ends = view.Ends(leg);
        return Of(leg.Point, ends, leg.Packets.Min(static p => p.Nanoseconds), leg.Packets.Max(static p => p.Nanoseconds)) with
        {
            ForwardPackets = leg.Packets.Count(p => leg.GoesUp(p) == view.ForwardGoesUp),
            ReplyPackets = leg.Packets.Count(p => leg.GoesUp(p) != view.ForwardGoesUp),
        };
    }

    private static FlowPoint Blind(CapturePoint point, FlowLeg first, FlowView view) =>
        Of(point, default, first.Packets.Min(static p => p.Nanoseconds), view.Flow.LastSeen);

    private static FlowPoint Of(CapturePoint point, (PacketAddress Source, ushort SourcePort, PacketAddress Destination, ushort DestinationPort) ends, long from, long to) => new()
    {
        Name = point.Name,
        ComputerName = point.ComputerName,
        NetNamespace = point.NetNamespace,
        InterfaceAlias = point.InterfaceAlias,
        SourceAddress = ends.Source.ToString(),
        SourcePort = ends.SourcePort,
        DestinationAddress = ends.Destination.ToString(),
        DestinationPort = ends.DestinationPort,
        CaptureStatus = point.StatusOver(from, to),
    };

    private static ComparedPacket Packet(FlowView view, MatchedPacket packet, CrossingBuilder builder, FlowJudge.Judgement judged)
    {
        var path = packet.GoesUp == view.ForwardGoesUp ? view.Forward : view.Reply;
        ref readonly var any = ref packet.Any;
        var stops = (packet.GoesUp == view.ForwardGoesUp ? judged.ForwardStopped : judged.ReplyStopped) > 0 && packet.IsAt(path[^1].Index);
        return new ComparedPacket
        {
            Direction = packet.GoesUp == view.ForwardGoesUp ? CrossingDirection.Forward : CrossingDirection.Reply,
            Summary = any.Describe(path[0].Key.Protocol),
            SequenceNumber = any.Kind is SeenKind.Tcp or SeenKind.Echo ? any.Sequence : null,
            PayloadLength = any.Length,
            Sightings = [.. path.Where(leg => packet.IsAt(leg.Index)).Select(leg => new PacketSighting
            {
                Point = leg.Point.Name,
                TimestampNanoseconds = packet.At(leg.Index).Nanoseconds,
                ObservedAt = Time(packet.At(leg.Index).Nanoseconds),
                Ttl = packet.At(leg.Index).Ttl,
            })],
            MissedAt = [.. Missed(path, packet, builder).Select(static leg => leg.Point.Name), .. stops ? judged.NotSeenAt.Select(static p => p.Name) : []],
        };
    }

    // What comes into being on the way, as an answer does, was never due at the points before.
    private static IEnumerable<FlowLeg> Missed(FlowLeg[] path, MatchedPacket packet, CrossingBuilder builder)
    {
        var first = Array.FindIndex(path, leg => packet.IsAt(leg.Index));
        var time = packet.At(path[first].Index).Nanoseconds;
        return path.Skip(first + 1).Where(leg => !packet.IsAt(leg.Index) && !packet.IsCutAt(leg.Index) && !CrossingBuilder.IsOutsideOf(leg, time, builder.Offset(path[first], leg)));
    }

    private static DateTime Time(long nanoseconds) => DateTime.UnixEpoch.AddTicks(nanoseconds / 100);
}

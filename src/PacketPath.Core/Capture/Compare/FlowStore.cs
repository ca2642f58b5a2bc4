namespace PacketPath.Capture;

/// <summary>
/// Holds what several points saw, sorted into flows, also where addresses are translated in between. No more than so many packets are held: beyond that, the flows
/// that have been silent longest are given up, to be judged as they stand.
/// </summary>
internal sealed class FlowStore
{
    /// <summary>The packets held at most, unless told otherwise: some 200 MB.</summary>
    public const int MostPackets = 2_000_000;

    private const int MarksPerLeg = 8;
    private const long LongestWay = 30_000_000_000;

    private readonly int _most;
    private readonly List<CapturePoint> _points = [];
    private readonly Dictionary<(string, string, string?, string?), CapturePoint> _pointByPlace = [];
    private readonly Dictionary<(int, FlowEnds), FlowLeg> _legs = [];
    private readonly Dictionary<FlowEnds, List<SeenFlow>> _flowsByKey = [];
    private readonly Dictionary<(PacketMark, long), List<(FlowLeg Leg, bool FromLow, ulong Sending, long Time)>> _marks = [];
    private readonly HashSet<SeenFlow> _flows = [];
    private readonly Queue<SeenFlow> _givenUp = new();

    /// <summary>Holds so many packets at most.</summary>
    public FlowStore(int most = MostPackets) => _most = most;

    /// <summary>The points, in the order of their appearance.</summary>
    public IReadOnlyList<CapturePoint> Points => _points;

    /// <summary>The flows held.</summary>
    public IReadOnlyCollection<SeenFlow> Flows => _flows;

    /// <summary>The packets held.</summary>
    public int Held { get; private set; }

    /// <summary>The point of a capture.</summary>
    /// <param name="computer">The host; empty where nobody knows.</param>
    /// <param name="netNamespace">The namespace; empty likewise.</param>
    /// <param name="alias">The interface; null where the capture does not say.</param>
    /// <param name="label">The file, or what the user calls it; null for a live capture.</param>
    public CapturePoint Point(string computer, string netNamespace, string? alias, string? label)
    {
        var place = (computer, netNamespace, alias, label);
        if (!_pointByPlace.TryGetValue(place, out var point))
        {
            point = new CapturePoint { Index = _points.Count, ComputerName = computer, NetNamespace = netNamespace, InterfaceAlias = alias, Label = label };
            _pointByPlace.Add(place, point);
            _points.Add(point);
        }

        return point;
    }

    /// <summary>The point of a packet's record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="label">What the user calls its capture; null for the file it is from, or the place.</param>
    public CapturePoint Point(PacketRecord record, string? label = null) => Point(
        record.ComputerName, record.NetNamespace, record.InterfaceAlias ?? Interface(record.InterfaceIndex), label ?? record.ReadPath);

    /// <summary>An interface that is known by its number alone; null where not even that is.</summary>
    public static string? Interface(int index) => index == 0 ? null : FormattableString.Invariant($"#{index}");

    /// <summary>Takes one packet of one point.</summary>
    public void Add(CapturePoint point, in FlowEnds key, in SeenPacket packet)
    {
        point.Note(key, packet.Nanoseconds);
        var leg = LegOf(point, key, packet);
        leg.Packets.Add(packet);
        leg.Flow.LastSeen = Math.Max(leg.Flow.LastSeen, packet.Nanoseconds);
        if (leg.Marks.Count < MarksPerLeg && packet.IsDistinctive)
        {
            Register(leg, packet);
        }

        if (++Held > _most)
        {
            GiveUpTheSilent();
        }
    }

    /// <summary>The flows that have these ends at some point, oldest first.</summary>
    public IReadOnlyList<SeenFlow> FlowsOf(FlowEnds key) => _flowsByKey.TryGetValue(key, out var flows) ? flows : [];

    /// <summary>True where a point saw a packet already.</summary>
    public bool Holds(CapturePoint point, in FlowEnds key, SeenPacket packet) =>
        _legs.TryGetValue((point.Index, key), out var leg) && leg.Packets.Exists(p => p.Mark == packet.Mark && Math.Abs(p.Nanoseconds - packet.Nanoseconds) < 1_000_000);

    /// <summary>True where flows were given up and not yet taken.</summary>
    public bool HasGivenUp => _givenUp.Count > 0;

    /// <summary>Takes the next flow that was given up; false where there is none.</summary>
    public bool TryTakeGivenUp(out SeenFlow flow) => _givenUp.TryDequeue(out flow!);

    /// <summary>Lets go of a flow.</summary>
    public void Remove(SeenFlow flow)
    {
        if (!_flows.Remove(flow))
        {
            return;
        }

        Held -= flow.Count;
        foreach (var leg in flow.Legs)
        {
            if (_legs.TryGetValue((leg.Point.Index, leg.Key), out var current) && current == leg)
            {
                _legs.Remove((leg.Point.Index, leg.Key));
            }

            Drop(_flowsByKey, leg.Key, flow);
            foreach (var mark in leg.Marks)
            {
                if (_marks.TryGetValue(mark, out var known) && known.RemoveAll(k => k.Leg == leg) > 0 && known.Count == 0)
                {
                    _marks.Remove(mark);
                }
            }
        }
    }

    private static void Drop(Dictionary<FlowEnds, List<SeenFlow>> map, FlowEnds key, SeenFlow flow)
    {
        if (map.TryGetValue(key, out var flows) && flows.Remove(flow) && flows.Count == 0)
        {
            map.Remove(key);
        }
    }

    // A SYN with a number of its own begins another connection, though the ports are the same.
    private FlowLeg LegOf(CapturePoint point, in FlowEnds key, in SeenPacket packet)
    {
        uint? initial = packet.IsSyn ? packet.Sequence : packet.IsSynAck ? packet.Acknowledgment - 1 : null;
        if (_legs.TryGetValue((point.Index, key), out var leg) && (!packet.IsSyn || leg.Initial == initial))
        {
            leg.Initial ??= initial;
            return leg;
        }

        leg = new FlowLeg(point, key) { Initial = initial };
        var flows = _flowsByKey.TryGetValue(key, out var known) ? known : _flowsByKey[key] = [];
        var flow = flows.FindLast(f => f.At(point) is null && (initial is null || f.Legs.Exists(l => l.Key == leg.Key && l.Initial == initial)));
        flow ??= packet.IsSyn ? null : flows.FindLast(f => f.At(point) is null);
        if (flow is null)
        {
            flow = new SeenFlow();
            flows.Add(flow);
            _flows.Add(flow);
        }
        else
        {
            leg.IsTurned = flow.Legs.Find(l => l.Key == leg.Key)?.IsTurned ?? false;
        }

        leg.Flow = flow;
        flow.Legs.Add(leg);
        return _legs[(point.Index, key)] = leg;
    }

    // The same packet under other addresses at another point: translated in between.
    private void Register(FlowLeg leg, in SeenPacket packet)
    {
        var mark = (packet.Mark, packet.Digest);
        var sending = packet.Sending;
        var known = _marks.TryGetValue(mark, out var list) ? list : _marks[mark] = [];
        foreach (var (other, fromLow, otherSending, time) in known)
        {
            if (other.Flow != leg.Flow && other.Point != leg.Point && other.Key != leg.Key && other.Key.Protocol == leg.Key.Protocol && Math.Abs(time - packet.Nanoseconds) < LongestWay
                && (other.Key.SharesAnEnd(leg.Key) || (packet.Kind == SeenKind.Tcp && sending != 0 && sending == otherSending))
                && !other.Flow.Legs.Exists(l => leg.Flow.At(l.Point) is not null))
            {
                Join(other.Flow, leg.Flow, turn: (fromLow != other.IsTurned) != leg.GoesUp(packet));
                break;
            }
        }

        leg.Marks.Add(mark);
        known.Add((leg, packet.FromLow, sending, packet.Nanoseconds));
    }

    private void Join(SeenFlow into, SeenFlow from, bool turn)
    {
        foreach (var leg in from.Legs)
        {
            Drop(_flowsByKey, leg.Key, from);
            var flows = _flowsByKey.TryGetValue(leg.Key, out var known) ? known : _flowsByKey[leg.Key] = [];
            if (!flows.Contains(into))
            {
                flows.Add(into);
            }

            leg.IsTurned ^= turn;
            leg.Flow = into;
            into.Legs.Add(leg);
        }

        into.LastSeen = Math.Max(into.LastSeen, from.LastSeen);
        from.Legs.Clear();
        _flows.Remove(from);
    }

    private void GiveUpTheSilent()
    {
        foreach (var flow in _flows.OrderBy(static f => f.LastSeen).ToArray())
        {
            Remove(flow);
            _givenUp.Enqueue(flow);
            if (Held <= _most - (_most / 8))
            {
                return;
            }
        }
    }
}

using PacketPath.Capture;

namespace PacketPath.Diagnosis;

/// <summary>The packets among the evidence: some hundred bytes are kept of each, and no more than so many. Attempts are found among them by their ends and sequence numbers, datagrams by their payload.</summary>
internal sealed class CaptureEvidence(CancellationToken stop)
{
    private const long Nanoseconds = 100;

    private readonly FlowStore _store = new();
    private readonly SeenPacketReader _reader = new();
    private readonly List<PacketCaptureSummary> _summaries = [];
    private readonly HashSet<(string, string)> _places = [];
    private readonly Dictionary<SynPathResult, (SeenFlow Flow, (string, string) Place)> _sighted = new(ReferenceEqualityComparer.Instance);
    private bool _isCut;

    /// <summary>True where no capture is among the evidence.</summary>
    public bool IsEmpty => _store.Points.Count == 0 && _summaries.Count == 0;

    /// <summary>True where a capture stood in a place.</summary>
    public bool Has((string ComputerName, string NetNamespace) place) => _places.Contains(place);

    /// <summary>True where an attempt was put together from packets, and no socket was asked.</summary>
    public bool IsSighted(SynPathResult attempt) => _sighted.ContainsKey(attempt);

    /// <summary>The place of a point. A file is a place of its own.</summary>
    public static (string ComputerName, string NetNamespace) PlaceOf(CapturePoint point) =>
        point.Label is { } file ? ("", file) : (point.ComputerName.ToLowerInvariant(), point.NetNamespace);

    /// <summary>Takes a packet.</summary>
    public void Add(PacketRecord record)
    {
        if (!_reader.TryRead(record, out var key, out var seen))
        {
            return;
        }

        var point = _store.Point(record.ComputerName ?? "", record.NetNamespace ?? "", record.InterfaceAlias ?? FlowStore.Interface(record.InterfaceIndex), record.ReadPath);
        _places.Add(PlaceOf(point));
        _store.Add(point, key, seen);
        while (_store.TryTakeGivenUp(out _))
        {
            _isCut = true;
        }
    }

    /// <summary>Takes what a capture says of itself.</summary>
    public void Add(PacketCaptureSummary summary) => _summaries.Add(summary);

    /// <summary>Hands the summaries to their points. A capture that saw nothing is a point as well.</summary>
    public void Seal()
    {
        foreach (var summary in _summaries)
        {
            var points = _store.Points.Where(p => p.IsOf(summary)).ToArray();
            foreach (var point in points.Length > 0 ? points : [_store.Point(summary.ComputerName, summary.NetNamespace, summary.ReadPath is null ? summary.InterfaceAlias : null, summary.ReadPath)])
            {
                point.Summaries.Add(_isCut ? summary with { Lost = null } : summary);
                _places.Add(PlaceOf(point));
            }
        }

        _summaries.Clear();
        CapturePointNames.Set(_store.Points);
    }

    /// <summary>The connection attempts among the packets, as far as the sender's own capture saw them begin.</summary>
    public IEnumerable<SynPathResult> Attempts()
    {
        foreach (var flow in _store.Flows.OrderBy(static f => f.Legs.Min(static l => l.Packets[0].Nanoseconds)).ToArray())
        {
            stop.ThrowIfCancellationRequested();
            if (flow.Legs[0].Key.Protocol == IpProtocol.Tcp && flow.Legs.Exists(static l => l.Packets.Exists(static p => p.IsSyn))
                && SightedAttempt.Of(FlowView.Of(flow, stop)) is { } sighted)
            {
                _sighted.Add(sighted.Attempt, (flow, PlaceOf(sighted.Sender.Point)));
                yield return sighted.Attempt;
            }
        }
    }

    /// <summary>What captures in other places saw of an attempt; null where there are none, or the attempt cannot be found in them.</summary>
    /// <param name="probe">The attempt.</param>
    /// <param name="host">What else was read in a place.</param>
    public TwoEnds? Of(SynPathResult probe, Func<(string, string), HostTables?> host)
    {
        var (flow, place) = _sighted.TryGetValue(probe, out var known) ? known : (null, TargetKey.PlaceOf(probe));
        if (!_places.Any(p => p != place))
        {
            return null;
        }

        flow ??= Find(probe);
        return flow is null ? null : new TwoEnds(FlowView.Of(flow, stop), place, probe, [.. _store.Points], host);
    }

    // The attempt's own capture is one more point; its SYNs are known again elsewhere, also under other addresses.
    private SeenFlow? Find(SynPathResult probe)
    {
        if (!_reader.TryAddress(probe.LocalAddress, out var local) || !_reader.TryAddress(TargetKey.Canonical(probe.RemoteAddress).Split('%')[0], out var remote) || probe.LocalPort == 0)
        {
            return null;
        }

        var isUdp = probe.Protocol == TransportProtocol.Udp;
        var key = FlowEnds.Of(isUdp ? IpProtocol.Udp : IpProtocol.Tcp, local, (ushort)probe.LocalPort, remote, (ushort)probe.RemotePort, out var up);
        foreach (var packet in probe.Syns.Concat(probe.Replies).Concat(probe.LocalResponses).Where(static p => p.SequenceNumber is not null || p.Kind == SynPacketKind.Datagram).OrderBy(static p => p.CapturedAt))
        {
            var leaves = TargetKey.Canonical(packet.From) == TargetKey.Canonical(probe.LocalAddress);
            var seen = _reader.Seen(packet, leaves ? up : !up, leaves);
            var point = _store.Point(probe.ComputerName, probe.NetNamespace, packet.InterfaceAlias ?? probe.InterfaceAlias, null);
            if (!_store.Holds(point, key, seen))
            {
                _store.Add(point, key, seen);
            }
        }

        CapturePointNames.Set(_store.Points);
        var first = CapturePoint.Nanoseconds(probe.ObservedAt)!.Value;
        var about = (long)((probe.TimeoutSeconds + 2) * 1e9);
        return _store.FlowsOf(key).LastOrDefault(f => isUdp
            ? f.Legs.Exists(l => l.Packets.Exists(p => Math.Abs(p.Nanoseconds - first) < about))
            : probe.Syns.Length > 0
            ? f.Legs.Exists(l => l.Initial is { } initial && probe.Syns.Any(s => s.SequenceNumber == initial))
            : Math.Abs(f.Legs[0].Packets[0].Nanoseconds - first) < about);
    }
}

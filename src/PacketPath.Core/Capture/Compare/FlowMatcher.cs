using System.Runtime.InteropServices;

namespace PacketPath.Capture;

/// <summary>Finds out which packets of a flow are the same at several points. Of equal ones, the first at one point is the first at the other.</summary>
internal sealed class FlowMatcher
{
    private const int MostAlike = 256;

    private readonly SeenFlow _flow;
    private readonly int _points;
    private readonly List<MatchedPacket> _packets = [];

    private readonly CancellationToken _stop;

    private FlowMatcher(SeenFlow flow, CancellationToken stop)
    {
        _stop = stop;
        _flow = flow;
        _points = flow.Legs.Count;
        for (var index = 0; index < _points; index++)
        {
            flow.Legs[index].Index = index;
        }
    }

    /// <summary>The packets of a flow, each once, in the order of their sightings. What each leg saw is kept under the leg's index.</summary>
    public static List<MatchedPacket> Match(SeenFlow flow, CancellationToken stop)
    {
        var matcher = new FlowMatcher(flow, stop);
        matcher.MatchAlike();
        if (matcher._packets.Exists(matcher.IsMissedByALeg))
        {
            matcher.MatchDespiteRewrites();
            matcher.MatchSegments();
        }

        matcher._packets.Sort(static (a, b) => a.Time.CompareTo(b.Time));
        return matcher._packets;
    }

    private bool IsMissedByALeg(MatchedPacket packet) => _flow.Legs.Exists(leg => !packet.IsAt(leg.Index));

    private void MatchAlike()
    {
        var alike = new Dictionary<(PacketMark, ulong, bool), Alike>();
        foreach (var leg in _flow.Legs)
        {
            foreach (ref readonly var packet in CollectionsMarshal.AsSpan(leg.Packets))
            {
                _stop.ThrowIfCancellationRequested();
                var up = leg.GoesUp(packet);
                ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(alike, (packet.Mark, packet.Sending, up), out _);
                entry ??= new Alike();
                var matched = entry.Next(leg.Index);
                if (matched is null)
                {
                    matched = new MatchedPacket(_points, up);
                    entry.Packets.Add(matched);
                    _packets.Add(matched);
                }

                matched.See(leg.Index, packet);
            }
        }
    }

    // Some middleboxes number the packets anew: where no number survives between two points, the order alone counts.
    private void MatchDespiteRewrites()
    {
        var survives = new bool[_points, _points];
        foreach (var packet in _packets)
        {
            foreach (var one in _flow.Legs)
            {
                foreach (var other in _flow.Legs)
                {
                    survives[one.Index, other.Index] |= one != other && packet.IsAt(one.Index) && packet.IsAt(other.Index) && packet.At(one.Index).Sending != 0;
                }
            }
        }

        var gone = new HashSet<MatchedPacket>();
        foreach (var group in _packets.Where(IsMissedByALeg).GroupBy(static p => (p.Any.Mark, p.GoesUp)))
        {
            _stop.ThrowIfCancellationRequested();
            var alike = group.Take(MostAlike).ToArray();
            for (var i = 0; i < alike.Length; i++)
            {
                for (var j = i + 1; j < alike.Length && !gone.Contains(alike[i]); j++)
                {
                    if (!gone.Contains(alike[j]) && alike[i].IsApartFrom(alike[j]) && !Survives(survives, alike[i], alike[j]))
                    {
                        alike[i].Take(alike[j]);
                        gone.Add(alike[j]);
                    }
                }
            }
        }

        _packets.RemoveAll(gone.Contains);
    }

    private bool Survives(bool[,] survives, MatchedPacket one, MatchedPacket other)
    {
        // A capture may keep the one number and not the other: only numbers of a kind can tell two sendings apart.
        if (one.Any.Sending == 0 || other.Any.Sending == 0 || one.Any.Sending >> 32 != other.Any.Sending >> 32)
        {
            return false;
        }

        for (var p = 0; p < _points; p++)
        {
            for (var q = 0; q < _points; q++)
            {
                if (one.IsAt(p) && other.IsAt(q) && survives[p, q])
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Offloading and coalescing put the same bytes into other segments: what counts is whether the bytes came by.
    private void MatchSegments()
    {
        foreach (var up in (ReadOnlySpan<bool>)[true, false])
        {
            var whole = _packets.Where(p => p.GoesUp == up && p.Any is { Kind: SeenKind.Tcp, Length: > 0 }).ToArray();
            foreach (var leg in _flow.Legs)
            {
                _stop.ThrowIfCancellationRequested();
                var point = leg.Index;
                var missed = whole.Where(p => !p.IsAt(point)).ToArray();
                if (missed.Length == 0)
                {
                    continue;
                }

                var seen = whole.Where(p => p.IsAt(point)).Select(static p => p.Any.Mark).ToHashSet();
                var coverage = SequenceCoverage.Of(whole.Where(p => p.IsAt(point)).Select(p => (p.At(point).Sequence, p.At(point).Length)));
                foreach (var packet in missed.Where(p => !seen.Contains(p.Any.Mark) && coverage.Holds(p.Any.Sequence, p.Any.Length)))
                {
                    packet.Cut(point);
                }
            }
        }
    }

    private sealed class Alike
    {
        private int[]? _used;

        public List<MatchedPacket> Packets { get; } = new(1);

        /// <summary>The next one that a point has not seen; null where it saw them all.</summary>
        public MatchedPacket? Next(int point)
        {
            if (_used is null || _used.Length <= point)
            {
                Array.Resize(ref _used, point + 1);
            }

            var index = _used[point]++;
            return index < Packets.Count ? Packets[index] : null;
        }
    }
}

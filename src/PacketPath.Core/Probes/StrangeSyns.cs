using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>
/// The SYNs and datagrams that left this host and fit no flow asked about. Address translation on this host that changes the source port
/// (masquerade random, a port range) makes one of a probe's own, which then looks as if it had never left.
/// </summary>
internal sealed class StrangeSyns
{
    private const int Most = 4096;

    // From the connect to the wire, on a busy host.
    private const long Way = 50_000_000;

    // A SYN is repeated after a second at the earliest.
    private const long Repetition = 900_000_000;

    private readonly Dictionary<FlowKey, Seen> _seen = [];
    private readonly Queue<FlowKey> _order = new();

    /// <summary>Takes note of a packet that fits no flow.</summary>
    public void Note(in CapturedSegment segment)
    {
        if (segment.IsIcmp)
        {
            return;
        }

        if (segment.Outgoing && (segment.Kind is SynPacketKind.Syn or SynPacketKind.Datagram))
        {
            NoteSyn(segment);
        }
        else if (!segment.Outgoing && segment.Kind == SynPacketKind.Reset && _seen.TryGetValue(segment.Flow.Reversed, out var seen))
        {
            seen.WasReset = true;
        }
    }

    /// <summary>The flow that an attempt without a SYN of its own may have been translated to; null where none fits.</summary>
    /// <param name="attempt">The attempt.</param>
    public FlowKey? Of(SynAttempt attempt)
    {
        var began = (attempt.StartedUtc - DateTime.UnixEpoch).Ticks * 100;
        var repeats = attempt.EndedAt - attempt.StartedAt >= Repetition + (2 * Way) + 100_000_000;
        var mark = attempt.Plan.Payload is { } payload ? DatagramQuestion.MarkOf(payload) : (uint?)null;
        foreach (var (flow, seen) in _seen)
        {
            // A datagram is known again by its payload.
            if (mark is not null)
            {
                if (seen.Sequence == mark && seen.First >= began - Way / 10)
                {
                    return flow;
                }

                continue;
            }

            if (seen.First >= began - Way / 10 && seen.First <= began + Way
                && (attempt.Outcome == SynOutcome.Refused ? seen.WasReset : !repeats || seen.Last - seen.First >= Repetition))
            {
                return flow;
            }
        }

        return null;
    }

    private void NoteSyn(in CapturedSegment segment)
    {
        if (_seen.TryGetValue(segment.Flow, out var seen) && seen.Sequence == segment.Sequence)
        {
            seen.Last = segment.TimestampNanoseconds;
            return;
        }

        if (seen is null)
        {
            if (_order.Count == Most)
            {
                _seen.Remove(_order.Dequeue());
            }

            _order.Enqueue(segment.Flow);
        }

        _seen[segment.Flow] = new Seen { Sequence = segment.Sequence, First = segment.TimestampNanoseconds, Last = segment.TimestampNanoseconds };
    }

    private sealed class Seen
    {
        public uint Sequence { get; init; }

        public long First { get; init; }

        public long Last { get; set; }

        public bool WasReset { get; set; }
    }
}

namespace PacketPath.Capture;

/// <summary>The bytes of one direction of a TCP connection that a point saw, as ranges of sequence numbers.</summary>
internal sealed class SequenceCoverage
{
    private readonly uint _base;
    private readonly List<(long From, long To)> _ranges;

    private SequenceCoverage(uint origin, List<(long From, long To)> ranges)
    {
        _base = origin;
        _ranges = ranges;
    }

    /// <summary>The ranges of segments.</summary>
    public static SequenceCoverage Of(IEnumerable<(uint Sequence, int Length)> segments)
    {
        var all = segments.ToArray();
        var origin = all.Length == 0 ? 0 : all[0].Sequence;
        var ranges = new List<(long From, long To)>();
        foreach (var (from, to) in all.Select(s => (From: Offset(origin, s.Sequence), To: Offset(origin, s.Sequence) + s.Length)).Order())
        {
            if (ranges.Count > 0 && from <= ranges[^1].To)
            {
                ranges[^1] = (ranges[^1].From, Math.Max(ranges[^1].To, to));
            }
            else
            {
                ranges.Add((from, to));
            }
        }

        return new SequenceCoverage(origin, ranges);
    }

    /// <summary>True where every byte of a segment was seen.</summary>
    public bool Holds(uint sequence, int length)
    {
        var from = Offset(_base, sequence);
        var index = _ranges.BinarySearch((from, long.MaxValue));
        index = (index < 0 ? ~index : index) - 1;
        return index >= 0 && _ranges[index].To >= from + length;
    }

    // Sequence numbers wrap: what is less than half the circle away is before or behind.
    private static long Offset(uint origin, uint sequence) => (int)(sequence - origin);
}

using System.Globalization;

namespace PacketPath.Capture;

/// <summary>Counts and times what went from one point to the next.</summary>
internal sealed class CrossingBuilder(FlowView view, bool sameClock)
{
    private const double NanosecondsPerMillisecond = 1e6;
    private const int MostRewrites = 8;

    /// <summary>The way between two points.</summary>
    public FlowCrossing Between(FlowLeg from, FlowLeg to, CrossingDirection direction)
    {
        var up = (direction == CrossingDirection.Forward) == view.ForwardGoesUp;
        var offset = Offset(from, to);
        var delays = new List<long>();
        var rewrites = new Dictionary<(string, string, string), int>();
        int sent = 0, arrived = 0, cut = 0, lost = 0, unannounced = 0;
        foreach (var packet in view.Packets)
        {
            if (packet.GoesUp != up)
            {
                continue;
            }

            var here = packet.IsAt(from.Index);
            var there = packet.IsAt(to.Index);
            sent += here ? 1 : 0;
            if (here && there)
            {
                arrived++;
                delays.Add(packet.At(to.Index).Nanoseconds - packet.At(from.Index).Nanoseconds);
                Rewrites(rewrites, from, to, packet);
            }
            else if (here && packet.IsCutAt(to.Index))
            {
                arrived++;
                cut++;
            }
            else if (here && !IsOutsideOf(to, packet.At(from.Index).Nanoseconds, offset))
            {
                lost++;
            }
            else if (there && !packet.IsCutAt(from.Index))
            {
                unannounced++;
            }
        }

        delays.Sort();
        double? Delay(int index) => offset is { } ahead && delays.Count > 0 ? (delays[index] - ahead) / NanosecondsPerMillisecond : null;
        return new FlowCrossing
        {
            Direction = direction,
            From = from.Point.Name,
            To = to.Point.Name,
            Sent = sent,
            Arrived = arrived,
            Resegmented = cut,
            Lost = lost,
            Unannounced = unannounced,
            MinimumDelayMilliseconds = Delay(0),
            MedianDelayMilliseconds = Delay(delays.Count / 2),
            MaximumDelayMilliseconds = Delay(delays.Count - 1),
            ClockOffsetMilliseconds = offset / NanosecondsPerMillisecond,
            Rewrites = [.. rewrites.OrderByDescending(static r => r.Value).Take(MostRewrites)
                .Select(static r => new PacketRewrite { Field = r.Key.Item1, Before = r.Key.Item2, After = r.Key.Item3, Packets = r.Value })],
        };
    }

    /// <summary>True where a packet cannot be said to be missing at a point: nobody watched there then.</summary>
    public static bool IsOutsideOf(FlowLeg leg, long time, double? offset) => offset is { } ahead && leg.Point.MayHaveMissed(time + (long)ahead);

    /// <summary>How far one point's clock is ahead of another's, in nanoseconds; null where nothing tells. The quickest packet of each way stands for the way itself.</summary>
    public double? Offset(FlowLeg from, FlowLeg to)
    {
        if (sameClock || from.Point.SharesClock(to.Point))
        {
            return 0;
        }

        long there = long.MaxValue, back = long.MaxValue;
        foreach (var packet in view.Packets)
        {
            if (packet.IsAt(from.Index) && packet.IsAt(to.Index))
            {
                var difference = packet.At(to.Index).Nanoseconds - packet.At(from.Index).Nanoseconds;
                if (packet.GoesUp == view.ForwardGoesUp)
                {
                    there = Math.Min(there, difference);
                }
                else
                {
                    back = Math.Min(back, -difference);
                }
            }
        }

        return there == long.MaxValue || back == long.MaxValue ? null : (there - back) / 2.0;
    }

    private void Rewrites(Dictionary<(string, string, string), int> into, FlowLeg from, FlowLeg to, MatchedPacket packet)
    {
        var forward = packet.GoesUp == view.ForwardGoesUp;
        if (from.Key != to.Key)
        {
            var (source, sourcePort, destination, destinationPort) = view.Ends(from);
            var (newSource, newSourcePort, newDestination, newDestinationPort) = view.Ends(to);
            Note(into, forward ? "SourceAddress" : "DestinationAddress", source.ToString(), newSource.ToString());
            Note(into, forward ? "SourcePort" : "DestinationPort", Text(sourcePort), Text(newSourcePort));
            Note(into, forward ? "DestinationAddress" : "SourceAddress", destination.ToString(), newDestination.ToString());
            Note(into, forward ? "DestinationPort" : "SourcePort", Text(destinationPort), Text(newDestinationPort));
        }

        ref readonly var before = ref packet.At(from.Index);
        ref readonly var after = ref packet.At(to.Index);
        if (before.Ttl != after.Ttl)
        {
            Note(into, "Ttl", Text(before.Ttl), Text(after.Ttl));
        }

        if (before.MaximumSegment != after.MaximumSegment)
        {
            Note(into, "MaximumSegmentSize", Text(before.MaximumSegment), Text(after.MaximumSegment));
        }

        if (before.Identification != after.Identification && into.Count < MostRewrites)
        {
            Note(into, "Identification", "each packet's", "another");
        }
    }

    private static void Note(Dictionary<(string, string, string), int> into, string field, string before, string after)
    {
        const int most = 64;
        if (before != after && (into.Count < most || into.ContainsKey((field, before, after))))
        {
            into[(field, before, after)] = into.GetValueOrDefault((field, before, after)) + 1;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

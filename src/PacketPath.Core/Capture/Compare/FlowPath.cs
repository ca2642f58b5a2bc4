namespace PacketPath.Capture;

/// <summary>The order in which packets of one direction cross the points that saw them.</summary>
internal static class FlowPath
{
    /// <summary>The points, from the sender on. The TTL tells, which no clock can spoil; between equals, what leaves a host is before what enters one, then the time.</summary>
    /// <param name="packets">The flow's packets.</param>
    /// <param name="goesUp">The direction.</param>
    /// <param name="legs">The flow's legs.</param>
    public static FlowLeg[] Order(IReadOnlyList<MatchedPacket> packets, bool goesUp, IReadOnlyList<FlowLeg> legs)
    {
        // An ICMP error begins wherever it was made, so its TTL tells of another way; it counts where there is nothing else.
        var order = Order(packets, goesUp, legs, errors: false);
        return order.Length > 0 ? order : Order(packets, goesUp, legs, errors: true);
    }

    private static FlowLeg[] Order(IReadOnlyList<MatchedPacket> packets, bool goesUp, IReadOnlyList<FlowLeg> legs, bool errors)
    {
        var found = new (int Ttl, bool Leaves, long Time)?[legs.Count];
        foreach (var packet in packets)
        {
            if (packet.GoesUp != goesUp || (packet.Any.Kind == SeenKind.IcmpError) != errors)
            {
                continue;
            }

            for (var leg = 0; leg < found.Length; leg++)
            {
                if (packet.IsAt(leg))
                {
                    ref readonly var seen = ref packet.At(leg);
                    var (ttl, leaves, time) = found[leg] ?? (0, false, long.MaxValue);
                    found[leg] = (Math.Max(ttl, seen.Ttl), leaves || seen.Direction == PacketDirection.Outgoing, Math.Min(time, seen.Nanoseconds));
                }
            }
        }

        return
        [
            .. Enumerable.Range(0, found.Length).Where(leg => found[leg] is not null).Select(leg => (Leg: legs[leg], Found: found[leg]!.Value))
                .OrderByDescending(static f => f.Found.Ttl).ThenByDescending(static f => f.Found.Leaves).ThenBy(static f => f.Found.Time).Select(static f => f.Leg),
        ];
    }
}

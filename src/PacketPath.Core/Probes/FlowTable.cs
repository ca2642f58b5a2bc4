namespace PacketPath.Probes;

/// <summary>Finds the attempt a captured packet belongs to, by the exact tuple, and the part it plays there.</summary>
internal sealed class FlowTable<T>
    where T : class
{
    // The loopback interface has index 1 in every namespace. A capture shows its packets once, as incoming.
    private const int Loopback = 1;

    private readonly Dictionary<FlowKey, T> _exact = [];
    private readonly Dictionary<FlowKey, T> _anySource = [];
    private readonly Dictionary<FlowKey, T?> _anyDestination = [];
    private readonly Dictionary<T, List<FlowKey>> _translated = [];

    /// <summary>Watches a flow, given from this host to the remote one.</summary>
    public void Add(FlowKey flow, T owner)
    {
        _exact[flow] = owner;
        _anySource[WithoutSource(flow)] = owner;
        if (!_anyDestination.TryAdd(WithoutDestination(flow), owner))
        {
            // Two flows share the local endpoint: a translated destination could be either's.
            _anyDestination[WithoutDestination(flow)] = null;
        }
    }

    /// <summary>Forgets a flow.</summary>
    public void Remove(FlowKey flow, T owner)
    {
        RemoveWhereOwned(_exact, flow, owner);
        RemoveWhereOwned(_anySource, WithoutSource(flow), owner);
        RemoveWhereOwned(_anyDestination, WithoutDestination(flow), owner);
        if (_translated.Remove(owner, out var aliases))
        {
            foreach (var alias in aliases)
            {
                RemoveWhereOwned(_exact, alias, owner);
            }
        }
    }

    /// <summary>Finds the owner of a packet and its role; <see cref="SegmentRole.None"/> where it belongs to nobody or tells nothing.</summary>
    public SegmentRole Match(in CapturedSegment segment, out T? owner)
    {
        var onLoopback = segment.InterfaceIndex == Loopback;
        var sentHere = segment.Outgoing || onLoopback;
        var arrived = !segment.Outgoing || onLoopback;
        if (_exact.TryGetValue(segment.Flow, out owner))
        {
            if (segment.IsIcmp)
            {
                return arrived ? SegmentRole.Reply : SegmentRole.None;
            }

            return (sentHere, segment.Kind) switch
            {
                (true, SynPacketKind.Syn or SynPacketKind.Datagram) => SegmentRole.Sent,
                (true, SynPacketKind.Reset) => SegmentRole.LocalResponse,
                _ => SegmentRole.None,
            };
        }

        if (_exact.TryGetValue(segment.Flow.Reversed, out owner))
        {
            if (segment.IsIcmp)
            {
                return sentHere ? SegmentRole.LocalResponse : SegmentRole.None;
            }

            return arrived ? SegmentRole.Reply : SegmentRole.None;
        }

        return sentHere && (segment.Kind is SynPacketKind.Syn or SynPacketKind.Datagram) && MatchTranslated(segment.Flow, out owner)
            ? SegmentRole.Sent
            : SegmentRole.None;
    }

    // This host's own NAT rewrites a packet before it reaches the link: one end of the tuple still tells whose it is.
    private bool MatchTranslated(FlowKey flow, out T? owner)
    {
        if (!_anySource.TryGetValue(WithoutSource(flow), out owner)
            && (!_anyDestination.TryGetValue(WithoutDestination(flow), out owner) || owner is null))
        {
            return false;
        }

        _exact[flow] = owner!;
        if (!_translated.TryGetValue(owner!, out var aliases))
        {
            _translated[owner!] = aliases = [];
        }

        aliases.Add(flow);
        return true;
    }

    private static void RemoveWhereOwned<TValue>(Dictionary<FlowKey, TValue> table, FlowKey key, T owner)
    {
        if (table.TryGetValue(key, out var found) && (found is null || ReferenceEquals(found, owner)))
        {
            table.Remove(key);
        }
    }

    private static FlowKey WithoutSource(FlowKey flow) => flow with { Source = default };

    private static FlowKey WithoutDestination(FlowKey flow) => flow with { Destination = default, DestinationPort = 0 };
}

/// <summary>The part a captured packet plays in an attempt.</summary>
internal enum SegmentRole
{
    /// <summary>None.</summary>
    None,

    /// <summary>A SYN or datagram of the attempt, leaving.</summary>
    Sent,

    /// <summary>An answer to it, arriving.</summary>
    Reply,

    /// <summary>What this host sent in answer to the answer.</summary>
    LocalResponse,
}

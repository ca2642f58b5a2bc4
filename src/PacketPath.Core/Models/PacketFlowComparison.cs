namespace PacketPath;

/// <summary>One flow as two or more captures saw it: what crossed which point, which way, how late, what was rewritten, and where it stopped.</summary>
public sealed record PacketFlowComparison
{
    /// <summary>The protocol.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The address of who began, as the first point saw it.</summary>
    public string SourceAddress { get; init; } = "";

    /// <summary>Its port, or the identifier of an echo; 0 where there is none.</summary>
    public int SourcePort { get; init; }

    /// <summary>The address it wrote to, as the first point saw it.</summary>
    public string DestinationAddress { get; init; } = "";

    /// <summary>The port there; 0 where there is none.</summary>
    public int DestinationPort { get; init; }

    /// <summary>What came of the flow, as far as the points show.</summary>
    public FlowOutcome Outcome { get; init; }

    /// <summary>When its first packet was seen anywhere, in UTC.</summary>
    public DateTime FirstSeen { get; init; }

    /// <summary>When its last packet was seen anywhere, in UTC.</summary>
    public DateTime LastSeen { get; init; }

    /// <summary>The packets of who began, each counted once.</summary>
    public int ForwardPackets { get; init; }

    /// <summary>Those of them that were seen at one point and not at the next.</summary>
    public int ForwardLost { get; init; }

    /// <summary>The packets of who was asked, each counted once; ICMP errors about the flow among them.</summary>
    public int ReplyPackets { get; init; }

    /// <summary>Those of them that were seen at one point and not at the next.</summary>
    public int ReplyLost { get; init; }

    /// <summary>The last point that saw the direction which stopped; null where none did.</summary>
    public string? StoppedAfter { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The points that should have seen it next, and did not.</summary>
    public string[] NotSeenAt { get; init; } = [];

    /// <summary>The points, in the order in which the flow crosses them; those that saw nothing of it last.</summary>
    public FlowPoint[] Points { get; init; } = [];

    /// <summary>The ways from point to point.</summary>
    public FlowCrossing[] Crossings { get; init; } = [];

    /// <summary>The packets one by one (-IncludePacket), in the order of their first sighting.</summary>
    public ComparedPacket[] Packets { get; init; } = [];

    /// <summary>True where the flow was set down before its end because too many packets were held: its counts are of a part.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Protocol} {SourceAddress}:{SourcePort} > {DestinationAddress}:{DestinationPort} {Outcome}";
}

/// <summary>What came of a flow between the points that watched it.</summary>
public enum FlowOutcome
{
    /// <summary>Every packet, there and back, was seen at every point on its way.</summary>
    Complete,

    /// <summary>Both directions got through, with losses.</summary>
    Lossy,

    /// <summary>It got through to the last point, and nothing was seen coming back anywhere.</summary>
    Unanswered,

    /// <summary>A point that sees other packets of these addresses saw none of this flow.</summary>
    ForwardStopped,

    /// <summary>An answer was seen, and not at the point nearest to who asked.</summary>
    ReplyStopped,

    /// <summary>One point alone saw it, and nothing shows that another should have.</summary>
    OnePoint,
}

/// <summary>What one point saw of a flow.</summary>
public sealed record FlowPoint
{
    /// <summary>The point: interface behind namespace, with the host where there are several, or the file.</summary>
    public string Name { get; init; } = "";

    /// <summary>The host; empty where the capture is a file.</summary>
    public string ComputerName { get; init; } = "";

    /// <summary>The network namespace; empty where the capture is a file.</summary>
    public string NetNamespace { get; init; } = "";

    /// <summary>The interface; null where the capture does not say.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The flow's source address here.</summary>
    public string SourceAddress { get; init; } = "";

    /// <summary>The flow's source port here.</summary>
    public int SourcePort { get; init; }

    /// <summary>The flow's destination address here.</summary>
    public string DestinationAddress { get; init; } = "";

    /// <summary>The flow's destination port here.</summary>
    public int DestinationPort { get; init; }

    /// <summary>The packets of who began that were seen here.</summary>
    public int ForwardPackets { get; init; }

    /// <summary>The packets of who was asked that were seen here.</summary>
    public int ReplyPackets { get; init; }

    /// <summary>Whether the capture here says of itself that it stood over the flow's time and lost nothing; Unavailable where it says nothing.</summary>
    public CaptureStatus CaptureStatus { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} ({ForwardPackets} there, {ReplyPackets} back)");
}

/// <summary>The way of a flow's packets from one point to the next, in one direction.</summary>
public sealed record FlowCrossing
{
    /// <summary>Which packets.</summary>
    public CrossingDirection Direction { get; init; }

    /// <summary>The point they come from.</summary>
    public string From { get; init; } = "";

    /// <summary>The point they come to.</summary>
    public string To { get; init; } = "";

    /// <summary>The packets seen at the first point.</summary>
    public int Sent { get; init; }

    /// <summary>Those of them seen at the second as well.</summary>
    public int Arrived { get; init; }

    /// <summary>Those whose bytes came in segments of other sizes; counted as arrived.</summary>
    public int Resegmented { get; init; }

    /// <summary>Those not seen there.</summary>
    public int Lost { get; init; }

    /// <summary>Packets seen at the second point and not at the first.</summary>
    public int Unannounced { get; init; }

    /// <summary>The shortest delay, in milliseconds; null where the clocks cannot be compared or nothing arrived.</summary>
    public double? MinimumDelayMilliseconds { get; init; }

    /// <summary>The delay that half of the packets kept below; null likewise.</summary>
    public double? MedianDelayMilliseconds { get; init; }

    /// <summary>The longest delay; null likewise.</summary>
    public double? MaximumDelayMilliseconds { get; init; }

    /// <summary>How far the second point's clock is ahead, in milliseconds, if both ways take equally long; 0 where it is the same clock, null where it cannot be told.</summary>
    public double? ClockOffsetMilliseconds { get; init; }

    /// <summary>What was rewritten in between.</summary>
    public PacketRewrite[] Rewrites { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant($"{From} > {To}: {Arrived} of {Sent}{(Lost > 0 ? $", {Lost} lost" : "")}{(MedianDelayMilliseconds is { } delay ? $", {delay:0.###} ms" : "")}{(Rewrites.Length > 0 ? $"; {string.Join("; ", (object[])Rewrites)}" : "")}");
}

/// <summary>The two directions of a flow.</summary>
public enum CrossingDirection
{
    /// <summary>From who began.</summary>
    Forward,

    /// <summary>From who was asked.</summary>
    Reply,
}

/// <summary>A field that differs between two points.</summary>
public sealed record PacketRewrite
{
    /// <summary>The field: SourceAddress, SourcePort, DestinationAddress, DestinationPort, MaximumSegmentSize, Ttl, Identification.</summary>
    public string Field { get; init; } = "";

    /// <summary>Its value at the first point.</summary>
    public string Before { get; init; } = "";

    /// <summary>Its value at the second.</summary>
    public string After { get; init; } = "";

    /// <summary>The packets it was seen on.</summary>
    public int Packets { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Field} {Before} > {After}";
}

/// <summary>One packet of a flow, and the points that saw it.</summary>
public sealed record ComparedPacket
{
    /// <summary>Which way it goes.</summary>
    public CrossingDirection Direction { get; init; }

    /// <summary>What it is, for example <c>SYN</c> or <c>ACK len 1448</c>.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The TCP sequence number, or that of an echo; null where there is none.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>Its payload in bytes.</summary>
    public int PayloadLength { get; init; }

    /// <summary>Where it was seen, in the order of the way.</summary>
    public PacketSighting[] Sightings { get; init; } = [];

    /// <summary>The points on its way that did not see it.</summary>
    public string[] MissedAt { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Summary} at {string.Join(", ", Sightings.Select(static s => s.Point))}{(MissedAt.Length > 0 ? $", not at {string.Join(", ", MissedAt)}" : "")}";
}

/// <summary>One packet at one point.</summary>
public sealed record PacketSighting
{
    /// <summary>The point.</summary>
    public string Point { get; init; } = "";

    /// <summary>When it was seen there by that point's clock, in UTC.</summary>
    public DateTime ObservedAt { get; init; }

    /// <summary>The same in nanoseconds since 1970-01-01 UTC.</summary>
    public long TimestampNanoseconds { get; init; }

    /// <summary>The TTL or hop limit there.</summary>
    public int Ttl { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Point} {ObservedAt:HH:mm:ss.ffffff}";
}

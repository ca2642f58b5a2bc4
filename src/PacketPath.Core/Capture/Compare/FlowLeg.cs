namespace PacketPath.Capture;

/// <summary>What one point saw of one flow, under the addresses it has there.</summary>
internal sealed class FlowLeg(CapturePoint point, FlowEnds key)
{
    /// <summary>The point.</summary>
    public CapturePoint Point => point;

    /// <summary>The flow's ends there.</summary>
    public FlowEnds Key => key;

    /// <summary>The packets, in the order they came.</summary>
    public List<SeenPacket> Packets { get; } = [];

    /// <summary>The flow it is a part of.</summary>
    public SeenFlow Flow { get; set; } = null!;

    /// <summary>True where the low end of this leg is the high end of the flow: translation can turn their order.</summary>
    public bool IsTurned { get; set; }

    /// <summary>The sequence number the connection began with; null where its beginning was not seen.</summary>
    public uint? Initial { get; set; }

    /// <summary>The marks it can be found by.</summary>
    public List<(PacketMark Mark, long Digest)> Marks { get; } = [];

    /// <summary>Its place among the legs of the flow.</summary>
    public int Index { get; set; }

    /// <summary>True where a packet goes from the flow's low end to its high one.</summary>
    public bool GoesUp(in SeenPacket packet) => packet.FromLow != IsTurned;
}

/// <summary>The legs of one flow, at most one a point.</summary>
internal sealed class SeenFlow
{
    /// <summary>The legs.</summary>
    public List<FlowLeg> Legs { get; } = [];

    /// <summary>The time of the newest packet.</summary>
    public long LastSeen { get; set; } = long.MinValue;

    /// <summary>The packets held.</summary>
    public int Count => Legs.Sum(static leg => leg.Packets.Count);

    /// <summary>The leg at a point; null where it saw nothing.</summary>
    public FlowLeg? At(CapturePoint point) => Legs.Find(leg => leg.Point == point);
}

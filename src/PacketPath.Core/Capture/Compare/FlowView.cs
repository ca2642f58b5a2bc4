namespace PacketPath.Capture;

/// <summary>One flow, matched: its packets, who began, and the points in order, there and back.</summary>
internal sealed class FlowView
{
    private FlowView(SeenFlow flow, List<MatchedPacket> packets, bool forwardGoesUp)
    {
        Flow = flow;
        Packets = packets;
        ForwardGoesUp = forwardGoesUp;
        Forward = FlowPath.Order(packets, forwardGoesUp, flow.Legs);
        Reply = FlowPath.Order(packets, !forwardGoesUp, flow.Legs);
    }

    /// <summary>The flow.</summary>
    public SeenFlow Flow { get; }

    /// <summary>Its packets, in the order of their sightings.</summary>
    public List<MatchedPacket> Packets { get; }

    /// <summary>True where who began is the low end.</summary>
    public bool ForwardGoesUp { get; }

    /// <summary>The legs that saw packets of who began, from there on.</summary>
    public FlowLeg[] Forward { get; }

    /// <summary>The legs that saw packets of who was asked, from there on.</summary>
    public FlowLeg[] Reply { get; }

    /// <summary>Matches the packets of a flow.</summary>
    public static FlowView Of(SeenFlow flow, CancellationToken stop)
    {
        var packets = FlowMatcher.Match(flow, stop);
        return new FlowView(flow, packets, BeganUp(flow, packets));
    }

    /// <summary>The flow's ends at a leg, who began first.</summary>
    public (PacketAddress Source, ushort SourcePort, PacketAddress Destination, ushort DestinationPort) Ends(FlowLeg leg) => ForwardGoesUp != leg.IsTurned
        ? (leg.Key.Low, leg.Key.LowPort, leg.Key.High, leg.Key.HighPort)
        : (leg.Key.High, leg.Key.HighPort, leg.Key.Low, leg.Key.LowPort);

    // A SYN tells who began, so does an echo request; of a connection under way, the higher port is more likely the client's.
    private static bool BeganUp(SeenFlow flow, List<MatchedPacket> packets)
    {
        foreach (var packet in packets)
        {
            ref readonly var seen = ref packet.Any;
            if (seen.IsSyn || (seen.Kind == SeenKind.Echo && seen.Type is 8 or 128))
            {
                return packet.GoesUp;
            }

            if (seen.IsSynAck || (seen.Kind == SeenKind.Echo && seen.Type is 0 or 129))
            {
                return !packet.GoesUp;
            }
        }

        var leg = flow.Legs[0];
        return leg.Key.Protocol == IpProtocol.Tcp && leg.Key.LowPort != leg.Key.HighPort
            ? (leg.Key.LowPort > leg.Key.HighPort) != leg.IsTurned
            : packets.Find(static p => p.Any.Kind != SeenKind.IcmpError) is { } first ? first.GoesUp : !packets[0].GoesUp;
    }
}

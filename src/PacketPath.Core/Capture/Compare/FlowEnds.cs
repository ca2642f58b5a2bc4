namespace PacketPath.Capture;

/// <summary>A flow at one point: two ends and a protocol, whichever way a packet goes.</summary>
internal readonly record struct FlowEnds(byte Protocol, PacketAddress Low, PacketAddress High, ushort LowPort, ushort HighPort)
{
    /// <summary>The key of a packet's flow, and whether the packet goes from the low end to the high one.</summary>
    public static FlowEnds Of(byte protocol, PacketAddress source, ushort sourcePort, PacketAddress destination, ushort destinationPort, out bool fromLow)
    {
        var order = source.CompareTo(destination);
        fromLow = order < 0 || (order == 0 && sourcePort <= destinationPort);
        return fromLow
            ? new FlowEnds(protocol, source, destination, sourcePort, destinationPort)
            : new FlowEnds(protocol, destination, source, destinationPort, sourcePort);
    }

    /// <summary>True where one of the two ends is the same in another flow.</summary>
    public bool SharesAnEnd(in FlowEnds other) => Protocol == other.Protocol
        && (IsEnd(other.Low, other.LowPort) || IsEnd(other.High, other.HighPort));

    // Translation changes an echo's identifier, which stands for both ports.
    private bool IsEnd(PacketAddress address, ushort port) => Protocol is IpProtocol.Icmp or IpProtocol.IcmpV6
        ? Low == address || High == address
        : (Low == address && LowPort == port) || (High == address && HighPort == port);
}

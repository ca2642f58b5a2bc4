using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>Decodes a captured packet into what a probe can use.</summary>
internal static class SegmentReader
{
    /// <summary>Reads a packet; false where it is neither a TCP segment nor an ICMP error that quotes ports, or is addressed
    /// to another host: what a mirror port or promiscuous mode shows, this host's stack does not take.</summary>
    public static bool TryRead(in CapturedPacket captured, out CapturedSegment segment) => TryRead(captured, TransportKind.Tcp, out segment);

    /// <summary>Reads a packet in the same way, where it is a datagram or an ICMP error.</summary>
    public static bool TryReadDatagram(in CapturedPacket captured, out CapturedSegment segment) => TryRead(captured, TransportKind.Udp, out segment);

    private static bool TryRead(in CapturedPacket captured, TransportKind transport, out CapturedSegment segment)
    {
        segment = default;
        if (!PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet) || packet.PacketType == PacketType.OtherHost)
        {
            return false;
        }

        var own = packet.Transport == transport;
        var icmp = packet.Transport is TransportKind.Icmp or TransportKind.IcmpV6;
        if (!own && (!icmp || !packet.Icmp.IsError || !packet.Quoted.HasPorts))
        {
            return false;
        }

        var quoted = packet.Quoted;
        var payload = own && transport == TransportKind.Udp ? packet.PayloadLength + Math.Max(0, captured.OriginalLength - captured.Data.Length) : 0;
        segment = new CapturedSegment
        {
            TimestampNanoseconds = captured.TimestampNanoseconds,
            InterfaceIndex = packet.InterfaceIndex,
            Outgoing = packet.PacketType == PacketType.Outgoing,
            From = packet.Ip.Source,
            To = packet.Ip.Destination,
            Ttl = packet.Ip.Ttl,
            IpId = packet.Network == NetworkKind.IPv4 ? (int)packet.Ip.Identification : 0,
            LinkLayerSource = packet.LinkSource,
            IsIcmp = icmp,
            Flow = own
                ? new FlowKey(transport == TransportKind.Udp ? TransportProtocol.Udp : TransportProtocol.Tcp, packet.Ip.Source, packet.SourcePort, packet.Ip.Destination, packet.DestinationPort)
                : new FlowKey((TransportProtocol)quoted.Ip.Protocol, quoted.Ip.Source, quoted.SourcePort, quoted.Ip.Destination, quoted.DestinationPort),
            TcpFlags = packet.Tcp.Flags,
            Sequence = packet.Transport == TransportKind.Udp ? DatagramQuestion.MarkOf(captured.Data.Slice(packet.PayloadOffset, packet.PayloadLength)) : packet.Tcp.SequenceNumber,
            Acknowledgment = packet.Tcp.AcknowledgmentNumber,
            Window = packet.Tcp.Window,
            Mss = packet.Tcp.MaximumSegmentSize ?? 0,
            PayloadLength = payload,
            PayloadDigest = payload > 0 ? PayloadDigest.Of(captured, packet, payload) : null,
            IcmpType = packet.Icmp.Type,
            IcmpCode = packet.Icmp.Code,
        };
        return true;
    }
}

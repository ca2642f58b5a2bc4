using System.Buffers.Binary;
using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>A captured ICMP message that may belong to a path MTU probe: a Packet Too Big, or an echo reply.</summary>
internal readonly record struct MtuSighting
{
    private const int EchoReply4 = 0;
    private const int EchoReply6 = 129;

    /// <summary>Who sent it.</summary>
    public PacketAddress From { get; init; }

    /// <summary>True for an echo reply; else it is a Packet Too Big.</summary>
    public bool IsReply { get; init; }

    /// <summary>The MTU a Packet Too Big states.</summary>
    public int Mtu { get; init; }

    /// <summary>Where the packet it is about was going.</summary>
    public PacketAddress Destination { get; init; }

    /// <summary>The size of that packet, IP header included.</summary>
    public int Size { get; init; }

    /// <summary>The transport of that packet.</summary>
    public int Protocol { get; init; }

    /// <summary>Its source port, or the identifier of an echo.</summary>
    public int Identity { get; init; }

    /// <summary>The sequence number of an echo.</summary>
    public int Sequence { get; init; }

    /// <summary>Reads a captured packet; false where it is neither, or was not addressed to this host.</summary>
    public static bool TryRead(in CapturedPacket captured, out MtuSighting sighting)
    {
        sighting = default;
        if (!PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet) || packet.PacketType is PacketType.OtherHost or PacketType.Outgoing)
        {
            return false;
        }

        var ipv6 = packet.Transport == TransportKind.IcmpV6;
        if (!ipv6 && packet.Transport != TransportKind.Icmp)
        {
            return false;
        }

        var body = captured.Data.Slice(packet.PayloadOffset, packet.PayloadLength);
        if (packet.Icmp.Type == (ipv6 ? EchoReply6 : EchoReply4))
        {
            sighting = new MtuSighting { From = packet.Ip.Source, IsReply = true, Identity = packet.Icmp.Identifier, Sequence = packet.Icmp.SequenceNumber };
            return true;
        }

        if (!IcmpMeaning.IsTooBig(ipv6, packet.Icmp.Type, packet.Icmp.Code) || !packet.Quoted.IsPresent || body.Length < 20)
        {
            return false;
        }

        var quoted = packet.Quoted;
        var transport = body[Math.Min(quoted.Ip.HeaderLength, body.Length)..];
        var isIcmp = quoted.Ip.Protocol is IpProtocol.Icmp or IpProtocol.IcmpV6;
        var hasEcho = isIcmp && transport.Length >= 8;
        sighting = new MtuSighting
        {
            From = packet.Ip.Source,
            Mtu = (int)Math.Min(packet.Icmp.Mtu, int.MaxValue),
            Destination = quoted.Ip.Destination,
            Size = ipv6 ? BinaryPrimitives.ReadUInt16BigEndian(body[4..]) + 40 : BinaryPrimitives.ReadUInt16BigEndian(body[2..]),
            Protocol = quoted.Ip.Protocol,
            Identity = hasEcho ? BinaryPrimitives.ReadUInt16BigEndian(transport[4..]) : quoted.SourcePort,
            Sequence = hasEcho ? BinaryPrimitives.ReadUInt16BigEndian(transport[6..]) : 0,
        };
        return true;
    }
}

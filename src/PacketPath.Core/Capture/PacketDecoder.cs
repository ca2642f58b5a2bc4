using System.Buffers.Binary;

namespace PacketPath.Capture;

/// <summary>Decodes packet headers. Every length is checked, every loop is bounded, nothing is allocated.</summary>
public static class PacketDecoder
{
    private const int EthernetLength = 14;
    private const int SllLength = 16;
    private const int Sll2Length = 20;
    private const int NullLength = 4;
    private const int ArpLength = 8;
    private const int UdpLength = 8;
    private const int MaximumVlanTags = 4;

    private const ushort EtherTypeIPv4 = 0x0800;
    private const ushort EtherTypeArp = 0x0806;
    private const ushort EtherTypeIPv6 = 0x86dd;

    /// <summary>Decodes as many headers as are there.</summary>
    /// <param name="data">The captured bytes, from the link header on.</param>
    /// <param name="linkType">The link type of the capture.</param>
    /// <param name="packet">What was decoded.</param>
    /// <returns>True where a network header (ARP, IPv4, IPv6) was found whole.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> data, CaptureLinkType linkType, out DecodedPacket packet)
    {
        packet = new DecodedPacket();
        return linkType switch
        {
            CaptureLinkType.Ethernet => DecodeEthernet(data, ref packet),
            CaptureLinkType.LinuxSll => DecodeSll(data, ref packet),
            CaptureLinkType.LinuxSll2 => DecodeSll2(data, ref packet),
            CaptureLinkType.Null => data.Length > NullLength && DecodeIp(data, NullLength, ref packet),
            CaptureLinkType.Raw or CaptureLinkType.Ipv4 or CaptureLinkType.Ipv6 => DecodeIp(data, 0, ref packet),
            _ => false,
        };
    }

    private static bool DecodeEthernet(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < EthernetLength)
        {
            return false;
        }

        packet.LinkDestination = LinkAddress.From(data[..6]);
        packet.LinkSource = LinkAddress.From(data[6..12]);
        return DecodeNetwork(data, EthernetLength, BinaryPrimitives.ReadUInt16BigEndian(data[12..]), ref packet);
    }

    private static bool DecodeSll(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < SllLength)
        {
            return false;
        }

        packet.PacketType = ToPacketType(BinaryPrimitives.ReadUInt16BigEndian(data));
        packet.LinkSource = LinkAddress.From(data.Slice(6, Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(data[4..]), 8)));
        return DecodeNetwork(data, SllLength, BinaryPrimitives.ReadUInt16BigEndian(data[14..]), ref packet);
    }

    private static bool DecodeSll2(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < Sll2Length)
        {
            return false;
        }

        packet.InterfaceIndex = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
        packet.PacketType = ToPacketType(data[10]);
        packet.LinkSource = LinkAddress.From(data.Slice(12, Math.Min((int)data[11], 8)));
        return DecodeNetwork(data, Sll2Length, BinaryPrimitives.ReadUInt16BigEndian(data), ref packet);
    }

    private static PacketType ToPacketType(int value) => value <= (int)PacketType.Outgoing ? (PacketType)value : PacketType.Unknown;

    private static bool DecodeNetwork(ReadOnlySpan<byte> data, int offset, ushort etherType, ref DecodedPacket packet)
    {
        for (int tags = 0; etherType is 0x8100 or 0x88a8 or 0x9100; tags++)
        {
            if (tags == MaximumVlanTags || data.Length < offset + 4)
            {
                return false;
            }

            ushort identifier = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(data[offset..]) & 0x0fff);
            if (tags == 0)
            {
                packet.VlanId = identifier;
            }
            else
            {
                packet.InnerVlanId = identifier;
            }

            etherType = BinaryPrimitives.ReadUInt16BigEndian(data[(offset + 2)..]);
            offset += 4;
        }

        return etherType switch
        {
            EtherTypeIPv4 or EtherTypeIPv6 => DecodeIp(data, offset, ref packet),
            EtherTypeArp => DecodeArp(data[offset..], ref packet),
            _ => false,
        };
    }

    private static bool DecodeArp(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < ArpLength || BinaryPrimitives.ReadUInt16BigEndian(data[2..]) != EtherTypeIPv4 || data[5] != 4)
        {
            return false;
        }

        int link = data[4];
        ReadOnlySpan<byte> body = data[ArpLength..];
        if (body.Length < (2 * link) + 8)
        {
            return false;
        }

        packet.Network = NetworkKind.Arp;
        packet.Arp = new ArpMessage
        {
            Operation = BinaryPrimitives.ReadUInt16BigEndian(data[6..]),
            SenderLink = LinkAddress.From(body[..link]),
            Sender = PacketAddress.FromIPv4(body[link..]),
            TargetLink = LinkAddress.From(body.Slice(link + 4, link)),
            Target = PacketAddress.FromIPv4(body[((2 * link) + 4)..]),
        };
        return true;
    }

    private static bool DecodeIp(ReadOnlySpan<byte> data, int offset, ref DecodedPacket packet)
    {
        if (!IpHeader.TryRead(data[offset..], out IpHeader header))
        {
            return false;
        }

        packet.Network = header.Source.Family == AddressFamily.IPv4 ? NetworkKind.IPv4 : NetworkKind.IPv6;
        packet.Ip = header;
        packet.PayloadOffset = offset + header.HeaderLength;
        packet.PayloadLength = header.PayloadLength;
        if (header.HasProtocolHeader)
        {
            DecodeTransport(data.Slice(packet.PayloadOffset, header.PayloadLength), ref packet);
        }

        return true;
    }

    private static void DecodeTransport(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        switch (packet.Ip.Protocol)
        {
            case IpProtocol.Tcp when TcpHeader.TryRead(data, out TcpHeader tcp):
                packet.Tcp = tcp;
                SetTransport(TransportKind.Tcp, tcp.HeaderLength, ref packet);
                SetPorts(data, ref packet);
                break;
            case IpProtocol.Udp when data.Length >= UdpLength:
                SetTransport(TransportKind.Udp, UdpLength, ref packet);
                SetPorts(data, ref packet);
                break;
            case IpProtocol.Icmp when packet.Network == NetworkKind.IPv4 && IcmpHeader.TryRead(data, out IcmpHeader icmp):
                SetIcmp(TransportKind.Icmp, icmp, data, ref packet);
                break;
            case IpProtocol.IcmpV6 when packet.Network == NetworkKind.IPv6 && IcmpHeader.TryReadV6(data, out IcmpHeader icmp):
                SetIcmp(TransportKind.IcmpV6, icmp, data, ref packet);
                break;
        }
    }

    private static void SetTransport(TransportKind kind, int headerLength, ref DecodedPacket packet)
    {
        packet.Transport = kind;
        packet.PayloadOffset += headerLength;
        packet.PayloadLength -= headerLength;
    }

    private static void SetPorts(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(data);
        packet.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
    }

    private static void SetIcmp(TransportKind kind, IcmpHeader icmp, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        packet.Icmp = icmp;
        SetTransport(kind, IcmpHeader.FixedLength, ref packet);
        if (icmp.IsError)
        {
            packet.Quoted = ReadQuoted(data[IcmpHeader.FixedLength..]);
        }
    }

    private static QuotedPacket ReadQuoted(ReadOnlySpan<byte> data)
    {
        if (!IpHeader.TryRead(data, out IpHeader header))
        {
            return default;
        }

        ReadOnlySpan<byte> payload = data.Slice(header.HeaderLength, header.PayloadLength);
        bool ports = header.HasProtocolHeader && header.Protocol is IpProtocol.Tcp or IpProtocol.Udp && payload.Length >= 4;
        return new QuotedPacket
        {
            IsPresent = true,
            Ip = header,
            HasPorts = ports,
            SourcePort = ports ? BinaryPrimitives.ReadUInt16BigEndian(payload) : (ushort)0,
            DestinationPort = ports ? BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) : (ushort)0,
            SequenceNumber = ports && header.Protocol == IpProtocol.Tcp && payload.Length >= 8 ? BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) : null,
        };
    }
}

using System.Buffers.Binary;
using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>A datagram to or from a name server on the wire, or a fragment of one.</summary>
internal readonly record struct DnsSighting
{
    // struct sockaddr_ll's successor on the wire: the header of cooked captures, version 2.
    private const int CookedHeader = 20;

    /// <summary>Who sent it.</summary>
    public PacketAddress From { get; init; }

    /// <summary>To whom.</summary>
    public PacketAddress To { get; init; }

    /// <summary>The source port; 0 in a later fragment.</summary>
    public int SourcePort { get; init; }

    /// <summary>The destination port; 0 in a later fragment.</summary>
    public int DestinationPort { get; init; }

    /// <summary>The number of the DNS message; 0 in a later fragment.</summary>
    public int MessageId { get; init; }

    /// <summary>The number that the fragments of one datagram share.</summary>
    public uint Identification { get; init; }

    /// <summary>Where the fragment's data belongs.</summary>
    public int Offset { get; init; }

    /// <summary>How much data it carries.</summary>
    public int Length { get; init; }

    /// <summary>True where more follows.</summary>
    public bool More { get; init; }

    /// <summary>When, in nanoseconds since 1970.</summary>
    public long TimestampNanoseconds { get; init; }

    /// <summary>Where it was seen.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>True for a part of a larger datagram.</summary>
    public bool IsFragment => More || Offset > 0;

    /// <summary>What to capture: datagrams of the servers' port, and every later fragment, which has no ports.</summary>
    public static string Filter(int serverPort) => FormattableString.Invariant(
        $"(udp port {serverPort}) or (ip[9] = 17 and ip[6:2] & 0x3fff != 0) or (ip6[6] = 44)");

    /// <summary>Reads a captured packet; false where it is no datagram, or is addressed to others.</summary>
    public static bool TryRead(in CapturedPacket captured, out DnsSighting sighting)
    {
        sighting = default;
        if (!PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet)
            || packet.PacketType == PacketType.OtherHost
            || packet.Ip.Protocol != IpProtocol.Udp
            || (packet.Transport != TransportKind.Udp && packet.Ip.FragmentOffset == 0))
        {
            return false;
        }

        var isUdp = packet.Transport == TransportKind.Udp;
        sighting = new DnsSighting
        {
            From = packet.Ip.Source,
            To = packet.Ip.Destination,
            SourcePort = isUdp ? packet.SourcePort : 0,
            DestinationPort = isUdp ? packet.DestinationPort : 0,
            MessageId = isUdp && packet.PayloadLength >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(captured.Data[packet.PayloadOffset..]) : 0,
            Identification = packet.Ip.Identification,
            Offset = packet.Ip.FragmentOffset,
            Length = Math.Max(0, captured.OriginalLength - CookedHeader - packet.Ip.HeaderLength),
            More = packet.Ip.MoreFragments,
            InterfaceIndex = packet.InterfaceIndex,
            TimestampNanoseconds = captured.TimestampNanoseconds,
        };
        return true;
    }
}

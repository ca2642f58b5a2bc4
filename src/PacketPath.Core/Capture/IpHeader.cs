using System.Buffers.Binary;

namespace PacketPath.Capture;

/// <summary>What IPv4 and IPv6 headers have in common.</summary>
public readonly record struct IpHeader
{
    private const int IPv4Length = 20;
    private const int IPv6Length = 40;

    // More than any real packet carries; the loop must end whatever the bytes say.
    private const int MaximumExtensionHeaders = 16;

    /// <summary>The source address.</summary>
    public PacketAddress Source { get; init; }

    /// <summary>The destination address.</summary>
    public PacketAddress Destination { get; init; }

    /// <summary>The TTL or hop limit.</summary>
    public byte Ttl { get; init; }

    /// <summary>The type of service or traffic class.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>The IPv4 identification, or that of an IPv6 fragment header; 0 where there is none.</summary>
    public uint Identification { get; init; }

    /// <summary>The IPv4 "do not fragment" flag; false for IPv6.</summary>
    public bool DontFragment { get; init; }

    /// <summary>True where more fragments follow.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>The fragment's offset in bytes.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>The protocol of the payload (IANA number), behind any IPv6 extension headers.</summary>
    public byte Protocol { get; init; }

    /// <summary>The length of the header with its options or extension headers, as far as they were captured.</summary>
    public int HeaderLength { get; init; }

    /// <summary>The captured bytes of the payload; padding of the link is left out.</summary>
    public int PayloadLength { get; init; }

    /// <summary>True where the payload starts with the protocol's own header: not for later fragments, nor behind a header cut short.</summary>
    public bool HasProtocolHeader { get; init; }

    /// <summary>Reads an IPv4 or IPv6 header with its options or extension headers.</summary>
    /// <returns>False where the fixed header is not whole or not IP.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> data, out IpHeader header)
    {
        header = default;
        if (data.IsEmpty)
        {
            return false;
        }

        return (data[0] >> 4) switch
        {
            4 => TryReadIPv4(data, out header),
            6 => TryReadIPv6(data, out header),
            _ => false,
        };
    }

    private static bool TryReadIPv4(ReadOnlySpan<byte> data, out IpHeader header)
    {
        header = default;
        int declared = data.Length < IPv4Length ? 0 : (data[0] & 0x0f) * 4;
        if (declared < IPv4Length)
        {
            return false;
        }

        int total = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        int end = total == 0 ? data.Length : Math.Min(total, data.Length);
        int headerLength = Math.Min(declared, data.Length);
        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(data[6..]);
        int payload = Math.Max(0, end - headerLength);
        int offset = (fragment & 0x1fff) * 8;
        header = new IpHeader
        {
            TrafficClass = data[1],
            Identification = BinaryPrimitives.ReadUInt16BigEndian(data[4..]),
            DontFragment = (fragment & 0x4000) != 0,
            MoreFragments = (fragment & 0x2000) != 0,
            FragmentOffset = offset,
            Ttl = data[8],
            Protocol = data[9],
            Source = PacketAddress.FromIPv4(data[12..]),
            Destination = PacketAddress.FromIPv4(data[16..]),
            HeaderLength = headerLength,
            PayloadLength = payload,
            HasProtocolHeader = offset == 0 && payload > 0 && declared <= data.Length,
        };
        return true;
    }

    private static bool TryReadIPv6(ReadOnlySpan<byte> data, out IpHeader header)
    {
        header = default;
        if (data.Length < IPv6Length)
        {
            return false;
        }

        int declared = BinaryPrimitives.ReadUInt16BigEndian(data[4..]);
        int end = declared == 0 ? data.Length : Math.Min(IPv6Length + declared, data.Length);
        byte protocol = data[6];
        int position = IPv6Length;
        uint identification = 0;
        int offset = 0;
        bool more = false;
        bool whole = true;
        for (int i = 0; IsExtension(protocol); i++)
        {
            int left = end - position;
            int length = i == MaximumExtensionHeaders || left < 8 ? int.MaxValue : ExtensionLength(protocol, data[position + 1]);
            if (length > left || offset > 0)
            {
                whole = false;
                break;
            }

            if (protocol == IpProtocol.Fragment)
            {
                ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(data[(position + 2)..]);
                offset = fragment & 0xfff8;
                more = (fragment & 1) != 0;
                identification = BinaryPrimitives.ReadUInt32BigEndian(data[(position + 4)..]);
            }

            protocol = data[position];
            position += length;
        }

        header = new IpHeader
        {
            TrafficClass = (byte)(BinaryPrimitives.ReadUInt16BigEndian(data) >> 4),
            Identification = identification,
            MoreFragments = more,
            FragmentOffset = offset,
            Ttl = data[7],
            Protocol = protocol,
            Source = PacketAddress.FromIPv6(data[8..]),
            Destination = PacketAddress.FromIPv6(data[24..]),
            HeaderLength = position,
            PayloadLength = end - position,
            HasProtocolHeader = whole && offset == 0 && end > position,
        };
        return true;
    }

    private static bool IsExtension(byte protocol) => protocol
        is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.Fragment or IpProtocol.Authentication
        or IpProtocol.DestinationOptions or IpProtocol.Mobility;

    private static int ExtensionLength(byte protocol, byte units) => protocol switch
    {
        IpProtocol.Fragment => 8,
        IpProtocol.Authentication => (units + 2) * 4,
        _ => (units + 1) * 8,
    };
}

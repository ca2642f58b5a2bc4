using System.Buffers.Binary;

namespace PacketPath.Capture;

/// <summary>An ICMP (RFC 792) or ICMPv6 (RFC 4443, RFC 4861) header.</summary>
public readonly record struct IcmpHeader
{
    /// <summary>The length of the part every message has.</summary>
    internal const int FixedLength = 8;

    private const int NeighborFixedLength = 24;

    /// <summary>The message's type.</summary>
    public byte Type { get; init; }

    /// <summary>The message's code.</summary>
    public byte Code { get; init; }

    /// <summary>The identifier of an echo; 0 for other messages.</summary>
    public ushort Identifier { get; init; }

    /// <summary>The sequence number of an echo; 0 for other messages.</summary>
    public ushort SequenceNumber { get; init; }

    /// <summary>The next-hop MTU of a Packet Too Big or Fragmentation Needed; 0 for other messages.</summary>
    public uint Mtu { get; init; }

    /// <summary>The target of a neighbor solicitation or advertisement, or the gateway of a redirect.</summary>
    public PacketAddress Target { get; init; }

    /// <summary>The link-layer address option of a Neighbor Discovery message.</summary>
    public LinkAddress TargetLink { get; init; }

    /// <summary>True where the message is an error that quotes a packet.</summary>
    public bool IsError { get; init; }

    /// <summary>Reads an ICMP message.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out IcmpHeader header)
    {
        header = default;
        if (data.Length < FixedLength)
        {
            return false;
        }

        byte type = data[0];
        bool echo = type is 0 or 8;
        header = new IcmpHeader
        {
            Type = type,
            Code = data[1],
            Identifier = echo ? BinaryPrimitives.ReadUInt16BigEndian(data[4..]) : (ushort)0,
            SequenceNumber = echo ? BinaryPrimitives.ReadUInt16BigEndian(data[6..]) : (ushort)0,
            Mtu = type == 3 && data[1] == 4 ? BinaryPrimitives.ReadUInt16BigEndian(data[6..]) : 0u,
            Target = type == 5 ? PacketAddress.FromIPv4(data[4..]) : default,
            IsError = type is 3 or 4 or 5 or 11 or 12,
        };
        return true;
    }

    /// <summary>Reads an ICMPv6 message.</summary>
    internal static bool TryReadV6(ReadOnlySpan<byte> data, out IcmpHeader header)
    {
        header = default;
        if (data.Length < FixedLength)
        {
            return false;
        }

        byte type = data[0];
        bool echo = type is 128 or 129;
        bool neighbor = type is 135 or 136 && data.Length >= NeighborFixedLength;
        header = new IcmpHeader
        {
            Type = type,
            Code = data[1],
            Identifier = echo ? BinaryPrimitives.ReadUInt16BigEndian(data[4..]) : (ushort)0,
            SequenceNumber = echo ? BinaryPrimitives.ReadUInt16BigEndian(data[6..]) : (ushort)0,
            Mtu = type == 2 ? BinaryPrimitives.ReadUInt32BigEndian(data[4..]) : 0u,
            Target = neighbor ? PacketAddress.FromIPv6(data[8..]) : default,
            TargetLink = neighbor ? ReadLinkOption(data[NeighborFixedLength..]) : default,
            IsError = type < 128,
        };
        return true;
    }

    private static LinkAddress ReadLinkOption(ReadOnlySpan<byte> options)
    {
        while (options.Length >= 8)
        {
            int length = options[1] * 8;
            if (length == 0 || length > options.Length)
            {
                break;
            }

            if (options[0] is 1 or 2)
            {
                return LinkAddress.From(options[2..8]);
            }

            options = options[length..];
        }

        return default;
    }
}

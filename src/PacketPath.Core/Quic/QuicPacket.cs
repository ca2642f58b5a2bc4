using System.Buffers.Binary;

namespace PacketPath.Quic;

/// <summary>The kinds of packet that are told apart before any key is needed.</summary>
internal enum QuicPacketKind
{
    /// <summary>Version Negotiation.</summary>
    VersionNegotiation,

    /// <summary>Initial, of version 1.</summary>
    Initial,

    /// <summary>0-RTT, of version 1.</summary>
    ZeroRtt,

    /// <summary>Handshake, of version 1.</summary>
    Handshake,

    /// <summary>Retry, of version 1.</summary>
    Retry,

    /// <summary>A long header of a version not known here.</summary>
    OtherVersion,

    /// <summary>A short header.</summary>
    Short,
}

/// <summary>One packet of a datagram, as far as it can be read without keys (RFC 8999 and RFC 9000, section 17). Nothing is copied.</summary>
internal readonly ref struct QuicPacket
{
    /// <summary>The smallest datagram that carries a client's Initial.</summary>
    public const int SmallestInitial = 1200;

    /// <summary>The longest connection id of version 1.</summary>
    public const int LongestId = 20;

    /// <summary>The integrity tag of a Retry.</summary>
    public const int RetryTag = 16;

    /// <summary>How many versions of a list are taken; a longer one is cut.</summary>
    public const int MostVersions = 64;

    private const int LongHeader = 0x80;
    private const int FixedBit = 0x40;

    /// <summary>What it is.</summary>
    public QuicPacketKind Kind { get; init; }

    /// <summary>The version; 0 for Version Negotiation and a short header.</summary>
    public uint Version { get; init; }

    /// <summary>The connection id it is sent to.</summary>
    public ReadOnlySpan<byte> DestinationId { get; init; }

    /// <summary>The connection id of its sender.</summary>
    public ReadOnlySpan<byte> SourceId { get; init; }

    /// <summary>The token of an Initial or a Retry.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The whole packet; what follows it in the datagram is not part of it.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>Where the protected packet number of an Initial or a Handshake begins.</summary>
    public int NumberOffset { get; init; }

    private ReadOnlySpan<byte> VersionList { get; init; }

    /// <summary>The versions offered, in the sender's order.</summary>
    public uint[] Versions()
    {
        var versions = new uint[Math.Min(VersionList.Length / 4, MostVersions)];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = BinaryPrimitives.ReadUInt32BigEndian(VersionList[(i * 4)..]);
        }

        return versions;
    }

    /// <summary>Reads the first packet of what is left of a datagram; false where it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out QuicPacket packet)
    {
        packet = default;
        var reader = new QuicReader(datagram);
        if (!reader.TryByte(out var first))
        {
            return false;
        }

        if ((first & LongHeader) == 0)
        {
            packet = new QuicPacket { Kind = QuicPacketKind.Short, Bytes = datagram };
            return (first & FixedBit) != 0;
        }

        if (!reader.TryUInt32(out var version) || !reader.TryShortBytes(out var destination) || !reader.TryShortBytes(out var source))
        {
            return false;
        }

        if (version == QuicVersions.Negotiation)
        {
            var list = datagram[reader.Position..];
            packet = new QuicPacket
            {
                Kind = QuicPacketKind.VersionNegotiation, DestinationId = destination, SourceId = source, VersionList = list, Bytes = datagram,
            };
            return list.Length > 0 && list.Length % 4 == 0;
        }

        if (version != QuicVersions.One)
        {
            packet = new QuicPacket { Kind = QuicPacketKind.OtherVersion, Version = version, DestinationId = destination, SourceId = source, Bytes = datagram };
            return true;
        }

        if ((first & FixedBit) == 0 || destination.Length > LongestId || source.Length > LongestId)
        {
            return false;
        }

        return TryReadVersionOne(datagram, reader.Position, (QuicPacketKind)((int)QuicPacketKind.Initial + ((first >> 4) & 3)), destination, source, out packet);
    }

    private static bool TryReadVersionOne(
        ReadOnlySpan<byte> datagram, int position, QuicPacketKind kind, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> source, out QuicPacket packet)
    {
        packet = default;
        var reader = new QuicReader(datagram[position..]);
        if (kind == QuicPacketKind.Retry)
        {
            if (reader.Left <= RetryTag)
            {
                return false;
            }

            packet = new QuicPacket
            {
                Kind = kind, Version = QuicVersions.One, DestinationId = destination, SourceId = source,
                Token = datagram[position..^RetryTag], Bytes = datagram,
            };
            return true;
        }

        ReadOnlySpan<byte> token = default;
        if ((kind == QuicPacketKind.Initial && !reader.TryVariableBytes(out token)) || !reader.TryVariable(out var length))
        {
            return false;
        }

        var offset = position + reader.Position;
        if (!reader.TryBytes(length, out _))
        {
            return false;
        }

        packet = new QuicPacket
        {
            Kind = kind, Version = QuicVersions.One, DestinationId = destination, SourceId = source,
            Token = token, NumberOffset = offset, Bytes = datagram[..(position + reader.Position)],
        };
        return true;
    }
}

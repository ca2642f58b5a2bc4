using System.Security.Cryptography;

namespace PacketPath.Quic;

/// <summary>Builds the packets a probe sends, and those a server answers with.</summary>
internal static class QuicPackets
{
    private const int NumberLength = 4;
    private const int InitialFirst = 0xc0 | (NumberLength - 1);
    private const int RetryFirst = 0xf0;
    private const int NegotiationFirst = 0xc0;
    private const byte AckFrame = 0x02;
    private const byte CryptoFrame = 0x06;
    private const byte CloseFrame = 0x1c;

    /// <summary>A connection id nobody can guess.</summary>
    public static byte[] NewId(int length = 8) => RandomNumberGenerator.GetBytes(length);

    /// <summary>A packet of a version nobody speaks, which a server answers with Version Negotiation.</summary>
    public static byte[] ForceNegotiation(ReadOnlySpan<byte> destinationId, ReadOnlySpan<byte> sourceId, int size = QuicPacket.SmallestInitial)
    {
        var writer = new QuicWriter().Byte(NegotiationFirst).UInt32(QuicVersions.Forced).ShortBytes(destinationId).ShortBytes(sourceId);
        return writer.Zeros(size - writer.Length).ToArray();
    }

    /// <summary>The server's answer to a version it does not speak.</summary>
    public static byte[] Negotiate(in QuicPacket asked, params uint[] versions)
    {
        var writer = new QuicWriter().Byte(NegotiationFirst).UInt32(QuicVersions.Negotiation).ShortBytes(asked.SourceId).ShortBytes(asked.DestinationId);
        foreach (var version in versions)
        {
            writer.UInt32(version);
        }

        return writer.ToArray();
    }

    /// <summary>An Initial of version 1; the datagram is padded to what a client must send.</summary>
    /// <param name="keys">The keys of its sender.</param>
    /// <param name="destinationId">Whom it is to.</param>
    /// <param name="sourceId">Whom it is from.</param>
    /// <param name="token">The token of a Retry; empty for none.</param>
    /// <param name="number">The packet number.</param>
    /// <param name="frames">The frames.</param>
    public static byte[] Initial(
        QuicKeys keys, ReadOnlySpan<byte> destinationId, ReadOnlySpan<byte> sourceId, ReadOnlySpan<byte> token, uint number, ReadOnlySpan<byte> frames)
    {
        var start = new QuicWriter().Byte(InitialFirst).UInt32(QuicVersions.One).ShortBytes(destinationId).ShortBytes(sourceId)
            .Variable((ulong)token.Length).Bytes(token).ToArray();
        const int LengthField = 2;
        var payload = new byte[Math.Max(frames.Length, QuicPacket.SmallestInitial - start.Length - LengthField - NumberLength - QuicKeys.TagLength)];
        frames.CopyTo(payload);

        // Always in two bytes, so that the size does not hang on the length of its own field.
        var header = new QuicWriter().Bytes(start).UInt16(0x4000 | (NumberLength + payload.Length + QuicKeys.TagLength)).UInt32(number).ToArray();
        return PacketProtection.Protect(keys, header, NumberLength, number, payload);
    }

    /// <summary>A Retry, with the tag that shows its sender saw the Initial.</summary>
    public static byte[] Retry(in QuicPacket initial, ReadOnlySpan<byte> newId, ReadOnlySpan<byte> token)
    {
        var packet = new QuicWriter().Byte(RetryFirst).UInt32(QuicVersions.One).ShortBytes(initial.SourceId).ShortBytes(newId).Bytes(token).ToArray();
        return [.. packet, .. PacketProtection.RetryTag(initial.DestinationId, packet)];
    }

    /// <summary>True for a Retry that answers the Initial with this destination connection id.</summary>
    public static bool IsGenuine(in QuicPacket retry, ReadOnlySpan<byte> originalId) => CryptographicOperations.FixedTimeEquals(
        retry.Bytes[^QuicPacket.RetryTag..], PacketProtection.RetryTag(originalId, retry.Bytes[..^QuicPacket.RetryTag]));

    /// <summary>A CRYPTO frame that begins the TLS messages.</summary>
    public static byte[] Crypto(ReadOnlySpan<byte> data) =>
        new QuicWriter().Byte(CryptoFrame).Variable(0).Variable((ulong)data.Length).Bytes(data).ToArray();

    /// <summary>An ACK of the first packet.</summary>
    public static byte[] Acknowledge() => new QuicWriter().Byte(AckFrame).Variable(0).Variable(0).Variable(0).Variable(0).ToArray();

    /// <summary>A CONNECTION_CLOSE.</summary>
    public static byte[] Close(ulong errorCode, string reason = "")
    {
        var text = System.Text.Encoding.UTF8.GetBytes(reason);
        return new QuicWriter().Byte(CloseFrame).Variable(errorCode).Variable(0).Variable((ulong)text.Length).Bytes(text).ToArray();
    }
}

using System.Security.Cryptography;

namespace PacketPath.Quic;

/// <summary>Packet and header protection of Initial packets (RFC 9001, sections 5.3 and 5.4), and the tag of a Retry (section 5.8).</summary>
internal static class PacketProtection
{
    private const int SampleLength = 16;
    private const int LargestNumber = 4;

    private static readonly byte[] RetryKey = Convert.FromHexString("be0c690b9f66575a1d766b54e368c84e");
    private static readonly byte[] RetryNonce = Convert.FromHexString("461599d35d632bf2239825bb");

    /// <summary>Protects a packet whose header, packet number included, is <paramref name="header"/>.</summary>
    public static byte[] Protect(QuicKeys keys, ReadOnlySpan<byte> header, int numberLength, ulong packetNumber, ReadOnlySpan<byte> payload)
    {
        var packet = new byte[header.Length + payload.Length + QuicKeys.TagLength];
        header.CopyTo(packet);
        using (var aead = new AesGcm(keys.Key, QuicKeys.TagLength))
        {
            aead.Encrypt(
                keys.Nonce(packetNumber), payload, packet.AsSpan(header.Length, payload.Length), packet.AsSpan(header.Length + payload.Length), header);
        }

        var offset = header.Length - numberLength;
        var mask = Mask(keys, packet.AsSpan(offset + LargestNumber, SampleLength));
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (var i = 0; i < numberLength; i++)
        {
            packet[offset + i] ^= mask[1 + i];
        }

        return packet;
    }

    /// <summary>Takes the protection off; false where the keys are not those it was protected with, or it is too short to have been.</summary>
    public static bool TryUnprotect(QuicKeys keys, in QuicPacket packet, out byte[] payload)
    {
        payload = [];
        var offset = packet.NumberOffset;
        if (packet.Bytes.Length - offset < LargestNumber + SampleLength)
        {
            return false;
        }

        var header = packet.Bytes[..(offset + LargestNumber)].ToArray();
        var mask = Mask(keys, packet.Bytes.Slice(offset + LargestNumber, SampleLength));
        header[0] ^= (byte)(mask[0] & 0x0f);
        var numberLength = (header[0] & 3) + 1;
        ulong number = 0;
        for (var i = 0; i < numberLength; i++)
        {
            header[offset + i] ^= mask[1 + i];
            number = (number << 8) | header[offset + i];
        }

        var body = packet.Bytes[(offset + numberLength)..];
        var plain = new byte[body.Length - QuicKeys.TagLength];
        using var aead = new AesGcm(keys.Key, QuicKeys.TagLength);
        try
        {
            aead.Decrypt(
                keys.Nonce(number), body[..plain.Length], body[plain.Length..], plain, header.AsSpan(0, offset + numberLength));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        payload = plain;
        return true;
    }

    /// <summary>The tag at the end of a Retry, which shows that its sender saw the Initial it answers.</summary>
    public static byte[] RetryTag(ReadOnlySpan<byte> originalId, ReadOnlySpan<byte> retryWithoutTag)
    {
        var covered = new QuicWriter().ShortBytes(originalId).Bytes(retryWithoutTag).ToArray();
        var tag = new byte[QuicKeys.TagLength];
        using var aead = new AesGcm(RetryKey, QuicKeys.TagLength);
        aead.Encrypt(RetryNonce, ReadOnlySpan<byte>.Empty, Span<byte>.Empty, tag, covered);
        return tag;
    }

    private static byte[] Mask(QuicKeys keys, ReadOnlySpan<byte> sample)
    {
        using var cipher = Aes.Create();
        cipher.Key = keys.HeaderKey;
        return cipher.EncryptEcb(sample, PaddingMode.None);
    }
}

using System.Security.Cryptography;
using System.Text;

namespace PacketPath.Quic;

/// <summary>The keys of one direction of Initial packets (RFC 9001, section 5).</summary>
internal sealed record QuicKeys
{
    /// <summary>The length of an AEAD tag.</summary>
    public const int TagLength = 16;

    private const int SecretLength = 32;
    private const int KeyLength = 16;
    private const int NonceLength = 12;

    private static readonly byte[] Salt = Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

    /// <summary>The key of AES-128-GCM.</summary>
    public required byte[] Key { get; init; }

    /// <summary>What a packet number is combined with to a nonce.</summary>
    public required byte[] Iv { get; init; }

    /// <summary>The key of header protection.</summary>
    public required byte[] HeaderKey { get; init; }

    /// <summary>What the client sends Initials with, from the destination connection id of its first one.</summary>
    public static QuicKeys OfClient(ReadOnlySpan<byte> connectionId) => Of(connectionId, "client in");

    /// <summary>What the server sends Initials with.</summary>
    public static QuicKeys OfServer(ReadOnlySpan<byte> connectionId) => Of(connectionId, "server in");

    /// <summary>The nonce of one packet.</summary>
    public byte[] Nonce(ulong packetNumber)
    {
        var nonce = (byte[])Iv.Clone();
        for (var i = 0; i < sizeof(ulong); i++)
        {
            nonce[NonceLength - 1 - i] ^= (byte)(packetNumber >> (8 * i));
        }

        return nonce;
    }

    /// <summary>HKDF-Expand-Label of TLS 1.3 with an empty context.</summary>
    public static byte[] Expand(byte[] secret, string label, int length)
    {
        var info = new QuicWriter().UInt16(length).ShortBytes(Encoding.ASCII.GetBytes("tls13 " + label)).Byte(0).ToArray();
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
    }

    private static QuicKeys Of(ReadOnlySpan<byte> connectionId, string side)
    {
        var initial = HKDF.Extract(HashAlgorithmName.SHA256, connectionId.ToArray(), Salt);
        var secret = Expand(initial, side, SecretLength);
        return new QuicKeys
        {
            Key = Expand(secret, "quic key", KeyLength),
            Iv = Expand(secret, "quic iv", NonceLength),
            HeaderKey = Expand(secret, "quic hp", KeyLength),
        };
    }
}

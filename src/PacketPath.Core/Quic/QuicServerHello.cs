using System.Globalization;
using System.Security.Cryptography;

namespace PacketPath.Quic;

/// <summary>What a server's first TLS message says (RFC 8446, section 4.1.3).</summary>
/// <param name="CipherSuite">The cipher suite's name.</param>
/// <param name="IsRetry">True for a HelloRetryRequest.</param>
internal sealed record QuicServerHello(string CipherSuite, bool IsRetry)
{
    private const int HandshakeServerHello = 2;
    private static readonly byte[] RetryRandom = Convert.FromHexString("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

    /// <summary>Reads one; null where it is none, or not all there.</summary>
    public static QuicServerHello? Read(ReadOnlySpan<byte> crypto)
    {
        var reader = new QuicReader(crypto);
        if (!reader.TryByte(out var type) || type != HandshakeServerHello || !reader.TryBytes(3 + 2, out _)
            || !reader.TryBytes(32, out var random) || !reader.TryShortBytes(out _) || !reader.TryUInt16(out var suite))
        {
            return null;
        }

        return new QuicServerHello(Suite(suite), random.SequenceEqual(RetryRandom));
    }

    /// <summary>Writes one.</summary>
    public static byte[] Build(int suite)
    {
        var body = new QuicWriter()
            .UInt16(0x0303).Bytes(RandomNumberGenerator.GetBytes(32)).Byte(0).UInt16(suite).Byte(0)
            .LongBytes(w => w
                .UInt16(43).LongBytes(v => v.UInt16(0x0304))
                .UInt16(51).LongBytes(k => k.UInt16(0x001d).LongBytes(RandomNumberGenerator.GetBytes(32))))
            .ToArray();
        return new QuicWriter().Byte(HandshakeServerHello).Byte(body.Length >> 16).UInt16(body.Length).Bytes(body).ToArray();
    }

    private static string Suite(int number) => number switch
    {
        0x1301 => "TLS_AES_128_GCM_SHA256",
        0x1302 => "TLS_AES_256_GCM_SHA384",
        0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
        0x1304 => "TLS_AES_128_CCM_SHA256",
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{number:x4}"),
    };
}

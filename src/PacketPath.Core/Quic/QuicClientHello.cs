using System.Security.Cryptography;
using System.Text;

namespace PacketPath.Quic;

/// <summary>A TLS 1.3 ClientHello as QUIC carries it (RFC 8446, section 4.1.2, and RFC 9001, section 8).</summary>
internal static class QuicClientHello
{
    private const int HandshakeClientHello = 1;
    private const int LegacyVersion = 0x0303;
    private const int Tls13 = 0x0304;
    private const int ServerNameExtension = 0;
    private const int GroupsExtension = 10;
    private const int SignaturesExtension = 13;
    private const int AlpnExtension = 16;
    private const int VersionsExtension = 43;
    private const int PskModesExtension = 45;
    private const int KeyShareExtension = 51;
    private const int TransportParametersExtension = 57;
    private const int X25519 = 0x001d;
    private const int Secp256R1 = 0x0017;
    private const int KeyLength = 32;

    // max_idle_timeout 5 s, and room for what a server sends first.
    private static readonly (ulong Id, ulong Value)[] Parameters =
        [(0x01, 5000), (0x03, 65527), (0x04, 1 << 18), (0x05, 1 << 16), (0x06, 1 << 16), (0x07, 1 << 16), (0x08, 8), (0x09, 8), (0x0e, 4)];

    /// <summary>Builds one. The shares are good, but their secrets are thrown away: nothing behind the server's first flight is read.</summary>
    /// <param name="serverName">The name asked for; null for none.</param>
    /// <param name="protocols">The application protocols offered.</param>
    /// <param name="sourceId">The connection id of this side, which the transport parameters repeat.</param>
    public static byte[] Build(string? serverName, IReadOnlyList<string> protocols, ReadOnlySpan<byte> sourceId)
    {
        var parameters = new QuicWriter();
        foreach (var (id, value) in Parameters)
        {
            var number = new QuicWriter().Variable(value).ToArray();
            parameters.Variable(id).Variable((ulong)number.Length).Bytes(number);
        }

        parameters.Variable(0x0f).Variable((ulong)sourceId.Length).Bytes(sourceId);
        var body = new QuicWriter()
            .UInt16(LegacyVersion)
            .Bytes(RandomNumberGenerator.GetBytes(32))
            .Byte(0)
            .LongBytes(w => w.UInt16(0x1301).UInt16(0x1302).UInt16(0x1303))
            .Byte(1).Byte(0)
            .LongBytes(w => Extensions(w, serverName, protocols, parameters.ToArray()))
            .ToArray();
        return new QuicWriter().Byte(HandshakeClientHello).Byte(body.Length >> 16).UInt16(body.Length).Bytes(body).ToArray();
    }

    /// <summary>The name a ClientHello asks for; null where it asks for none, or is malformed.</summary>
    public static string? ServerName(ReadOnlySpan<byte> hello)
    {
        var reader = new QuicReader(hello);
        if (!reader.TryBytes(4 + 2 + 32, out var head) || head[0] != HandshakeClientHello || !reader.TryShortBytes(out _)
            || !reader.TryUInt16(out var suites) || !reader.TryBytes((ulong)suites, out _) || !reader.TryShortBytes(out _) || !reader.TryUInt16(out var all))
        {
            return null;
        }

        while (reader.TryUInt16(out var kind) && reader.TryUInt16(out var length) && reader.TryBytes((ulong)length, out var extension))
        {
            // A list of one name: its own length, a type, and the name with its length.
            if (kind == ServerNameExtension && extension.Length > 5)
            {
                return Encoding.ASCII.GetString(extension[5..]);
            }
        }

        return null;
    }

    private static void Extensions(QuicWriter into, string? serverName, IReadOnlyList<string> protocols, byte[] parameters)
    {
        if (serverName is not null)
        {
            var name = Encoding.ASCII.GetBytes(serverName);
            Extension(into, ServerNameExtension, w => w.LongBytes(list => list.Byte(0).LongBytes(name)));
        }

        Extension(into, GroupsExtension, w => w.LongBytes(list => list.UInt16(X25519).UInt16(Secp256R1)));
        Extension(into, SignaturesExtension, w => w.LongBytes(list =>
            list.UInt16(0x0403).UInt16(0x0804).UInt16(0x0401).UInt16(0x0503).UInt16(0x0805).UInt16(0x0501).UInt16(0x0806).UInt16(0x0601).UInt16(0x0807)));
        Extension(into, AlpnExtension, w => w.LongBytes(list =>
        {
            foreach (var protocol in protocols)
            {
                list.ShortBytes(Encoding.ASCII.GetBytes(protocol));
            }
        }));
        Extension(into, VersionsExtension, w => w.Byte(2).UInt16(Tls13));
        Extension(into, PskModesExtension, w => w.Byte(1).Byte(1));
        Extension(into, KeyShareExtension, w => w.LongBytes(list => list
            .UInt16(X25519).LongBytes(RandomNumberGenerator.GetBytes(KeyLength))
            .UInt16(Secp256R1).LongBytes(Point())));
        Extension(into, TransportParametersExtension, w => w.Bytes(parameters));
    }

    private static void Extension(QuicWriter into, int kind, Action<QuicWriter> body) => into.UInt16(kind).LongBytes(body);

    private static byte[] Point()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. point.X!, .. point.Y!];
    }
}

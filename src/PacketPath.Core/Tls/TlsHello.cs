using System.Buffers.Binary;
using System.Text;

namespace PacketPath.Tls;

/// <summary>What a ClientHello asks for.</summary>
/// <param name="ServerName">The host name of the server_name extension; null where there is none.</param>
/// <param name="Alpn">The application protocols offered.</param>
internal sealed record TlsClientHello(string? ServerName, IReadOnlyList<string> Alpn);

/// <summary>What a ServerHello chooses.</summary>
/// <param name="Version">The version, as on the wire: 0x0304 for TLS 1.3.</param>
/// <param name="CipherSuite">The suite's number.</param>
/// <param name="IsRetryRequest">True for a HelloRetryRequest.</param>
/// <param name="Alpn">The application protocol, where it is not encrypted; null else.</param>
internal sealed record TlsServerHello(int Version, int CipherSuite, bool IsRetryRequest, string? Alpn);

/// <summary>Reads the two hello messages, strictly: every length must fit, and nothing may be left over.</summary>
internal static class TlsHello
{
    public const int Tls13 = 0x0304;

    private const int ServerNameExtension = 0;
    private const int AlpnExtension = 16;
    private const int SupportedVersionsExtension = 43;
    private const int RandomSize = 32;

    // SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3).
    private static readonly byte[] RetryRandom = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");

    /// <summary>Reads the body of a ClientHello; null where it is malformed.</summary>
    public static TlsClientHello? ReadClient(ReadOnlySpan<byte> body)
    {
        var at = new Cursor(body);
        if (!at.Skip(2 + RandomSize) || !at.Block(1, out var session) || session.Length > 32
            || !at.Block(2, out var suites) || suites.Length is 0 || suites.Length % 2 != 0
            || !at.Block(1, out var compressions) || compressions.Length == 0)
        {
            return null;
        }

        string? name = null;
        List<string> alpn = [];
        if (at.IsAtEnd)
        {
            return new TlsClientHello(null, alpn);
        }

        if (!at.Block(2, out var extensions) || !at.IsAtEnd)
        {
            return null;
        }

        var each = new Cursor(extensions);
        while (!each.IsAtEnd)
        {
            if (!each.Number(2, out var type) || !each.Block(2, out var data))
            {
                return null;
            }

            if ((type == ServerNameExtension && !TryServerName(data, out name)) || (type == AlpnExtension && !TryProtocols(data, alpn)))
            {
                return null;
            }
        }

        return new TlsClientHello(name, alpn);
    }

    /// <summary>Reads the body of a ServerHello or HelloRetryRequest; null where it is malformed.</summary>
    public static TlsServerHello? ReadServer(ReadOnlySpan<byte> body)
    {
        var at = new Cursor(body);
        if (!at.Number(2, out var version) || !at.Take(RandomSize, out var random) || !at.Block(1, out var session) || session.Length > 32
            || !at.Number(2, out var suite) || !at.Skip(1))
        {
            return null;
        }

        string? alpn = null;
        if (!at.IsAtEnd)
        {
            if (!at.Block(2, out var extensions) || !at.IsAtEnd)
            {
                return null;
            }

            var each = new Cursor(extensions);
            while (!each.IsAtEnd)
            {
                if (!each.Number(2, out var type) || !each.Block(2, out var data))
                {
                    return null;
                }

                if (type == SupportedVersionsExtension)
                {
                    if (data.Length != 2)
                    {
                        return null;
                    }

                    version = BinaryPrimitives.ReadUInt16BigEndian(data);
                }
                else if (type == AlpnExtension)
                {
                    List<string> chosen = [];
                    if (!TryProtocols(data, chosen) || chosen.Count != 1)
                    {
                        return null;
                    }

                    alpn = chosen[0];
                }
            }
        }

        return new TlsServerHello(version, suite, random.SequenceEqual(RetryRandom), alpn);
    }

    /// <summary>A version as people write it.</summary>
    public static string VersionName(int version) => version switch
    {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        Tls13 => "TLS 1.3",
        _ => FormattableString.Invariant($"0x{version:x4}"),
    };

    private static bool TryServerName(ReadOnlySpan<byte> data, out string? name)
    {
        name = null;
        var at = new Cursor(data);
        if (data.Length == 0)
        {
            return true;
        }

        if (!at.Block(2, out var list) || !at.IsAtEnd)
        {
            return false;
        }

        var each = new Cursor(list);
        while (!each.IsAtEnd)
        {
            if (!each.Number(1, out var kind) || !each.Block(2, out var text))
            {
                return false;
            }

            if (kind == 0)
            {
                name = Encoding.ASCII.GetString(text);
            }
        }

        return true;
    }

    private static bool TryProtocols(ReadOnlySpan<byte> data, List<string> into)
    {
        var at = new Cursor(data);
        if (!at.Block(2, out var list) || !at.IsAtEnd)
        {
            return false;
        }

        var each = new Cursor(list);
        while (!each.IsAtEnd)
        {
            if (!each.Block(1, out var text) || text.Length == 0)
            {
                return false;
            }

            into.Add(Encoding.ASCII.GetString(text));
        }

        return true;
    }

    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public bool Skip(int count) => Take(count, out _);

        public bool Take(int count, out ReadOnlySpan<byte> taken)
        {
            if (_rest.Length < count)
            {
                taken = default;
                return false;
            }

            taken = _rest[..count];
            _rest = _rest[count..];
            return true;
        }

        public bool Number(int size, out int value)
        {
            value = 0;
            if (!Take(size, out var bytes))
            {
                return false;
            }

            foreach (var one in bytes)
            {
                value = (value << 8) | one;
            }

            return true;
        }

        /// <summary>A length of so many bytes, and what it counts.</summary>
        public bool Block(int lengthSize, out ReadOnlySpan<byte> block)
        {
            block = default;
            return Number(lengthSize, out var length) && Take(length, out block);
        }
    }
}

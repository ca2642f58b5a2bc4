using PacketPath.Tls;

namespace PacketPath.Probes;

/// <summary>How one TLS handshake is made.</summary>
public sealed record TlsHandshakeOptions
{
    /// <summary>The server name to send (RFC 6066): a host name; null sends none.</summary>
    public string? ServerName { get; init; }

    /// <summary>The name or address that the certificate must cover; null where it is not judged by name.</summary>
    public string? CertificateName { get; init; }

    /// <summary>The application protocols to offer; empty for none.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary>The least size of the ClientHello, in bytes; 0 for its own. It is reached by offering application protocols that nobody speaks.</summary>
    public int LeastClientHello { get; init; }

    /// <summary>How long the handshake may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What the certificate is judged by.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;
}

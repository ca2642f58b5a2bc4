namespace PacketPath;

/// <summary>The TLS handshakes made with one address, one for each server name asked, side by side.</summary>
public sealed record TlsServerNameResult : ApplicationEvidence
{
    /// <summary>The handshakes: the names asked, in the order they were asked, then controls and repetitions.</summary>
    public TlsHandshake[] Handshakes { get; init; } = [];

    /// <summary>The control name asked for (-ControlName); null where none was.</summary>
    public string? ControlName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The application protocols offered (-Alpn); empty where none were.</summary>
    public string[] RequestedAlpn { get; init; } = [];

    /// <summary>True where each name was also asked with a ClientHello of more than one segment (-LargeClientHello).</summary>
    public bool LargeClientHello { get; init; }

    /// <summary>What certificates were judged by: <c>system</c>, or the files of -TrustedCertificate beside it.</summary>
    public string TrustSource { get; init; } = "";

    /// <summary>The files of further trusted certificates (-TrustedCertificate); empty where none were given.</summary>
    public string[] TrustedCertificate { get; init; } = [];

    /// <summary>Whether the handshakes were watched on the wire as well.</summary>
    public CaptureStatus CaptureStatus { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(RemoteAddress.Contains(':') ? "[" + RemoteAddress + "]" : RemoteAddress)}:{RemotePort} {string.Join(", ", Handshakes.Select(h => h.ToString()))}";
}

/// <summary>One TLS handshake: what was asked, how far it came, and what was served.</summary>
public sealed record TlsHandshake
{
    /// <summary>The server name sent (RFC 6066); null where none was.</summary>
    public string? ServerName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The name or address the certificate must cover; null where none was asked about, as for a control without a name.</summary>
    public string? CertificateName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where it was made for comparison only.</summary>
    public bool IsControl { get; init; }

    /// <summary>True where it repeats an earlier one that failed.</summary>
    public bool IsRepetition { get; init; }

    /// <summary>True where the ClientHello was made larger than one segment.</summary>
    public bool IsLarge { get; init; }

    /// <summary>What came of it.</summary>
    public TlsOutcome Outcome { get; init; }

    /// <summary>How far it came.</summary>
    public TlsStage Reached { get; init; }

    /// <summary>The protocol version agreed on, for example <c>TLS 1.3</c>; null where no ServerHello came.</summary>
    public string? TlsVersion { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The cipher suite agreed on, by its IANA name; null where no ServerHello came.</summary>
    public string? CipherSuite { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The application protocol agreed on; null where none was.</summary>
    public string? Alpn { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The certificate served; null where the handshake did not come so far.</summary>
    public TlsCertificate? Certificate { get; init; }

    /// <summary>True where the certificate covers the name; null where there is no certificate or no name to cover.</summary>
    public bool? CoversName { get; init; }

    /// <summary>True where the peer asked for a certificate of this host.</summary>
    public bool ClientCertificateRequested { get; init; }

    /// <summary>The name of the fatal alert that the peer sent, for example <c>unrecognized_name</c>; null where it sent none.</summary>
    public string? Alert { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Every alert that was seen, of either side.</summary>
    public TlsAlert[] Alerts { get; init; } = [];

    /// <summary>The error of the connection, by name; null where there was none.</summary>
    public string? SocketError { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Why the handshake failed, in words, where neither an alert nor the connection says it.</summary>
    public string? Reason { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The beginning of what the peer sent, where it is no TLS, with everything unprintable replaced.</summary>
    public string? ReceivedText { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The size of the ClientHello's records, in bytes; 0 where none was sent.</summary>
    public int ClientHelloBytes { get; init; }

    /// <summary>True where the peer's TCP acknowledged all that was sent; null where that is not known.</summary>
    public bool? IsAcknowledged { get; init; }

    /// <summary>Bytes sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes received.</summary>
    public long BytesReceived { get; init; }

    /// <summary>The local port; 0 where none was bound.</summary>
    public int LocalPort { get; init; }

    /// <summary>When the connection was begun, in UTC.</summary>
    public DateTime StartedAt { get; init; }

    /// <summary>Milliseconds until the connection stood; null where it did not.</summary>
    public double? ConnectMilliseconds { get; init; }

    /// <summary>Milliseconds from the first byte sent to the first byte received; null where none came.</summary>
    public double? FirstByteMilliseconds { get; init; }

    /// <summary>Milliseconds from the first byte sent to the whole ServerHello; null where none came.</summary>
    public double? ServerHelloMilliseconds { get; init; }

    /// <summary>Milliseconds from the first byte sent to the outcome.</summary>
    public double HandshakeMilliseconds { get; init; }

    /// <summary>The TLS records as they crossed, the first 64 of them.</summary>
    public TlsRecord[] Records { get; init; } = [];

    /// <summary>The packets of the connection as captured, the first 64 of them; empty where no capture stood.</summary>
    public TlsPacket[] Packets { get; init; } = [];

    /// <summary>The kernel's TCP_INFO at the end; null where it was not read.</summary>
    public SynTcpInfo? TcpInfo { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{ServerName ?? "(no name)"}: {Outcome}{(Alert is null ? "" : " " + Alert)}";
}

/// <summary>What came of a TLS handshake.</summary>
public enum TlsOutcome
{
    /// <summary>It completed. The certificate is judged apart from that.</summary>
    Completed,

    /// <summary>The peer ended it with a fatal alert.</summary>
    Alert,

    /// <summary>The connection was reset.</summary>
    Reset,

    /// <summary>The peer closed the connection.</summary>
    Closed,

    /// <summary>Nothing, or nothing more, came within the timeout.</summary>
    TimedOut,

    /// <summary>What came back is no TLS.</summary>
    NotTls,

    /// <summary>This side gave it up: see Reason and Alerts.</summary>
    Failed,

    /// <summary>The connection did not stand, although an attempt just before had.</summary>
    NotConnected,
}

/// <summary>How far a TLS handshake came.</summary>
public enum TlsStage
{
    /// <summary>No ClientHello left.</summary>
    BeforeClientHello,

    /// <summary>The ClientHello left, and no ServerHello came.</summary>
    AfterClientHello,

    /// <summary>A ServerHello came, and the handshake was not finished.</summary>
    AfterServerHello,

    /// <summary>It was finished.</summary>
    Finished,
}

/// <summary>One TLS alert (RFC 8446, section 6).</summary>
public sealed record TlsAlert
{
    /// <summary>True where the peer sent it, false where this host did.</summary>
    public bool IsFromPeer { get; init; }

    /// <summary>Its number.</summary>
    public int Code { get; init; }

    /// <summary>Its name, for example <c>handshake_failure</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>True where it ends the connection.</summary>
    public bool IsFatal { get; init; }

    /// <summary>Milliseconds since the first byte was sent.</summary>
    public double OffsetMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(IsFromPeer ? "peer" : "this host")}: {Name} ({Code})";
}

/// <summary>One TLS record as it crossed.</summary>
public sealed record TlsRecord
{
    /// <summary>True where the peer sent it.</summary>
    public bool IsFromPeer { get; init; }

    /// <summary>The content type: <c>handshake</c>, <c>alert</c>, <c>change_cipher_spec</c>, <c>application_data</c>.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The length stated in its header.</summary>
    public int Length { get; init; }

    /// <summary>The handshake messages that begin in it, as far as they are not encrypted, for example <c>certificate, server_hello_done</c>; null where there are none.</summary>
    public string? Messages { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Milliseconds since the first byte was sent.</summary>
    public double OffsetMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(IsFromPeer ? "<" : ">")} {(Messages ?? ContentType)}, {Length} bytes";
}

/// <summary>One captured packet of a TLS connection.</summary>
public sealed record TlsPacket
{
    /// <summary>True where it came in.</summary>
    public bool IsFromPeer { get; init; }

    /// <summary>The TCP flags, for example <c>SYN,ACK</c>.</summary>
    public string Flags { get; init; } = "";

    /// <summary>The bytes of payload.</summary>
    public int PayloadBytes { get; init; }

    /// <summary>The IP TTL or hop limit.</summary>
    public int Ttl { get; init; }

    /// <summary>The TCP sequence number.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>The TCP acknowledgment number.</summary>
    public long AcknowledgmentNumber { get; init; }

    /// <summary>The interface it was captured on; null where the capture does not say.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Milliseconds since the connection was begun.</summary>
    public double OffsetMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(IsFromPeer ? "<" : ">")} {Flags}, {PayloadBytes} bytes, TTL {Ttl}";
}

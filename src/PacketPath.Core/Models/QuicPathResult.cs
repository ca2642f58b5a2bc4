namespace PacketPath;

/// <summary>What came of QUIC to one address and port, and of TCP beside it.</summary>
public sealed record QuicPathResult : ApplicationEvidence
{
    /// <summary>True where something spoke QUIC from there.</summary>
    public bool QuicAnswered { get; init; }

    /// <summary>The versions offered by Version Negotiation, in the server's order: <c>1</c>, <c>2</c>, <c>draft-29</c>, else the number. Reserved ones are left out.</summary>
    public string[] Versions { get; init; } = [];

    /// <summary>What came of the datagrams.</summary>
    public QuicUdpOutcome UdpOutcome { get; init; }

    /// <summary>What came of a TCP connection to the same port in the same call.</summary>
    public SynOutcome TcpOutcome { get; init; }

    /// <summary>Round-trip time of Version Negotiation, else of the handshake, in milliseconds; null where nothing came back.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>Round-trip time of the TCP handshake, in milliseconds; null where nothing came back.</summary>
    public double? TcpRttMilliseconds { get; init; }

    /// <summary>Who sent the ICMP error that ended the attempt; null where none did.</summary>
    public string? Offender { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The ICMP reports about datagrams to the port, as the error queue gave them (IP_RECVERR).</summary>
    public IcmpReport[] ErrorQueue { get; init; } = [];

    /// <summary>The error of this host that ended the attempt, by name; null where there was none.</summary>
    public string? SocketError { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The call that failed with it: <c>connect</c>, <c>send</c>; null where none did.</summary>
    public string? FailedCall { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where datagrams of 1200 bytes, which QUIC needs, were seen to reach the target; false where only smaller ones were; null where neither was seen.</summary>
    public bool? FullSizePasses { get; init; }

    /// <summary>The handshake begun for the server name; null where none was asked for.</summary>
    public QuicHandshake? Handshake { get; init; }

    /// <summary>The handshake begun for another name, or none, after the one asked for met silence; null where it was not needed.</summary>
    public QuicHandshake? ControlHandshake { get; init; }

    /// <summary>Datagrams to a closed port of the same address, sent where QUIC met silence: an answer shows that UDP gets there and back.</summary>
    public UdpControl[] Controls { get; init; } = [];

    /// <summary>The hops that answered TTL-limited datagrams, where QUIC met silence.</summary>
    public QuicHop[] Hops { get; init; } = [];

    /// <summary>How many datagrams were sent to the port.</summary>
    public int DatagramsSent { get; init; }

    /// <summary>How many datagrams came from the port.</summary>
    public int DatagramsReceived { get; init; }

    /// <summary>How many of them were not QUIC, or answered nothing that was sent.</summary>
    public int DatagramsForeign { get; init; }

    /// <summary>Whether the wire was watched for datagrams; it is only where QUIC meets silence, from the first wait in vain on.</summary>
    public CaptureStatus CaptureStatus { get; init; }

    /// <summary>How many datagrams to the port were captured leaving meanwhile.</summary>
    public int DatagramsCapturedLeaving { get; init; }

    /// <summary>How many datagrams from the port were captured coming back while they were waited for, 64 at most; more than were received where this host itself drops them.</summary>
    public int DatagramsCapturedReturning { get; init; }

    /// <summary>The local address used; null where none was bound.</summary>
    public string? LocalAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The local UDP port used; 0 where none was bound.</summary>
    public int LocalPort { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(RemoteAddress.Contains(':') ? "[" + RemoteAddress + "]" : RemoteAddress)}:{RemotePort} UDP {UdpOutcome}, TCP {TcpOutcome}";
}

/// <summary>What came of datagrams to one port.</summary>
public enum QuicUdpOutcome
{
    /// <summary>Nothing came back in time.</summary>
    Silent,

    /// <summary>An answer to what was sent came back.</summary>
    Answered,

    /// <summary>Datagrams came back, but no answer in QUIC.</summary>
    NotQuic,

    /// <summary>ICMP port unreachable: from the target, nothing listens there; from another, it was rejected on the way.</summary>
    PortUnreachable,

    /// <summary>ICMP administratively prohibited.</summary>
    Prohibited,

    /// <summary>Another ICMP error: network, host or address unreachable, or the TTL ran out.</summary>
    Unreachable,

    /// <summary>1200 bytes do not fit the path or the interface.</summary>
    TooBig,

    /// <summary>This host refused to send: see SocketError and FailedCall.</summary>
    LocalError,
}

/// <summary>A QUIC handshake that was begun and, once answered, given up.</summary>
public sealed record QuicHandshake
{
    /// <summary>The server name sent in it; null where none was.</summary>
    public string? ServerName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The application protocols offered in it (ALPN).</summary>
    public string[] ApplicationProtocols { get; init; } = [];

    /// <summary>What came of it.</summary>
    public QuicHandshakeOutcome Outcome { get; init; }

    /// <summary>The error code of the server's CONNECTION_CLOSE; null where it sent none.</summary>
    public long? ErrorCode { get; init; }

    /// <summary>Its name, for example <c>CRYPTO_ERROR</c>.</summary>
    public string? ErrorName { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The TLS alert it carries, for example <c>unrecognized_name</c>; null where it carries none.</summary>
    public string? Alert { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The reason the server wrote beside it.</summary>
    public string? Reason { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The cipher suite the server chose; null where it chose none.</summary>
    public string? CipherSuite { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where the server first asked for proof of the address (Retry).</summary>
    public bool WasRetried { get; init; }

    /// <summary>Milliseconds from the first Initial to the answer; null where none came.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{ServerName ?? "(no name)"}: {Outcome}{(Alert ?? ErrorName) switch { null => "", var text => " " + text }}";
}

/// <summary>What came of a QUIC handshake.</summary>
public enum QuicHandshakeOutcome
{
    /// <summary>Nothing came back in time.</summary>
    Silent,

    /// <summary>The server's first flight came: it takes the name.</summary>
    ServerHello,

    /// <summary>The server asked for another key share: it speaks, and has yet to look at the name.</summary>
    HelloRetryRequest,

    /// <summary>The server closed the connection: see Alert and ErrorName.</summary>
    Closed,

    /// <summary>The Initial was acknowledged, and no more came.</summary>
    Acknowledged,

    /// <summary>The server asked for proof of the address (Retry), and gave no answer to it.</summary>
    Retry,

    /// <summary>The server does not speak version 1.</summary>
    VersionNegotiation,

    /// <summary>An ICMP error or an error of this host ended it.</summary>
    Failed,
}

/// <summary>Datagrams to a closed port of the target, as a control of the path.</summary>
public sealed record UdpControl
{
    /// <summary>The port.</summary>
    public int Port { get; init; }

    /// <summary>The size of the data, without headers.</summary>
    public int Size { get; init; }

    /// <summary>What came of it.</summary>
    public QuicUdpOutcome Outcome { get; init; }

    /// <summary>Who answered; null where nobody did.</summary>
    public string? From { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Round-trip time in milliseconds; null where nothing came back.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"port {Port}, {Size} bytes: {Outcome}";
}

/// <summary>One hop on the way, as two datagrams of the same size found it: one to the QUIC port, one to a closed port.</summary>
public sealed record QuicHop
{
    /// <summary>The TTL or hop limit that reaches it.</summary>
    public int Ttl { get; init; }

    /// <summary>Who answered the datagram to the QUIC port; null where nobody did.</summary>
    public string? Address { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Who answered the datagram to the closed port; null where nobody did.</summary>
    public string? ControlAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where that was the target itself.</summary>
    public bool IsTarget { get; init; }

    /// <summary>True where it was asked three times more, some time apart and the QUIC port first, and each time answered only the datagram to the closed port: routers count what they report.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Ttl}: {Address ?? "*"} / {ControlAddress ?? "*"}";
}

namespace PacketPath;

/// <summary>What an HTTP proxy answered to one CONNECT. The destination (RemoteAddress, RemotePort) is the proxy; the tunnel's end has properties of its own.</summary>
public sealed record ProxyConnectResult : ApplicationEvidence
{
    /// <summary>What came of it, as observed; the cause is for Resolve-PacketFailure to name.</summary>
    public ProxyOutcome Outcome { get; init; }

    /// <summary>The proxy, without user and password.</summary>
    public string ProxyUri { get; init; } = "";

    /// <summary>The environment variable that named the proxy; null where -Proxy did.</summary>
    public string? ProxyVariable { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The host the tunnel was to end at.</summary>
    public string TunnelHost { get; init; } = "";

    /// <summary>Its port.</summary>
    public int TunnelPort { get; init; }

    /// <summary>The user whose credential was sent; null where none was.</summary>
    public string? ProxyUser { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The status of the reply; null where none came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Its reason phrase.</summary>
    public string? ReasonPhrase { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Its version, for example HTTP/1.1.</summary>
    public string? HttpVersion { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The reply's header fields, in order; at most 100.</summary>
    public HttpHeader[] Headers { get; init; } = [];

    /// <summary>The schemes the proxy takes (Proxy-Authenticate).</summary>
    public string[] AuthenticationSchemes { get; init; } = [];

    /// <summary>What came instead of an HTTP reply, as far as it is text; null where nothing did.</summary>
    public string? FirstBytes { get; init => field = EmptyText.AsNull(value); }

    /// <summary>What is wrong with the reply, or why the conversation ended; null where nothing is wrong.</summary>
    public string? Problem { get; init => field = EmptyText.AsNull(value); }

    /// <summary>Bytes read from the proxy before the tunnel.</summary>
    public long BytesReceived { get; init; }

    /// <summary>True where the proxy's kernel acknowledged the whole request; null where it was not sent, or nobody could ask.</summary>
    public bool? RequestAcknowledged { get; init; }

    /// <summary>The socket's error by name; null where none.</summary>
    public string? SocketError { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The local address used; null where no connection came about.</summary>
    public string? LocalAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The local port used; 0 where no connection came about.</summary>
    public int LocalPort { get; init; }

    /// <summary>TLS with the proxy itself; null where none was asked.</summary>
    public TlsHandshake? ProxyTls { get; init; }

    /// <summary>TLS through the tunnel (-ServerName); null where none was asked, or no tunnel came about.</summary>
    public TlsHandshake? TunnelTls { get; init; }

    /// <summary>Milliseconds the TCP connection took; null where none came about.</summary>
    public double? ConnectMilliseconds { get; init; }

    /// <summary>Milliseconds from the request to the first byte of the reply; null where none came.</summary>
    public double? FirstByteMilliseconds { get; init; }

    /// <summary>Milliseconds from the request to the end of the reply's header; null where it did not end.</summary>
    public double? ReplyMilliseconds { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{TunnelHost}:{TunnelPort} via {ProxyUri}: {Outcome}{(StatusCode is null ? "" : $" ({StatusCode})")}";
}

/// <summary>What came of a CONNECT.</summary>
public enum ProxyOutcome
{
    /// <summary>The proxy's port did not open: see TcpPath.</summary>
    Unreachable,

    /// <summary>TLS with the proxy failed: see ProxyTls.</summary>
    TlsFailed,

    /// <summary>The proxy built the tunnel (2xx).</summary>
    TunnelOpen,

    /// <summary>The proxy wants to know who asks (407).</summary>
    AuthenticationRequired,

    /// <summary>The proxy turned the request down (any other status below 500, or 501 and 505).</summary>
    Denied,

    /// <summary>The proxy tried, and did not reach the target (any other 5xx).</summary>
    GatewayFailure,

    /// <summary>What answered does not speak HTTP/1.x, or never ends its header.</summary>
    NotHttp,

    /// <summary>The connection was closed before a status came.</summary>
    Closed,

    /// <summary>Nothing came back in time.</summary>
    Silent,

    /// <summary>A reply had begun and had not come to its status in time.</summary>
    Incomplete,
}

/// <summary>One header field of an HTTP reply.</summary>
public sealed record HttpHeader
{
    /// <summary>The field's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its value.</summary>
    public string Value { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Name}: {Value}";
}

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>The proxy's faults, and an application's silence: evidence that shows each, and evidence like it that does not.</summary>
internal static class ProxyFaultCases
{
    public static FaultCases.Case[] All { get; } =
    [
        new("ProxyUnreachable", PathLayer.Tls,
            s => [Answer(s, ProxyOutcome.TlsFailed) with { ProxyTls = new TlsHandshake { CertificateName = "proxy.example", Outcome = TlsOutcome.TimedOut, Reason = "it did not end in time" } }],
            s => [Answer(s, ProxyOutcome.Unreachable) with { TcpPath = s.Refused() }]),
        new("ProxyAuthenticationRequired", PathLayer.Proxy,
            s => [Status(s, 407) with { AuthenticationSchemes = ["Basic"] }],
            s => [Status(s, 403) with { ProxyUser = "ops" }]),
        new("ProxyConnectDenied", PathLayer.Proxy,
            s => [Status(s, 403)],
            s => [Status(s, 502)]),
        new("ProxyGatewayFailure", PathLayer.Proxy,
            s => [Status(s, 504)],
            s => [Status(s, 501)]),
        new("ProxyNotHttp", PathLayer.Proxy,
            s => [Answer(s, ProxyOutcome.NotHttp) with { FirstBytes = "220 mail.example ESMTP", Problem = "it does not begin with HTTP/1.0 or HTTP/1.1 and a status" }],
            s => [Answer(s, ProxyOutcome.Silent) with { RequestAcknowledged = true }]),
        new("ApplicationSilent", PathLayer.Application,
            s => [Answer(s, ProxyOutcome.Silent) with { RequestAcknowledged = true }],
            s => [Answer(s, ProxyOutcome.Silent) with { RequestAcknowledged = false }]),
    ];

    /// <summary>A CONNECT over a handshake that completed.</summary>
    public static ProxyConnectResult Answer(Scene s, ProxyOutcome outcome) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon,
        RemoteAddress = s.Target,
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        TargetName = "example.com:443",
        TcpPath = s.Open(),
        TimeoutSeconds = 2,
        Outcome = outcome,
        ProxyUri = "http://proxy.example:443",
        TunnelHost = "example.com",
        TunnelPort = 443,
    };

    /// <summary>A CONNECT that was answered with a status.</summary>
    public static ProxyConnectResult Status(Scene s, int status) => Answer(s, status switch
    {
        200 => ProxyOutcome.TunnelOpen,
        407 => ProxyOutcome.AuthenticationRequired,
        502 or 503 or 504 => ProxyOutcome.GatewayFailure,
        _ => ProxyOutcome.Denied,
    }) with
    {
        StatusCode = status,
        ReasonPhrase = "Reason",
        HttpVersion = "HTTP/1.1",
        Headers = [new HttpHeader { Name = "Server", Value = "squid" }],
        RequestAcknowledged = true,
        ReplyMilliseconds = 1.5,
    };
}

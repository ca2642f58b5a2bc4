namespace PacketPath.Diagnosis;

/// <summary>What proxies answered, sorted by the tunnel asked for, and turned into sentences.</summary>
internal static class ProxyObservations
{
    private const string Source = "CONNECT";
    private const int MostTunnels = 3;

    // What tells who answered, and why.
    private static readonly string[] Telling = ["Server", "Via", "X-Squid-Error", "Proxy-Status", "Location", "Allow"];

    /// <summary>The newest answer about each tunnel, the newest of all first.</summary>
    public static IReadOnlyList<ProxyConnectResult> Newest(EvidenceSet evidence) =>
        [.. evidence.Applications.OfType<ProxyConnectResult>().DistinctBy(static p => (p.ProxyUri, p.TunnelHost, p.TunnelPort))];

    /// <summary>The tunnel's end as a person writes it.</summary>
    public static string Tunnel(ProxyConnectResult result) => TargetKey.Text(result.TunnelHost, result.TunnelPort);

    /// <summary>Status and reason.</summary>
    public static string Status(ProxyConnectResult result) =>
        Describe.Text($"{result.StatusCode}{(result.ReasonPhrase is null ? "" : " " + result.ReasonPhrase)}");

    /// <summary>Who chose the proxy, as a part of a sentence.</summary>
    public static string Chosen(ProxyConnectResult result) => result.ProxyVariable is null ? "" : $" (named by {result.ProxyVariable})";

    /// <summary>Other tunnels that failed alike, as a part of a sentence.</summary>
    public static string Others(int count) => count == 0 ? "" : $", and so for {Describe.Count(count, "other target")}";

    /// <summary>What the healthy answer shows; null where it is not healthy.</summary>
    public static ApplicationAnswer? Answer(ProxyConnectResult result)
    {
        if (result is not { Outcome: ProxyOutcome.TunnelOpen, TunnelTls: null or { Outcome: TlsOutcome.Completed } }
            || TunnelCertificates.IsRefused(result.TunnelTls) || TunnelCertificates.IsRefused(result.ProxyTls))
        {
            return null;
        }

        var time = result.ReplyMilliseconds is { } milliseconds ? Describe.Text($" in {milliseconds:0.###} ms") : "";
        var tls = result.TunnelTls is { } through ? $", and {through.CertificateName} speaks TLS through it" : "";
        return new(PathLayer.Proxy, $"the proxy built the tunnel to {Tunnel(result)}{time}{tls}", Source, result.ObservedAt);
    }

    /// <summary>What a proxy's answer says where it fits no fault; nothing for other evidence.</summary>
    public static IEnumerable<FailureEvidence?> Told(ApplicationEvidence evidence) => evidence is not ProxyConnectResult result ? []
        : [Reply(result), Acknowledged(result), Tls(result.TunnelTls, $"{result.TunnelTls?.CertificateName} through the tunnel", result.ObservedAt)];

    /// <summary>What came of one CONNECT.</summary>
    public static FailureEvidence Reply(ProxyConnectResult result)
    {
        var within = $"within {Describe.Seconds(result.TimeoutSeconds)}";
        var text = result.Outcome switch
        {
            ProxyOutcome.Silent => $"nothing came back {within} of a CONNECT to {Tunnel(result)}",
            ProxyOutcome.Incomplete => Describe.Text($"of the answer to a CONNECT to {Tunnel(result)} {Bytes(result)} came {within}, and no status"),
            ProxyOutcome.NotHttp => Describe.Text($"a CONNECT to {Tunnel(result)} was answered by '{result.FirstBytes}': {result.Problem}"),
            ProxyOutcome.Closed => Describe.Text($"the connection ended after {Bytes(result)}, without a status: {result.Problem ?? "it was closed"}"),
            ProxyOutcome.TlsFailed => $"{result.Problem ?? "TLS with the proxy failed"}",
            ProxyOutcome.Unreachable => $"no CONNECT was sent: {result.Problem ?? "the proxy's port did not open"}",
            _ => $"a CONNECT to {Tunnel(result)} was answered by {result.HttpVersion} {Status(result)}",
        };
        return Observations.Supports(text, Source, result.ObservedAt);
    }

    /// <summary>The header fields that tell who answered, and why.</summary>
    public static FailureEvidence? Header(ProxyConnectResult result)
    {
        var told = result.Headers.Where(static h => Telling.Contains(h.Name, StringComparer.OrdinalIgnoreCase) && h.Value.Length > 0).Take(4).ToArray();
        return told.Length == 0 ? null
            : Observations.Supports("the reply's header says " + string.Join(", ", told.Select(static h => h.ToString())), Source, result.ObservedAt);
    }

    /// <summary>The tunnels that the same proxy did build.</summary>
    public static IEnumerable<FailureEvidence> Built(EvidenceSet evidence) => Newest(evidence)
        .Where(static p => p.Outcome == ProxyOutcome.TunnelOpen)
        .Take(MostTunnels)
        .Select(static p => Observations.Supports($"the same proxy built a tunnel to {Tunnel(p)}", Source, p.ObservedAt));

    /// <summary>Whether the request got there.</summary>
    public static FailureEvidence? Acknowledged(ProxyConnectResult result) => result.RequestAcknowledged is not { } acknowledged ? null
        : acknowledged ? Observations.Supports("the request was acknowledged by the far kernel", "TCP_INFO", result.ObservedAt)
        : Observations.Refutes("part of the request was not acknowledged by the far kernel", "TCP_INFO", result.ObservedAt);

    /// <summary>TLS, where it was asked.</summary>
    public static FailureEvidence? Tls(TlsHandshake? tls, string with, DateTime at) => tls is null ? null
        : Observations.Supports(tls.Outcome == TlsOutcome.Completed ? $"TLS with {with} completed ({tls.TlsVersion})" : $"TLS with {with} failed: {tls.Alert ?? tls.Reason ?? tls.SocketError ?? tls.Outcome.ToString()}", "TLS handshake", at);

    private static string Bytes(ProxyConnectResult result) => Describe.Text($"{result.BytesReceived} byte{(result.BytesReceived == 1 ? "" : "s")}");
}

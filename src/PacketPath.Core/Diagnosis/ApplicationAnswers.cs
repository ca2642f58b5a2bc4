namespace PacketPath.Diagnosis;

/// <summary>What a healthy application answer shows.</summary>
/// <param name="Layer">The layer that answered.</param>
/// <param name="Observation">What was seen, in one sentence without a full stop.</param>
/// <param name="Source">How it was seen.</param>
/// <param name="ObservedAt">When.</param>
internal sealed record ApplicationAnswer(PathLayer Layer, string Observation, string Source, DateTime ObservedAt);

/// <summary>Reads out of an application probe's result whether the application answered as it should.</summary>
internal static class ApplicationAnswers
{
    /// <summary>The healthy answer in a result; null where it holds none.</summary>
    public static ApplicationAnswer? Of(ApplicationEvidence evidence) => evidence switch
    {
        TlsServerNameResult tls => TlsObservations.Answer(tls),
        QuicPathResult quic => QuicObservations.Answer(quic),
        ProxyConnectResult proxy => ProxyObservations.Answer(proxy),
        DnsTruncationResult dns => DnsObservations.Answer(dns),
        _ => null,
    };

    /// <summary>What was asked of the application: two results with the same question are two readings, the newer of which counts.</summary>
    public static string Question(ApplicationEvidence evidence) => evidence switch
    {
        TlsServerNameResult tls => string.Join(' ', tls.Handshakes.Select(static h => h.ServerName).Order(StringComparer.Ordinal)),
        QuicPathResult quic => quic.Handshake?.ServerName ?? "",
        ProxyConnectResult proxy => $"{proxy.ProxyUri} {proxy.TunnelHost} {proxy.TunnelPort}",
        DnsTruncationResult dns => DnsObservations.Question(dns),
        _ => "",
    };

    /// <summary>What the probe saw, in sentences, for a verdict that names no fault.</summary>
    public static IEnumerable<FailureEvidence?> Told(ApplicationEvidence evidence) => evidence switch
    {
        ProxyConnectResult proxy => ProxyObservations.Told(proxy),
        TlsServerNameResult tls => TlsObservations.Told(tls),
        _ => [],
    };

    /// <summary>True where the target was heard over UDP, whatever it said: it is reached then, even where TCP is not.</summary>
    public static bool IsHeardByDatagram(ApplicationEvidence evidence) => evidence switch
    {
        QuicPathResult quic => quic.QuicAnswered,
        DnsTruncationResult dns => DnsObservations.IsHeard(dns),
        _ => false,
    };
}

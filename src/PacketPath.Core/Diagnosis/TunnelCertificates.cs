namespace PacketPath.Diagnosis;

/// <summary>The certificates served behind a proxy, or by it: clients refuse them although the tunnel stands.</summary>
internal static class TunnelCertificates
{
    /// <summary>True where a completed handshake ends in a certificate that clients refuse.</summary>
    public static bool IsRefused(TlsHandshake? tls) => tls is { Outcome: TlsOutcome.Completed } && (tls.CoversName == false || tls.Certificate is { ChainErrors.Length: > 0 });

    /// <summary>The verdict on a chain that does not hold; null where none was seen.</summary>
    public static Finding? Invalid(EvidenceSet evidence) => Find(
        evidence,
        static tls => tls.Certificate is { ChainErrors.Length: > 0 },
        static tls => $"is not valid: {tls.Certificate!.ChainErrors[0]}");

    /// <summary>The verdict on a certificate for other names; null where none was seen.</summary>
    public static Finding? Mismatch(EvidenceSet evidence) => Find(
        evidence, static tls => tls.CoversName == false, static tls => $"does not cover it: it is for {TlsObservations.Served(tls)}");

    private static Finding? Find(EvidenceSet evidence, Func<TlsHandshake, bool> isRefused, Func<TlsHandshake, string> why)
    {
        foreach (var result in ProxyObservations.Newest(evidence).Where(static r => r.Outcome == ProxyOutcome.TunnelOpen))
        {
            if (result.TunnelTls is { Outcome: TlsOutcome.Completed } through && isRefused(through))
            {
                return Verdict(evidence, result, through, $"The certificate served for {through.CertificateName} through the proxy {result.ProxyUri} {why(through)}.", "the far end, or a proxy that opens the tunnel and answers in its name,");
            }

            if (result.ProxyTls is { Outcome: TlsOutcome.Completed } own && isRefused(own))
            {
                return Verdict(evidence, result, own, $"The certificate that the proxy {result.ProxyUri} serves for {own.CertificateName} {why(own)}.", "the proxy");
            }
        }

        return null;
    }

    private static Finding Verdict(EvidenceSet evidence, ProxyConnectResult result, TlsHandshake tls, string summary, string who) => new()
    {
        // A private root of the network's own is common behind proxies, and other clients may trust it.
        Confidence = tls.CoversName == false ? Confidence.Proven : Confidence.Probable,
        Summary = summary,
        Subject = tls.Certificate,
        Evidence =
        [
            ProxyObservations.Reply(result),
            ProxyObservations.Tls(tls, tls.CertificateName ?? result.ProxyUri, result.ObservedAt),
            .. (tls.Certificate is { } shown ? shown.ChainStatus.Zip(shown.ChainErrors) : []).Take(4).Select(e => Observations.Supports($"{e.First}: {e.Second}", "chain built here", result.ObservedAt)),
        ],
        Proves = $"The tunnel stands and the handshake completes, and a client that checks certificates as this host does refuses what {who} serves.",
        DoesNotProve = "That other clients refuse it: they may trust other roots. Nor that the certificate is not the one meant.",
        NextSteps = [new Commands(evidence).Proxy(result, result.TunnelTls?.CertificateName is { } name ? " -ServerName " + Commands.Quote(name) : "")],
    };
}

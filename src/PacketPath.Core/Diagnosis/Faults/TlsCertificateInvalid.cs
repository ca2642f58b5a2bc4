namespace PacketPath.Diagnosis.Faults;

/// <summary>The certificate served is expired, not yet valid, or its chain leads to no root that this host trusts.</summary>
public sealed class TlsCertificateInvalid : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Tls;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (TlsHandshakes.Of(evidence) is not { } tls
            || tls.Ordinary.FirstOrDefault(static h => h is { Outcome: TlsOutcome.Completed, Certificate.ChainErrors.Length: > 0 }) is not { } handshake)
        {
            return TunnelCertificates.Invalid(evidence);
        }

        var certificate = handshake.Certificate!;
        var result = tls.Owner(handshake);
        var isTime = certificate.ChainStatus.Contains("NotTimeValid");
        var isTrust = Array.Exists(certificate.ChainStatus, IsTrust);
        var isBlind = result.NotObserved.Any(static m => m.What == MissingObservation.TrustedRoots)
            && Array.TrueForAll(certificate.ChainStatus, IsTrust);
        var at = result.ObservedAt;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isBlind ? Confidence.Possible : Confidence.Proven,
            Summary = Describe.Text($"The certificate that {evidence.Target} serves for {handshake.CertificateName ?? "no name"} is not valid: {Why(certificate, at)}."),
            Subject = certificate,
            Evidence =
            [
                TlsObservations.Certificate(result, handshake),
                .. certificate.ChainStatus.Zip(certificate.ChainErrors).Take(4).Select(e => Observations.Supports(
                    $"{e.First}: {e.Second}", $"chain built here, trust: {(result.TrustSource.Length > 0 ? result.TrustSource : "unknown")}", at)),
                Observations.Supports($"the chain that could be built: {(certificate.Chain.Length == 0 ? "none" : string.Join(" > ", certificate.Chain))}", "chain built here", at),
            ],
            Proves = "The handshake completes, and a client that checks certificates as this host does refuses what is served.",
            DoesNotProve = (isTrust ? "That other clients refuse it: they may trust other roots, or know the intermediate certificate that is missing here. " : "")
                + (isTime ? "That this host's clock is right. " : "") + "Revocation was not looked at.",
            NextSteps =
            [
                .. isTrust ? [commands.Tls(handshake, " -TrustedCertificate ca.pem")] : Array.Empty<string>(),
                .. isTime ? ["date -u"] : Array.Empty<string>(),
                commands.Run($"openssl s_client -connect {Commands.Quote(evidence.Target)} {(handshake.ServerName is { } name ? $"-servername {Commands.Quote(name)}" : "-noservername")} -showcerts"),
            ],
        };
    }

    private static string Why(TlsCertificate certificate, DateTime at) =>
        certificate.NotAfter < at && certificate.NotAfter > default(DateTime) ? Describe.Text($"it expired on {certificate.NotAfter:yyyy-MM-dd HH:mm} UTC")
        : certificate.NotBefore > at ? Describe.Text($"it is valid only from {certificate.NotBefore:yyyy-MM-dd HH:mm} UTC")
        : certificate.IsSelfIssued && certificate.ChainStatus is [var first, ..] && IsTrust(first) ? "it is signed by itself, and not trusted here"
        : certificate.ChainErrors[0];

    private static bool IsTrust(string status) => status is "UntrustedRoot" or "PartialChain";
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The handshake completes with a certificate that does not cover the name asked for.</summary>
public sealed class TlsServerNameMismatch : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Tls;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (TlsHandshakes.Of(evidence) is not { } tls
            || tls.Ordinary.FirstOrDefault(static h => h is { Outcome: TlsOutcome.Completed, CoversName: false, Certificate: not null }) is not { } handshake)
        {
            return TunnelCertificates.Mismatch(evidence);
        }

        var commands = new Commands(evidence);
        var result = tls.Owner(handshake);
        var byName = handshake.ServerName is not null;
        var common = handshake.Certificate!.SubjectAlternativeNames.Length == 0;
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"The certificate that {evidence.Target} serves for {handshake.CertificateName} does not cover it: it is for {TlsObservations.Served(handshake)}.",
            Subject = handshake,
            Evidence =
            [
                TlsObservations.Certificate(result, handshake),
                TlsObservations.Told(result, handshake),
                tls.Witness(handshake, completed: true) is { CoversName: not false } witness ? TlsObservations.Told(tls.Owner(witness), witness) : null,
            ],
            Proves = byName
                ? "The server read the name and chose this certificate, or serves the same to all: clients that check names refuse it."
                : "Without a server name the server chooses this certificate: clients that connect by this address and check it refuse it.",
            DoesNotProve = (byName ? "That the server has no certificate for the name: another address of it may. Nor that the server is the one meant: a device on the way can serve its own certificate."
                : "That the server has no certificate for the name behind the address: ask for it with -ServerName.")
                + (common ? " The certificate has no alternative names; old clients may still take its subject for a name." : ""),
            NextSteps =
            [
                commands.Tls(handshake),
                commands.Run($"openssl s_client -connect {Commands.Quote(evidence.Target)} {(byName ? $"-servername {Commands.Quote(handshake.ServerName!)}" : "-noservername")} -showcerts"),
            ],
        };
    }
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The server turns away this name with an alert, and serves another.</summary>
public sealed class TlsServerNameRejected : FaultRule
{
    private const string UnrecognizedName = "unrecognized_name";

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Tls;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (TlsHandshakes.Of(evidence) is not { } tls)
        {
            return null;
        }

        // An alert behind the ServerHello is about something else: the name was taken by then.
        var turned = tls.Ordinary.Where(static h => h is { Outcome: TlsOutcome.Alert, Alert: not null, Reached: <= TlsStage.AfterClientHello })
            .Select(h => (Handshake: h, Witness: tls.Witness(h, completed: true))).ToArray();
        if (turned.Length == 0)
        {
            return null;
        }

        var (handshake, witness) = turned.FirstOrDefault(t => t.Witness is not null || t.Handshake.Alert == UnrecognizedName, turned[0]);
        var commands = new Commands(evidence);
        var alert = handshake.Alert!;
        var result = tls.Owner(handshake);
        var says = alert == UnrecognizedName;
        return new Finding
        {
            // Only this alert names its reason; every other one may be about anything, unless another name passes.
            Confidence = says || (witness is not null && tls.AreOfOne(handshake, witness)) ? Confidence.Proven : witness is null ? Confidence.Possible : Confidence.Probable,
            Summary = $"{evidence.Target} turns away a ClientHello with {TlsObservations.Name(handshake)}: it sends the alert {alert}{(witness is null ? "" : $", while {TlsObservations.Name(witness)} is served")}.",
            Subject = handshake,
            Evidence =
            [
                TlsObservations.Alert(result, handshake),
                TlsObservations.Told(result, handshake),
                witness is null ? null : TlsObservations.Told(tls.Owner(witness), witness),
                witness is null ? null : TlsObservations.Certificate(tls.Owner(witness), witness),
            ],
            Proves = says ? "The peer speaks TLS, has read the name, and says that it does not know it."
                : "The peer speaks TLS and ends the handshake" + (witness is null ? "." : " for this name, while all else is alike."),
            DoesNotProve = says ? "That no other address or port serves the name."
                : witness is null ? "That the name is the reason: the same alert is sent where no common protocol version or cipher is found. A control name that is served would tell."
                : "Why: the name may be unknown to the server, or its site misconfigured; only the server's own log tells.",
            NextSteps =
            [
                commands.Tls(handshake, witness?.ServerName is { } control ? $" -ControlName {Commands.Quote(control)}" : ""),
                commands.Run($"openssl s_client -connect {Commands.Quote(evidence.Target)} {(handshake.ServerName is { } name ? $"-servername {Commands.Quote(name)}" : "-noservername")} -brief"),
            ],
        };
    }
}

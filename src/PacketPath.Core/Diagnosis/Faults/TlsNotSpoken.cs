namespace PacketPath.Diagnosis.Faults;

/// <summary>What answers on the port does not speak TLS.</summary>
public sealed class TlsNotSpoken : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Tls;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (TlsHandshakes.Of(evidence) is not { } tls)
        {
            return null;
        }

        var silent = tls.Ordinary.Where(h => !tls.IsSpokenBeside(h)).ToArray();
        var other = Array.Find(silent, static h => h.Outcome == TlsOutcome.NotTls);
        var ended = Array.Find(silent, h => tls.Siblings(h).Count > 1 && tls.Siblings(h).All(static s => s.Outcome is TlsOutcome.Reset or TlsOutcome.Closed && s.BytesReceived == 0));
        if ((other ?? ended) is not { } handshake)
        {
            return null;
        }

        var commands = new Commands(evidence);
        var result = tls.Owner(handshake);
        return new Finding
        {
            Confidence = other is not null ? Confidence.Proven : Confidence.Probable,
            Summary = other is not null
                ? $"{evidence.Target} does not speak TLS: it answers a ClientHello with \"{other.ReceivedText}\"."
                : handshake.Reached == TlsStage.BeforeClientHello ? $"{evidence.Target} accepts connections and ends each at once, before a ClientHello is sent."
                : $"{evidence.Target} ends every connection that brings a ClientHello, whatever the name, without a byte of TLS.",
            Subject = handshake,
            Evidence =
            [
                .. tls.Siblings(handshake).Take(4).Select(h => TlsObservations.Told(result, h)),
                TlsObservations.ResetTtl(result, handshake),
            ],
            Proves = other is not null
                ? $"The connection works, and what came back over it cannot be a TLS record: {other.Reason ?? "its first byte is none of TLS"}."
                : handshake.Reached == TlsStage.BeforeClientHello ? "The handshake of TCP completes, and the connection is ended before anything is sent on it."
                : "The connection works, and it is ended as soon as a ClientHello is on it.",
            DoesNotProve = other is not null
                ? "That the target itself said it: a device on the way can answer in its place."
                : "That the target cannot speak TLS: a server that knows none of these names, or a device that lets no TLS pass, looks the same from here.",
            NextSteps = [commands.Tls(handshake), commands.Run($"openssl s_client -connect {Commands.Quote(evidence.Target)} -debug")],
        };
    }
}

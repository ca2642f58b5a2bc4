namespace PacketPath.Diagnosis.Faults;

/// <summary>A ClientHello with this name is swallowed or its connection reset, while one with another name is answered.</summary>
public sealed class TlsServerNameBlocked : FaultRule
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

        foreach (var handshake in tls.Ordinary.Where(static h => (TlsHandshakes.IsCut(h) && h.Reached == TlsStage.AfterClientHello && h.BytesReceived == 0) || h.Outcome == TlsOutcome.NotTls))
        {
            var again = tls.Repetition(handshake);
            if (tls.Witness(handshake, completed: false) is { } witness && (again is null || again.Outcome == handshake.Outcome))
            {
                return Found(evidence, tls, handshake, again, witness);
            }
        }

        return null;
    }

    private static Finding Found(EvidenceSet evidence, TlsHandshakes tls, TlsHandshake handshake, TlsHandshake? again, TlsHandshake witness)
    {
        var commands = new Commands(evidence);
        var result = tls.Owner(handshake);
        var foreign = TlsObservations.IsResetForeign(result, handshake);
        return new Finding
        {
            Confidence = (again is not null || handshake.Outcome == TlsOutcome.NotTls) && tls.AreOfOne(handshake, witness) ? Confidence.Proven : Confidence.Probable,
            Summary = $"A ClientHello with {TlsObservations.Name(handshake)} to {evidence.Target} {TlsObservations.Fate(handshake)}, while one with {TlsObservations.Name(witness)} {TlsObservations.Fate(witness)}.",
            Subject = handshake,
            Evidence =
            [
                TlsObservations.Told(result, handshake),
                again is null ? null : TlsObservations.Told(result, again),
                TlsObservations.Told(tls.Owner(witness), witness),
                TlsObservations.Acknowledged(result, handshake),
                TlsObservations.ResetTtl(result, handshake),
            ],
            Proves = "Everything about these connections is alike but the name in the ClientHello: somebody reads it, and lets this one not pass."
                + (foreign ? " The RST was not made where the SYN-ACK was." : ""),
            DoesNotProve = foreign
                ? "Which device on the way sends it; Test-SynPath -FindHop lists the hops, and the RST's TTL hints at one."
                : "Who does it: a device on the way, or the server itself, which may end connections for names it does not serve.",
            NextSteps =
            [
                commands.Tls(handshake, witness.ServerName is { } control ? $" -ControlName {Commands.Quote(control)}" : ""),
                commands.ProbeAndResolve(" -FindHop"),
                .. evidence.Interface is null ? Array.Empty<string>() : [commands.Firewall()],
            ],
        };
    }
}

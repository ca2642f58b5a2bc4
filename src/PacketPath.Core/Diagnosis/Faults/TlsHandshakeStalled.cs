namespace PacketPath.Diagnosis.Faults;

/// <summary>The connection stands, and the handshake gets no answer, or no further, whatever the name.</summary>
public sealed class TlsHandshakeStalled : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Tls;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence) =>
        TlsHandshakes.Of(evidence) is not { } tls ? null
        : Silent(evidence, tls) ?? Halted(evidence, tls) ?? Large(evidence, tls);

    private static Finding? Silent(EvidenceSet evidence, TlsHandshakes tls)
    {
        if (tls.Ordinary.FirstOrDefault(static h => h is { Outcome: TlsOutcome.TimedOut, BytesReceived: 0 }) is not { } handshake || tls.IsSpokenBeside(handshake))
        {
            return null;
        }

        var all = tls.Siblings(handshake).Where(static h => !h.IsLarge).ToArray();
        if (Array.Exists(all, static h => h.Outcome == TlsOutcome.NotTls))
        {
            return null;
        }

        var anyName = all.Where(static h => h.Outcome == TlsOutcome.TimedOut).Select(static h => h.ServerName).Distinct().Count() > 1;
        var taken = handshake.IsAcknowledged == true;
        return Found(evidence, tls, handshake, anyName && Array.TrueForAll(all, static h => h.Outcome == TlsOutcome.TimedOut) ? Confidence.Proven : Confidence.Probable) with
        {
            Summary = $"{evidence.Target} accepts connections and does not answer a ClientHello{(anyName ? ", whatever the name" : "")}; it was {(handshake.IsAcknowledged is null ? "sent" : taken ? "acknowledged" : "never acknowledged")}.",
            Proves = "The handshake of TCP completes, and no byte of TLS comes back" + (taken ? ", although the ClientHello was received." : "."),
            DoesNotProve = taken
                ? "Why nobody answers: the process behind the port may hang, may be busy, or may wait for another protocol; a device on the way may have answered TCP in its place."
                : "Where the ClientHello is lost: on the way there, or its acknowledgment on the way back. Packets of that size may be what does not pass: see Invoke-MtuProbe.",
        };
    }

    private static Finding? Halted(EvidenceSet evidence, TlsHandshakes tls)
    {
        if (tls.Ordinary.FirstOrDefault(static h => h is { Outcome: TlsOutcome.TimedOut, Reached: TlsStage.AfterServerHello }
            or { Outcome: TlsOutcome.TimedOut, Reached: TlsStage.AfterClientHello, BytesReceived: > 0 }) is not { } handshake)
        {
            return null;
        }

        var again = tls.Repetition(handshake);
        if (again is { Outcome: not TlsOutcome.TimedOut })
        {
            return null;
        }

        var passed = tls.Witness(handshake, completed: true);
        return Found(evidence, tls, handshake, again is null ? Confidence.Probable : Confidence.Proven, passed) with
        {
            Summary = Describe.Text($"The handshake of {evidence.Target} with {TlsObservations.Name(handshake)} stops {(handshake.Reached == TlsStage.AfterServerHello ? "after the ServerHello" : "within the first answer")}: {handshake.BytesReceived} bytes came, and then nothing{(passed is null ? "" : $", while one with {TlsObservations.Name(passed)} completes")}."),
            Proves = "The peer began to answer, and the rest of its answer did not come.",
            DoesNotProve = "That the peer sent no more: the certificate makes the first large packets on the way back, and a path that does not carry them looks the same. Run Invoke-MtuProbe.",
        };
    }

    private static Finding? Large(EvidenceSet evidence, TlsHandshakes tls)
    {
        foreach (var large in tls.Asked.Where(static h => h.IsLarge && TlsHandshakes.IsCut(h)))
        {
            var again = tls.Repetition(large);
            if (tls.Small(large) is not { } small || (again is not null && !TlsHandshakes.IsCut(again)))
            {
                continue;
            }

            return Found(evidence, tls, large, again is null || !tls.AreOfOne(large, small) ? Confidence.Probable : Confidence.Proven, small) with
            {
                Summary = Describe.Text($"A ClientHello of {large.ClientHelloBytes} bytes to {evidence.Target} {TlsObservations.Fate(large)}, while one of {small.ClientHelloBytes} bytes with the same name is answered."),
                Proves = "What fails is the size of the ClientHello: the same name passes in one segment, and fails in several.",
                DoesNotProve = "What cannot take it: a path that carries no full-sized packets, a device that reads ClientHellos and cannot join segments, or the server itself. Run Invoke-MtuProbe.",
            };
        }

        return null;
    }

    private static Finding Found(EvidenceSet evidence, TlsHandshakes tls, TlsHandshake handshake, Confidence confidence, TlsHandshake? witness = null)
    {
        var commands = new Commands(evidence);
        var result = tls.Owner(handshake);
        return new Finding
        {
            Confidence = confidence,
            Summary = "",
            Proves = "",
            DoesNotProve = "",
            Subject = handshake,
            Evidence =
            [
                TlsObservations.Told(result, handshake),
                TlsObservations.Acknowledged(result, handshake),
                .. tls.Siblings(handshake).Where(h => h != handshake).Take(4).Select(h => TlsObservations.Told(result, h)),
                witness is null || tls.AreOfOne(handshake, witness) ? null : TlsObservations.Told(tls.Owner(witness), witness),
                evidence.Mtu is null ? null : MtuObservations.Sizes(evidence.Mtu),
            ],
            NextSteps = [commands.Tls(handshake, " -LargeClientHello"), commands.Mtu() + " | Resolve-PacketFailure"],
        };
    }
}

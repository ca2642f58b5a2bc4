namespace PacketPath.Diagnosis.Faults;

/// <summary>No request can be made of the proxy: its port does not open, or TLS with it fails.</summary>
public sealed class ProxyUnreachable : ProxyFault
{
    private protected override bool IsOfThisKind(ProxyConnectResult result) => result.Outcome is ProxyOutcome.Unreachable or ProxyOutcome.TlsFailed;

    private protected override Finding Judge(EvidenceSet evidence, ProxyConnectResult result, string others)
    {
        var tls = result.Outcome == ProxyOutcome.TlsFailed;

        // Why the port does not open is for the rules of the layers below to say: beside their verdict this one names what hangs on it.
        var below = !tls && result.TcpPath is not { Outcome: SynOutcome.Open };
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = tls || below ? Confidence.Proven : Confidence.Probable,
            Layer = tls ? PathLayer.Tls : null,
            ContributesOnly = below,
            Summary = $"No tunnel to {ProxyObservations.Tunnel(result)}{others} can be asked for: "
                + (tls ? $"the proxy {result.ProxyUri}{ProxyObservations.Chosen(result)} takes connections, and TLS with it fails."
                    : $"the proxy {result.ProxyUri}{ProxyObservations.Chosen(result)} does not open its port."),
            Subject = result,
            Proves = tls ? "The proxy's port is open, and what listens there did not complete a TLS handshake." : "The conversation with the proxy did not begin: nothing was asked of it.",
            DoesNotProve = tls ? "That it wants TLS at all: most proxies are spoken to in plain text, and their address begins with http://."
                : "Anything about the target: the proxy was never asked for it.",
            NextSteps = tls
                ? [commands.Proxy(result with { ProxyUri = result.ProxyUri.Replace("https://", "http://", StringComparison.Ordinal) }), commands.ProbeAndResolve()]
                : [commands.ProbeAndResolve(), commands.Proxy(result)],
        };
    }
}

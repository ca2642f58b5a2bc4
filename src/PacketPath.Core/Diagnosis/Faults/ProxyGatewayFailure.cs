namespace PacketPath.Diagnosis.Faults;

/// <summary>The proxy took the request, tried, and did not reach the target.</summary>
public sealed class ProxyGatewayFailure : ProxyFault
{
    private protected override bool IsOfThisKind(ProxyConnectResult result) => result.Outcome == ProxyOutcome.GatewayFailure;

    private protected override Finding Judge(EvidenceSet evidence, ProxyConnectResult result, string others) => new()
    {
        Confidence = Confidence.Proven,
        Summary = $"The proxy {result.ProxyUri}{ProxyObservations.Chosen(result)} did not reach {ProxyObservations.Tunnel(result)}{others}: it answers {ProxyObservations.Status(result)}.",
        Subject = result,
        Proves = "The way to the proxy works, and the proxy would serve this request: what failed lies behind it, or in it.",
        DoesNotProve = "What failed behind the proxy: name resolution, route, firewall or the target itself."
            + (result.StatusCode == 503 ? " A proxy that is overloaded, or that tries a parent of its own, answers 503 too." : ""),
        NextSteps =
        [
            Describe.Text($"Test-SynPath -TargetName {Commands.Quote(result.TunnelHost)} -Port {Math.Clamp(result.TunnelPort, 1, 65535)} | Resolve-PacketFailure # on the proxy, {evidence.RemoteAddress}"),
            new Commands(evidence).Proxy(result),
        ],
    };
}

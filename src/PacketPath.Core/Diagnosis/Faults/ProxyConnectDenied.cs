namespace PacketPath.Diagnosis.Faults;

/// <summary>The proxy turns the request for a tunnel down.</summary>
public sealed class ProxyConnectDenied : ProxyFault
{
    private protected override bool IsOfThisKind(ProxyConnectResult result) => result.Outcome == ProxyOutcome.Denied;

    private protected override Finding Judge(EvidenceSet evidence, ProxyConnectResult result, string others)
    {
        var noConnect = result.StatusCode is 400 or 404 or 405 or 501 or 505;
        var elsewhere = result.StatusCode is >= 300 and < 400;
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"The proxy {result.ProxyUri}{ProxyObservations.Chosen(result)} refuses a tunnel to {ProxyObservations.Tunnel(result)}{others}: it answers {ProxyObservations.Status(result)}.",
            Subject = result,
            Proves = "The proxy is reached, understood the request, and answered it with a refusal of its own.",
            DoesNotProve = noConnect ? "That it is a proxy: a web server that knows no CONNECT answers so too."
                : elsewhere ? "Who answered: a captive portal sends people on like this, in a proxy's place."
                : "What its rule is about: the target, its port, this host or the user. Only the proxy's own configuration and log tell.",
            NextSteps =
            [
                new Commands(evidence).Proxy(result),
                $"grep {Commands.Quote(result.TunnelHost)} /var/log/squid/access.log # on the proxy, {evidence.RemoteAddress}, or wherever it logs",
            ],
        };
    }
}

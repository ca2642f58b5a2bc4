namespace PacketPath.Diagnosis.Faults;

/// <summary>What listens at the proxy's port does not answer as an HTTP proxy.</summary>
public sealed class ProxyNotHttp : ProxyFault
{
    private protected override bool IsOfThisKind(ProxyConnectResult result) => result.Outcome is ProxyOutcome.NotHttp or ProxyOutcome.Closed;

    private protected override Finding Judge(EvidenceSet evidence, ProxyConnectResult result, string others)
    {
        var closed = result.Outcome == ProxyOutcome.Closed;
        var what = result.Problem ?? "what it says is no HTTP reply";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = closed ? Confidence.Probable : Confidence.Proven,
            Summary = $"What listens at {evidence.Target}{ProxyObservations.Chosen(result)} gives no HTTP answer to a CONNECT to {ProxyObservations.Tunnel(result)}{others}: {what}.",
            Subject = result,
            Evidence = [ProxyObservations.Acknowledged(result)],
            Proves = closed ? "The request reached what listens there, and it ended the connection instead of answering." : "Something answers at the proxy's address and port, and it does not speak HTTP/1.x.",
            DoesNotProve = closed ? "That it is no proxy: one that is overloaded, or does not like this client, closes without a word too."
                : "What it is, beyond the bytes shown, nor whether the proxy listens on another port.",
            NextSteps =
            [
                .. result.FirstBytes is { Length: > 0 } || closed ? [commands.Proxy(result with { ProxyUri = result.ProxyUri.Replace("http://", "https://", StringComparison.Ordinal) })] : Array.Empty<string>(),
                Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(result.RemotePort, 1, 65535)} -State Listen # on the proxy, {evidence.RemoteAddress}"),
            ],
        };
    }
}

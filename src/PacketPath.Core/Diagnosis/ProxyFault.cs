namespace PacketPath.Diagnosis;

/// <summary>A fault that a proxy's own answer shows.</summary>
public abstract class ProxyFault : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Proxy;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var failed = ProxyObservations.Newest(evidence).Where(IsOfThisKind).ToArray();
        if (failed is not [var result, ..])
        {
            return null;
        }

        var finding = Judge(evidence, result, ProxyObservations.Others(failed.Length - 1));
        return finding with
        {
            Evidence =
            [
                ProxyObservations.Reply(result),
                ProxyObservations.Header(result),
                .. finding.Evidence,
                ProxyObservations.Tls(result.ProxyTls, "the proxy", result.ObservedAt),
                .. ProxyObservations.Built(evidence),
                evidence.Probe is null ? null : Observations.Socket(evidence),
            ],
        };
    }

    private protected abstract bool IsOfThisKind(ProxyConnectResult result);

    private protected abstract Finding Judge(EvidenceSet evidence, ProxyConnectResult result, string others);
}

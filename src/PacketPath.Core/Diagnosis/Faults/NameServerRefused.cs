namespace PacketPath.Diagnosis.Faults;

/// <summary>The name server refuses to answer this host.</summary>
public sealed class NameServerRefused : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Name;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var refused = DnsObservations.Current(evidence).Where(r => r.ResponseCode is "REFUSED" or "NOTAUTH").ToList();
        return refused.Count == 0 ? null : new Finding
        {
            Confidence = Confidence.Proven,
            Protocol = TransportProtocol.Udp,
            Summary = $"The name server {evidence.Target} refuses to answer {refused[0].Name} {refused[0].Type} ({refused[0].ResponseCode}{DnsObservations.Reasons(refused[0])}){DnsObservations.Others(refused.Count)}.",
            Subject = refused[0],
            Evidence = [.. DnsObservations.Exchanges(refused[0])],
            Proves = "The query reached the name server, and its policy refused it.",
            DoesNotProve = "Why: this host may not be among those it answers, it may not answer for names outside its zones, or a policy blocks the name.",
            NextSteps = [new Commands(evidence).Dns(refused[0]), new Commands(evidence).Dns(refused[0], server: "")],
        };
    }
}

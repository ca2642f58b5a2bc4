namespace PacketPath.Diagnosis.Faults;

/// <summary>The name does not exist, says the name server.</summary>
public sealed class NameNotFound : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Name;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var missing = DnsObservations.Current(evidence).Where(r => r.ResponseCode == "NXDOMAIN").ToList();
        return missing.Count == 0 ? null : new Finding
        {
            Confidence = Confidence.Proven,
            Protocol = TransportProtocol.Udp,
            Summary = $"The name {missing[0].Name} does not exist, says {evidence.Target} (NXDOMAIN{DnsObservations.Reasons(missing[0])}){DnsObservations.Others(missing.Select(static r => r.Name.ToUpperInvariant()).Distinct().Count())}.",
            Subject = missing[0],
            Evidence = [.. DnsObservations.Exchanges(missing[0]), Alias(missing[0])],
            Proves = "The name server was reached and answered: it knows of no such name, of any type.",
            DoesNotProve = "That other name servers say the same: views, policies and search domains differ, and an old denial may be kept for a while.",
            NextSteps = [new Commands(evidence).Dns(missing[0]), new Commands(evidence).Dns(missing[0], server: "")],
        };
    }

    private static FailureEvidence? Alias(DnsTruncationResult result) => result.Answers.LastOrDefault(a => a.Type == "CNAME") is { } alias
        ? Observations.Supports($"{alias.Name} is an alias of {alias.Data}, and that is what does not exist", DnsObservations.Source, result.ObservedAt)
        : null;
}

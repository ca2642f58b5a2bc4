namespace PacketPath.Diagnosis.Faults;

/// <summary>The name server answers that it could not find out, or did not understand.</summary>
public sealed class NameServerFailure : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Name;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var failed = DnsObservations.Current(evidence).Where(r => r.ResponseCode is not (null or "NOERROR" or "NXDOMAIN" or "REFUSED" or "NOTAUTH")).ToList();
        if (failed.Count == 0)
        {
            return null;
        }

        var result = failed[0];
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            Protocol = TransportProtocol.Udp,
            Summary = $"The name server {evidence.Target} fails on {result.Name} {result.Type} ({result.ResponseCode}{DnsObservations.Reasons(result)}){DnsObservations.Others(failed.Count)}.",
            Subject = result,
            Evidence = [.. DnsObservations.Exchanges(result)],
            Proves = "The query reached the name server, and it answered that it has no answer.",
            DoesNotProve = result.ResponseCode == "SERVFAIL"
                ? "Why: the servers of the zone may be out of its reach, or what they say may fail validation by DNSSEC. Another resolver, or the zone's own servers, would tell."
                : "That another server would not answer the same query.",
            NextSteps = [commands.Dns(result), commands.Dns(result, server: "")],
        };
    }
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>The name exists, and has no address of the family asked.</summary>
public sealed class NameNoAddress : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Name;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        // A name with an address of one family is not without.
        var asked = DnsObservations.Current(evidence)
            .Where(r => r is { Type: "A" or "AAAA", ResponseCode: "NOERROR", IsReferral: false, Outcome: DnsOutcome.Whole or DnsOutcome.Truncated })
            .GroupBy(r => r.Name, StringComparer.OrdinalIgnoreCase)
            .Where(g => !g.Any(HasAddress)).ToList();
        if (asked.Count == 0)
        {
            return null;
        }

        var results = asked[0].ToList();
        var result = results[0];
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            Protocol = TransportProtocol.Udp,
            Summary = $"The name {result.Name} exists and has no {string.Join(" and no ", results.Select(r => r.Type == "A" ? "IPv4" : "IPv6").Distinct().Order())} address, says {evidence.Target}{DnsObservations.Others(asked.Count)}.",
            Subject = result,
            Evidence =
            [
                .. results.SelectMany(r => DnsObservations.Exchanges(r)),
                .. result.Answers.Where(a => a.Type == "CNAME").Take(4).Select(a => Observations.Supports($"{a.Name} is an alias of {a.Data}", DnsObservations.Source, result.ObservedAt)),
            ],
            Proves = "The name server was reached and answered: there is such a name, and no such record.",
            DoesNotProve = results.Count == 1 ? $"That it has no {(result.Type == "A" ? "IPv6" : "IPv4")} address either, nor that other name servers say the same."
                : "That other name servers say the same.",
            NextSteps =
            [
                .. results.Count > 1 ? Array.Empty<string>() : [commands.Dns(result, type: result.Type == "A" ? "AAAA" : "A")],
                commands.Dns(result),
                commands.Dns(result, server: ""),
            ],
        };
    }

    private static bool HasAddress(DnsTruncationResult result) =>
        result.Answers.Any(a => a.Type is "A" or "AAAA") || result.AnswerCount > result.Answers.Length;
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>Small answers of a name server arrive, large ones do not.</summary>
public sealed class DnsLargeReplyLost : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Dns;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var lost = DnsObservations.Current(evidence).Where(r => r.LostAt is not null && DnsObservations.IsHeard(r)).ToList();
        if (lost.Count == 0)
        {
            return null;
        }

        var result = lost[0];
        var silent = result.Exchanges.Where(e => e is { Transport: TransportProtocol.Udp, Outcome: DnsExchangeOutcome.Silent, BufferSize: > 0 }).ToArray();
        var parts = silent.FirstOrDefault(e => e.FragmentsWhole == false);
        var arrived = silent.FirstOrDefault(e => e.PacketsSeen > 0 && e.FragmentsWhole != false);
        var isLarge = result.TruncatedAt is { } cut && (result.AnswerSize is null || result.AnswerSize > cut);
        var heldBack = result.CaptureStatus == CaptureStatus.Complete && silent.Length > 0 && Array.TrueForAll(silent, e => e.QueriesSeen == 0);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = isLarge && !heldBack && (parts is not null || arrived is not null || result.AnswerSize > result.TruncatedAt) ? Confidence.Proven : Confidence.Probable,
            Protocol = TransportProtocol.Udp,
            Summary = Describe.Text($"Large answers of {evidence.Target} are lost: {result.Name} {result.Type}{Size(result)} is answered where queries allow {Smaller(result)}, and not where they allow {result.LostAt} bytes")
                + (parts is not null ? Describe.Text($"; {Describe.Count(parts.Fragments ?? 0, "fragment")} of it came, the rest did not")
                    : arrived is not null ? "; the answer reaches this host, and no socket receives it" : "")
                + DnsObservations.Others(lost.Count) + ".",
            Subject = result,
            Evidence = [.. DnsObservations.Exchanges(result), DnsObservations.Tcp(evidence, result), evidence.Mtu is null ? null : MtuObservations.Sizes(evidence.Mtu), Observations.Route(evidence)],
            Proves = isLarge ? "The same question, put at the same time, is answered where the answer must be small and not where it may be large."
                : "Queries that allow more are not answered, while those that allow less are.",
            DoesNotProve = parts is not null ? "Who drops the other fragments: a firewall or a router on the way back, or one of this host before it saw them."
                : arrived is not null ? "Which rule or limit of this host drops it."
                : "Where they are lost: the way back, a firewall that drops fragments, or a server that does not send them. Nor that all large packets are lost: Invoke-MtuProbe tells.",
            NextSteps = [commands.Dns(result), commands.Mtu(), .. arrived is null && !heldBack ? Array.Empty<string>() : [commands.Firewall()]],
        };
    }

    private static string Smaller(DnsTruncationResult result) => DnsObservations.Buffer(result.Exchanges
        .Where(e => e is { Transport: TransportProtocol.Udp, Outcome: DnsExchangeOutcome.Answered or DnsExchangeOutcome.Truncated, BufferSize: > 0 } && e.BufferSize < result.LostAt)
        .Select(e => (int?)e.BufferSize).LastOrDefault());

    private static string Size(DnsTruncationResult result) => result.AnswerSize is null ? "" : Describe.Text($" ({result.AnswerSize} bytes)");
}

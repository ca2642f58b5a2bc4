namespace PacketPath.Diagnosis;

/// <summary>Puts what name servers answered into sentences.</summary>
internal static class DnsObservations
{
    /// <summary>Where it is from.</summary>
    public const string Source = "DNS queries over UDP and TCP";

    private const int MostShown = 3;

    /// <summary>The newest result of each question put to this server.</summary>
    public static IReadOnlyList<DnsTruncationResult> Current(EvidenceSet evidence) => [.. evidence.Current.OfType<DnsTruncationResult>()];

    /// <summary>What tells one question from another.</summary>
    public static string Question(DnsTruncationResult result) => $"{result.Name} {result.Type}".ToUpperInvariant();

    /// <summary>True where an answer came over UDP.</summary>
    public static bool IsHeard(DnsTruncationResult result) =>
        result.Exchanges.Any(e => e.Transport == TransportProtocol.Udp && e.Outcome is DnsExchangeOutcome.Answered or DnsExchangeOutcome.Truncated && e.ResponseCode is not null);

    /// <summary>The healthy answer; null where there is none.</summary>
    public static ApplicationAnswer? Answer(DnsTruncationResult result)
    {
        if (result is not { ResponseCode: "NOERROR", Outcome: DnsOutcome.Whole or DnsOutcome.Truncated })
        {
            return null;
        }

        var said = result.IsReferral ? $"it refers to other name servers for {result.Name} {result.Type}"
            : result.AnswerCount == 0 ? $"{result.Name} has no record of type {result.Type}"
            : $"{result.Name} {result.Type} has {Describe.Count(result.AnswerCount, "record")}{Records(result)}";
        var how = result.Outcome == DnsOutcome.Truncated
            ? Describe.Text($"; over UDP the answer is truncated at {Buffer(result.TruncatedAt)}, and TCP brings all of it{Size(result)}")
            : Size(result);
        return new ApplicationAnswer(PathLayer.Dns, said + how + Unanswered(result), Source, result.ObservedAt);
    }

    /// <summary>What came of each question: supports a finding about it.</summary>
    public static IEnumerable<FailureEvidence> Exchanges(DnsTruncationResult result, Func<DnsExchange, bool>? which = null) =>
        result.Exchanges.Where(which ?? (static _ => true)).Take(8).Select(e => Observations.Supports(Exchange(e), Source, result.ObservedAt));

    /// <summary>What came back and was not the answer; null for nothing.</summary>
    public static FailureEvidence? Rejected(DnsTruncationResult result) =>
        result.Exchanges.SelectMany(e => e.Rejected).FirstOrDefault(r => r.Detail.Length > 0) is { } rejected
            ? Observations.Supports($"a reply of {rejected.Size} bytes from {rejected.From} was not taken: {rejected.Detail}", Source, result.ObservedAt)
            : null;

    /// <summary>The TCP attempt beneath; null where none was made.</summary>
    public static FailureEvidence? Tcp(EvidenceSet evidence, DnsTruncationResult result) => result.TcpPath is not { } path ? null : Observations.Supports(
        $"a TCP connection to {evidence.Target} {Ended(path)}", "connect() and its error queue", path.ObservedAt);

    /// <summary>How an attempt ended, as the end of a sentence.</summary>
    public static string Ended(SynPathResult path) => path.Outcome switch
    {
        SynOutcome.Open => "can be opened",
        SynOutcome.Refused => "is refused by a RST",
        SynOutcome.IcmpError when path.ErrorQueue is [var report, ..] => $"is ended by {Describe.Report(report)}",
        SynOutcome.NoReply when path is { CaptureStatus: CaptureStatus.Complete, Syns.Length: 0 } => "gets no SYN out of this host",
        SynOutcome.NoReply => $"gets no answer in {Describe.Seconds(path.TimeoutSeconds)}",
        SynOutcome.NeighborFailed => "gets no further than this link: the next hop does not resolve",
        _ => $"fails at once{(path.SocketError is null ? "" : ": " + path.SocketError)}",
    };

    /// <summary>A buffer size in words.</summary>
    public static string Buffer(int? size) => size is null or 0 ? "512 bytes (no EDNS)" : Describe.Text($"{size} bytes");

    /// <summary>Where several questions ended alike.</summary>
    public static string Others(int count) => count <= 1 ? "" : Describe.Text($", and so for {Describe.Count(count - 1, "other question")}");

    /// <summary>The extended errors; empty for none.</summary>
    public static string Reasons(DnsTruncationResult result) => result.ExtendedErrors.Length == 0 ? "" : $": {string.Join(", ", result.ExtendedErrors.Take(MostShown))}";

    // Where the others say all there is to say, what was lost does no harm; it is told none the less.
    private static string Unanswered(DnsTruncationResult result)
    {
        var silent = result.Exchanges.Where(e => e is { Transport: TransportProtocol.Udp, Outcome: DnsExchangeOutcome.Silent }).Select(e => e.BufferSize).ToArray();
        return silent.Length == 0 ? "" : $"; nothing came back to queries that allow {string.Join(", ", silent.Select(s => Buffer(s)))}";
    }

    private static string Exchange(DnsExchange e)
    {
        var how = e.Transport == TransportProtocol.Tcp ? "the query over TCP" : e.BufferSize == 0 ? "the query without EDNS" : Describe.Text($"the query that allows {e.BufferSize} bytes");
        var came = e.Outcome switch
        {
            DnsExchangeOutcome.Answered => Describe.Text($"brought {e.ResponseCode}, {e.AnswerCount} records, {e.Size} bytes"),
            DnsExchangeOutcome.Truncated => Describe.Text($"brought a truncated answer ({e.ResponseCode}, TC)"),
            DnsExchangeOutcome.Silent => Describe.Text($"was sent {Times(e.QueriesSent)} and brought nothing"),
            DnsExchangeOutcome.IcmpError when e.ErrorQueue is [var report, ..] => $"brought {Describe.Report(report)}",
            DnsExchangeOutcome.IcmpError => "brought an ICMP error",
            DnsExchangeOutcome.LocalError => $"could not be sent{(e.SocketError is null ? "" : ": " + e.SocketError)}",
            DnsExchangeOutcome.Invalid => Describe.Text($"brought {Describe.Count(e.RejectedCount, "reply")} that does not answer it").Replace("replys", "replies"),
            DnsExchangeOutcome.NotConnected => "could not be put: no connection",
            DnsExchangeOutcome.Reset => "was answered by a RST",
            _ => "ended with the connection closed",
        };
        return how + " " + came + Wire(e) + (e.Remark is null ? "" : $" ({e.Remark})");
    }

    private static string Wire(DnsExchange e) => e switch
    {
        { QueriesSeen: 0, QueriesSent: > 0, Outcome: DnsExchangeOutcome.Silent } => "; none was seen leaving",
        { PacketsSeen: > 0, FragmentsWhole: false } => Describe.Text($"; {Describe.Count(e.Fragments ?? 0, "fragment")} of an answer came, and not all of it"),
        { PacketsSeen: > 0, Outcome: DnsExchangeOutcome.Silent } => "; an answer was seen on the wire, and no socket received it",
        { PacketsLate: > 0, Outcome: DnsExchangeOutcome.Silent } => "; an answer was seen on the wire after the wait had ended",
        { QueriesSeen: > 0, PacketsSeen: 0, Outcome: DnsExchangeOutcome.Silent } => Describe.Text($"; {e.QueriesSeen} seen leaving, nothing coming back"),
        { Fragments: > 1 } => Describe.Text($" in {e.Fragments} fragments"),
        _ => "",
    };

    private static string Times(int count) => count == 1 ? "once" : Describe.Text($"{count} times");

    private static string Records(DnsTruncationResult result) => result.Answers.Length == 0 ? ""
        : $" ({string.Join(", ", result.Answers.Take(MostShown).Select(a => a.Data.Length > 40 ? a.Data[..40] + "..." : a.Data))}{(result.AnswerCount > MostShown ? ", ..." : "")})";

    private static string Size(DnsTruncationResult result) => result.AnswerSize is null ? "" : Describe.Text($", {result.AnswerSize} bytes");
}

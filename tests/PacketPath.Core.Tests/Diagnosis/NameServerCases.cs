namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What name servers answer, and the faults it shows.</summary>
public static class NameServerCases
{
    public static FaultCases.Case[] All { get; } =
    [
        new("NameServerUnreachable", PathLayer.Name,
            s => [Silent(s)],
            s => [Fits(s)]),
        new("NameServerRefused", PathLayer.Name,
            s => [Coded(s, "REFUSED")],
            s => [Coded(s, "NXDOMAIN")]),
        new("NameServerFailure", PathLayer.Name,
            s => [Coded(s, "SERVFAIL")],
            s => [Coded(s, "REFUSED")]),
        new("NameNotFound", PathLayer.Name,
            s => [Coded(s, "NXDOMAIN")],
            s => [Empty(s)]),
        new("NameNoAddress", PathLayer.Name,
            s => [Empty(s)],
            s => [Empty(s), Fits(s) with { Type = s.IsIPv6 ? "A" : "AAAA" }]),
        new("DnsTruncatedTcpBlocked", PathLayer.Dns,
            s => [Truncated(s, Tcp(s, SynOutcome.NoReply), DnsTcpOutcome.NotConnected)],
            s => [Truncated(s, Tcp(s, SynOutcome.Open), DnsTcpOutcome.Answered)]),
        new("DnsLargeReplyLost", PathLayer.Dns,
            s => [Lost(s)],
            s => [Truncated(s, Tcp(s, SynOutcome.Open), DnsTcpOutcome.Answered)]),
    ];

    /// <summary>A whole answer at every size.</summary>
    public static DnsTruncationResult Fits(Scene s) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon,
        RemoteAddress = s.Target,
        RemotePort = 53,
        Protocol = TransportProtocol.Udp,
        TargetName = s.Target,
        Name = "www.example.",
        Type = s.IsIPv6 ? "AAAA" : "A",
        ServerSource = "-Server",
        Outcome = DnsOutcome.Whole,
        ResponseCode = "NOERROR",
        Flags = "qr rd ra",
        AnswerCount = 1,
        Answers = [new() { Name = "www.example.", Type = s.IsIPv6 ? "AAAA" : "A", TimeToLive = 60, Data = s.IsIPv6 ? "2001:db8::80" : "192.0.2.80" }],
        AnswersEqual = true,
        AnswerSize = 60,
        WholeAt = 512,
        EdnsSupported = true,
        ServerBufferSize = 1232,
        Cookie = DnsCookie.Echoed,
        Fragments = 1,
        RttMilliseconds = 1,
        TimeoutSeconds = 3,
        CaptureStatus = CaptureStatus.Complete,
        Exchanges = [Exchange(512), Exchange(1232), Exchange(4096)],
    };

    /// <summary>An answer without records, with a response code.</summary>
    public static DnsTruncationResult Coded(Scene s, string code) => Fits(s) with
    {
        ResponseCode = code,
        AnswerCount = 0,
        Answers = [],
        Exchanges = [Exchange(512) with { ResponseCode = code, AnswerCount = 0 }, Exchange(4096) with { ResponseCode = code, AnswerCount = 0 }],
    };

    /// <summary>An empty answer.</summary>
    public static DnsTruncationResult Empty(Scene s) => Coded(s, "NOERROR");

    /// <summary>No answer over UDP, while TCP opens.</summary>
    public static DnsTruncationResult Silent(Scene s) => Fits(s) with
    {
        Outcome = DnsOutcome.Silent,
        ResponseCode = null,
        Flags = null,
        AnswerCount = 0,
        Answers = [],
        AnswersEqual = null,
        AnswerSize = null,
        WholeAt = null,
        EdnsSupported = null,
        ServerBufferSize = null,
        Cookie = DnsCookie.Unknown,
        Fragments = 0,
        RttMilliseconds = null,
        TcpPath = Tcp(s, SynOutcome.Open),
        TcpOutcome = DnsTcpOutcome.Silent,
        Exchanges = [Quiet(512), Quiet(4096), Quiet(0)],
    };

    /// <summary>An answer that does not fit, and what TCP made of it.</summary>
    public static DnsTruncationResult Truncated(Scene s, SynPathResult tcp, DnsTcpOutcome outcome) => Fits(s) with
    {
        Outcome = outcome == DnsTcpOutcome.Answered ? DnsOutcome.Truncated : DnsOutcome.TruncatedTcpFailed,
        AnswerCount = outcome == DnsTcpOutcome.Answered ? 40 : 0,
        AnswerSize = outcome == DnsTcpOutcome.Answered ? 3000 : null,
        AnswersEqual = null,
        TruncatedAt = 1232,
        WholeAt = null,
        TcpPath = tcp,
        TcpOutcome = outcome,
        Exchanges =
        [
            Cut(512), Cut(1232),
            new DnsExchange { Transport = TransportProtocol.Tcp, BufferSize = 1232, Outcome = outcome == DnsTcpOutcome.Answered ? DnsExchangeOutcome.Answered : DnsExchangeOutcome.NotConnected, ResponseCode = outcome == DnsTcpOutcome.Answered ? "NOERROR" : null },
        ],
    };

    /// <summary>An answer of which only the first fragment comes.</summary>
    public static DnsTruncationResult Lost(Scene s) => Truncated(s, Tcp(s, SynOutcome.Open), DnsTcpOutcome.Answered) with
    {
        Outcome = DnsOutcome.LargeReplyLost,
        LostAt = 4096,
        Exchanges = [Cut(512), Cut(1232), Quiet(4096) with { PacketsSeen = 3, Fragments = 1, FragmentsWhole = false }],
    };

    /// <summary>The attempt to connect to the server's port.</summary>
    public static SynPathResult Tcp(Scene s, SynOutcome outcome) =>
        (outcome == SynOutcome.Open ? s.Open() : outcome == SynOutcome.Refused ? s.Refused() : s.Probe(outcome)) with { RemotePort = 53, TargetName = s.Target };

    /// <summary>A query that was answered.</summary>
    public static DnsExchange Exchange(int size) => new()
    {
        Transport = TransportProtocol.Udp, BufferSize = size, Outcome = DnsExchangeOutcome.Answered, ResponseCode = "NOERROR", Flags = "qr rd ra", AnswerCount = 1, Size = 60,
        QueriesSent = 1, RttMilliseconds = 1, HasEdns = true, Cookie = DnsCookie.Echoed, QueriesSeen = 1, PacketsSeen = 1, Fragments = 1,
    };

    private static DnsExchange Cut(int size) => Exchange(size) with { Outcome = DnsExchangeOutcome.Truncated, Flags = "qr tc rd ra", AnswerCount = 0 };

    private static DnsExchange Quiet(int size) => new()
    {
        Transport = TransportProtocol.Udp, BufferSize = size, Outcome = DnsExchangeOutcome.Silent, QueriesSent = 3, Cookie = DnsCookie.Unknown, QueriesSeen = 3, PacketsSeen = 0, Fragments = 0,
    };
}

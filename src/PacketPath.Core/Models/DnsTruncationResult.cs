namespace PacketPath;

/// <summary>What one name server answered to one question: over UDP with several buffer sizes, and over TCP where that was called for.</summary>
public sealed record DnsTruncationResult : ApplicationEvidence
{
    /// <summary>The name asked for, with its last dot.</summary>
    public string Name { get; init; } = "";

    /// <summary>The type asked for, for example <c>AAAA</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Where the server's address is from: <c>-Server</c>, or the file that names it.</summary>
    public string ServerSource { get; init; } = "";

    /// <summary>The target whose name was being looked up by this question, as the user wrote it; null where the server was asked for its own sake.</summary>
    public string? LookedUpFor { get; init => field = EmptyText.AsNull(value); }

    /// <summary>What the questions came to; the cause is for Resolve-PacketFailure to name.</summary>
    public DnsOutcome Outcome { get; init; }

    /// <summary>The response code of the best answer, for example <c>NXDOMAIN</c>; null where there was none.</summary>
    public string? ResponseCode { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The flags of the best answer, for example <c>qr rd ra</c>; null where there was none.</summary>
    public string? Flags { get; init => field = EmptyText.AsNull(value); }

    /// <summary>True where the server refers to other servers and does not answer itself.</summary>
    public bool IsReferral { get; init; }

    /// <summary>How many records the best answer holds.</summary>
    public int AnswerCount { get; init; }

    /// <summary>The records of the best answer, at most 256.</summary>
    public DnsAnswer[] Answers { get; init; } = [];

    /// <summary>True where all whole answers hold the same records, whatever their order and age; null where there were not two.</summary>
    public bool? AnswersEqual { get; init; }

    /// <summary>The size of the whole answer, in bytes; null where none came whole.</summary>
    public int? AnswerSize { get; init; }

    /// <summary>The largest buffer size whose answer was truncated; null where none was. 0 stands for a query without EDNS.</summary>
    public int? TruncatedAt { get; init; }

    /// <summary>The smallest buffer size whose answer came whole over UDP; null where none did. 0 stands for a query without EDNS.</summary>
    public int? WholeAt { get; init; }

    /// <summary>
    /// The smallest buffer size to which nothing came back although a smaller one was answered, and by all signs the answer is larger than what
    /// passed: it was truncated there, or came in fragments, or TCP brought a larger one; null where there is none.
    /// </summary>
    public int? LostAt { get; init; }

    /// <summary>What came of the question over TCP.</summary>
    public DnsTcpOutcome TcpOutcome { get; init; }

    /// <summary>True where the server answers with EDNS, false where it answers without; null where it was not asked with, or did not answer.</summary>
    public bool? EdnsSupported { get; init; }

    /// <summary>The largest datagram the server says it takes; null where it does not say.</summary>
    public int? ServerBufferSize { get; init; }

    /// <summary>What became of the cookie sent along (RFC 7873).</summary>
    public DnsCookie Cookie { get; init; }

    /// <summary>The extended errors of the best answer (RFC 8914).</summary>
    public string[] ExtendedErrors { get; init; } = [];

    /// <summary>The most fragments one answer was seen to come in; null where the wire was not watched.</summary>
    public int? Fragments { get; init; }

    /// <summary>The shortest time from a query to its answer over UDP, in milliseconds; null where none came.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>Whether the wire was watched beside the sockets.</summary>
    public CaptureStatus CaptureStatus { get; init; }

    /// <summary>Every question put, and what came of it.</summary>
    public DnsExchange[] Exchanges { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Name} {Type} @{RemoteAddress} {Outcome}{(ResponseCode is null ? "" : ", " + ResponseCode)}";
}

/// <summary>What the questions to a name server came to.</summary>
public enum DnsOutcome
{
    /// <summary>Every buffer size that was answered brought a whole answer.</summary>
    Whole,

    /// <summary>Small buffers brought a truncated answer, and TCP the whole one.</summary>
    Truncated,

    /// <summary>An answer was truncated, and TCP did not bring it.</summary>
    TruncatedTcpFailed,

    /// <summary>Small buffers brought an answer, nothing came back to a larger one, and the answer is larger than what passed.</summary>
    LargeReplyLost,

    /// <summary>Nothing came back over UDP, or only that the server does not take EDNS.</summary>
    Silent,

    /// <summary>An ICMP error came back, or this host refused to send.</summary>
    Unreachable,

    /// <summary>What came back was no answer to this question.</summary>
    Invalid,
}

/// <summary>What came of a question over TCP.</summary>
public enum DnsTcpOutcome
{
    /// <summary>None was called for: nothing was truncated, and UDP was answered.</summary>
    NotAsked,

    /// <summary>A whole answer came.</summary>
    Answered,

    /// <summary>No connection could be opened: see TcpPath.</summary>
    NotConnected,

    /// <summary>The connection was opened, and no whole answer came on it in time.</summary>
    Silent,

    /// <summary>The connection was opened and reset.</summary>
    Reset,

    /// <summary>The server closed the connection before a whole answer.</summary>
    Closed,

    /// <summary>What came was no answer to this question.</summary>
    Invalid,
}

/// <summary>What became of a cookie (RFC 7873).</summary>
public enum DnsCookie
{
    /// <summary>None was sent.</summary>
    NotSent,

    /// <summary>No answer came to tell.</summary>
    Unknown,

    /// <summary>The server answered without it.</summary>
    NotReturned,

    /// <summary>The client's cookie came back, without one of the server.</summary>
    ClientOnly,

    /// <summary>The client's cookie came back with one of the server.</summary>
    Echoed,
}

/// <summary>One question to a server, over UDP or TCP, and what came of it.</summary>
public sealed record DnsExchange
{
    /// <summary>The transport.</summary>
    public TransportProtocol Transport { get; init; }

    /// <summary>The buffer size stated by EDNS; 0 for a query without EDNS.</summary>
    public int BufferSize { get; init; }

    /// <summary>What came of it.</summary>
    public DnsExchangeOutcome Outcome { get; init; }

    /// <summary>The response code; null where there was no answer.</summary>
    public string? ResponseCode { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The flags of the answer, for example <c>qr tc rd ra</c>; null likewise.</summary>
    public string? Flags { get; init => field = EmptyText.AsNull(value); }

    /// <summary>How many records answer the question.</summary>
    public int AnswerCount { get; init; }

    /// <summary>How many records tell of the authority.</summary>
    public int AuthorityCount { get; init; }

    /// <summary>How many other records there are, without the one of EDNS.</summary>
    public int AdditionalCount { get; init; }

    /// <summary>The size of the answer in bytes.</summary>
    public int Size { get; init; }

    /// <summary>How often the query was sent.</summary>
    public int QueriesSent { get; init; }

    /// <summary>Milliseconds from the last query to the answer; null where none came.</summary>
    public double? RttMilliseconds { get; init; }

    /// <summary>True where the answer speaks EDNS; null where there was none.</summary>
    public bool? HasEdns { get; init; }

    /// <summary>What became of the cookie.</summary>
    public DnsCookie Cookie { get; init; }

    /// <summary>The address the answer came from; null where none came.</summary>
    public string? AnsweredFrom { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The local port; 0 where none was bound.</summary>
    public int LocalPort { get; init; }

    /// <summary>How many of the queries were seen leaving; null where the wire was not watched.</summary>
    public int? QueriesSeen { get; init; }

    /// <summary>How many packets came back on the wire while the socket listened, fragments included; null where it was not watched.</summary>
    public int? PacketsSeen { get; init; }

    /// <summary>How many came back after the socket had ceased to listen, as far as the wire was watched then; null where it was not watched.</summary>
    public int? PacketsLate { get; init; }

    /// <summary>How many fragments the answer came in, 1 for an answer in one packet; null where the wire was not watched, 0 where nothing came.</summary>
    public int? Fragments { get; init; }

    /// <summary>True where all fragments of an answer were seen on the wire, false where some were missing; null where it was not in fragments.</summary>
    public bool? FragmentsWhole { get; init; }

    /// <summary>The ICMP errors that came back.</summary>
    public IcmpReport[] ErrorQueue { get; init; } = [];

    /// <summary>The error of this host by name; null where there was none.</summary>
    public string? SocketError { get; init => field = EmptyText.AsNull(value); }

    /// <summary>What came back and was not taken for the answer: the first few, each with the reason.</summary>
    public DnsRejectedReply[] Rejected { get; init; } = [];

    /// <summary>How many replies were not taken.</summary>
    public int RejectedCount { get; init; }

    /// <summary>What else is to be said, in words; null for nothing.</summary>
    public string? Remark { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Transport} {BufferSize}: {Outcome}";
}

/// <summary>What came of one question.</summary>
public enum DnsExchangeOutcome
{
    /// <summary>A whole answer came.</summary>
    Answered,

    /// <summary>A truncated answer came.</summary>
    Truncated,

    /// <summary>Nothing came in time.</summary>
    Silent,

    /// <summary>An ICMP error came back.</summary>
    IcmpError,

    /// <summary>This host refused to send.</summary>
    LocalError,

    /// <summary>Only what is no answer to this question came.</summary>
    Invalid,

    /// <summary>No TCP connection could be opened.</summary>
    NotConnected,

    /// <summary>The TCP connection was reset.</summary>
    Reset,

    /// <summary>The TCP connection was closed before a whole answer.</summary>
    Closed,
}

/// <summary>A reply that was not taken for the answer.</summary>
public sealed record DnsRejectedReply
{
    /// <summary>Who sent it.</summary>
    public string From { get; init; } = "";

    /// <summary>Its size in bytes.</summary>
    public int Size { get; init; }

    /// <summary>Why it was not taken.</summary>
    public DnsRejection Reason { get; init; }

    /// <summary>The same in words.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{From}: {Detail}";
}

/// <summary>Why a reply was not taken.</summary>
public enum DnsRejection
{
    /// <summary>It came from another address or port than was asked.</summary>
    WrongSource,

    /// <summary>It is no sound DNS message.</summary>
    Malformed,

    /// <summary>It is no response.</summary>
    NotAResponse,

    /// <summary>It has another number than the query.</summary>
    WrongId,

    /// <summary>It answers another question.</summary>
    WrongQuestion,

    /// <summary>It carries another client's cookie.</summary>
    WrongCookie,
}

/// <summary>One record of an answer.</summary>
public sealed record DnsAnswer
{
    /// <summary>Whose record it is.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its type.</summary>
    public string Type { get; init; } = "";

    /// <summary>How many seconds it may be kept.</summary>
    public long TimeToLive { get; init; }

    /// <summary>Its data, as zone files write it; long data is cut.</summary>
    public string Data { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Name} {Type} {Data}";
}

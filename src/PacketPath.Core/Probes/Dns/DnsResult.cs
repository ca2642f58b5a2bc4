namespace PacketPath.Probes;

/// <summary>Turns messages into the objects users see.</summary>
internal static class DnsResult
{
    /// <summary>The most records of one answer that are listed.</summary>
    public const int MostAnswers = 256;

    /// <summary>What an answer shows.</summary>
    public static DnsExchange Exchange(TransportProtocol transport, int bufferSize, bool cookieSent, DnsMessage message) => new()
    {
        Transport = transport,
        BufferSize = bufferSize,
        Outcome = message.IsTruncated ? DnsExchangeOutcome.Truncated : DnsExchangeOutcome.Answered,
        ResponseCode = DnsCodes.Name(message.Code),
        Flags = message.FlagText,
        AnswerCount = message.Answers.Count,
        AuthorityCount = message.Authority.Count,
        AdditionalCount = message.Additional.Count,
        Size = message.Size,
        HasEdns = message.Edns is not null,
        Cookie = !cookieSent ? DnsCookie.NotSent : message.Edns?.Cookie switch
        {
            null => DnsCookie.NotReturned,
            { Length: > DnsQuestionAsked.ClientCookieSize } => DnsCookie.Echoed,
            _ => DnsCookie.ClientOnly,
        },
    };

    /// <summary>The records of an answer, the first of them.</summary>
    public static DnsAnswer[] Answers(DnsMessage message) => [.. message.Answers.Take(MostAnswers).Select(a => new DnsAnswer
    {
        Name = a.Name.ToString(),
        Type = DnsTypes.Name(a.Type),
        TimeToLive = a.TimeToLive,
        Data = DnsData.Text(a),
    })];

    /// <summary>True where all messages hold the same records; null where there are not two.</summary>
    public static bool? Equal(IReadOnlyList<DnsMessage> messages)
    {
        if (messages.Count < 2)
        {
            return null;
        }

        var first = Keys(messages[0]);
        return messages.Skip(1).All(m => m.Code == messages[0].Code && Keys(m).SetEquals(first));
    }

    /// <summary>True where a server names others and says nothing itself.</summary>
    public static bool IsReferral(DnsMessage message) => message is { Code: DnsCodes.NoError, Answers.Count: 0 }
        && !message.FlagText.Split(' ').Contains("aa")
        && message.Authority.Any(static a => a.Type == DnsTypes.NS)
        && message.Authority.All(static a => a.Type != DnsTypes.SOA);

    /// <summary>Milliseconds, to the microsecond.</summary>
    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static HashSet<string> Keys(DnsMessage message) => [.. message.Answers.Select(static a => a.Key())];
}

using System.Net;

namespace PacketPath.Probes;

/// <summary>What came of one question: the object users see, and the message behind it.</summary>
/// <param name="Exchange">What was observed.</param>
/// <param name="Message">The answer; null where none was taken.</param>
internal sealed record DnsReport(DnsExchange Exchange, DnsMessage? Message)
{
    /// <summary>The number of the query.</summary>
    public int Id { get; init; }

    /// <summary>When the socket ceased to listen without an answer, in nanoseconds since 1970; no end where the answer was received.</summary>
    public long HeardUntil { get; init; } = long.MaxValue;

    /// <summary>True where the whole answer is there.</summary>
    public bool IsWhole => Exchange.Outcome == DnsExchangeOutcome.Answered;

    /// <summary>True where an answer is there, whole or not.</summary>
    public bool IsAnswered => Message is not null;

    /// <summary>True where the server does not take EDNS as it was sent.</summary>
    public bool RefusesEdns => Exchange.BufferSize > 0 && Message is { Code: DnsCodes.FormatError or DnsCodes.NotImplemented or DnsCodes.BadVersion };
}

/// <summary>Collects the replies that were not taken.</summary>
internal sealed class DnsRejections
{
    /// <summary>More than these are not listened to: somebody floods the socket.</summary>
    public const int Most = 1000;

    private const int Listed = 4;

    private readonly List<DnsRejectedReply> _first = [];

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <summary>The first few.</summary>
    public DnsRejectedReply[] First => [.. _first];

    /// <summary>Adds one.</summary>
    public void Add(EndPoint from, int size, DnsRejection reason, string detail)
    {
        Count++;
        if (_first.Count < Listed)
        {
            _first.Add(new DnsRejectedReply { From = from.ToString() ?? "", Size = size, Reason = reason, Detail = detail });
        }
    }
}

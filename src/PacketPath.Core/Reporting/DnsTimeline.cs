using System.Globalization;
using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>The queries of one question to a name server, which go side by side, each with what came of it.</summary>
internal static class DnsTimeline
{
    /// <summary>Its timeline.</summary>
    public static Timeline Of(DnsTruncationResult result) => new()
    {
        Heading = $"Queries for {result.Name} {result.Type}",
        Title = $"The queries for {result.Name} {result.Type} to {StatusWords.Target(result)}",
        Local = result.TcpPath?.LocalAddress ?? "",
        PeerName = "name server",
        Peer = StatusWords.Target(result),
        PeerAddress = result.RemoteAddress,
        Events = [.. result.Exchanges.SelectMany(exchange => Events(result.RemoteAddress, exchange))],
        Nothing = "No query was sent.",
        Outcome = $"{result.Outcome}{(result.ResponseCode is { } code ? $", {code}" : "")}",
    };

    private static IEnumerable<TimelineEvent> Events(string server, DnsExchange exchange)
    {
        var how = exchange.Transport == TransportProtocol.Tcp ? "TCP" : string.Create(CultureInfo.InvariantCulture, $"UDP{(exchange.BufferSize > 0 ? $", answers up to {exchange.BufferSize} bytes" : ", plain")}");
        var sent = exchange.QueriesSent > 1 ? string.Create(CultureInfo.InvariantCulture, $", {exchange.QueriesSent} times") : "";
        var answered = exchange.Outcome is DnsExchangeOutcome.Answered or DnsExchangeOutcome.Truncated;
        var reports = exchange.ErrorQueue.Where(static e => !e.OffenderIsLocal).ToArray();
        yield return new(null, "query", how + sent, server, true, exchange.Outcome switch
        {
            DnsExchangeOutcome.LocalError => TimelineEnd.NeverLeft,
            DnsExchangeOutcome.Silent or DnsExchangeOutcome.NotConnected => TimelineEnd.Unanswered,
            _ => TimelineEnd.Arrives,
        });
        if (answered)
        {
            var truncated = exchange.Outcome == DnsExchangeOutcome.Truncated;
            yield return new(
                exchange.RttMilliseconds,
                $"{(truncated ? "truncated answer" : "answer")} {exchange.ResponseCode}",
                string.Create(CultureInfo.InvariantCulture, $"{exchange.AnswerCount} records, {exchange.Size} bytes{(exchange.Flags is { } flags ? $", {flags}" : "")}"),
                server,
                false,
                truncated ? TimelineEnd.Refuses : TimelineEnd.Arrives);
        }
        else if (exchange.Outcome is DnsExchangeOutcome.Reset or DnsExchangeOutcome.Closed)
        {
            yield return new(exchange.RttMilliseconds, exchange.Outcome == DnsExchangeOutcome.Reset ? "RST" : "FIN", "the connection ends", server, false, TimelineEnd.Refuses);
        }

        foreach (var rejected in exchange.Rejected)
        {
            yield return new(null, $"no answer: {rejected.Reason}", rejected.Detail, rejected.From, false, TimelineEnd.Refuses);
        }

        foreach (var report in reports)
        {
            yield return new(report.OffsetMilliseconds, $"ICMP {report.Type}/{report.Code}", report.Meaning, report.Offender, false, TimelineEnd.Arrives);
        }
    }
}

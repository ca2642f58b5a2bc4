using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PacketPath.Formatting;

/// <summary>Draws what a name server answered: question by question, then the records. Takes live and deserialized results.</summary>
public static class DnsTruncationView
{
    private const int MostRecords = 6;
    private const int Widest = 98;

    /// <summary>The answer in one line.</summary>
    /// <param name="result">A DnsTruncationResult.</param>
    public static string Headline(PSObject result) => Tell(result, r => Cut($"{r.Name} {r.Type} @{Server(r)}  {Outcome(r)}"));

    /// <summary>How it was found out, in one line.</summary>
    /// <param name="result">A DnsTruncationResult.</param>
    public static string Effort(PSObject result) => Tell(result, r => Cut(string.Join(", ", new[]
    {
        Text($"{r.ElapsedMilliseconds:0.#} ms"),
        r.ServerSource is "" or "-Server" ? "" : "server from " + r.ServerSource,
        r.EdnsSupported switch { true => Text($"EDNS{(r.ServerBufferSize is null ? "" : $" (takes {r.ServerBufferSize})")}"), false => "no EDNS", _ => "" },
        r.Cookie switch { DnsCookie.Echoed => "cookie echoed", DnsCookie.ClientOnly => "cookie echoed without the server's", DnsCookie.NotReturned => "no cookie back", _ => "" },
        r.AnswersEqual switch { true => "answers equal", false => "answers differ", _ => "" },
    }.Where(static t => t.Length > 0))));

    /// <summary>Every question, the first records, and what was not observed.</summary>
    /// <param name="result">A DnsTruncationResult.</param>
    public static string Story(PSObject result) => Tell(result, r =>
    {
        var text = new StringBuilder("\n  Query   Outcome       Code      Records  Bytes  Parts       RTT  Flags");
        foreach (var e in r.Exchanges)
        {
            var name = e.Transport == TransportProtocol.Tcp ? "TCP" : e.BufferSize == 0 ? "plain" : Text($"{e.BufferSize}");
            var answered = !string.IsNullOrEmpty(e.ResponseCode);
            text.Append('\n').Append(Cut(Text(
                $"  {name,-6}  {e.Outcome,-12}  {Or(e.ResponseCode, "-"),-8}  {(answered ? e.AnswerCount : "-"),7}  {(answered ? e.Size : "-"),5}  {(e.Fragments is > 0 ? e.Fragments : "-"),5}  {Milliseconds(e.RttMilliseconds),8}  {Or(e.Flags, Or(Said(e), e.Outcome == DnsExchangeOutcome.NotConnected ? Tcp(r) : ""))}")));
        }

        Records(r, text);
        if (r.Exchanges.SelectMany(static e => e.Rejected).FirstOrDefault() is { } rejected)
        {
            text.Append('\n').Append(Cut(Text($"  not taken: {r.Exchanges.Sum(static e => e.RejectedCount)}, such as from {rejected.From}: {rejected.Detail}")));
        }

        foreach (var missing in r.NotObserved)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  not observed: {missing.What} ({missing.Why.TrimEnd('.')})");
        }

        return text.ToString().Trim('\n');
    });

    /// <summary>What it came to, in words.</summary>
    /// <param name="result">A DnsTruncationResult.</param>
    public static string Verdict(PSObject result) => Tell(result, Outcome);

    /// <summary>The server, with its port where that is another than 53.</summary>
    /// <param name="result">A DnsTruncationResult.</param>
    public static string At(PSObject result) => Tell(result, Server);

    /// <summary>The first records, short.</summary>
    /// <param name="result">A DnsTruncationResult.</param>
    public static string Data(PSObject result) => Tell(result, r => string.Join(", ", r.Answers.Take(3).Select(static a => a.Data)));

    private static void Records(DnsTruncationResult r, StringBuilder text)
    {
        text.Append(r.Answers.Length > 0 ? "\n" : "");
        foreach (var answer in r.Answers.Take(MostRecords))
        {
            text.Append('\n').Append(Cut(Text($"  {answer.Name} {answer.TimeToLive} {answer.Type} {answer.Data}")));
        }

        text.Append(r.AnswerCount > MostRecords && r.Answers.Length > 0 ? Text($"\n  ... {r.AnswerCount - MostRecords} more") : "");
        foreach (var error in r.ExtendedErrors)
        {
            text.Append('\n').Append(Cut("  extended error " + error));
        }
    }

    private static string Outcome(DnsTruncationResult r)
    {
        var code = Or(r.ResponseCode, "no answer");
        var found = r.IsReferral ? "a referral" : Text($"{r.AnswerCount} record{(r.AnswerCount == 1 ? "" : "s")}");
        return r.Outcome switch
        {
            DnsOutcome.Whole => r.AnswerCount > 0 || r.IsReferral ? $"{code}, {found}" : code == "NOERROR" ? "NOERROR, no such record" : code,
            DnsOutcome.Truncated => Text($"{code}, {found}: truncated at {At(r.TruncatedAt)}, whole over TCP ({r.AnswerSize} bytes)"),
            DnsOutcome.TruncatedTcpFailed => Text($"{code}: truncated at {At(r.TruncatedAt)}, TCP {Tcp(r)}"),
            DnsOutcome.LargeReplyLost => Text($"{code}: answers to queries that allow {r.LostAt} bytes are lost"),
            DnsOutcome.Silent => "silence over UDP" + (r.EdnsSupported == false ? " without EDNS, which is refused" : "") + (r.TcpOutcome == DnsTcpOutcome.Answered ? ", an answer over TCP" : ""),
            DnsOutcome.Unreachable => "unreachable: " + Or(r.Exchanges.Select(Said).FirstOrDefault(static s => s.Length > 0), "an error"),
            _ => "what comes back is no answer",
        };
    }

    private static string Tcp(DnsTruncationResult r) => r.TcpOutcome switch
    {
        DnsTcpOutcome.NotConnected => r.TcpPath?.Outcome switch { SynOutcome.Refused => "refused", SynOutcome.NoReply => "silent", _ => "unreachable" },
        DnsTcpOutcome.Silent => "open, then silent",
        DnsTcpOutcome.Reset => "open, then reset",
        DnsTcpOutcome.Closed => "open, then closed",
        _ => "brings no answer",
    };

    private static string Said(DnsExchange e) =>
        e.ErrorQueue is [var report, ..] ? $"{report.Meaning} from {report.Offender}"
        : Or(e.SocketError, Or(e.Remark, e.QueriesSent > 1 && string.IsNullOrEmpty(e.ResponseCode) ? Text($"sent {e.QueriesSent} times") : ""));

    private static string At(int? size) => size is null or 0 ? "512 (no EDNS)" : Text($"{size}");

    private static string Server(DnsTruncationResult r) => r.RemotePort == 53 ? r.RemoteAddress
        : Text($"{(r.RemoteAddress.Contains(':') ? $"[{r.RemoteAddress}]" : r.RemoteAddress)}:{r.RemotePort}");

    private static string Cut(string line) => line.Length <= Widest ? line : line[..(Widest - 3)] + "...";

    private static string Tell(PSObject result, Func<DnsTruncationResult, string> text) =>
        LanguagePrimitives.TryConvertTo(result, CultureInfo.InvariantCulture, out DnsTruncationResult? typed) && typed is not null ? text(typed) : "";

    // A property that was null may come back from serialization as an empty text.
    private static string Or(string? value, string otherwise) => string.IsNullOrEmpty(value) ? otherwise : value;

    private static string Milliseconds(double? value) => value is not { } time ? "-"
        : time.ToString(time < 10 ? "0.00" : time < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

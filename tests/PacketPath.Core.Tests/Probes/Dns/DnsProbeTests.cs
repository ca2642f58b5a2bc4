using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using static PacketPath.Core.Tests.Probes.DnsBytes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>The whole probe against servers on the loopback interface, kind and hostile.</summary>
public class DnsProbeTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);

    // What is not lost must come within a third of it.
    private static readonly TimeSpan Lossy = TimeSpan.FromSeconds(1.5);

    public static TheoryData<bool> Families => new() { false, true };

    [Theory]
    [MemberData(nameof(Families))]
    public void An_answer_that_fits_comes_whole_at_every_size(bool ipv6)
    {
        using var server = new ScriptedNameServer(q => [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]), Options(1232, Echo(q, server: true)))], ipv6: ipv6);
        var result = Ask(server);
        Assert.Equal((DnsOutcome.Whole, "NOERROR", "qr rd ra", DnsTcpOutcome.NotAsked), (result.Outcome, result.ResponseCode, result.Flags, result.TcpOutcome));
        Assert.Equal(["www.example. A 192.0.2.1"], result.Answers.Select(a => a.ToString()));
        Assert.Equal([512, 1232, 4096], result.Exchanges.Select(e => e.BufferSize));
        Assert.All(result.Exchanges, e => Assert.Equal((DnsExchangeOutcome.Answered, 1, new IPEndPoint(server.Address, server.Port).ToString()), (e.Outcome, e.QueriesSent, e.AnsweredFrom)));
        Assert.Equal((true, 1232, DnsCookie.Echoed, true), (result.EdnsSupported, result.ServerBufferSize, result.Cookie, result.AnswersEqual));
        Assert.Equal((null, 512, null), (result.TruncatedAt, result.WholeAt, result.LostAt));
        Assert.Null(result.TcpPath);
        Assert.Equal((server.Address.ToString(), server.Port, TransportProtocol.Udp), (result.RemoteAddress, result.RemotePort, result.Protocol));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_truncated_answer_is_asked_for_over_TCP(bool ipv6)
    {
        using var server = new ScriptedNameServer(
            q => [Size(q) < 4096 ? Answer(q, TruncatedResponse, Options(1232)) : Answer(q, Response, Large(), Options(1232))],
            (q, connection, stop) => SendAsync(connection, ScriptedNameServer.Framed(Answer(q, Response, Large(), Options(1232))), stop),
            ipv6);
        var result = Ask(server, "TXT");
        Assert.Equal((DnsOutcome.Truncated, DnsTcpOutcome.Answered, SynOutcome.Open), (result.Outcome, result.TcpOutcome, result.TcpPath!.Outcome));
        Assert.Equal((1232, 4096, true), (result.TruncatedAt, result.WholeAt, result.AnswersEqual));
        Assert.True(result.AnswerSize > 1500);
        Assert.Equal(DnsCookie.NotReturned, result.Cookie);
    }

    [Fact]
    public void A_closed_TCP_port_is_told_by_the_attempt_beneath()
    {
        using var server = new ScriptedNameServer(q => [Answer(q, TruncatedResponse, Options(1232))]);
        var result = Ask(server);
        Assert.Equal((DnsOutcome.TruncatedTcpFailed, DnsTcpOutcome.NotConnected, SynOutcome.Refused), (result.Outcome, result.TcpOutcome, result.TcpPath!.Outcome));
        Assert.Null(result.AnswerSize);
    }

    [Fact]
    public void An_answer_lost_for_its_size_is_told_from_silence()
    {
        using var server = new ScriptedNameServer(
            q => Size(q) < 4096 ? [Answer(q, TruncatedResponse, Options(1232))] : [],
            (q, connection, stop) => SendAsync(connection, ScriptedNameServer.Framed(Answer(q, Response, Large())), stop));
        var result = Ask(server, "TXT", Lossy);
        Assert.Equal((DnsOutcome.LargeReplyLost, 4096, 1232, DnsTcpOutcome.Answered), (result.Outcome, result.LostAt, result.TruncatedAt, result.TcpOutcome));
        Assert.Equal(3, result.Exchanges.Single(e => e.BufferSize == 4096 && e.Transport == TransportProtocol.Udp).QueriesSent);
    }

    [Theory]
    [InlineData(0x8181)]
    [InlineData(0x8184)]
    public void A_server_that_refuses_EDNS_is_asked_without(ushort refusal)
    {
        using var server = new ScriptedNameServer(q => [Size(q) > 0 ? Answer(q, refusal) : Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]))]);
        var result = Ask(server);
        Assert.Equal((DnsOutcome.Whole, "NOERROR", false, 0), (result.Outcome, result.ResponseCode, result.EdnsSupported, result.WholeAt));
        Assert.Single(result.Answers);
        Assert.Null(result.LostAt);
    }

    [Fact]
    public void A_lost_query_whose_answer_fits_the_others_is_no_large_answer_lost()
    {
        using var server = new ScriptedNameServer(
            q => Size(q) < 4096 ? [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]), Options(1232))] : [],
            (q, connection, stop) => SendAsync(connection, ScriptedNameServer.Framed(Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]), Options(1232))), stop));
        var result = Ask(server, timeout: Lossy);
        Assert.Equal((DnsOutcome.Whole, null, 512, DnsTcpOutcome.Answered), (result.Outcome, result.LostAt, result.WholeAt, result.TcpOutcome));
        var verdict = Assert.Single(Resolver.Resolve([result]));
        Assert.Equal("NoFault", verdict.FaultId);
        Assert.Contains("nothing came back to queries that allow 4096 bytes", verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_answer_that_is_larger_over_TCP_than_what_passed_is_lost_for_its_size()
    {
        using var server = new ScriptedNameServer(
            q => Size(q) < 4096 ? [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]), Options(1232))] : [],
            (q, connection, stop) => SendAsync(connection, ScriptedNameServer.Framed(Answer(q, Response, Large(), Options(1232))), stop));
        var result = Ask(server, timeout: Lossy);
        Assert.Equal((DnsOutcome.LargeReplyLost, 4096), (result.Outcome, result.LostAt));
    }

    [Theory]
    [InlineData(false, DnsTcpOutcome.NotConnected)]
    [InlineData(true, DnsTcpOutcome.Answered)]
    public void EDNS_refused_and_the_query_without_lost_is_no_failure_of_the_server(bool tcp, DnsTcpOutcome expected)
    {
        using var server = new ScriptedNameServer(
            q => Size(q) > 0 ? [Answer(q, 0x8181)] : [],
            tcp ? (q, connection, stop) => SendAsync(connection, ScriptedNameServer.Framed(Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]))), stop) : null);
        var result = Ask(server, timeout: Lossy);
        Assert.Equal((DnsOutcome.Silent, tcp ? "NOERROR" : null, false, expected), (result.Outcome, result.ResponseCode, result.EdnsSupported, result.TcpOutcome));
        var verdict = Assert.Single(Resolver.Resolve([result]), v => v.IsPrimary);
        Assert.Equal("Indeterminate", verdict.FaultId);
    }

    [Fact]
    public void Queries_with_EDNS_that_vanish_are_no_large_answers_lost()
    {
        using var server = new ScriptedNameServer(q => Size(q) > 0 ? [] : [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]))]);
        var result = Ask(server, timeout: Lossy);
        Assert.Equal((DnsOutcome.Whole, 0), (result.Outcome, result.WholeAt));
        Assert.Null(result.LostAt);
    }

    [Fact]
    public void A_server_that_knows_no_EDNS_answers_without()
    {
        using var server = new ScriptedNameServer(q => [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]))]);
        var result = Ask(server);
        Assert.Equal((DnsOutcome.Whole, false, DnsCookie.NotReturned), (result.Outcome, result.EdnsSupported, result.Cookie));
        Assert.Null(result.ServerBufferSize);
    }

    [Fact]
    public void A_server_s_own_cookie_is_sent_back()
    {
        using var server = new ScriptedNameServer(q => CookieOf(q) is { Length: 8 }
            ? [Answer(q, 0x8187, Options(1232, Echo(q, server: true), extendedCode: 1))]
            : [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]), Options(1232, Option(10, CookieOf(q))))]);
        var result = Ask(server);
        Assert.Equal((DnsOutcome.Whole, "NOERROR", DnsCookie.Echoed), (result.Outcome, result.ResponseCode, result.Cookie));
        Assert.All(result.Exchanges, e => Assert.Equal(2, e.QueriesSent));
    }

    public static TheoryData<DnsRejection, string> Forgeries => new()
    {
        { DnsRejection.WrongId, "id" },
        { DnsRejection.WrongQuestion, "name" },
        { DnsRejection.WrongQuestion, "type" },
        { DnsRejection.NotAResponse, "query" },
        { DnsRejection.Malformed, "loop" },
        { DnsRejection.Malformed, "cut" },
        { DnsRejection.WrongCookie, "cookie" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void What_is_no_answer_is_passed_over_and_the_answer_behind_it_taken(DnsRejection reason, string forgery)
    {
        using var server = new ScriptedNameServer(q => [Forged(q, forgery), Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]), Options(1232, Echo(q, server: true)))]);
        var result = Ask(server);
        Assert.Equal((DnsOutcome.Whole, "192.0.2.1"), (result.Outcome, result.Answers[0].Data));
        Assert.All(result.Exchanges, e => Assert.Equal((1, reason), (e.RejectedCount, e.Rejected[0].Reason)));
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Nothing_but_forgeries_is_no_answer(DnsRejection reason, string forgery)
    {
        // A query without a cookie has none to compare.
        using var server = new ScriptedNameServer(q => Size(q) == 0 && forgery == "cookie" ? [] : [Forged(q, forgery)]);
        var result = Ask(server, timeout: Short);
        Assert.Equal(DnsOutcome.Invalid, result.Outcome);
        Assert.Null(result.ResponseCode);
        Assert.Contains(result.Exchanges, e => e.Rejected.Any(r => r.Reason == reason));
    }

    [Fact]
    public void An_answer_from_elsewhere_is_not_taken()
    {
        using var server = new ScriptedNameServer(q => [Answer(q, Response, Record(ToQuestion, 1, [192, 0, 2, 1]))]) { FromElsewhere = true };
        var result = Ask(server, timeout: Short);
        Assert.Equal(DnsOutcome.Invalid, result.Outcome);
        Assert.All(result.Exchanges.Where(e => e.Transport == TransportProtocol.Udp), e => Assert.Equal(DnsRejection.WrongSource, e.Rejected[0].Reason));
    }

    [Fact]
    public void A_closed_port_is_told_at_once()
    {
        int port;
        using (var free = new Socket(SocketType.Dgram, ProtocolType.Udp))
        {
            free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)free.LocalEndPoint!).Port;
        }

        var started = Stopwatch.GetTimestamp();
        var result = DnsProbe.Run(How(port, TimeSpan.FromSeconds(20)), [new DnsTarget("local", IPAddress.Loopback, "www.example")]).Single();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
        Assert.Equal((DnsOutcome.Unreachable, SynOutcome.Refused), (result.Outcome, result.TcpPath!.Outcome));
        Assert.Contains(result.Exchanges, e => e.ErrorQueue is [{ Type: 3, Code: 3, OffenderIsLocal: true, ErrorName: "ECONNREFUSED" }]);
    }

    [Fact]
    public void A_flood_ends_the_question_early()
    {
        var flood = Enumerable.Repeat(0, 1200);
        using var server = new ScriptedNameServer(q => flood.Select(_ => Forged(q, "id")));
        var result = Ask(server, timeout: TimeSpan.FromSeconds(2));
        Assert.Equal(DnsOutcome.Invalid, result.Outcome);
        Assert.All(result.Exchanges, e => Assert.InRange(e.RejectedCount, 0, DnsRejections.Most));
        Assert.All(result.Exchanges, e => Assert.InRange(e.Rejected.Length, 0, 4));
    }

    public static TheoryData<string, DnsTcpOutcome> Streams => new()
    {
        { "silence", DnsTcpOutcome.Silent },
        { "length", DnsTcpOutcome.Silent },
        { "drip", DnsTcpOutcome.Silent },
        { "half", DnsTcpOutcome.Closed },
        { "close", DnsTcpOutcome.Closed },
        { "reset", DnsTcpOutcome.Reset },
        { "noise", DnsTcpOutcome.Invalid },
        { "empty", DnsTcpOutcome.Invalid },
        { "id", DnsTcpOutcome.Invalid },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_TCP_peer_is_given_one_timeout_and_no_more(string how, DnsTcpOutcome expected)
    {
        using var server = new ScriptedNameServer(q => [Answer(q, TruncatedResponse, Options(1232))], (q, connection, stop) => MisbehaveAsync(how, q, connection, stop));
        var started = Stopwatch.GetTimestamp();
        var result = Ask(server, timeout: TimeSpan.FromSeconds(1.5));
        Assert.Equal((DnsOutcome.TruncatedTcpFailed, expected), (result.Outcome, result.TcpOutcome));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        if (how == "length")
        {
            Assert.Contains("0 of the 65535 bytes announced", result.Exchanges[^1].Remark, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_hundred_questions_run_side_by_side()
    {
        using var silent = new ScriptedNameServer(_ => []);
        var started = Stopwatch.GetTimestamp();
        var targets = Enumerable.Range(0, 200).Select(i => new DnsTarget("local", silent.Address, $"n{i}.example"));
        var results = DnsProbe.Run(How(silent.Port, Short) with { ThrottleLimit = 200, BufferSizes = [1232] }, targets).ToList();
        Assert.Equal(200, results.Select(r => r.Name).Distinct().Count());
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_stop_ends_every_wait()
    {
        using var silent = new ScriptedNameServer(_ => []);
        var probe = new DnsProbe(How(silent.Port, TimeSpan.FromMinutes(1)));
        for (var i = 0; i < 20; i++)
        {
            probe.Add(new DnsTarget("local", silent.Address, "www.example"));
        }

        Assert.True(SpinWait.SpinUntil(() => silent.Queries > 0, TimeSpan.FromSeconds(10)));
        var started = Stopwatch.GetTimestamp();
        probe.Dispose();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), $"{Stopwatch.GetElapsedTime(started)}");
    }

    private static DnsTruncationResult Ask(ScriptedNameServer server, string type = "A", TimeSpan? timeout = null) =>
        DnsProbe.Run(How(server.Port, timeout ?? TimeSpan.FromSeconds(6)), [new DnsTarget("local", server.Address, "www.example", type)]).Single();

    private static DnsProbeOptions How(int port, TimeSpan timeout) =>
        new() { Namespace = NetworkNamespace.Open(null), ServerPort = port, Timeout = timeout, Capture = false };

    private static (int, byte[]) Large() => Record(ToQuestion, 16, [.. Enumerable.Range(0, 8).SelectMany(_ => new byte[201].Select((_, i) => i == 0 ? (byte)200 : (byte)'x'))]);

    // The buffer size a query states; 0 where it has no OPT record, which would be its last.
    private static int Size(byte[] query)
    {
        Assert.True(DnsMessage.TryParse(query, out var message, out _));
        return message.Edns?.PayloadSize ?? 0;
    }

    private static byte[] CookieOf(byte[] query)
    {
        Assert.True(DnsMessage.TryParse(query, out var message, out _));
        return message.Edns?.Cookie ?? [];
    }

    private static byte[] Echo(byte[] query, bool server) => Option(10, [.. CookieOf(query)[..8], .. server ? "srvcooki"u8 : []]);

    private static byte[] Forged(byte[] query, string how)
    {
        var good = Answer(query, Response, Record(ToQuestion, 1, [6, 6, 6, 6]));
        switch (how)
        {
            case "id":
                good[0] ^= 0xff;
                return good;
            case "query":
                good[2] &= 0x7f;
                return good;
            case "cut":
                return good[..^2];
            case "loop":
                return Answer(query, Response, Record(Pointer(12), 5, Pointer(12 + 13 + 4 + 12)));
            case "cookie":
                return Answer(query, Response, Record(ToQuestion, 1, [6, 6, 6, 6]), Options(1232, Option(10, new byte[16])));
            default:
                return Message(
                    BinaryPrimitives.ReadUInt16BigEndian(query), Response, how == "name" ? Question("\u001b[2J.example") : Question("www.example", 28), Record(ToQuestion, 1, [6, 6, 6, 6]));
        }
    }

    private static async Task MisbehaveAsync(string how, byte[] query, Socket connection, CancellationToken stop)
    {
        var whole = ScriptedNameServer.Framed(Answer(query, Response, Large()));
        switch (how)
        {
            case "length":
                await SendAsync(connection, [0xff, 0xff], stop);
                break;
            case "drip":
                foreach (var one in whole)
                {
                    await SendAsync(connection, [one], stop);
                    await Task.Delay(100, stop);
                }

                break;
            case "half":
                await SendAsync(connection, whole[..100], stop);
                return;
            case "close":
                return;
            case "reset":
                connection.LingerState = new LingerOption(true, 0);
                return;
            case "noise":
                await SendAsync(connection, [0, 20, .. new byte[20]], stop);
                return;
            case "empty":
                await SendAsync(connection, [0, 0], stop);
                return;
            case "id":
                whole[2] ^= 0xff;
                await SendAsync(connection, whole, stop);
                return;
        }

        await Task.Delay(Timeout.Infinite, stop);
    }

    private static async Task SendAsync(Socket connection, byte[] data, CancellationToken stop) => await connection.SendAsync(data, stop);
}

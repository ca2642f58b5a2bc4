using System.Diagnostics;
using System.Globalization;
using System.Text;
using PacketPath.Probes;
using Xunit.Abstractions;

namespace PacketPath.Core.Tests.Probes;

public class HttpReplyReaderTests(ITestOutputHelper output)
{
    private const int QuickCount = 20000;
    private const int Seed = 31415;

    private static readonly string[] Replies =
    [
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.0 403 Forbidden\r\nServer: squid/6.1\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nVia: 1.1 proxy (squid)\r\nContent-Length: 3470\r\n\r\n<html>",
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"a, b\", Digest realm=\"x\", nonce=\"y\"\r\nproxy-authenticate: Negotiate\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\n continued\r\nno field\r\n\r\n",
        "220 mail.example ESMTP\r\n",
        "\u0015\u0003\u0001\u0000\u0002\u0002\u0046",
    ];

    [Fact]
    public void Status_reason_and_fields_are_read()
    {
        var reader = Read(Replies[1]);
        var reply = reader.Reply!;
        Assert.Equal(HttpReplyState.Complete, reader.State);
        Assert.Equal(("HTTP/1.0", 403, "Forbidden"), (reply.Version, reply.Status, reply.Reason));
        Assert.Equal(["Server: squid/6.1", "X-Squid-Error: ERR_ACCESS_DENIED 0", "Via: 1.1 proxy (squid)", "Content-Length: 3470"], reply.Headers.Select(h => h.ToString()));
        Assert.Equal(Replies[1].IndexOf("<html>", StringComparison.Ordinal), reader.BytesRead);
    }

    [Fact]
    public void What_follows_the_header_is_left_to_whoever_reads_on()
    {
        var reader = new HttpReplyReader();
        var bytes = "HTTP/1.1 200 OK\r\n\r\nSSH-2.0"u8;
        Assert.Equal(bytes.Length - 7, reader.Read(bytes));
        Assert.Equal(0, reader.Read("more"u8));
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 200 fine\n\n", 200, "fine")]
    [InlineData("HTTP/1.0 599 x  y \r\n\r\n", 599, "x  y")]
    public void Forms_of_the_status_line(string text, int status, string reason)
    {
        var reader = Read(text);
        Assert.Equal((HttpReplyState.Complete, status, reason), (reader.State, reader.Reply!.Status, reader.Reply.Reason));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6")]
    [InlineData("\u0015\u0003\u0003")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    [InlineData("HTTP/1.1 \r\n")]
    public void What_is_no_reply_is_known_for_it(string text)
    {
        var reader = Read(text);
        Assert.Equal(HttpReplyState.NotHttp, reader.State);
        Assert.NotEmpty(reader.Problem);
        Assert.Null(reader.Reply);
    }

    [Fact]
    public void A_greeting_is_known_for_no_reply_at_its_first_byte()
    {
        var reader = new HttpReplyReader();
        reader.Read("S"u8);
        Assert.Equal(HttpReplyState.NotHttp, reader.State);
    }

    [Fact]
    public void Interim_replies_are_passed_over_and_so_are_lines_that_are_no_fields()
    {
        var reply = Read(Replies[3]).Reply!;
        Assert.Equal((503, 1), (reply.Status, reply.MalformedLines));
        Assert.Equal("Retry-After: 10 continued", Assert.Single(reply.Headers).ToString());
    }

    [Fact]
    public void Endless_interim_replies_end()
    {
        var reader = new HttpReplyReader();
        for (var i = 0; i < 100 && reader.State == HttpReplyState.Reading; i++)
        {
            reader.Read("HTTP/1.1 102 Processing\r\n\r\n"u8);
        }

        Assert.Equal(HttpReplyState.TooLong, reader.State);
        Assert.Null(reader.Reply);
    }

    [Theory]
    [InlineData("X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(" folded\r\n")]
    public void An_endless_header_ends_and_the_status_is_kept(string more)
    {
        var reader = new HttpReplyReader();
        reader.Read("HTTP/1.1 403 Forbidden\r\nA: b\r\n"u8);
        var bytes = Encoding.ASCII.GetBytes(more);
        while (reader.State == HttpReplyState.Reading)
        {
            reader.Read(bytes);
        }

        Assert.Equal((HttpReplyState.TooLong, 403L), (reader.State, reader.Reply!.Status));
        Assert.InRange(reader.BytesRead, 1, HttpReplyReader.MostBytes);
        Assert.InRange(reader.Reply.Headers.Count, 1, HttpReplyReader.MostHeaders);
        Assert.All(reader.Reply.Headers, h => Assert.InRange(h.Value.Length, 0, 1024));
    }

    [Fact]
    public void Nothing_that_moves_a_cursor_gets_through()
    {
        var reply = Read("HTTP/1.1 403 \u001b[31mForbidden\u0007\u0000\r\nX-\u001b: no\r\nServer: a\u001b]0;title\u0007\rb\u009b2J \u00c3\u00a4\r\n\r\n", latin1: true).Reply!;
        Assert.DoesNotContain(reply.Reason, char.IsControl);
        Assert.Contains("Forbidden", reply.Reason);
        Assert.Equal(1, reply.MalformedLines);
        Assert.DoesNotContain(Assert.Single(reply.Headers).Value, char.IsControl);
    }

    [Fact]
    public void It_makes_no_difference_how_the_bytes_are_cut()
    {
        foreach (var text in Replies)
        {
            var whole = Read(text);
            var bytes = Encoding.Latin1.GetBytes(text);
            var single = new HttpReplyReader();
            foreach (var b in bytes)
            {
                single.Read([b]);
            }

            Assert.Equal(Shape(whole), Shape(single));
            for (var cut = 0; cut <= bytes.Length; cut++)
            {
                var pieces = new HttpReplyReader();
                pieces.Read(bytes.AsSpan(0, cut));
                Assert.True(pieces.State != HttpReplyState.Complete || cut >= pieces.BytesRead);
                pieces.Read(bytes.AsSpan((int)Math.Min(cut, pieces.BytesRead)));
                Assert.Equal(Shape(whole), Shape(pieces));
            }
        }
    }

    [Fact]
    public void Mutated_and_random_replies()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_COUNT"), CultureInfo.InvariantCulture, out var asked) ? asked : QuickCount;
        var random = new Random(Seed);
        var seeds = Replies.Select(Encoding.Latin1.GetBytes).ToArray();
        var (complete, clock) = (0, Stopwatch.StartNew());
        for (var i = 0; i < count; i++)
        {
            var data = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var flips = random.Next(0, 6); flips > 0; flips--)
            {
                data[random.Next(data.Length)] = random.Next(4) switch { 0 => (byte)'\n', 1 => (byte)' ', 2 => (byte)':', _ => (byte)random.Next(256) };
            }

            if (random.Next(8) == 0)
            {
                data = [.. data[..random.Next(data.Length + 1)], .. seeds[random.Next(seeds.Length)]];
            }

            var reader = new HttpReplyReader();
            for (var at = 0; at < data.Length && reader.State == HttpReplyState.Reading;)
            {
                var part = Math.Min(random.Next(1, data.Length + 1), data.Length - at);
                var used = reader.Read(data.AsSpan(at, part));
                Assert.InRange(used, reader.State == HttpReplyState.Reading ? part : 0, part);
                at += used;
            }

            Check(reader, data.Length);
            complete += reader.State == HttpReplyState.Complete ? 1 : 0;
            _ = ProxyReplies.Outcome(reader.Reply, reader.State, ended: i % 2 == 0, reader.BytesRead);
            _ = ProxyReplies.Problem(reader, closed: i % 2 == 0, null, data);
        }

        output.WriteLine($"{count} replies, {complete} of them complete, {clock.ElapsedMilliseconds} ms");
        Assert.InRange(complete, count / 20, count);
    }

    private static void Check(HttpReplyReader reader, int length)
    {
        Assert.InRange(reader.BytesRead, 0, length);
        Assert.Equal(reader.State is HttpReplyState.NotHttp or HttpReplyState.TooLong, reader.Problem.Length > 0);
        if (reader.Reply is not { } reply)
        {
            Assert.NotEqual(HttpReplyState.Complete, reader.State);
            return;
        }

        Assert.InRange(reply.Status, 100, 999);
        Assert.DoesNotContain(reply.Reason, char.IsControl);
        foreach (var header in reply.Headers)
        {
            Assert.NotEmpty(header.Name);
            Assert.DoesNotContain(header.Name + header.Value, char.IsControl);
        }

        Assert.All(ProxyReplies.Schemes(reply), scheme => Assert.DoesNotContain(scheme, char.IsControl));
    }

    private static string Shape(HttpReplyReader reader) => string.Create(
        CultureInfo.InvariantCulture,
        $"{reader.State} {reader.Reply?.Version} {reader.Reply?.Status} {reader.Reply?.Reason} {string.Join("|", reader.Reply?.Headers ?? [])} {reader.Problem}");

    private static HttpReplyReader Read(string text, bool latin1 = true)
    {
        var reader = new HttpReplyReader();
        reader.Read((latin1 ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text));
        return reader;
    }
}

using PacketPath.Probes;
using static PacketPath.Core.Tests.Probes.DnsBytes;

namespace PacketPath.Core.Tests.Probes;

public class DnsMessageTests
{
    [Fact]
    public void A_query_is_written_as_the_standard_says()
    {
        Assert.True(DnsName.TryParse("a.bc", out var name, out _));
        Assert.Equal(
            "1234 0100 0001 0000 0000 0000 01 61 02 6263 00 001c 0001",
            Hex(DnsQueryWriter.Write(0x1234, name, 28, 0, [], false), 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 1, 2, 2));
        Assert.Equal(
            "1234 0100 0001 0000 0000 0001 01 61 02 6263 00 001c 0001 00 0029 04d0 00008000 000c 000a 0008 0102030405060708",
            Hex(DnsQueryWriter.Write(0x1234, name, 28, 1232, [1, 2, 3, 4, 5, 6, 7, 8], true), 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 1, 2, 2, 1, 2, 2, 4, 2, 2, 2, 8));
    }

    [Fact]
    public void Every_part_of_an_answer_is_read()
    {
        var message = Read(Message(
            7, 0x8583, Question("www.example.com"),
            Record(ToQuestion, 5, [1, (byte)'w', .. Pointer(16)]),
            Record([1, (byte)'w', .. Pointer(16)], 1, [192, 0, 2, 1], age: 60),
            Record(Pointer(16), 2, Name("ns.example.net"), 2),
            Record(Name("ns.example.net"), 1, [192, 0, 2, 53], 3),
            Options(1400, [.. Option(10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9]), .. Option(15, [0, 18, .. "not\u001bhere"u8])], 1)));
        Assert.Equal((7, true, false, 3 | 16, "qr aa rd ra"), (message.Id, message.IsResponse, message.IsTruncated, message.Code, message.FlagText));
        Assert.Equal(("www.example.com.", 1), (message.Questions[0].Name.ToString(), message.Questions[0].Type));
        var answers = DnsResult.Answers(message);
        Assert.Equal(["www.example.com. CNAME w.example.com.", "w.example.com. A 192.0.2.1"], answers.Select(a => a.ToString()));
        Assert.Equal([300L, 60L], answers.Select(a => a.TimeToLive));
        Assert.Equal((1, 1), (message.Authority.Count, message.Additional.Count));
        Assert.Equal((1400, 0, false), (message.Edns!.PayloadSize, message.Edns.Version, message.Edns.DnssecOk));
        Assert.Equal(16, message.Edns.Cookie!.Length);
        Assert.Equal(["18 (Prohibited): not\uFFFDhere"], message.Edns.Errors);
    }

    [Theory]
    [InlineData(1, new byte[] { 192, 0, 2, 1 }, "192.0.2.1")]
    [InlineData(28, new byte[] { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, "2001:db8::1")]
    [InlineData(15, new byte[] { 0, 10, 1, 109, 0 }, "10 m.")]
    [InlineData(33, new byte[] { 0, 1, 0, 2, 0, 53, 1, 115, 0 }, "1 2 53 s.")]
    [InlineData(16, new byte[] { 2, 97, 34, 0, 1, 7 }, "\"a\\\"\" \"\" \"\\007\"")]
    [InlineData(257, new byte[] { 128, 3, 105, 111, 100, 120 }, "128 iod \"x\"")]
    [InlineData(43, new byte[] { 1, 2, 8, 2, 0xab, 0xcd }, "258 8 2 ABCD")]
    [InlineData(52, new byte[] { 3, 1, 1, 0xab }, "3 1 1 AB")]
    [InlineData(48, new byte[] { 1, 1, 3, 13, 1, 2, 3 }, "257 3 13 AQID")]
    [InlineData(65, new byte[] { 0, 1, 0, 0, 1, 0, 3, 2, 104, 50, 0, 3, 0, 2, 1, 187, 0, 4, 0, 8, 192, 0, 2, 1, 192, 0, 2, 2 }, "1 . alpn=\"\\002h2\" port=443 ipv4hint=192.0.2.1,192.0.2.2")]
    [InlineData(999, new byte[] { 0x1b, 0x5b }, "\\# 2 1b5b")]
    [InlineData(999, new byte[0], "\\# 0")]
    public void Data_is_written_as_zone_files_do(int type, byte[] data, string text) =>
        Assert.Equal(text, DnsResult.Answers(Read(Message(1, Response, Question("x"), Record(ToQuestion, (ushort)type, data))))[0].Data);

    [Fact]
    public void An_authority_is_written_in_full() => Assert.Equal(
        "ns. h. 1 2 3 4 5",
        DnsResult.Answers(Read(Message(1, Response, Question("x", 6), Record(ToQuestion, 6, [.. Name("ns"), .. Name("h"), 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]))))[0].Data);

    [Fact]
    public void Nothing_in_names_or_data_reaches_a_terminal_as_it_is()
    {
        var message = Read(Message(1, Response, (0, [4, 0x1b, .. "[2J"u8, 0, 0, 16, 0, 1]), Record(ToQuestion, 16, [3, 0x9b, 7, 0xff]), Record(ToQuestion, 5, [2, 0x0d, 0x0a, 0])));
        Assert.Equal("\\027[2J.", message.Questions[0].Name.ToString());
        Assert.Equal(["\"\\155\\007\\255\"", "\\013\\010."], DnsResult.Answers(message).Select(a => a.Data));
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "shorter than a header", new byte[11] },
        { "does not lead backwards", Message(1, Response, (0, [0xc0, 12, 0, 1, 0, 1])) },
        { "does not lead backwards", Message(1, Response, (0, [1, (byte)'a', 0xc0, 12, 0, 1, 0, 1])) },
        { "does not lead backwards", Message(1, Response, (0, [0xc0, 40, 0, 1, 0, 1]), Record(Name("a"), 16, new byte[60])) },
        { "does not lead backwards", Message(1, Response, Question("x"), Record(ToQuestion, 5, Pointer(31))) },
        { "unknown kind", Message(1, Response, (0, [0x40, 0, 0, 1, 0, 1])) },
        { "longer than 255", Message(1, Response, (0, [.. Enumerable.Repeat<byte[]>([63, .. new byte[63]], 4).SelectMany(b => b), 0, 0, 1, 0, 1])) },
        { "longer than 255", Message(1, Response, Question(string.Join('.', Enumerable.Repeat(new string('a', 62), 4))), Record([1, (byte)'b', 1, (byte)'c', .. ToQuestion], 1, new byte[4])) },
        { "3 bytes follow", [.. Message(1, Response, Question("x")), 1, 2, 3] },
        { "in the middle", Message(1, Response, Question("x"))[..^1] },
        { "in a record of type A", Message(1, Response, Question("x"), Record(ToQuestion, 1, new byte[3])) },
        { "type A is too long", Message(1, Response, Question("x"), Record(ToQuestion, 1, new byte[5])) },
        { "in a record of type MX", Message(1, Response, Question("x"), Record(ToQuestion, 15, [0, 1])) },
        { "type CNAME is too long", Message(1, Response, Question("x"), Record(ToQuestion, 5, [0, 0])) },
        { "in a record of type TXT", Message(1, Response, Question("x"), Record(ToQuestion, 16, [5, 1])) },
        { "compressed where it may not be", Message(1, Response, Question("x"), Record(ToQuestion, 65, [0, 1, .. ToQuestion])) },
        { "OPT record is where none may be", Message(1, Response, Question("x"), Options(512), Options(512)) },
        { "OPT record is where none may be", Message(1, Response, Question("x"), Record(Name("a"), 41, [], 3)) },
        { "OPT record is where none may be", Message(1, Response, Question("x"), Record([0], 41, [], 1)) },
        { "in the OPT record", Message(1, Response, Question("x"), Options(512, [0, 10, 0, 9, 1])) },
        { "no valid length", Message(1, Response, Question("x"), Options(512, Option(10, new byte[9]))) },
        { "no code", Message(1, Response, Question("x"), Options(512, Option(15, [1]))) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_no_message_is_refused_with_the_reason(string why, byte[] data)
    {
        Assert.False(DnsMessage.TryParse(data, out _, out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_sample_is_read_whole_and_at_no_other_length()
    {
        foreach (var sample in Samples)
        {
            Assert.True(DnsMessage.TryParse(sample, out var message, out var problem), problem);
            for (var length = 0; length < sample.Length; length++)
            {
                // A message that says it was cut may end within its records.
                var read = DnsMessage.TryParse(sample[..length], out var cut, out _);
                Assert.True(!read || (cut!.EndsEarly && message.IsTruncated), $"{length} of {sample.Length}");
            }
        }
    }

    [Fact]
    public void The_same_records_are_equal_however_they_are_spelled()
    {
        var plain = Read(Message(1, Response, Question("a.x", 15), Record(Name("a.x"), 15, [0, 1, .. Name("m.x")]), Record(Name("a.x"), 15, [0, 2, .. Name("n.x")])));
        var packed = Read(Message(2, Response, Question("A.x", 15), Record(ToQuestion, 15, [0, 2, 1, (byte)'N', .. Pointer(14)], age: 5), Record(ToQuestion, 15, [0, 1, 1, (byte)'m', .. Pointer(14)])));
        var other = Read(Message(3, Response, Question("a.x", 15), Record(ToQuestion, 15, [0, 1, .. Name("m.x")])));
        Assert.True(DnsResult.Equal([plain, packed]));
        Assert.False(DnsResult.Equal([plain, packed, other]));
        Assert.Null(DnsResult.Equal([plain]));
    }

    [Fact]
    public void A_referral_is_told_from_an_empty_answer()
    {
        Assert.True(DnsResult.IsReferral(Read(Message(1, 0x8000, Question("a.x"), Record(Name("x"), 2, Name("ns.x"), 2)))));
        Assert.False(DnsResult.IsReferral(Read(Message(1, 0x8400, Question("a.x"), Record(Name("x"), 2, Name("ns.x"), 2)))));
        Assert.False(DnsResult.IsReferral(Read(Message(1, 0x8000, Question("a.x"), Record(Name("x"), 6, [0, 0, .. new byte[20]], 2)))));
    }

    private static DnsMessage Read(byte[] data)
    {
        Assert.True(DnsMessage.TryParse(data, out var message, out var problem), problem);
        return message;
    }

    private static string Hex(byte[] bytes, params int[] groups)
    {
        var at = 0;
        var text = string.Join(' ', groups.Select(g => Convert.ToHexString(bytes, (at += g) - g, g).ToLowerInvariant()));
        Assert.Equal(bytes.Length, at);
        return text;
    }
}

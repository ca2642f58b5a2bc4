using System.Globalization;
using System.Net.Security;
using PacketPath.Tls;
using Xunit.Abstractions;

namespace PacketPath.Core.Tests.Tls;

/// <summary>The reader of TLS records: right on real handshakes however they are cut, and at ease with whatever else comes.</summary>
public sealed class TlsRecordReaderTests(ITestOutputHelper output)
{
    private const int QuickCount = 50_000;
    private const int Seed = 20_260_305;

    public static TheoryData<string> Names => [.. Samples.Keys];

    private static Dictionary<string, byte[]> Samples { get; } = new()
    {
        ["ClientHello"] = ClientHello("a.example", ["h2", "http/1.1"]),
        ["ServerHello13"] = [.. ServerHello(0x0303, 0x1302, (43, [3, 4])), 20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 4, 1, 2, 3, 4],
        ["Retry"] = Retry(),
        ["ServerHello12"] = [.. ServerHello(0x0303, 0xc02f, (16, [0, 3, 2, 104, 50])), 22, 3, 3, 0, 6, 11, 0, 0, 2, 9, 9, 22, 3, 3, 0, 8, 13, 0, 0, 0, 14, 0, 0, 0, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 4, 7, 7, 7, 7],
        ["Alert"] = [21, 3, 3, 0, 2, 2, 112],
        ["Warnings"] = [21, 3, 1, 0, 2, 1, 112, 21, 3, 1, 0, 2, 2, 40],
    };

    [Fact]
    public void A_ClientHello_tells_name_and_protocols()
    {
        var reader = Read(Samples["ClientHello"]);
        Assert.Equal("a.example", reader.ClientHello!.ServerName);
        Assert.Equal(["h2", "http/1.1"], reader.ClientHello.Alpn);
        Assert.Equal(Samples["ClientHello"].Length, reader.ClientHelloBytes);
        Assert.Equal("client_hello", Assert.Single(reader.Records).Messages);
    }

    [Fact]
    public void A_ServerHello_of_TLS_13_hides_what_follows()
    {
        var reader = Read(Samples["ServerHello13"]);
        Assert.Equal(new TlsServerHello(0x0304, 0x1302, false, null), reader.ServerHello);
        Assert.Equal(["handshake", "change_cipher_spec", "application_data"], reader.Records.Select(r => r.ContentType));
        Assert.Null(reader.Fault);
    }

    [Fact]
    public void After_a_retry_request_the_true_hello_is_still_read()
    {
        var reader = Read(Samples["Retry"]);
        Assert.Equal((0x0304, 0x1301, false), (reader.ServerHello!.Version, reader.ServerHello.CipherSuite, reader.ServerHello.IsRetryRequest));
        Assert.Equal(["hello_retry_request", "server_hello"], reader.Records.Select(r => r.Messages).OfType<string>().SelectMany(m => m.Split(", ")));
    }

    [Fact]
    public void Up_to_TLS_12_messages_are_named_until_they_are_encrypted()
    {
        var reader = Read(Samples["ServerHello12"]);
        Assert.Equal(new TlsServerHello(0x0303, 0xc02f, false, "h2"), reader.ServerHello);
        Assert.Equal(["server_hello", "certificate", "certificate_request", "server_hello_done"], reader.Records.Select(r => r.Messages).OfType<string>().SelectMany(m => m.Split(", ")));
        Assert.True(reader.CertificateRequested);
        Assert.Null(reader.Fault);
    }

    [Fact]
    public void Every_alert_of_the_registry_has_a_name_and_a_level()
    {
        var reader = Read(Samples["Warnings"]);
        Assert.Equal([("unrecognized_name", false), ("handshake_failure", true)], reader.Alerts.Select(a => (a.Name, a.IsFatal)));
        Assert.Equal("certificate_required", TlsAlertNames.Of(116));
        Assert.Equal("alert 255", TlsAlertNames.Of(255));
    }

    [Theory]
    [InlineData(new byte[] { 22, 3, 1, 0, 4, 2, 0, 0, 0 }, "malformed")]
    [InlineData(new byte[] { 22, 3, 1, 72, 1 }, "18433")]
    [InlineData(new byte[] { 22, 3, 1, 0, 0 }, "empty")]
    [InlineData(new byte[] { 22, 2 }, "version")]
    [InlineData(new byte[] { 72 }, "type 72")]
    [InlineData(new byte[] { 22, 3, 9 }, "version 3.9")]
    [InlineData(new byte[] { 21, 3, 3, 0, 2, 7, 40 }, "level 7")]
    [InlineData(new byte[] { 22, 3, 3, 0, 4, 2, 255, 255, 255 }, "16777215")]
    public void What_is_no_TLS_is_said_at_the_first_wrong_byte(byte[] bytes, string why)
    {
        var reader = Read(bytes);
        Assert.Contains(why, reader.Fault);
        Assert.Empty(reader.Alerts);
        Assert.Null(reader.ServerHello);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void However_it_is_cut_the_same_is_read(string name)
    {
        var sample = Samples[name];
        var whole = Read(sample);
        for (var size = 1; size < sample.Length; size++)
        {
            var reader = new TlsRecordReader(fromPeer: true);
            for (var at = 0; at < sample.Length; at += size)
            {
                reader.Feed(sample.AsSpan(at, Math.Min(size, sample.Length - at)), 0);
            }

            Assert.Equal(whole.Records.Select(r => r.ToString()), reader.Records.Select(r => r.ToString()));
            Assert.Equal(whole.Alerts, reader.Alerts);
            Assert.Equal((whole.ServerHello, whole.Fault, whole.ClientHelloBytes), (reader.ServerHello, reader.Fault, reader.ClientHelloBytes));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_short_it_is_no_fault(string name)
    {
        for (var length = 0; length < Samples[name].Length; length++)
        {
            var reader = Read(Samples[name][..length]);
            Assert.Null(reader.Fault);
            Assert.Equal(length, reader.Bytes);
        }
    }

    [Fact]
    public void Mutated_and_random_bytes()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_COUNT"), CultureInfo.InvariantCulture, out var asked) ? asked : QuickCount;
        var random = new Random(Seed);
        var samples = Samples.Values.ToArray();
        int faults = 0, answers = 0;
        for (var i = 0; i < count; i++)
        {
            var data = i % 8 == 0 ? new byte[random.Next(512)] : samples[random.Next(samples.Length)].ToArray();
            if (i % 8 == 0)
            {
                random.NextBytes(data);
            }
            else
            {
                for (var flips = random.Next(1, 6); flips > 0; flips--)
                {
                    data[random.Next(data.Length)] = random.Next(4) switch { 0 => 0, 1 => 0xff, 2 => (byte)random.Next(16, 28), _ => (byte)random.Next(256) };
                }

                data = random.Next(4) == 0 ? data[..random.Next(data.Length + 1)] : random.Next(4) == 0 ? [.. data, .. samples[random.Next(samples.Length)]] : data;
            }

            var reader = new TlsRecordReader(fromPeer: random.Next(2) == 0);
            var cut = random.Next(data.Length + 1);
            reader.Feed(data.AsSpan(0, cut), 0);
            reader.Feed(data.AsSpan(cut), 1);
            Assert.Equal(data.Length, reader.Bytes);
            Assert.True(reader.Records.Count <= TlsRecordReader.MostRecords && reader.Alerts.Count <= TlsRecordReader.MostAlerts);
            Assert.True(reader.Fault is null || !reader.Fault.Any(char.IsControl));
            faults += reader.Fault is null ? 0 : 1;
            answers += reader.ServerHello is null && reader.Alerts.Count == 0 ? 0 : 1;
        }

        output.WriteLine($"{count} inputs: {faults} no TLS, {answers} with an answer");
        Assert.InRange(faults, count / 10, count);
        Assert.InRange(answers, count / 20, count);
    }

    [Fact]
    public void What_never_ends_is_not_kept()
    {
        var reader = new TlsRecordReader(fromPeer: true);
        byte[] block = [.. Enumerable.Repeat(new byte[] { 21, 3, 3, 0, 2, 1, 90, 23, 3, 3, 0, 1, 0 }, 500).SelectMany(b => b)];
        reader.Feed(block, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            reader.Feed(block, 0);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.Equal((TlsRecordReader.MostRecords, TlsRecordReader.MostAlerts), (reader.Records.Count, reader.Alerts.Count));
        Assert.Equal(1_001_000, reader.RecordCount);
    }

    [Theory]
    [InlineData("error:0A000458:SSL routines::tlsv1 unrecognized name", 112)]
    [InlineData("error:0A000410:SSL routines::sslv3 alert handshake failure", 40)]
    [InlineData("SSL_ERROR_SSL error:0A00045C:SSL routines::tlsv13 alert certificate required", 116)]
    [InlineData("error:0A00010B:SSL routines::wrong version number", null)]
    [InlineData("error:", null)]
    [InlineData("nothing of the kind", null)]
    public void OpenSSL_says_which_alert_it_decrypted(string message, int? code) =>
        Assert.Equal(code, OpenSslAlert.Of(new InvalidOperationException("outer", new InvalidOperationException(message))));

    [Fact]
    public void Suites_are_named_as_SslStream_names_them() =>
        Assert.Equal("TLS_AES_256_GCM_SHA384", ((TlsCipherSuite)0x1302).ToString());

    private static TlsRecordReader Read(byte[] bytes)
    {
        var reader = new TlsRecordReader(fromPeer: true);
        reader.Feed(bytes, 0);
        return reader;
    }

    private static byte[] Retry()
    {
        var retry = ServerHello(0x0303, 0x1301, (43, [3, 4]), (51, [0, 29]));
        Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C").CopyTo(retry, 11);
        return [.. retry, 20, 3, 3, 0, 1, 1, .. ServerHello(0x0303, 0x1301, (43, [3, 4]))];
    }

    private static byte[] ServerHello(int version, int suite, params (int Type, byte[] Data)[] extensions) =>
        Record(2, [.. Number(version), .. new byte[32], 0, .. Number(suite), 0, .. Sized(Extensions(extensions))]);

    private static byte[] ClientHello(string name, string[] alpn)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(name);
        byte[] protocols = [.. alpn.SelectMany(p => new[] { (byte)p.Length }.Concat(System.Text.Encoding.ASCII.GetBytes(p)))];
        return Record(1, [3, 3, .. new byte[32], 0, 0, 2, 0x13, 0x01, 1, 0, .. Sized(Extensions((0, Sized([0, .. Sized(text)])), (16, Sized(protocols)), (43, [2, 3, 4])))]);
    }

    private static byte[] Extensions(params (int Type, byte[] Data)[] extensions) => [.. extensions.SelectMany(e => Number(e.Type).Concat(Sized(e.Data)))];

    private static byte[] Record(byte type, byte[] body) => [22, 3, 3, .. Sized([type, 0, .. Sized(body)])];

    private static byte[] Sized(byte[] data) => [.. Number(data.Length), .. data];

    private static byte[] Number(int value) => [(byte)(value >> 8), (byte)value];
}

using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Tls;

public sealed class TlsHandshakerTests
{
    private static readonly TlsHandshakeOptions Patient = new() { ServerName = "a.example", CertificateName = "a.example", Timeout = TimeSpan.FromSeconds(10) };
    private static readonly TlsHandshakeOptions Hasty = Patient with { Timeout = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLS 1.2")]
    [InlineData(SslProtocols.Tls13, "TLS 1.3")]
    public async Task A_handshake_tells_what_was_agreed_on(SslProtocols protocol, string version)
    {
        using var certificate = TestCertificates.Make("CN=a.example, O=Example", ["a.example", "*.b.example", "192.0.2.1"]);
        string? asked = null;
        var result = await TlsPeer.MeetAsync(
            TlsPeer.Serves(new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = protocol,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ServerCertificateSelectionCallback = (_, name) =>
                {
                    asked = name;
                    return certificate;
                },
            }),
            Patient with { Alpn = ["h2", "http/1.1"] });
        Assert.Equal((TlsOutcome.Completed, TlsStage.Finished, version, "h2"), (result.Outcome, result.Reached, result.TlsVersion, result.Alpn));
        Assert.Equal("a.example", asked);
        Assert.StartsWith("TLS_", result.CipherSuite);
        Assert.True(result.CoversName);
        Assert.Equal(["a.example", "*.b.example", "192.0.2.1"], result.Certificate!.SubjectAlternativeNames);
        Assert.Contains("CN=a.example", result.Certificate.Subject);
        Assert.Equal("ECDSA P-256", result.Certificate.Key);
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), result.Certificate.NotAfter);
        Assert.Contains(result.Certificate.ChainStatus, e => e is "UntrustedRoot" or "PartialChain");
        Assert.Null(result.Alert);
        Assert.InRange(result.ClientHelloBytes, 100, 4000);
        Assert.True(result.BytesReceived > 500);
        Assert.Contains(result.Records, r => r is { IsFromPeer: false, Messages: "client_hello" });
        Assert.Contains(result.Records, r => r.IsFromPeer && r.Messages?.Split(", ").Contains("server_hello") == true);
        Assert.InRange(result.ServerHelloMilliseconds!.Value, 0, result.HandshakeMilliseconds);
    }

    [Theory]
    [InlineData("x.b.example", true)]
    [InlineData("b.example", false)]
    [InlineData("x.y.b.example", false)]
    [InlineData("192.0.2.1", true)]
    [InlineData("192.0.2.2", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("only.subject.example", false)]
    public async Task The_certificate_is_held_against_the_name(string name, bool covers)
    {
        using var certificate = TestCertificates.Make("CN=only.subject.example", ["a.example", "*.b.example", "192.0.2.1", "2001:db8::1"]);
        var result = await TlsPeer.MeetAsync(TlsPeer.Serves(new() { ServerCertificate = certificate }), Patient with { ServerName = null, CertificateName = name });
        Assert.Equal((TlsOutcome.Completed, (bool?)covers), (result.Outcome, result.CoversName));
    }

    [Fact]
    public async Task Without_a_server_name_none_is_sent()
    {
        using var certificate = TestCertificates.Make("CN=a", ["a.example"]);
        var asked = "unset";
        var result = await TlsPeer.MeetAsync(
            TlsPeer.Serves(new() { ServerCertificateSelectionCallback = (_, name) => { asked = name ?? ""; return certificate; } }),
            new TlsHandshakeOptions { Timeout = TimeSpan.FromSeconds(10) });
        Assert.Equal((TlsOutcome.Completed, (bool?)null), (result.Outcome, result.CoversName));
        Assert.Equal("", asked);
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(12000)]
    public async Task A_large_hello_is_as_large_as_asked_and_is_answered(int least)
    {
        using var certificate = TestCertificates.Make("CN=a", ["a.example"]);
        var result = await TlsPeer.MeetAsync(
            TlsPeer.Serves(new() { ServerCertificate = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] }), Patient with { LeastClientHello = least });
        Assert.Equal((TlsOutcome.Completed, "http/1.1"), (result.Outcome, result.Alpn));
        Assert.InRange(result.ClientHelloBytes, least, least + 1500);
        Assert.True(result.IsLarge);
    }

    [Theory]
    [InlineData(112, "unrecognized_name")]
    [InlineData(40, "handshake_failure")]
    [InlineData(70, "protocol_version")]
    [InlineData(199, "alert 199")]
    public async Task An_alert_is_named(byte code, string name)
    {
        var result = await TlsPeer.MeetAsync(TlsPeer.Says([21, 3, 3, 0, 2, 2, code]), Patient);
        Assert.Equal((TlsOutcome.Alert, TlsStage.AfterClientHello, name), (result.Outcome, result.Reached, result.Alert));
        Assert.Contains(result.Alerts, a => a.IsFromPeer && a.IsFatal && a.Code == code);
    }

    [Fact]
    public async Task A_warning_does_not_end_it()
    {
        using var certificate = TestCertificates.Make("CN=a", ["a.example"]);
        var result = await TlsPeer.MeetAsync(
            async (socket, stop) =>
            {
                await socket.SendAsync(new byte[] { 21, 3, 3, 0, 2, 1, 112 }, stop);
                await TlsPeer.Serves(new() { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls12 })(socket, stop);
            },
            Patient);
        Assert.Equal((TlsOutcome.Completed, (string?)null), (result.Outcome, result.Alert));
        Assert.Contains(result.Alerts, a => a is { IsFromPeer: true, IsFatal: false, Name: "unrecognized_name" });
    }

    [Fact]
    public async Task A_reset_after_the_hello_is_seen_as_that()
    {
        var result = await TlsPeer.MeetAsync(
            async (socket, stop) =>
            {
                _ = await socket.ReceiveAsync(new byte[16384], stop);
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
            },
            Patient);
        Assert.Equal((TlsOutcome.Reset, TlsStage.AfterClientHello, "ConnectionReset"), (result.Outcome, result.Reached, result.SocketError));
        Assert.Equal(0, result.BytesReceived);
    }

    [Fact]
    public async Task A_close_after_the_hello_is_seen_as_that()
    {
        var result = await TlsPeer.MeetAsync(
            async (socket, stop) =>
            {
                _ = await socket.ReceiveAsync(new byte[16384], stop);
                socket.Shutdown(SocketShutdown.Send);
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            },
            Patient);
        Assert.Equal((TlsOutcome.Closed, TlsStage.AfterClientHello), (result.Outcome, result.Reached));
    }

    [Fact]
    public async Task Silence_is_waited_for_as_long_as_asked()
    {
        var clock = Stopwatch.StartNew();
        var result = await TlsPeer.MeetAsync(TlsPeer.Says(), Hasty);
        Assert.Equal((TlsOutcome.TimedOut, TlsStage.AfterClientHello, 0L), (result.Outcome, result.Reached, result.BytesReceived));
        Assert.InRange(clock.ElapsedMilliseconds, 250, 3000);
    }

    [Fact]
    public async Task Silence_after_the_ServerHello_is_told_apart()
    {
        byte[] hello = [3, 3, .. new byte[32], 0, 0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, 4];
        var result = await TlsPeer.MeetAsync(TlsPeer.Says([22, 3, 3, 0, (byte)(hello.Length + 4), 2, 0, 0, (byte)hello.Length, .. hello[..10]], hello[10..]), Hasty);
        Assert.Equal((TlsStage.AfterServerHello, "TLS 1.3", "TLS_AES_128_GCM_SHA256"), (result.Reached, result.TlsVersion, result.CipherSuite));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "HTTP/1.1 400 Bad Request")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2")]
    [InlineData("\u001b]0;owned\u0007\u001b[31mred\r\n", "\uFFFD]0;owned\uFFFD\uFFFD[31mred")]
    public async Task What_is_no_TLS_is_shown_cleaned(string said, string shown)
    {
        var result = await TlsPeer.MeetAsync(TlsPeer.Says(System.Text.Encoding.ASCII.GetBytes(said)), Patient);
        Assert.Equal((TlsOutcome.NotTls, shown), (result.Outcome, result.ReceivedText));
        Assert.DoesNotContain(result.Reason!, char.IsControl);
    }

    [Fact]
    public async Task A_peer_that_drips_is_not_waited_for_longer()
    {
        var clock = Stopwatch.StartNew();
        var result = await TlsPeer.MeetAsync(
            async (socket, stop) =>
            {
                using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                byte[] record = [22, 3, 3, 64, 0, 2, 0, 32, 0];
                for (var i = 0; await drip.WaitForNextTickAsync(stop); i++)
                {
                    await socket.SendAsync(new[] { i < record.Length ? record[i] : (byte)0 }, stop);
                }
            },
            Hasty);
        Assert.Equal((TlsOutcome.TimedOut, TlsStage.AfterClientHello), (result.Outcome, result.Reached));
        Assert.InRange(result.BytesReceived, 1, 1000);
        Assert.InRange(clock.ElapsedMilliseconds, 250, 3000);
    }

    [Theory]
    [InlineData(new byte[] { 22, 3, 3, 64, 0 })]
    [InlineData(new byte[] { 23, 3, 3, 0, 0 })]
    [InlineData(new byte[] { 21, 3, 3, 0, 2, 1, 90 })]
    [InlineData(new byte[] { 22, 3, 3, 0, 4, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 22, 3, 3, 0, 4, 2, 255, 255, 255 })]
    [InlineData(new byte[] { 20, 3, 3, 0, 1, 1 })]
    public async Task A_peer_that_never_ends_is_left(byte[] record)
    {
        var before = GC.GetTotalAllocatedBytes();
        var result = await TlsPeer.MeetAsync(
            async (socket, stop) =>
            {
                var block = Enumerable.Repeat(record, 2000).SelectMany(r => r).ToArray();
                while (!stop.IsCancellationRequested)
                {
                    await socket.SendAsync(block, stop);
                }
            },
            Hasty);
        Assert.NotEqual(TlsOutcome.Completed, result.Outcome);
        Assert.InRange(result.BytesReceived, 0, 2 << 20);
        Assert.InRange(result.Records.Length, 0, 64);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200 << 20);
    }

    [Fact]
    public async Task Names_with_escapes_come_out_clean()
    {
        var name = new System.Security.Cryptography.X509Certificates.X500DistinguishedNameBuilder();
        name.AddCommonName("evil\u001b[2J\u202Eexe\nnext");
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(name.Build(), key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12(made.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12), null);
        var result = await TlsPeer.MeetAsync(TlsPeer.Serves(new() { ServerCertificate = certificate }), Patient);
        Assert.Equal(TlsOutcome.Completed, result.Outcome);
        foreach (var text in new[] { result.Certificate!.Subject, result.Certificate.Issuer }.Concat(result.Certificate.Chain).Concat(result.Certificate.ChainErrors))
        {
            Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202E');
        }

        Assert.False(result.CoversName);
    }

    [Fact]
    public async Task An_expired_certificate_is_reported_and_the_handshake_completes()
    {
        using var certificate = TestCertificates.Make("CN=a", ["a.example"], DateTimeOffset.UtcNow.AddDays(-2));
        var result = await TlsPeer.MeetAsync(TlsPeer.Serves(new() { ServerCertificate = certificate }), Patient);
        Assert.Equal(TlsOutcome.Completed, result.Outcome);
        Assert.Contains("NotTimeValid", result.Certificate!.ChainStatus);
    }

    [Fact]
    public async Task A_root_of_ones_own_is_taken_from_a_file()
    {
        using var certificate = TestCertificates.Make("CN=a", ["a.example"]);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, certificate.ExportCertificatePem());
        try
        {
            var trust = PacketPath.Tls.TlsTrust.WithFiles([path]);
            Assert.Contains(path, trust.Source);
            var result = await TlsPeer.MeetAsync(TlsPeer.Serves(new() { ServerCertificate = certificate }), Patient with { Trust = trust });
            Assert.Empty(result.Certificate!.ChainErrors);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Stopping_ends_it_at_once()
    {
        using var stop = new CancellationTokenSource();
        var waiting = new TaskCompletionSource();
        var handshake = TlsPeer.MeetAsync(
            async (socket, token) =>
            {
                _ = await socket.ReceiveAsync(new byte[16384], token);
                waiting.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
            Patient,
            stop.Token);
        await waiting.Task;
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake);
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
    }

    [Fact]
    public async Task A_request_for_a_client_certificate_is_noted()
    {
        using var certificate = TestCertificates.Make("CN=a", ["a.example"]);
        var result = await TlsPeer.MeetAsync(
            TlsPeer.Serves(new() { ServerCertificate = certificate, ClientCertificateRequired = true, EnabledSslProtocols = SslProtocols.Tls12, RemoteCertificateValidationCallback = (_, _, _, _) => true }),
            Patient);
        Assert.True(result.ClientCertificateRequested);
    }
}

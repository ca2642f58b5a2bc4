using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>Conversations with scripted peers on loopback, friendly and hostile.</summary>
public class ProxyProbeTests
{
    private const string Secret = "correct-horse";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_proxy_that_tunnels_is_told_by_its_status()
    {
        using var peer = new ScriptedPeer(static async (stream, request) => await Say(stream, "HTTP/1.1 200 Connection established\r\nVia: 1.1 lab\r\n\r\n"));
        var result = Ask(peer);
        Assert.Equal((ProxyOutcome.TunnelOpen, 200, "Connection established", "HTTP/1.1"), (result.Outcome, result.StatusCode, result.ReasonPhrase, result.HttpVersion));
        Assert.Equal("Via: 1.1 lab", Assert.Single(result.Headers).ToString());
        Assert.Equal(SynOutcome.Open, result.TcpPath!.Outcome);
        Assert.Equal(("127.0.0.1", peer.Port), (result.RemoteAddress, result.RemotePort));
        Assert.Equal((true, true, null), (result.ReplyMilliseconds > 0, result.RequestAcknowledged, result.Problem));
        Assert.StartsWith("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n", Assert.Single(peer.Requests));
        Assert.DoesNotContain("Authorization", peer.Requests.Single());
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden", ProxyOutcome.Denied)]
    [InlineData("HTTP/1.1 302 Found", ProxyOutcome.Denied)]
    [InlineData("HTTP/1.1 405 Not Allowed", ProxyOutcome.Denied)]
    [InlineData("HTTP/1.1 501 Not Implemented", ProxyOutcome.Denied)]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required", ProxyOutcome.AuthenticationRequired)]
    [InlineData("HTTP/1.0 500 Unable to connect", ProxyOutcome.GatewayFailure)]
    [InlineData("HTTP/1.1 502 Bad Gateway", ProxyOutcome.GatewayFailure)]
    [InlineData("HTTP/1.1 503 Service Unavailable", ProxyOutcome.GatewayFailure)]
    [InlineData("HTTP/1.1 504 Gateway Timeout", ProxyOutcome.GatewayFailure)]
    public void Every_other_status_has_its_outcome(string line, ProxyOutcome outcome)
    {
        using var peer = new ScriptedPeer(async (stream, _) => await Say(stream, line + "\r\nContent-Length: 2147483648\r\n\r\n"));
        var result = Ask(peer);
        Assert.Equal((outcome, true), (result.Outcome, result.TunnelTls is null));
        Assert.EndsWith(result.ReasonPhrase!, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_credential_is_sent_by_Basic_and_comes_back_in_nothing()
    {
        using var peer = new ScriptedPeer(static async (stream, request) =>
        {
            var token = request.Split("\r\n").Single(l => l.StartsWith("Proxy-Authorization: Basic ", StringComparison.Ordinal))[27..];
            await Say(stream, $"HTTP/1.1 403 no {token}\r\nX-Echo: {request.Replace("\r\n", "|", StringComparison.Ordinal)}\r\nX-Plain: {Secret}\r\n\r\n");
        });
        var result = Ask(peer, new ProxyProbeOptions { Namespace = NetworkNamespace.Open(null), Capture = false, Timeout = Patience, Credential = new NetworkCredential("ops", Secret) });
        var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"ops:{Secret}"));
        Assert.Contains($"Proxy-Authorization: Basic {token}\r\n", peer.Requests.Single());
        Assert.Equal("ops", result.ProxyUser);
        var shown = System.Text.Json.JsonSerializer.Serialize(result) + result;
        Assert.DoesNotContain(Secret, shown);
        Assert.DoesNotContain(token, shown);
        Assert.Contains("***", result.ReasonPhrase);
    }

    [Fact]
    public void The_credential_of_the_address_is_used_and_one_given_goes_before_it()
    {
        using var peer = new ScriptedPeer(static async (stream, _) => await Say(stream, "HTTP/1.1 200 OK\r\n\r\n"));
        Ask(peer, proxy: $"http://a:{Secret}@127.0.0.1:{peer.Port}");
        Ask(peer, Options() with { Credential = new NetworkCredential("b", "other") }, $"http://a:{Secret}@127.0.0.1:{peer.Port}");
        Assert.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes($"a:{Secret}")), peer.Requests[0]);
        Assert.Contains(Convert.ToBase64String("b:other"u8), peer.Requests[1]);
    }

    [Fact]
    public void A_port_that_is_closed_is_not_spoken_to()
    {
        using var closed = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var result = Ask($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}", Options());
        Assert.Equal((ProxyOutcome.Unreachable, SynOutcome.Refused, null), (result.Outcome, result.TcpPath!.Outcome, result.StatusCode));
    }

    [Fact]
    public void Who_greets_first_is_no_proxy_and_is_quoted_harmlessly()
    {
        using var peer = new ScriptedPeer(static async (stream, _) => await Say(stream, "220 mail\u001b[2J\u0007 ESMTP\r\n"), greetsFirst: true);
        var result = Ask(peer);
        Assert.Equal(ProxyOutcome.NotHttp, result.Outcome);
        Assert.StartsWith("220 mail", result.FirstBytes);
        Assert.DoesNotContain(result.FirstBytes!, char.IsControl);
    }

    [Fact]
    public void Who_hangs_up_is_told_apart_from_who_is_silent()
    {
        using var closes = new ScriptedPeer(static (_, _) => Task.CompletedTask);
        var closed = Ask(closes);
        Assert.Equal((ProxyOutcome.Closed, "the connection was closed without a word"), (closed.Outcome, closed.Problem));
        using var silent = new ScriptedPeer(static (_, _) => Task.Delay(Patience));
        var result = Ask(silent, Options() with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal((ProxyOutcome.Silent, true, 0L), (result.Outcome, result.RequestAcknowledged, result.BytesReceived));
    }

    [Fact]
    public void Who_never_accepts_is_silent_too()
    {
        using var listener = new Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen(8);
        var result = Ask($"http://[::1]:{((IPEndPoint)listener.LocalEndPoint!).Port}", Options() with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal((ProxyOutcome.Silent, true), (result.Outcome, result.RequestAcknowledged));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow: ", ProxyOutcome.Incomplete)]
    [InlineData("HTTP/1.1 403 Forbidden\r\nX-Slow: ", ProxyOutcome.Denied)]
    [InlineData("HTTP/1.", ProxyOutcome.Incomplete)]
    public void Who_drips_is_not_waited_for(string begins, ProxyOutcome outcome)
    {
        using var peer = new ScriptedPeer(async (stream, _) =>
        {
            await Say(stream, begins);
            while (true)
            {
                await Task.Delay(50);
                await Say(stream, begins.EndsWith('.') ? "" : "a");
            }
        });
        var clock = Stopwatch.StartNew();
        var result = Ask(peer, Options() with { Timeout = TimeSpan.FromMilliseconds(400) });
        Assert.Equal(outcome, result.Outcome);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
        Assert.Equal("the reply broke off: nothing more came in time", result.Problem);
    }

    [Fact]
    public void Who_never_ends_the_header_is_cut_off()
    {
        var line = Encoding.ASCII.GetBytes("X-Filler: " + new string('a', 4000) + "\r\n");
        using var peer = new ScriptedPeer(async (stream, _) =>
        {
            await Say(stream, "HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await stream.WriteAsync(line);
            }
        });
        var result = Ask(peer);
        Assert.Equal(ProxyOutcome.NotHttp, result.Outcome);
        Assert.InRange(result.BytesReceived, 1, HttpReplyReader.MostBytes);
        Assert.Contains("did not end within 65536 bytes", result.Problem);
    }

    [Fact]
    public void Plain_text_where_TLS_was_asked_fails_as_TLS()
    {
        using var peer = new ScriptedPeer(static async (stream, _) => await Say(stream, "HTTP/1.1 400 Bad Request\r\n\r\n"), greetsFirst: true);
        var result = Ask(peer, proxy: $"https://127.0.0.1:{peer.Port}");
        Assert.Equal((ProxyOutcome.TlsFailed, TlsOutcome.Failed), (result.Outcome, result.ProxyTls!.Outcome));
        Assert.NotEmpty(result.Problem!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_credential_goes_to_an_untrusted_proxy_only_where_that_is_asked(bool skip)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=proxy.example", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var served = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        var requests = new List<string>();
        using var peer = new ScriptedPeer(
            async (stream, _) =>
            {
                using var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(served);
                var buffer = new byte[4096];
                requests.Add(Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer)));
                await Say(tls, "HTTP/1.1 200 OK\r\n\r\n");
            },
            greetsFirst: true);
        var result = Ask(peer, Options() with { Credential = new NetworkCredential("ops", Secret), SkipCertificateCheck = skip }, $"https://127.0.0.1:{peer.Port}");
        Assert.Equal((ProxyOutcome.TunnelOpen, TlsOutcome.Completed, "CN=proxy.example", false), (result.Outcome, result.ProxyTls!.Outcome, result.ProxyTls.Certificate!.Subject, result.ProxyTls.CoversName));
        Assert.Equal((skip, skip ? "ops" : null), (Assert.Single(requests).Contains("Proxy-Authorization: Basic ", StringComparison.Ordinal), result.ProxyUser));
        Assert.Equal(!skip, result.NotObserved.Any(m => m.Why.Contains("not trusted", StringComparison.Ordinal) && m.Remedy.Contains("-SkipCertificateCheck", StringComparison.Ordinal)));
    }

    [Fact]
    public void Two_hundred_targets_share_the_call_and_each_gets_its_own_answer()
    {
        using var peer = new ScriptedPeer(static async (stream, request) => await Say(stream, request.Contains("7.example", StringComparison.Ordinal) ? "HTTP/1.1 403 no\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n"));
        var proxy = ProxyAddress.Parse($"http://127.0.0.1:{peer.Port}");
        var results = ProxyProbe.Run(Options(), Enumerable.Range(0, 200).Select(i => new ProxyTarget(TunnelTarget.Parse($"h{i}.example"), proxy, IPAddress.Loopback))).ToArray();
        Assert.Equal(200, results.Select(r => r.TunnelHost).Distinct().Count());
        Assert.All(results, r => Assert.Equal(r.TunnelHost.EndsWith("7.example", StringComparison.Ordinal) ? ProxyOutcome.Denied : ProxyOutcome.TunnelOpen, r.Outcome));
    }

    [Fact]
    public async Task Stopping_ends_a_conversation_at_once()
    {
        using var peer = new ScriptedPeer(static (_, _) => Task.Delay(Patience));
        var probe = new ProxyProbe(Options());
        probe.Add(new ProxyTarget(TunnelTarget.Parse("example.com"), ProxyAddress.Parse($"127.0.0.1:{peer.Port}"), IPAddress.Loopback));
        await peer.Asked.WaitAsync(Patience);
        await Task.Run(probe.Dispose).WaitAsync(Patience);
        Assert.Equal(1, probe.Outstanding);
    }

    private static ProxyProbeOptions Options() => new() { Namespace = NetworkNamespace.Open(null), Capture = false, Timeout = Patience };

    private static ProxyConnectResult Ask(ScriptedPeer peer, ProxyProbeOptions? options = null, string? proxy = null) => Ask(proxy ?? $"http://127.0.0.1:{peer.Port}", options ?? Options());

    private static ProxyConnectResult Ask(string proxy, ProxyProbeOptions options)
    {
        var address = ProxyAddress.Parse(proxy);
        return Assert.Single(ProxyProbe.Run(options, [new ProxyTarget(TunnelTarget.Parse("example.com"), address, address.Host.Address!)]));
    }

    private static async Task Say(Stream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Accepts on loopback, reads a request unless it greets first, and does what it is told.</summary>
    private sealed class ScriptedPeer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<Stream, string, Task> _script;
        private readonly bool _greetsFirst;
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ScriptedPeer(Func<Stream, string, Task> script, bool greetsFirst = false)
        {
            (_script, _greetsFirst) = (script, greetsFirst);
            _listener.Start(512);
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public List<string> Requests { get; } = [];

        public Task Asked => _asked.Task;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptTcpClientAsync());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var stream = client.GetStream();
                    var request = _greetsFirst ? "" : await ReadAsync(stream);
                    if (request is null)
                    {
                        return;
                    }

                    _asked.TrySetResult();
                    await _script(stream, request);
                    client.Client.Shutdown(SocketShutdown.Send);
                    await stream.CopyToAsync(Stream.Null);
                }
                catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
                {
                }
            }
        }

        // The TCP attempt before the request connects and asks nothing.
        private async Task<string?> ReadAsync(Stream stream)
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                var got = await stream.ReadAsync(buffer);
                if (got == 0)
                {
                    return null;
                }

                text.Append(Encoding.Latin1.GetString(buffer, 0, got));
            }

            lock (Requests)
            {
                Requests.Add(text.ToString());
            }

            return text.ToString();
        }
    }
}

using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace PacketPath.Module.Tests;

/// <summary>Test-ProxyConnect as a user meets it, on loopback: no privilege needed.</summary>
public sealed class TestProxyConnectTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Secret = "correct-horse";

    [Fact]
    public void A_tunnel_is_asked_for_and_the_answer_told()
    {
        using var proxy = new SmallProxy("HTTP/1.1 200 Connection established\r\nVia: 1.1 lab\r\n\r\n");
        var result = engine.Invoke($"Test-ProxyConnect https://example.com/x -Proxy http://127.0.0.1:{proxy.Port}").One<ProxyConnectResult>();
        Assert.Equal((ProxyOutcome.TunnelOpen, 200, "example.com", 443), (result.Outcome, result.StatusCode, result.TunnelHost, result.TunnelPort));
        Assert.Equal(("https://example.com/x", "127.0.0.1", proxy.Port, null), (result.TargetName, result.RemoteAddress, result.RemotePort, result.ProxyVariable));
        Assert.Equal(SynOutcome.Open, result.TcpPath!.Outcome);
    }

    [Fact]
    public void Targets_and_proxies_bind_by_property_and_stream()
    {
        using var proxy = new SmallProxy("HTTP/1.1 403 Forbidden\r\n\r\n");
        var results = engine.Invoke(
            $"[pscustomobject]@{{ Target = 'a.example:1'; Proxy = '127.0.0.1:{proxy.Port}' }}, [pscustomobject]@{{ Url = 'http://b.example'; Proxy = 'http://[::ffff:127.0.0.1]:{proxy.Port}' }} | Test-ProxyConnect -NoCapture")
            .AssertClean().Of<ProxyConnectResult>();
        Assert.Equal(["a.example:1", "b.example:80"], results.Select(r => $"{r.TunnelHost}:{r.TunnelPort}").Order(StringComparer.Ordinal));
        Assert.All(results, r => Assert.Equal(ProxyOutcome.Denied, r.Outcome));
    }

    [Fact]
    public void The_environment_names_the_proxy_of_a_scheme()
    {
        using var proxy = new SmallProxy("HTTP/1.1 200 OK\r\n\r\n");

        // A scheme of its own, so that no other test meets the variable.
        Environment.SetEnvironmentVariable("pptest_proxy", $"http://u:{Secret}@127.0.0.1:{proxy.Port}");
        try
        {
            var result = engine.Invoke("Test-ProxyConnect pptest://example.com:9 -NoCapture").One<ProxyConnectResult>();
            Assert.Equal(("pptest_proxy", $"http://127.0.0.1:{proxy.Port}", "u"), (result.ProxyVariable, result.ProxyUri, result.ProxyUser));
        }
        finally
        {
            Environment.SetEnvironmentVariable("pptest_proxy", null);
        }
    }

    [Theory]
    [InlineData("Test-ProxyConnect 'a b' -Proxy p.example:1", "TargetMalformed", "a b")]
    [InlineData("Test-ProxyConnect 10:443 -Proxy p.example:1", "TargetMalformed", "10:443")]
    [InlineData("Test-ProxyConnect pptest2://example.com:9", "ProxyNotConfigured", "pptest2://example.com:9")]
    [InlineData("Test-ProxyConnect a.example -Proxy socks5://u:correct-horse@p.example:1080", "ProxyMalformed", "socks5://***@p.example:1080")]
    [InlineData("Test-ProxyConnect a.example -Proxy http://u:correct-horse@p.example:0", "ProxyMalformed", "http://***@p.example:0")]
    [InlineData("Test-ProxyConnect a.example -Proxy http://u:correct-horse@nosuch.invalid:1", "Target", "nosuch.invalid")]
    [InlineData("Test-ProxyConnect a.example -Proxy 127.0.0.1:1 -NetNamespace no-such-namespace", "NetNamespaceNotFound", "no-such-namespace")]
    [InlineData("Test-ProxyConnect a.example -Proxy 127.0.0.1:1 -InterfaceAlias nosuch0 -NoCapture", "InterfaceNotFound", "nosuch0")]
    [InlineData("Test-ProxyConnect a.example -Proxy 127.0.0.1:1 -SourceAddress nobody.example", "SourceAddressInvalid", "nobody.example")]
    public void Bad_input_is_an_error_with_advice_and_without_the_password(string script, string errorId, string target)
    {
        var run = engine.Invoke(script + " -ErrorAction SilentlyContinue; $e = $Error[0]; $e; $Error.Clear()");
        var error = run.Output.Select(o => o.BaseObject).OfType<ErrorRecord>().Single();
        Assert.StartsWith(errorId, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(target, error.TargetObject);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.DoesNotContain(Secret, $"{error} {error.Exception} {error.ErrorDetails} {error.TargetObject}");
    }

    [Fact]
    public void One_bad_target_does_not_keep_the_others_from_their_answers()
    {
        using var proxy = new SmallProxy("HTTP/1.1 200 OK\r\n\r\n");
        var run = engine.Invoke($"Test-ProxyConnect 'a b', c.example -Proxy 127.0.0.1:{proxy.Port} -NoCapture");
        Assert.Single(run.Errors);
        Assert.Equal("c.example", Assert.Single(run.Of<ProxyConnectResult>()).TunnelHost);
    }

    [Fact]
    public void A_password_is_in_no_stream_and_no_object()
    {
        using var proxy = new SmallProxy("HTTP/1.1 407 nope\r\nProxy-Authenticate: Basic realm=\"lab\"\r\nX-Back: " + Secret + "\r\n\r\n");
        using var word = new System.Security.SecureString();
        Secret.ToList().ForEach(word.AppendChar);
        var script = $"Test-ProxyConnect a.example -Proxy http://127.0.0.1:{proxy.Port} -Credential $credential -NoCapture -Verbose -Debug *>&1";
        var run = engine.Invoke(script, "credential", new PSCredential("ops", word));
        var result = run.Output.Select(o => o.BaseObject).OfType<ProxyConnectResult>().Single();
        Assert.Equal((ProxyOutcome.AuthenticationRequired, "ops"), (result.Outcome, result.ProxyUser));
        Assert.Equal(["Basic"], result.AuthenticationSchemes);
        Assert.Contains("Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ops:" + Secret)), proxy.Requests.Single());
        var everything = string.Join('\n', run.Output.Select(o => o.ToString())) + JsonSerializer.Serialize(result) + PSSerializer.Serialize(PSObject.AsPSObject(result), 6);
        Assert.DoesNotContain(Secret, everything);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("ops:" + Secret)), everything);
    }

    [Fact]
    public void A_user_that_Basic_cannot_carry_ends_the_call()
    {
        using var word = new System.Security.SecureString();
        word.AppendChar('x');
        var run = engine.Invoke("Test-ProxyConnect a.example -Proxy 127.0.0.1:1 -Credential $credential", "credential", new PSCredential("a:b", word));
        Assert.StartsWith("ProxyCredentialInvalid,", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Two_hundred_targets_are_answered_in_one_call()
    {
        using var proxy = new SmallProxy("HTTP/1.1 200 OK\r\n\r\n");
        var results = engine.Invoke($"1..200 | ForEach-Object {{ \"h$_.example\" }} | Test-ProxyConnect -Proxy 127.0.0.1:{proxy.Port} -NoCapture -ThrottleLimit 32").AssertClean().Of<ProxyConnectResult>();
        Assert.Equal(200, results.Select(r => r.TunnelHost).Distinct().Count());
        Assert.All(results, r => Assert.Equal(ProxyOutcome.TunnelOpen, r.Outcome));
    }

    [Fact]
    public void A_result_survives_serialization_and_gives_the_same_verdict_and_view()
    {
        using var proxy = new SmallProxy("HTTP/1.1 403 No \u001b[31mway\r\nServer: a\u0007b\r\n\r\n");
        var live = engine.Invoke($"Test-ProxyConnect a.example -Proxy 127.0.0.1:{proxy.Port} -NoCapture").One<ProxyConnectResult>();
        var dead = engine.Invoke("[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item))", "item", live).AssertClean().Output.Single();
        Assert.Contains("Deserialized.PacketPath.ProxyConnectResult", dead.TypeNames);
        foreach (var item in new object[] { live, dead })
        {
            var verdict = engine.Invoke("$item | Resolve-PacketFailure -PrimaryOnly", "item", item).One<PacketFailure>();
            Assert.Equal("ProxyConnectDenied", verdict.FaultId);
            var views = engine.Invoke("foreach ($view in 'Tunnel', 'Proxy', 'Reply', 'Headers', 'Tcp', 'Answer') { [PacketPath.Formatting.ProxyView]::$view($item) }", "item", item).Of<string>();
            Assert.DoesNotContain(string.Concat(views), char.IsControl);
            Assert.Contains(views, v => v.Contains("403 No", StringComparison.Ordinal));
        }
    }

    /// <summary>Answers every request on loopback in the same way.</summary>
    private sealed class SmallProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _answer;

        public SmallProxy(string answer)
        {
            _answer = Encoding.Latin1.GetBytes(answer);
            _listener.Start(512);
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public List<string> Requests { get; } = [];

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
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var stream = client.GetStream();
                    var buffer = new byte[4096];
                    var got = await stream.ReadAsync(buffer);
                    if (got > 0)
                    {
                        lock (Requests)
                        {
                            Requests.Add(Encoding.Latin1.GetString(buffer, 0, got));
                        }

                        await stream.WriteAsync(_answer);
                        await stream.CopyToAsync(Stream.Null);
                    }
                }
                catch (Exception ended) when (ended is IOException or SocketException)
                {
                    // The probe hung up.
                }
            }
        }
    }
}

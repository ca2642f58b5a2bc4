using PacketPath.Core.Tests.Tracing;

namespace PacketPath.Module.Tests;

public sealed class TracePacketPathTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void A_target_of_this_host_is_traced_without_privilege()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        try
        {
            var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
            var trace = engine.Invoke("Trace-PacketPath 127.0.0.1 -Port $port -NoCapture", "port", port).One<PacketTrace>();
            Assert.Equal(("NoFault", "127.0.0.1", port, TraceKind.Outbound), (trace.Verdict.FaultId, trace.RemoteAddress, trace.RemotePort, trace.Kind));
            Assert.All(trace.Stages, stage => Assert.Equal(TraceStageStatus.Cleared, stage.Status));
            Assert.InRange(trace.DurationMilliseconds, 0.01, 60_000);
        }
        finally
        {
            listener.Stop();
        }
    }

    [Theory]
    [InlineData("Trace-PacketPath 10", "TargetMalformed")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Port 70000", "PortOutOfRange")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Port 0", "PortOutOfRange")]
    [InlineData("Trace-PacketPath 127.0.0.1 -SourceAddress nonsense!", "SourceAddressInvalid")]
    [InlineData("Trace-PacketPath 127.0.0.1 -SourceAddress ::1", "SourceFamilyMismatch")]
    [InlineData("Trace-PacketPath 127.0.0.1 -ControlName a.example", "ControlNameAlone")]
    [InlineData("Trace-PacketPath 127.0.0.1 -ServerName a.example -ControlName 'b c'", "ServerNameInvalid")]
    [InlineData("Trace-PacketPath 127.0.0.1 -NetNamespace no-such-namespace", "NetNamespaceNotFound")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Protocol Udp", "PortMissing")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Protocol Udp -Port 9 -ServerName www.example.net", "NotWithUdp")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Protocol udp -Port 9 -Proxy http://proxy.example.net:3128", "NotWithUdp")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Protocol Udp -QueryName www.example.net", "NotWithUdp")]
    [InlineData("Trace-PacketPath -Listening -Protocol Udp", "PortMissing")]
    [InlineData("Trace-PacketPath 127.0.0.1 -Payload hello", "PayloadWithoutUdp")]
    public void Bad_input_is_an_error_with_the_users_own_text(string script, string id)
    {
        var result = engine.Invoke(script);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId);
        Assert.NotNull(error.TargetObject);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_datagram_of_ones_own_is_sent_and_its_answer_clears_every_stage()
    {
        using var peer = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var port = ((System.Net.IPEndPoint)peer.Client.LocalEndPoint!).Port;
        var asked = Task.Run(async () =>
        {
            var question = await peer.ReceiveAsync();
            await peer.SendAsync(question.Buffer, question.RemoteEndPoint);
            return question.Buffer;
        });
        var trace = engine.Invoke("Trace-PacketPath 127.0.0.1 -Port $port -Protocol Udp -Payload 'h\u00e9' -NoCapture -TimeoutSeconds 20", "port", port).One<PacketTrace>();
        Assert.Equal("hé"u8.ToArray(), await asked);
        Assert.Equal(("NoFault", TransportProtocol.Udp), (trace.Verdict.FaultId, trace.Protocol));
        Assert.All(trace.Stages, stage => Assert.Equal(TraceStageStatus.Cleared, stage.Status));
        Assert.Equal(TransportProtocol.Udp, Assert.Single(trace.Evidence.OfType<SynPathResult>()).Protocol);
    }

    [Fact]
    public void A_closed_UDP_port_is_refused_without_privilege_and_the_verdict_comes_again_after_serialization()
    {
        int port;
        using (var held = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)))
        {
            port = ((System.Net.IPEndPoint)held.Client.LocalEndPoint!).Port;
        }

        var verdicts = engine.Invoke(
            "$t = Trace-PacketPath 127.0.0.1 -Port $port -Protocol Udp -NoCapture; $t.Verdict; [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($t)) | Resolve-PacketFailure -PrimaryOnly",
            "port",
            port).AssertClean().Of<PacketFailure>();
        Assert.Equal(2, verdicts.Length);
        Assert.All(verdicts, verdict => Assert.Equal(("ListenerMissing", TransportProtocol.Udp, verdicts[0].Summary), (verdict.FaultId, verdict.Protocol, verdict.Summary)));
    }

    [Fact]
    public void Targets_come_by_value_and_by_property_and_each_port_is_traced()
    {
        var traces = engine.Invoke("'127.0.0.1', [pscustomobject]@{ RemoteAddress = '127.0.0.2' } | Trace-PacketPath -Port 1, 2 -NoCapture -TimeoutSeconds 0.2").AssertClean().Of<PacketTrace>();
        Assert.Equal(["127.0.0.1:1", "127.0.0.1:2", "127.0.0.2:1", "127.0.0.2:2"], traces.Select(t => $"{t.RemoteAddress}:{t.RemotePort}").Order());
    }

    [Fact]
    public void A_socket_that_takes_datagrams_stands_for_itself()
    {
        using var socket = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var port = ((System.Net.IPEndPoint)socket.Client.LocalEndPoint!).Port;
        var trace = engine.Invoke("Get-SocketEntry -Protocol Udp -LocalPort $port | Trace-PacketPath", "port", port).One<PacketTrace>();
        Assert.Equal(("NoFault", PathLayer.SocketQueue, TransportProtocol.Udp, $"127.0.0.1:{port}", ""), (trace.Verdict.FaultId, trace.Verdict.Layer, trace.Protocol, trace.TargetName, trace.RemoteAddress));
        Assert.Contains($"127.0.0.1:{port} ", engine.Invoke("[PacketPath.Formatting.PacketTraceView]::Picture($t, 100, $false)", "t", trace).Of<string>()[0].Split('\n')[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_picture_fits_and_names_every_stage_with_or_without_symbols(bool unicode)
    {
        foreach (var trace in SampleTraces.All().Concat(SampleTraces.All(ipv6: true)))
        {
            var text = engine.Invoke("[PacketPath.Formatting.PacketTraceView]::Picture($t, 100, $u) -replace \"`e\\[[0-9;]*m\"", new Dictionary<string, object?> { ["t"] = trace, ["u"] = unicode }).Of<string>()[0];
            var lines = text.Split('\n');
            Assert.All(lines.Where(line => !line.StartsWith("    ", StringComparison.Ordinal)), line => Assert.True(line.Length <= 100, line));
            Assert.Equal(unicode, text.Any(c => c > 127));
            Assert.Contains(trace.Verdict.FaultId, text);
            Assert.Contains(trace.Verdict.NextSteps[0].Split(" | ")[0], text);
            Assert.Contains("This does not prove", text);
            var fault = lines.Where(line => line.StartsWith(unicode ? "  \u2718 " : "  x ", StringComparison.Ordinal)).ToArray();
            Assert.Equal(trace.Stages.Count(stage => stage.Status == TraceStageStatus.Fault), fault.Length);
        }
    }
}

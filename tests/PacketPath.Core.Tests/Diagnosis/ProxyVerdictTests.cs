using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class ProxyVerdictTests
{
    private static readonly Scene V4 = new(false);
    private static readonly Scene V6 = new(true);

    [Fact]
    public void The_fault_below_is_the_verdict_and_what_hangs_on_it_stands_beside()
    {
        var verdicts = Resolver.Resolve([ProxyFaultCases.Answer(V4, ProxyOutcome.Unreachable) with { TcpPath = V4.Refused() }]).ToArray();
        Assert.Equal(["RemoteRefused", "ProxyUnreachable"], verdicts.Select(v => v.FaultId));
        Assert.Equal([true, false], verdicts.Select(v => v.IsPrimary));
        Assert.Contains("example.com:443", verdicts[1].Summary);
        Assert.All(verdicts, Whole.Check);
    }

    [Fact]
    public void A_proxy_that_tunnels_is_healthy_up_to_its_layer()
    {
        var verdict = Assert.Single(Resolver.Resolve([ProxyFaultCases.Status(V6, 200)]));
        Assert.Equal(("NoFault", PathLayer.Proxy, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Assert.Contains("tunnel to example.com:443", verdict.Summary);
        Whole.Check(verdict);
    }

    [Fact]
    public void One_target_denied_is_a_verdict_though_a_newer_one_was_tunnelled()
    {
        var denied = ProxyFaultCases.Status(V4, 403) with { TunnelHost = "bank.example" };
        var verdict = Assert.Single(Resolver.Resolve([denied, ProxyFaultCases.Status(V4, 200) with { ObservedAt = Scene.Noon.AddSeconds(1) }]));
        Assert.Equal("ProxyConnectDenied", verdict.FaultId);
        Assert.Contains("bank.example:443", verdict.Summary);
        Assert.Contains(verdict.Evidence, e => e.Observation.Contains("built a tunnel to example.com:443", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tunnel_built_since_is_what_counts()
    {
        var verdict = Assert.Single(Resolver.Resolve([ProxyFaultCases.Status(V4, 407), ProxyFaultCases.Status(V4, 200) with { ObservedAt = Scene.Noon.AddSeconds(1) }]));
        Assert.Equal("NoFault", verdict.FaultId);
    }

    [Fact]
    public void A_tunnel_through_which_TLS_fails_is_not_called_healthy()
    {
        var verdict = Assert.Single(Resolver.Resolve([ProxyFaultCases.Status(V4, 200) with { TunnelTls = new TlsHandshake { CertificateName = "example.com", Outcome = TlsOutcome.TimedOut } }]));
        Assert.Equal("Indeterminate", verdict.FaultId);
        Assert.Contains(verdict.Evidence, e => e.Observation.Contains("TLS with example.com through the tunnel failed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_credential_that_was_sent_is_named_by_its_user()
    {
        var verdict = Assert.Single(Resolver.Resolve([ProxyFaultCases.Status(V4, 407) with { ProxyUser = "ops", AuthenticationSchemes = ["Negotiate"] }]));
        Assert.Contains("does not accept the credential of ops", verdict.Summary);
        Assert.Contains("Basic, which it does not offer", verdict.DoesNotProve);
        Assert.Contains(verdict.NextSteps, s => s.Contains("-Credential (Get-Credential ops)", StringComparison.Ordinal));
    }

    [Fact]
    public void The_next_step_asks_the_same_again()
    {
        var asked = ProxyFaultCases.Status(V4, 503) with { TcpPath = V4.Open() with { RequestedSourceAddress = "192.0.2.5", Mark = 7 }, TunnelHost = "2001:db8::9" };
        var steps = Assert.Single(Resolver.Resolve([asked])).NextSteps;
        Assert.Contains("Test-ProxyConnect -Target '[2001:db8::9]:443' -Proxy http://proxy.example:443 -SourceAddress 192.0.2.5 -Mark 7 -NetNamespace blue | Resolve-PacketFailure", steps);
        Assert.Contains(steps, s => s.StartsWith("Test-SynPath -TargetName 2001:db8::9 -Port 443", StringComparison.Ordinal) && s.EndsWith($"# on the proxy, {V4.Target}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_readings_of_a_socket_show_a_peer_that_never_answers(bool isIPv6)
    {
        var s = new Scene(isIPv6);
        var verdict = Assert.Single(Resolver.Resolve([Socket(s, 0), Socket(s, 3)]));
        Assert.Equal(("ApplicationSilent", PathLayer.Application, Confidence.Probable), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Assert.Equal((s.Target, 443), (verdict.RemoteAddress, verdict.RemotePort));
        Assert.Contains("77 bytes", verdict.Summary);
        Whole.Check(verdict);
    }

    [Fact]
    public void Sockets_that_were_answered_once_or_wait_or_were_called_are_no_targets()
    {
        Assert.Empty(Resolver.Resolve([Socket(V4, 0)]));
        Assert.Empty(Resolver.Resolve([Socket(V4, 0), Socket(V4, 3) with { Cookie = 9 }]));
        Assert.Empty(Resolver.Resolve([Socket(V4, 0), Info(V4, 3, i => i with { BytesReceived = 1 })]));
        Assert.Empty(Resolver.Resolve([Socket(V4, 0), Info(V4, 3, i => i with { UnacknowledgedSegments = 1 })]));
        Assert.Empty(Resolver.Resolve([Info(V4, 0, i => i with { BytesAcknowledged = 1, DataSegmentsOut = 0 }), Info(V4, 3, i => i with { BytesAcknowledged = 1, DataSegmentsOut = 0 })]));
        Assert.Empty(Resolver.Resolve([Socket(V4, 0), Socket(V4, 3), Socket(V4, 3) with { State = SocketState.Listen, RemoteAddress = "0.0.0.0", RemotePort = 0, Cookie = 8 }]));
    }

    [Fact]
    public void An_attempt_that_fails_now_comes_before_an_old_silence()
    {
        var verdicts = Resolver.Resolve([Socket(V4, 0), Socket(V4, 3), V4.Refused()]).ToArray();
        Assert.Equal("RemoteRefused", verdicts[0].FaultId);
    }

    private static SocketEntry Info(Scene s, double at, Func<SocketTcpInfo, SocketTcpInfo> change)
    {
        var socket = Socket(s, at);
        return socket with { TcpInfo = change(socket.TcpInfo!) };
    }

    private static SocketEntry Socket(Scene s, double at) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon.AddSeconds(at),
        Kind = SocketKind.Stream,
        Protocol = TransportProtocol.Tcp,
        State = SocketState.Established,
        LocalAddress = s.Source,
        LocalPort = 40000,
        RemoteAddress = s.Target,
        RemotePort = 443,
        Cookie = 5,
        ReceiveQueueBytes = 0,
        SendQueueBytes = 0,
        OwningProcess = 4711,
        OwningProcessName = "curl",
        TcpInfo = new SocketTcpInfo { BytesAcknowledged = 78, DataSegmentsOut = 1, SegmentsOut = 3 },
    };
}

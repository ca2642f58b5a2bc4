using System.Globalization;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>What the probe makes of each answer, on both families.</summary>
public class QuicProbeLabTests(QuicLab lab) : IClassFixture<QuicLab>
{
    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void QuicThatAnswersIsSeenBesideTcp(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.Both);
        Assert.True(result.QuicAnswered);
        Assert.Equal(["1"], result.Versions);
        Assert.Equal((QuicUdpOutcome.Answered, SynOutcome.Open), (result.UdpOutcome, result.TcpOutcome));
        Assert.True(result.FullSizePasses);
        Assert.Null(result.Handshake);
        Assert.InRange(result.RttMilliseconds!.Value, 0.001, 1000);
        Assert.InRange(result.TcpRttMilliseconds!.Value, 0.001, 1000);
        Assert.InRange(result.DatagramsReceived, 1, result.DatagramsSent);
        Assert.Equal(0, result.DatagramsForeign);

        // On a busy host the answer may come after the first wait, and controls are under way by then.
        Assert.True(result.DatagramsSent > 1 || result is { Controls: [], Hops: [] });
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void QuicAnswersWhereTcpIsRefused(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.QuicOnly);
        Assert.Equal((QuicUdpOutcome.Answered, SynOutcome.Refused), (result.UdpOutcome, result.TcpOutcome));
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AClosedPortIsToldByTheTargetItself(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.TcpOnly);
        Assert.False(result.QuicAnswered);
        Assert.Equal((QuicUdpOutcome.PortUnreachable, SynOutcome.Open), (result.UdpOutcome, result.TcpOutcome));
        Assert.Equal(QuicLab.Far(ipv6), result.Offender);
        Assert.False(Assert.Single(result.ErrorQueue).OffenderIsLocal);
        Assert.True(result.FullSizePasses);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADropOnARouterIsFoundByTheWalk(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.RouterDrops);
        Assert.Equal((QuicUdpOutcome.Silent, SynOutcome.Open), (result.UdpOutcome, result.TcpOutcome));
        Assert.Equal([QuicUdpOutcome.PortUnreachable, QuicUdpOutcome.PortUnreachable], result.Controls.Select(c => c.Outcome));
        Assert.Equal([32, 1200], result.Controls.Select(c => c.Size));
        Assert.All(result.Controls, c => Assert.Equal(QuicLab.Far(ipv6), c.From));
        Assert.Equal(3, result.Hops.Length);
        Assert.Equal([QuicLab.FirstRouter(ipv6), null, null], result.Hops.Select(h => h.Address));
        Assert.All(result.Hops, h => Assert.NotNull(h.ControlAddress));
        Assert.True(result.Hops[2].IsTarget);
        Assert.Equal([false, true, false], result.Hops.Select(h => h.IsConfirmed));
        Assert.Equal(3, result.DatagramsSent);
        Assert.Equal((CaptureStatus.Complete, 0), (result.CaptureStatus, result.DatagramsCapturedReturning));
        Assert.InRange(result.DatagramsCapturedLeaving, 1, 3);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADropAtTheTargetLeavesEveryHopAnswering(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.TargetDrops);
        Assert.Equal(QuicUdpOutcome.Silent, result.UdpOutcome);
        Assert.All(result.Hops.Where(h => !h.IsTarget), h => Assert.Equal(h.ControlAddress, h.Address));
        Assert.Equal(QuicLab.Far(ipv6), result.Hops[^1].ControlAddress);
        Assert.Null(result.Hops[^1].Address);
    }

    [RootTheory]
    [InlineData(QuicLab.RouterProhibits, QuicUdpOutcome.Prohibited, false)]
    [InlineData(QuicLab.RouterProhibits, QuicUdpOutcome.Prohibited, true)]
    [InlineData(QuicLab.RouterRejects, QuicUdpOutcome.PortUnreachable, false)]
    [InlineData(QuicLab.RouterRejects, QuicUdpOutcome.PortUnreachable, true)]
    public void ARejectNamesTheRouter(int port, QuicUdpOutcome outcome, bool ipv6)
    {
        var result = lab.Probe(ipv6, port);
        Assert.Equal((outcome, SynOutcome.Open), (result.UdpOutcome, result.TcpOutcome));
        Assert.Equal(QuicLab.FirstRouter(ipv6), result.Offender);
        Assert.InRange(result.ElapsedMilliseconds, 0, 900);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ThisHostsOwnFirewallShowsAtOnce(bool ipv6)
    {
        var dropped = lab.Probe(ipv6, QuicLab.OutputDrops);
        Assert.Equal((QuicUdpOutcome.LocalError, "EPERM", "send"), (dropped.UdpOutcome, dropped.SocketError, dropped.FailedCall));
        var rejected = lab.Probe(ipv6, QuicLab.OutputRejects);
        Assert.Equal(QuicUdpOutcome.PortUnreachable, rejected.UdpOutcome);
        Assert.True(Assert.Single(rejected.ErrorQueue).OffenderIsLocal);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnswersThatThisHostDropsAreSeenOnTheWire(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.InputDrops);
        Assert.Equal((QuicUdpOutcome.Silent, 0), (result.UdpOutcome, result.DatagramsReceived));
        Assert.InRange(result.DatagramsCapturedReturning, 1, 3);
        var blind = lab.Probe(ipv6, QuicLab.InputDrops, o => o with { Capture = false, Timeout = TimeSpan.FromSeconds(0.3) });
        Assert.Contains(blind.NotObserved, m => m.What.Contains("UDP flow", StringComparison.Ordinal));
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ALinkLocalTargetIsKnownByItsOwnAddress(bool closed)
    {
        var far = lab.Network.MustExec("r1", "ip -6 -o addr show dev eth0 scope link").Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3].Split('/')[0];
        var index = int.Parse(lab.Network.MustExec("a", "cat /sys/class/net/eth0/ifindex").Output, CultureInfo.InvariantCulture);
        var result = lab.Probe($"{far}%{index}", closed ? 9 : QuicLab.OutputDrops);
        Assert.Equal(closed ? QuicUdpOutcome.PortUnreachable : QuicUdpOutcome.LocalError, result.UdpOutcome);
        Assert.Equal(closed ? result.RemoteAddress : null, result.Offender);
    }

    [RootTheory]
    [InlineData("other.example", QuicHandshakeOutcome.ServerHello, null)]
    [InlineData("refused.example", QuicHandshakeOutcome.Closed, "unrecognized_name")]
    [InlineData("blocked.example", QuicHandshakeOutcome.Silent, null)]
    public void AHandshakeTellsHowANameIsTaken(string name, QuicHandshakeOutcome outcome, string? alert)
    {
        var result = lab.Probe(false, QuicLab.Names, o => o with { ServerName = name, Timeout = TimeSpan.FromSeconds(0.5) });
        Assert.Equal((outcome, alert, name), (result.Handshake!.Outcome, result.Handshake.Alert, result.Handshake.ServerName));
        Assert.Equal(QuicUdpOutcome.Answered, result.UdpOutcome);
        if (outcome == QuicHandshakeOutcome.Silent)
        {
            Assert.Equal((QuicHandshakeOutcome.ServerHello, null), (result.ControlHandshake!.Outcome, result.ControlHandshake.ServerName));
        }
        else
        {
            Assert.Null(result.ControlHandshake);
            Assert.Equal(alert is null ? "TLS_AES_128_GCM_SHA256" : null, result.Handshake.CipherSuite);
        }
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARetryIsAnswered(bool ipv6)
    {
        var result = lab.Probe(ipv6, QuicLab.Retry, o => o with { ServerName = "lab.example" });
        Assert.True(result.Handshake!.WasRetried);
        Assert.Equal(QuicHandshakeOutcome.ServerHello, result.Handshake.Outcome);
    }

    [RootFact]
    public void AnEchoIsNotQuic()
    {
        var result = lab.Probe(false, QuicLab.Echo, o => o with { ServerName = "lab.example", Timeout = TimeSpan.FromSeconds(0.3) });
        Assert.Equal(QuicUdpOutcome.NotQuic, result.UdpOutcome);
        Assert.False(result.QuicAnswered);
        Assert.Equal(QuicHandshakeOutcome.Silent, result.Handshake!.Outcome);
        Assert.Equal(result.DatagramsReceived, result.DatagramsForeign);
        Assert.True(result.DatagramsForeign >= 2, result.DatagramsForeign.ToString(CultureInfo.InvariantCulture));
    }
}

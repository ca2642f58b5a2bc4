using PacketPath.Diagnosis;
using static PacketPath.Core.Tests.Diagnosis.QuicCases;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What each answer to QUIC comes to, beside TCP, on both families.</summary>
public class QuicVerdictTests
{
    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void Quic_that_answers_is_healthy_whatever_TCP_says(bool ipv6)
    {
        var s = new Scene(ipv6);
        foreach (var tcp in new[] { s.Open(), s.Refused(), s.Probe(SynOutcome.NoReply) })
        {
            var verdict = Primary(Answered(s, tcp));
            Assert.Equal(("NoFault", PathLayer.Quic), (verdict.FaultId, verdict.Layer));
            Assert.Equal(tcp.Outcome == SynOutcome.Open ? TransportProtocol.Tcp : TransportProtocol.Udp, verdict.Protocol);
            Assert.Contains("QUIC answers, versions 1, 2, in 0.8 ms", verdict.Summary);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_path_that_TCP_cannot_cross_is_judged_first(bool ipv6)
    {
        var s = new Scene(ipv6);
        var dead = s.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with { Syns = [], Neighbor = s.Neighbor(NeighborState.Unreachable) };
        Assert.Equal("NeighborUnresolved", Primary(Silent(s, false) with { TcpPath = dead, TcpOutcome = dead.Outcome }).FaultId);
        Assert.Equal("RemoteRefused", Primary(Silent(s, false) with { TcpPath = s.Refused(), TcpOutcome = SynOutcome.Refused }).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_walk_that_ends_where_its_control_goes_on_proves_a_block(bool ipv6)
    {
        var s = new Scene(ipv6);
        var verdict = Primary(Silent(s, true, Hop(1, s.Gateway, s.Gateway), Hop(2, null, s.FarRouter, isConfirmed: true), Hop(3, null, s.Target, true)));
        Assert.Equal(("QuicUdpBlocked", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Contains($"dropped behind {s.Gateway} (hop 1)", verdict.Summary);
        var first = Primary(Silent(s, true, Hop(1, null, s.Gateway, isConfirmed: true), Hop(2, null, s.Target, true)));
        Assert.Contains("before the first hop", first.Summary);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Silence_on_a_path_shown_open_is_never_called_blocked(bool ipv6)
    {
        var s = new Scene(ipv6);
        QuicPathResult[] all =
        [
            Silent(s, true),
            Silent(s, true, Hop(1, s.Gateway, s.Gateway), Hop(2, s.FarRouter, s.FarRouter), Hop(3, null, s.Target, true)),

            // Routers that report one datagram and not the other, for they count what they report.
            Silent(s, true, Hop(1, s.Gateway, null), Hop(2, s.FarRouter, s.FarRouter), Hop(3, null, s.Target, true)),
            Silent(s, true, Hop(1, null, s.Gateway), Hop(2, s.FarRouter, null), Hop(3, null, s.Target, true)),
            Silent(s, true, Hop(1, s.Gateway, s.Gateway), Hop(2, null, s.FarRouter), Hop(3, null, s.Target, true)),
            Rejected(s, s.Target, QuicUdpOutcome.PortUnreachable),
        ];
        Assert.All(all, r => Assert.Equal("QuicNotOffered", Primary(r).FaultId));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Silence_to_every_datagram_is_a_block_that_is_not_proven(bool ipv6)
    {
        var verdict = Primary(Silent(new Scene(ipv6), false));
        Assert.Equal(("QuicUdpBlocked", Confidence.Probable, TransportProtocol.Udp), (verdict.FaultId, verdict.Confidence, verdict.Protocol));
        Assert.Contains("offers", verdict.DoesNotProve.Replace("offered", "offers", StringComparison.Ordinal));
        Assert.NotEmpty(verdict.NotObserved);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Silence_without_a_control_is_no_block(bool ipv6) =>
        Assert.Equal("Indeterminate", Primary(Silent(new Scene(ipv6), false) with { Controls = [] }).FaultId);

    [Theory]
    [MemberData(nameof(Families))]
    public void What_this_host_does_to_its_own_datagrams_is_said_of_this_host(bool ipv6)
    {
        var s = new Scene(ipv6);
        var dropped = Silent(s, false) with { UdpOutcome = QuicUdpOutcome.LocalError, SocketError = "EPERM", FailedCall = "send", Controls = [] };
        Assert.Equal(("QuicUdpBlocked", PathLayer.OutputFirewall), Named(Primary(dropped)));
        Assert.Equal(("QuicUdpBlocked", PathLayer.PolicyRouting), Named(Primary(dropped with { SocketError = "EACCES", FailedCall = "connect" })));
        var rejected = Primary(Rejected(s, s.Source, QuicUdpOutcome.PortUnreachable, isLocal: true));
        Assert.Equal(("QuicUdpBlocked", PathLayer.OutputFirewall), Named(rejected));
        Assert.Contains(rejected.NextSteps, n => n.Contains("Get-FirewallHook", StringComparison.Ordinal) && n.Contains("-Protocol Udp", StringComparison.Ordinal));
        Assert.Equal("Indeterminate", Primary(dropped with { SocketError = "ENOBUFS" }).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Answers_that_this_host_drops_are_said_of_this_host(bool ipv6)
    {
        var s = new Scene(ipv6);
        foreach (var control in new[] { false, true })
        {
            var dropped = Silent(s, control) with { CaptureStatus = CaptureStatus.Complete, DatagramsCapturedLeaving = 1, DatagramsCapturedReturning = 1, NotObserved = [] };
            Assert.Equal(("QuicUdpBlocked", PathLayer.InputFirewall), Named(Primary(dropped)));
            Assert.NotEqual(PathLayer.InputFirewall, Primary(dropped with { DatagramsCapturedReturning = 0 }).Layer);
            Assert.NotEqual(PathLayer.InputFirewall, Primary(dropped with { CaptureStatus = CaptureStatus.Incomplete }).Layer);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Size_is_told_from_a_block(bool ipv6)
    {
        var s = new Scene(ipv6);
        Assert.Equal(("QuicUdpBlocked", PathLayer.Path), Named(Primary(Silent(s, false) with { Controls = [Control(s, 32, true), Control(s, 1200, false)] })));
        var told = Primary(Rejected(s, s.FarRouter, QuicUdpOutcome.TooBig) with { ErrorQueue = [s.Report(s.FarRouter, ipv6 ? (2, 0) : (3, 4), false) with { Mtu = 1100 }] });
        Assert.Equal(("QuicUdpBlocked", PathLayer.Path), Named(told));
        Assert.Contains("1100", told.Summary);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_name_that_is_silenced_is_told_from_one_that_is_refused(bool ipv6)
    {
        var s = new Scene(ipv6);
        var silenced = Primary(Answered(s) with
        {
            Handshake = Shake("blocked.example", QuicHandshakeOutcome.Silent), ControlHandshake = Shake(null, QuicHandshakeOutcome.ServerHello),
        });
        Assert.Equal(("QuicUdpBlocked", Confidence.Proven), (silenced.FaultId, silenced.Confidence));
        Assert.Contains("for blocked.example is silenced by name", silenced.Summary);
        Assert.Contains(silenced.NextSteps, n => n.Contains("-ServerName blocked.example", StringComparison.Ordinal));

        var every = Primary(Answered(s) with { Handshake = Shake("a.example", QuicHandshakeOutcome.Silent), ControlHandshake = Shake(null, QuicHandshakeOutcome.Silent) });
        Assert.Equal(("QuicUdpBlocked", Confidence.Probable), (every.FaultId, every.Confidence));

        var refused = Primary(Answered(s) with { Handshake = Shake("refused.example", QuicHandshakeOutcome.Closed, "unrecognized_name") });
        Assert.Equal(("QuicNotOffered", Confidence.Proven), (refused.FaultId, refused.Confidence));
        Assert.Contains("unrecognized_name", refused.Summary);

        Assert.Equal("NoFault", Primary(Answered(s) with { Handshake = Shake("a.example", QuicHandshakeOutcome.ServerHello) }).FaultId);
        Assert.Equal("QuicNotOffered", Primary(Answered(s) with { Versions = ["2"], Handshake = Shake("a.example", QuicHandshakeOutcome.VersionNegotiation) }).FaultId);
        Assert.Equal("QuicNotOffered", Primary(Answered(s) with { QuicAnswered = false, UdpOutcome = QuicUdpOutcome.NotQuic }).FaultId);
        Assert.Equal("Indeterminate", Primary(Answered(s) with { Handshake = Shake("a.example", QuicHandshakeOutcome.Acknowledged) }).FaultId);
    }

    private static (string, PathLayer) Named(PacketFailure verdict) => (verdict.FaultId, verdict.Layer);

    private static PacketFailure Primary(QuicPathResult result)
    {
        var verdict = Assert.Single(Resolver.Resolve([result]), v => v.IsPrimary);
        Whole.Check(verdict);
        return verdict;
    }
}

using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What large packets add to a verdict, and what they do not.</summary>
public class MtuVerdictTests
{
    public static TheoryData<bool> Families => new() { false, true };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_clear_path_alone_is_no_fault(bool ipv6)
    {
        var verdict = Primary(new Scene(ipv6).Mtu());
        Assert.Equal(("NoFault", PathLayer.RemoteHost, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Assert.Contains("1500", verdict.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_reduced_path_does_not_outweigh_an_open_port(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var verdicts = Resolver.Resolve([scene.Open(), scene.Mtu(MtuOutcome.Reduced, 1400)]).ToArray();
        Assert.Equal(["NoFault", "MtuReduced"], verdicts.Select(v => v.FaultId));
        Assert.Equal([true, false], verdicts.Select(v => v.IsPrimary));
        Assert.All(verdicts, Whole.Check);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_handshake_and_a_black_hole_are_one_target(bool ipv6)
    {
        var scene = new Scene(ipv6);
        foreach (var evidence in new PacketEvidence[][]
        {
            [scene.Open(), scene.Mtu(MtuOutcome.BlackHole, 1400)],
            [scene.Mtu(MtuOutcome.BlackHole, 1400), scene.Open()],
            [scene.Route() with { RemotePort = 0 }, scene.Mtu(MtuOutcome.BlackHole, 1400)],
        })
        {
            var verdict = Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);
            Assert.Equal("MtuBlackHole", verdict.FaultId);
            Whole.Check(verdict);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_black_hole_does_not_explain_a_refusal(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var verdicts = Resolver.Resolve([scene.Refused(), scene.Mtu(MtuOutcome.BlackHole, 1400)]).ToArray();
        Assert.Equal("RemoteRefused", verdicts[0].FaultId);
        Assert.Contains(verdicts, v => v is { FaultId: "MtuBlackHole", IsPrimary: false });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_report_captured_and_not_received_is_the_work_of_this_host(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var probe = scene.Mtu(MtuOutcome.BlackHole, 1400) with { PacketTooBig = [scene.TooBig(1400, PacketTooBigJudgement.Believed, reachedSocket: false)] };
        var verdicts = Resolver.Resolve([probe]).ToArray();
        Assert.Equal(("InputFirewallDrop", PathLayer.InputFirewall, Confidence.Proven), (verdicts[0].FaultId, verdicts[0].Layer, verdicts[0].Confidence));
        Assert.DoesNotContain(verdicts, v => v.FaultId == "MtuBlackHole");
        Assert.All(verdicts, Whole.Check);
    }

    [Fact]
    public void Large_replies_captured_and_not_received_are_too()
    {
        var scene = new Scene(false);
        var probe = scene.Mtu(MtuOutcome.BlackHole, 1400) with { PathMtu = 1500, LimitDirection = MtuDirection.Reverse, RepliesDroppedHere = 3, PacketTooBig = [], BlackHoleHop = null };
        Assert.Equal("InputFirewallDrop", Primary(probe).FaultId);
        var verdict = Primary(probe with { RepliesDroppedHere = 0 });
        Assert.Equal(("MtuBlackHole", PathLayer.ReturnPath), (verdict.FaultId, verdict.Layer));
    }

    [Theory]
    [InlineData(CaptureStatus.Unavailable)]
    [InlineData(CaptureStatus.NotRequested)]
    [InlineData(CaptureStatus.Incomplete)]
    public void Without_a_capture_a_black_hole_is_probable(CaptureStatus status) =>
        Assert.Equal(Confidence.Probable, Primary(new Scene(false).Mtu(MtuOutcome.BlackHole, 1400) with { CaptureStatus = status }).Confidence);

    [Theory]
    [MemberData(nameof(Families))]
    public void A_first_link_that_swallows_large_packets_is_a_mismatch(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var probe = scene.Mtu(MtuOutcome.BlackHole, 1400) with
        {
            InterfaceMtu = 9000, BlackHoleHop = new() { Size = 1401, FirstBadTtl = 1, FirstBad = scene.Gateway },
        };
        var verdict = Primary(probe);
        Assert.Equal(("MtuInterfaceMismatch", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Whole.Check(verdict);
        Assert.Equal("MtuBlackHole", Primary(probe with { PacketTooBig = [scene.TooBig(9000, PacketTooBigJudgement.Contradictory)] }).FaultId);
    }

    [Theory]
    [InlineData(false, 1460, EvidenceBearing.Supports)]
    [InlineData(false, 1360, EvidenceBearing.Refutes)]
    [InlineData(true, 1440, EvidenceBearing.Supports)]
    [InlineData(true, 1340, EvidenceBearing.Refutes)]
    public void The_segment_size_of_the_handshake_tells_whether_TCP_is_spared(bool ipv6, int mss, EvidenceBearing bearing)
    {
        var scene = new Scene(ipv6);
        var open = scene.Open();
        open = open with { Replies = [.. open.Replies.Select(r => r with { Mss = mss })] };
        var verdict = Primary(open, scene.Mtu(MtuOutcome.BlackHole, 1400));
        Assert.Equal("MtuBlackHole", verdict.FaultId);
        Assert.Equal(bearing, Assert.Single(verdict.Evidence, e => e.Observation.Contains($"MSS {mss}", StringComparison.Ordinal)).Bearing);
    }

    [Theory]
    [InlineData(MtuOutcome.Indeterminate)]
    [InlineData(MtuOutcome.Unreachable)]
    public void A_target_that_answers_nothing_is_not_accused(MtuOutcome outcome)
    {
        var verdict = Primary(new Scene(false).Mtu(outcome) with { PathMtu = null, ReversePathMtu = null, Probes = [new() { Size = 1500 }] });
        Assert.Equal("Indeterminate", verdict.FaultId);
        Whole.Check(verdict);
    }

    [Fact]
    public void Too_much_loss_is_not_accused()
    {
        var verdict = Primary(new Scene(false).Mtu(MtuOutcome.Indeterminate));
        Assert.Equal("Indeterminate", verdict.FaultId);
        Whole.Check(verdict);
    }

    private static PacketFailure Primary(params PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);
}

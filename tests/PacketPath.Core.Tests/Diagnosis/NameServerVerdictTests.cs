using PacketPath.Diagnosis;
using static PacketPath.Core.Tests.Diagnosis.NameServerCases;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What answers of name servers come to, and what they do not.</summary>
public class NameServerVerdictTests
{
    public static TheoryData<bool> Families => new() { false, true };

    [Theory]
    [MemberData(nameof(Families))]
    public void An_answer_that_fits_is_no_fault_though_nothing_was_asked_of_TCP(bool ipv6)
    {
        var verdict = Primary(Fits(new Scene(ipv6)));
        Assert.Equal(("NoFault", PathLayer.Dns, Confidence.Proven, TransportProtocol.Udp), (verdict.FaultId, verdict.Layer, verdict.Confidence, verdict.Protocol));
        Whole.Check(verdict);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_truncated_answer_that_TCP_completes_is_no_fault(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var verdict = Primary(Truncated(scene, Tcp(scene, SynOutcome.Open), DnsTcpOutcome.Answered));
        Assert.Equal(("NoFault", PathLayer.Dns), (verdict.FaultId, verdict.Layer));
        Assert.Contains("TCP brings all of it", verdict.Summary, StringComparison.Ordinal);
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(SynOutcome.Refused, Confidence.Proven)]
    [InlineData(SynOutcome.NoReply, Confidence.Proven)]
    [InlineData(SynOutcome.Open, Confidence.Probable)]
    public void A_truncated_answer_without_TCP_is_the_fault_whatever_TCP_says(SynOutcome outcome, Confidence confidence)
    {
        var scene = new Scene(false);
        var verdicts = Resolver.Resolve([Truncated(scene, Tcp(scene, outcome), outcome == SynOutcome.Open ? DnsTcpOutcome.Reset : DnsTcpOutcome.NotConnected)]).ToArray();
        var verdict = Assert.Single(verdicts);
        Assert.Equal(("DnsTruncatedTcpBlocked", confidence), (verdict.FaultId, verdict.Confidence));
        Whole.Check(verdict);
    }

    [Fact]
    public void A_lower_layer_is_the_verdict_and_the_silent_server_contributes()
    {
        var scene = new Scene(false);
        var dead = Tcp(scene, SynOutcome.NeighborFailed) with { Syns = [], SocketError = "EHOSTUNREACH", Neighbor = scene.Neighbor(NeighborState.Unreachable) };
        var verdicts = Resolver.Resolve([Silent(scene) with { TcpPath = dead, TcpOutcome = DnsTcpOutcome.NotConnected }]).ToArray();
        Assert.Equal(["NeighborUnresolved", "NameServerUnreachable"], verdicts.Select(v => v.FaultId));
        Assert.Equal([true, false], verdicts.Select(v => v.IsPrimary));
    }

    [Fact]
    public void A_closed_port_is_a_name_server_that_does_not_answer()
    {
        var scene = new Scene(false);
        var closed = Silent(scene) with
        {
            Outcome = DnsOutcome.Unreachable,
            TcpPath = Tcp(scene, SynOutcome.Refused),
            TcpOutcome = DnsTcpOutcome.NotConnected,
            Exchanges = [new() { Transport = TransportProtocol.Udp, BufferSize = 512, Outcome = DnsExchangeOutcome.IcmpError, ErrorQueue = [new() { Offender = scene.Target, Origin = "Icmp", Type = 3, Code = 3, Meaning = "port unreachable" }] }],
        };
        var verdict = Assert.Single(Resolver.Resolve([closed]));
        Assert.Equal(("NameServerUnreachable", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("port unreachable", verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_seen_on_the_wire_and_not_received_are_this_host_s_doing()
    {
        var scene = new Scene(false);
        var silent = Silent(scene);
        var verdict = Primary(silent with { Exchanges = [.. silent.Exchanges.Select(e => e with { PacketsSeen = 3, Fragments = 1 })] });
        Assert.Contains("reach this host and are dropped here", verdict.Summary, StringComparison.Ordinal);
        verdict = Primary(silent with { Exchanges = [.. silent.Exchanges.Select(e => e with { QueriesSeen = 0 })] });
        Assert.Contains("no query leaves this host", verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_come_after_the_wait_are_nobody_s_drop()
    {
        var scene = new Scene(false);
        var silent = Silent(scene);
        var verdict = Primary(silent with { Exchanges = [.. silent.Exchanges.Select(e => e with { PacketsLate = 3 })] });
        Assert.Equal(("NameServerUnreachable", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("answers come only after the 3 s waited for them", verdict.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("dropped", verdict.Summary, StringComparison.Ordinal);
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(SynOutcome.Open)]
    [InlineData(SynOutcome.Refused)]
    [InlineData(SynOutcome.NoReply)]
    public void A_lost_query_beside_whole_answers_is_no_fault_whatever_TCP_says(SynOutcome tcp)
    {
        var scene = new Scene(false);
        var fits = Fits(scene);
        var verdict = Primary(fits with
        {
            Exchanges = [Exchange(512), Exchange(1232), Silent(scene).Exchanges[1]],
            TcpPath = Tcp(scene, tcp),
            TcpOutcome = tcp == SynOutcome.Open ? DnsTcpOutcome.Answered : DnsTcpOutcome.NotConnected,
        });
        Assert.Equal("NoFault", verdict.FaultId);
        Assert.Contains("nothing came back to queries that allow 4096 bytes", verdict.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CaptureStatus.Unavailable)]
    [InlineData(CaptureStatus.Incomplete)]
    public void Silence_that_nobody_watched_is_probable(CaptureStatus status) =>
        Assert.Equal(Confidence.Probable, Primary(Silent(new Scene(false)) with { CaptureStatus = status }).Confidence);

    [Fact]
    public void A_large_answer_lost_without_a_sign_of_its_size_is_probable()
    {
        var scene = new Scene(false);
        Assert.Equal(Confidence.Proven, Primary(Lost(scene)).Confidence);
        var verdict = Primary(Lost(scene) with { TruncatedAt = null, AnswerSize = 60, TcpOutcome = DnsTcpOutcome.NotAsked, TcpPath = null });
        Assert.Equal(("DnsLargeReplyLost", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
    }

    [Fact]
    public void Two_names_of_one_server_are_judged_apart()
    {
        var scene = new Scene(false);
        var missing = Primary(Fits(scene), Coded(scene, "NXDOMAIN") with { Name = "wwww.example." });
        Assert.Equal("NameNotFound", missing.FaultId);
        Assert.Contains(missing.RuledOut, c => c.Layer == PathLayer.Path);
        Assert.Equal("NoFault", Primary(Fits(scene), Fits(scene) with { Name = "ftp.example." }).FaultId);
        Assert.Equal("NoFault", Primary(Coded(scene, "NXDOMAIN"), Fits(scene) with { ObservedAt = Scene.Noon.AddSeconds(9) }).FaultId);
        Assert.Equal("NameNotFound", Primary(Fits(scene), Coded(scene, "NXDOMAIN") with { Name = "WWW.example.", ObservedAt = Scene.Noon.AddSeconds(9) }).FaultId);
    }

    [Fact]
    public void Many_answers_of_one_server_are_told_in_short()
    {
        var scene = new Scene(false);
        var verdict = Primary([.. Enumerable.Range(0, 200).Select(i => Fits(scene) with { Name = $"n{i}.example." })]);
        Assert.Equal("NoFault", verdict.FaultId);
        Assert.EndsWith("; and 197 more.", verdict.Summary, StringComparison.Ordinal);
        Assert.InRange(verdict.Evidence.Length, 1, 30);
    }

    [Fact]
    public void A_referral_is_no_empty_answer() => Assert.Equal("NoFault", Primary(Empty(new Scene(false)) with { IsReferral = true }).FaultId);

    [Fact]
    public void No_record_of_another_type_is_an_answer() => Assert.Equal("NoFault", Primary(Empty(new Scene(false)) with { Type = "TXT" }).FaultId);

    private static PacketFailure Primary(params PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);
}

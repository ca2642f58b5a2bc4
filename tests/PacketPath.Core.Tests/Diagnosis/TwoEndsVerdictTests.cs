using PacketPath.Capture;
using PacketPath.Diagnosis;
using static PacketPath.Core.Tests.Diagnosis.CaptureScene;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What captures at the other end make of an attempt, and how firmly.</summary>
public class TwoEndsVerdictTests
{
    private static readonly Scene Scene = new(false);

    [Theory]
    [InlineData(-5, 5, 0L, "", "any", "web1", Confidence.Proven)]
    [InlineData(-5, 5, 0L, "tcp and port 443", "any", "web1", Confidence.Proven)]
    [InlineData(-5, 5, 0L, "tcp[13] & 2 != 0", "any", "web1", Confidence.Probable)]
    [InlineData(-5, 5, 0L, "", "eth0", "web1", Confidence.Proven)]
    [InlineData(-5, 5, 0L, "", "eth7", "web1", Confidence.Probable)]
    [InlineData(-5, 5, 0L, "", "any", "db1", Confidence.Proven)]
    public void Absence_counts_as_far_as_the_capture_stood(double from, double to, long lost, string filter, string alias, string computer, Confidence confidence)
    {
        var verdict = Primary(Scene.Probe(SynOutcome.NoReply), Stood("server", from, to, lost, filter, alias, computer), Address(Scene, "server", computer));

        Assert.Equal(("ForwardPathLost", confidence), (verdict.FaultId, verdict.Confidence));
    }

    [Theory]
    [InlineData(1, 5, 0L, "", "web1")]
    [InlineData(-5, -1, 0L, "", "web1")]
    [InlineData(-5, 5, 3L, "", "web1")]
    [InlineData(-5, 5, null, "", "web1")]
    [InlineData(-0.5, 5, 0L, "", "db1")]
    [InlineData(-5, 5, 0L, "udp", "web1")]
    [InlineData(-5, 5, 0L, "tcp port 80", "web1")]
    public void Absence_from_a_capture_that_did_not_stand_accuses_nobody(double from, double to, long? lost, string filter, string computer)
    {
        var verdicts = Resolver.Resolve([Scene.Probe(SynOutcome.NoReply), Stood("server", from, to, lost, filter, computer: computer), Address(Scene, "server", computer)]).ToArray();

        Assert.Equal("NoReply", verdicts.Single(v => v.IsPrimary).FaultId);
        Assert.All(verdicts.Where(v => v.FaultId == "ForwardPathLost"), v => Assert.Equal(Confidence.Possible, v.Confidence));
    }

    [Fact]
    public void A_place_that_has_nothing_to_do_with_the_address_accuses_nobody()
    {
        var verdicts = Resolver.Resolve([Scene.Probe(SynOutcome.NoReply), Stood("server")]).ToArray();

        Assert.Equal("NoReply", verdicts.Single(v => v.IsPrimary).FaultId);
        var hint = verdicts.Single(v => v.FaultId == "ForwardPathLost");
        Assert.Equal(Confidence.Possible, hint.Confidence);
        Assert.Contains(hint.NotObserved, m => m.What.Contains("is an address of", StringComparison.Ordinal));
    }

    [Fact]
    public void A_place_that_sees_other_packets_of_the_address_is_accused_less_firmly()
    {
        var other = Syn(Scene, "server") with { SourceAddress = "198.51.100.9", SourcePort = 5, SequenceNumber = 31 };

        var verdict = Primary(Scene.Probe(SynOutcome.NoReply), other, Stood("server"));

        Assert.Equal(("ForwardPathLost", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
    }

    [Fact]
    public void An_answer_that_passes_the_other_router_is_lost_behind_it()
    {
        var verdict = Primary(
            Scene.Probe(SynOutcome.NoReply), Syn(Scene, "first"), Stood("first"),
            Answer(Scene, "second", 64, "eth1") with { Direction = PacketDirection.Incoming }, Answer(Scene, "second", 63, "eth0"), Stood("second"));

        Assert.Equal("ReturnPathLost", verdict.FaultId);
        Assert.Contains("second:eth0", verdict.Summary);
    }

    [Fact]
    public void The_last_point_that_saw_the_SYN_is_named()
    {
        var verdict = Primary(Scene.Probe(SynOutcome.NoReply), Syn(Scene, "router", 63), Stood("router"), Stood("server"), Address(Scene, "server"));

        Assert.Equal("ForwardPathLost", verdict.FaultId);
        Assert.Contains("came as far as router:eth0", verdict.Summary);
    }

    [Fact]
    public void An_answer_under_a_translated_address_is_an_answer()
    {
        var verdict = Primary(
            Scene.Probe(SynOutcome.NoReply),
            Syn(Scene, "server") with { SourceAddress = "203.0.113.1", SourcePort = 61000 },
            Answer(Scene, "server") with { DestinationAddress = "203.0.113.1", DestinationPort = 61000 },
            Stood("server"));

        Assert.Equal(("ReturnPathLost", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Contains(verdict.Evidence, e => e.Observation.Contains("203.0.113.1:61000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CaptureStatus.Complete, Confidence.Proven)]
    [InlineData(CaptureStatus.Incomplete, Confidence.Probable)]
    public void That_no_answer_came_is_as_firm_as_the_senders_capture(CaptureStatus status, Confidence confidence)
    {
        var verdict = Primary(Scene.Probe(SynOutcome.NoReply) with { CaptureStatus = status }, Syn(Scene, "server"), Answer(Scene, "server"), Stood("server"));

        Assert.Equal(("ReturnPathLost", confidence), (verdict.FaultId, verdict.Confidence));
    }

    [Fact]
    public void A_server_that_has_the_SYN_and_sends_nothing_is_where_the_fault_is()
    {
        var verdict = Primary(Scene.Probe(SynOutcome.NoReply), Syn(Scene, "server"), Stood("server"), Address(Scene, "server"));

        Assert.Equal(("NoReply", PathLayer.RemoteHost, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Assert.Contains(verdict.RuledOut, c => c.Layer == PathLayer.Path);
    }

    [Fact]
    public void Another_connection_of_the_same_ports_is_not_this_attempt()
    {
        var verdict = Primary(
            Scene.Probe(SynOutcome.NoReply), Syn(Scene, "server") with { SequenceNumber = 777 }, Answer(Scene, "server") with { AcknowledgmentNumber = 778 }, Stood("server"), Address(Scene, "server"));

        Assert.Equal("ForwardPathLost", verdict.FaultId);
    }

    [Fact]
    public void A_rule_that_asks_for_the_state_proves_asymmetry()
    {
        FirewallHook hook = new()
        {
            ComputerName = "web1", NetNamespace = "second", Table = "edge", Chain = "forward", Rules = [new FirewallRule { Text = "ct state invalid drop" }],
        };
        PacketEvidence[] seen = [Scene.Probe(SynOutcome.NoReply), Syn(Scene, "first"), Stood("first"), Answer(Scene, "second") with { Direction = PacketDirection.Incoming }, Stood("second")];

        Assert.Equal(("ReturnPathAsymmetric", Confidence.Probable), (Primary(seen).FaultId, Primary(seen).Confidence));
        Assert.Equal(("ReturnPathAsymmetric", Confidence.Proven), (Primary([.. seen, hook]).FaultId, Primary([.. seen, hook]).Confidence));
    }

    [Fact]
    public void A_server_that_answers_by_another_interface_takes_another_way_back()
    {
        var verdict = Primary(Scene.Probe(SynOutcome.NoReply), Syn(Scene, "server"), Answer(Scene, "server", alias: "eth1"), Stood("server"), Address(Scene, "server"));

        Assert.Equal(("ReturnPathAsymmetric", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("server:eth1", verdict.Summary);
    }

    [Fact]
    public void Asymmetry_that_works_is_no_fault()
    {
        var verdict = Primary(Scene.Open(), Syn(Scene, "first"), Stood("first"), Answer(Scene, "second"), Stood("second"));

        Assert.Equal("NoFault", verdict.FaultId);
    }

    [Theory]
    [InlineData(true, true, Confidence.Proven)]
    [InlineData(false, true, Confidence.Probable)]
    [InlineData(true, false, Confidence.Probable)]
    public void An_ACK_that_never_came_there_is_lost_although_the_port_is_open_here(bool isWatchedHere, bool isWatchedThere, Confidence confidence)
    {
        foreach (var scene in new[] { Scene, new Scene(true) })
        {
            List<PacketEvidence> seen = [scene.Open(), HalfOpen(scene)];
            seen.AddRange(isWatchedHere ? [Syn(scene, "blue", 64) with { Direction = PacketDirection.Outgoing }, Ack(scene, "blue", PacketDirection.Outgoing), Stood("blue")] : []);
            seen.AddRange(isWatchedThere ? [Syn(scene, "server"), Answer(scene, "server"), Repeated(scene), Stood("server"), Address(scene, "server")] : []);

            var verdict = Assert.Single(Resolver.Resolve(seen));

            Assert.Equal(("ForwardPathLost", PathLayer.Path, confidence), (verdict.FaultId, verdict.Layer, verdict.Confidence));
            Assert.Contains("goes on sending its SYN-ACK", verdict.Summary);
            Assert.Equal(!(isWatchedHere && isWatchedThere), verdict.NotObserved.Any(m => m.What == "whether the ACK left this host"));
            Whole.Check(verdict);
        }
    }

    [Fact]
    public void An_ACK_that_came_there_or_may_still_come_is_not_lost()
    {
        PacketEvidence[] there = [Syn(Scene, "server"), Answer(Scene, "server"), Stood("server"), Address(Scene, "server")];
        var full = new SocketEntry
        {
            ComputerName = "web1", NetNamespace = "server", ObservedAt = Scene.Noon.AddSeconds(2), Kind = SocketKind.Stream, State = SocketState.Listen, LocalAddress = "0.0.0.0", LocalPort = 443,
            Cookie = 5, AcceptQueueLength = 9, AcceptQueueLimit = 8, AskedAddress = Scene.Target, AskedPort = 443,
        };
        foreach (PacketEvidence[] seen in new PacketEvidence[][]
        {
            there,
            [.. there, Ack(Scene, "server", PacketDirection.Incoming), Repeated(Scene)],
            [.. there, Answer(Scene, "server")],
            [.. there, Repeated(Scene), Syn(Scene, "server") with { ObservedAt = Scene.Noon.AddSeconds(1), TimestampNanoseconds = Repeated(Scene).TimestampNanoseconds - 1000 }],
            [HalfOpen(Scene) with { Retransmits = 0 }],
            [HalfOpen(Scene) with { ObservedAt = Scene.Noon.AddSeconds(0.2) }],
            [HalfOpen(Scene) with { ComputerName = "db1", ObservedAt = Scene.Noon.AddSeconds(1) }],
            [HalfOpen(Scene) with { RemotePort = 40001 }],
            [HalfOpen(Scene) with { LocalPort = 444 }],
            [HalfOpen(Scene), full],
        })
        {
            Assert.Equal("NoFault", Primary([Scene.Open(), .. seen]).FaultId);
        }

        Assert.Equal("NoReply", Primary(Scene.Probe(SynOutcome.NoReply), HalfOpen(Scene)).FaultId);
    }

    [Theory]
    [InlineData("ReturnPathLost", true)]
    [InlineData("NoReply", false)]
    public void Packets_alone_are_judged_by_the_senders_capture(string faultId, bool isAnswered)
    {
        var sent = Syn(Scene, "client", 64) with { Direction = PacketDirection.Outgoing, TimestampNanoseconds = Syn(Scene, "client").TimestampNanoseconds - 500_000 };
        List<PacketEvidence> seen = [sent, Stood("client"), Syn(Scene, "server"), Stood("server"), Address(Scene, "server")];
        if (isAnswered)
        {
            seen.Add(Answer(Scene, "server"));
        }

        var verdict = Primary([.. seen]);

        Assert.Equal((faultId, Scene.Target, 443, "client"), (verdict.FaultId, verdict.RemoteAddress, verdict.RemotePort, verdict.NetNamespace));
        Whole.Check(verdict);
    }

    [Fact]
    public void Packets_are_judged_beside_the_servers_own_word()
    {
        var sent = Syn(Scene, "client", 64) with { Direction = PacketDirection.Outgoing };
        var word = new ListeningResult { ComputerName = "web1", NetNamespace = "server", ObservedAt = Scene.Noon, RemoteAddress = Scene.Target, RemotePort = 443, Protocol = TransportProtocol.Tcp, Interfaces = [Address(Scene, "server")] };

        var verdict = Primary(sent, Stood("client"), Stood("server"), word);

        Assert.Equal(("ForwardPathLost", Scene.Target, "client"), (verdict.FaultId, verdict.RemoteAddress, verdict.NetNamespace));
        Whole.Check(verdict);
    }

    [Fact]
    public void A_capture_that_tells_its_addresses_needs_no_reading_of_the_interface()
    {
        var summary = Stood("server") with { LocalAddresses = [Scene.Target.ToUpperInvariant(), "192.0.2.1"] };

        var verdict = Primary(Scene.Probe(SynOutcome.NoReply), summary);

        Assert.Equal(("ForwardPathLost", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Equal("NoReply", Primary(Scene.Probe(SynOutcome.NoReply), summary with { LocalAddresses = ["192.0.2.1"] }).FaultId);
    }

    [Fact]
    public void Packets_of_the_receiver_alone_give_no_verdict_on_a_sender_nobody_watched() =>
        Assert.Empty(Resolver.Resolve([Syn(Scene, "server"), Stood("server")]));

    [Fact]
    public void Captures_of_other_traffic_change_nothing()
    {
        var other = Syn(Scene, "server") with { SourceAddress = "198.51.100.9", SourcePort = 5, SequenceNumber = 31 };
        var alone = Primary(Scene.Refused());

        Assert.Equal(alone.FaultId, Primary(Scene.Refused(), other, Stood("server")).FaultId);
        Assert.Equal("NoFault", Primary(Scene.Open(), other, Stood("server")).FaultId);
    }

    [Fact]
    public void Attempts_of_both_ends_are_one_question()
    {
        var back = Scene.Probe(SynOutcome.LocalError, "EINVAL") with
        {
            NetNamespace = "server", RemoteAddress = Scene.Source, RemotePort = 22, LocalAddress = Scene.Target, LocalPort = 0, FailedCall = "connect", Syns = [],
            Route = Scene.Refused(RouteOutcome.Blackhole, "EINVAL") with { NetNamespace = "server", RemoteAddress = Scene.Source }, Interface = null, Neighbor = null,
        };
        foreach (PacketEvidence[] both in new[] { new PacketEvidence[] { Scene.Probe(SynOutcome.NoReply), back }, [back, Scene.Probe(SynOutcome.NoReply)] })
        {
            var verdicts = Resolver.Resolve(both).ToArray();
            Assert.Equal("RouteBlackhole", Assert.Single(verdicts, v => v.IsPrimary).FaultId);
            Assert.Contains(verdicts, v => v is { IsPrimary: false, FaultId: "NoReply" });
        }

        var open = Scene.Open() with { NetNamespace = "server", RemoteAddress = Scene.Source, RemotePort = 22, LocalAddress = Scene.Target };
        Assert.Equal("NoReply", Assert.Single(Resolver.Resolve([Scene.Probe(SynOutcome.NoReply), open]), v => v.IsPrimary).FaultId);
        Assert.Equal("NoReply", Assert.Single(Resolver.Resolve([open, Scene.Probe(SynOutcome.NoReply)]), v => v.IsPrimary).FaultId);
        Assert.Equal("NoFault", Assert.Single(Resolver.Resolve([Scene.Open(), open])).FaultId);
    }

    private static PacketRecord Ack(Scene scene, string place, PacketDirection direction) =>
        Syn(scene, place) with { Direction = direction, TcpFlags = "ACK", SequenceNumber = 1001, AcknowledgmentNumber = 9001, TimestampNanoseconds = Syn(scene, place).TimestampNanoseconds + 3_000_000 };

    private static PacketRecord Repeated(Scene scene) =>
        Answer(scene, "server") with { ObservedAt = Scene.Noon.AddSeconds(1), TimestampNanoseconds = Answer(scene, "server").TimestampNanoseconds + 1_000_000_000 };

    private static SocketEntry HalfOpen(Scene scene) => new()
    {
        ComputerName = "web1", NetNamespace = "server", ObservedAt = Scene.Noon.AddSeconds(1.5), Kind = SocketKind.Stream, Protocol = TransportProtocol.Tcp, State = SocketState.SynReceived,
        LocalAddress = scene.Target, LocalPort = 443, RemoteAddress = scene.Source, RemotePort = 40000, Retransmits = 1,
    };

    private static PacketFailure Primary(params PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);
}

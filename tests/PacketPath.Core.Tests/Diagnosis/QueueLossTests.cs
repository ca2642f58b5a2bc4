using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class QueueLossTests
{
    public static TheoryData<bool> Families => [false, true];

    private static SynPathResult Silent(Scene scene, params CounterChange[] changes) =>
        scene.Probe(SynOutcome.NoReply) with { Syns = [], Retransmits = 1, CounterChanges = changes };

    private static PacketFailure Primary(params PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), verdict => verdict.IsPrimary);

    private static QueueStats Queue(Scene scene, long drops, DateTime at) => new()
    {
        ComputerName = scene.Route().ComputerName,
        NetNamespace = scene.Route().NetNamespace,
        ObservedAt = at,
        Kind = QueueKind.Qdisc,
        Name = "tbf",
        InterfaceAlias = "eth0",
        InterfaceIndex = 2,
        Handle = "8001:",
        Parent = "root",
        Drops = drops,
        Counters = [new() { Name = "drops", Meaning = CounterMeaning.Drop, Value = drops }, new() { Name = "backlog", Meaning = CounterMeaning.State, Value = drops }],
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Readings_of_the_queue_around_the_attempt_say_what_the_probe_itself_would(bool isIPv6)
    {
        var scene = new Scene(isIPv6);
        var probe = Silent(scene);
        var before = Queue(scene, 10, probe.ObservedAt.AddSeconds(-1));
        var after = Queue(scene, 13, probe.ObservedAt.AddSeconds(60));

        Assert.Equal("QdiscDrop", Primary(before, probe, after).FaultId);
        Assert.Equal("OutputFirewallDrop", Primary(before, probe, before with { ObservedAt = after.ObservedAt }).FaultId);
        Assert.Equal("OutputFirewallDrop", Primary(probe, after).FaultId);
        Assert.Equal("OutputFirewallDrop", Primary(before with { InterfaceAlias = "eth1" }, probe, after with { InterfaceAlias = "eth1" }).FaultId);
        Assert.Equal("OutputFirewallDrop", Primary(before with { NetNamespace = "green" }, probe, after with { NetNamespace = "green" }).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_queue_that_drops_less_than_was_sent_is_not_accused(bool isIPv6)
    {
        var probe = Silent(new Scene(isIPv6), FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "drops", 1)) with { Retransmits = 3 };
        Assert.Equal("Indeterminate", Primary(probe).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_queue_that_lets_most_pass_only_contributes(bool isIPv6)
    {
        var probe = Silent(new Scene(isIPv6), FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "drops", 50), FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "packets", 5000));
        var verdicts = Resolver.Resolve([probe]).ToArray();
        Assert.Equal("Indeterminate", verdicts[0].FaultId);
        Assert.Contains(verdicts, verdict => verdict is { FaultId: "QdiscDrop", IsPrimary: false });
        Assert.All(verdicts, Whole.Check);
    }

    [Fact]
    public void A_packet_that_never_asked_for_its_neighbor_never_came_to_the_queue()
    {
        var scene = new Scene(false);
        var probe = Silent(scene, FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "drops", 3)) with { Neighbor = scene.Neighbor(NeighborState.Absent) };
        Assert.Equal("OutputFirewallDrop", Primary(probe).FaultId);
    }

    [Theory]
    [InlineData(3, Confidence.Proven)]
    [InlineData(500, Confidence.Probable)]
    public void Many_more_drops_than_packets_of_the_attempt_prove_less(ulong drops, Confidence confidence)
    {
        var primary = Primary(Silent(new Scene(false), FaultCases.Moved("Qdisc", "eth0 htb 1:", "drops", drops)));
        Assert.Equal(("QdiscDrop", confidence), (primary.FaultId, primary.Confidence));
    }

    [Fact]
    public void A_packet_that_was_captured_leaving_was_not_dropped_by_the_queue()
    {
        var scene = new Scene(false);
        var primary = Primary(scene.Probe(SynOutcome.NoReply) with { CounterChanges = [FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "drops", 9)] });
        Assert.Equal("NoReply", primary.FaultId);
    }

    [Fact]
    public void A_queue_that_only_held_packets_back_makes_the_firewall_less_certain()
    {
        var primary = Primary(Silent(new Scene(false), FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "overlimits", 9)));
        Assert.Equal(("OutputFirewallDrop", Confidence.Probable), (primary.FaultId, primary.Confidence));
        Assert.Contains(primary.Evidence, item => item.Bearing == EvidenceBearing.Refutes && item.Observation.Contains("overlimits", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_capture_a_queue_only_contributes()
    {
        var probe = Silent(new Scene(false), FaultCases.Moved("Qdisc", "eth0 tbf 8001:", "drops", 3)) with { CaptureStatus = CaptureStatus.Unavailable };
        var verdicts = Resolver.Resolve([probe]).ToArray();
        Assert.Equal("Indeterminate", verdicts[0].FaultId);
        Assert.Contains(verdicts, verdict => verdict is { FaultId: "QdiscDrop", IsPrimary: false, Confidence: Confidence.Possible });
    }

    [Fact]
    public void A_device_that_lost_the_questions_for_the_neighbor_explains_that_none_answered()
    {
        var scene = new Scene(false);
        var probe = scene.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with
        {
            Syns = [], Neighbor = scene.Neighbor(NeighborState.Unreachable), CounterChanges = [FaultCases.Moved("Interface", "eth0", "tx_dropped", 3)],
        };
        Assert.Equal("DeviceTransmitDrop", Primary(probe).FaultId);
        Assert.Equal("NeighborUnresolved", Primary(probe with { CounterChanges = [.. probe.CounterChanges, FaultCases.Moved("Interface", "eth0", "tx_packets", 3)] }).FaultId);
    }

    [Fact]
    public void A_few_drops_of_a_busy_host_are_not_even_mentioned()
    {
        var scene = new Scene(false);
        var probe = scene.Probe(SynOutcome.NoReply) with
        {
            CounterChanges = [FaultCases.Moved("Softnet", "cpu 0", "dropped", 40), FaultCases.Moved("Softnet", "cpu 0", "processed", 90_000)],
        };
        Assert.Equal(["NoReply"], Resolver.Resolve([probe]).Select(verdict => verdict.FaultId));
    }

    [Fact]
    public void Counters_of_queues_alone_are_no_evidence_of_a_fault() => Assert.Empty(Resolver.Resolve([Queue(new Scene(false), 3, Scene.Noon)]));
}

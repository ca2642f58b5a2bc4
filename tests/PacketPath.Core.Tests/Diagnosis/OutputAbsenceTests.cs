using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>A SYN that never left is blamed on the output firewall only where nothing else may have kept it.</summary>
public class OutputAbsenceTests
{
    private const string Policy = "src 192.0.2.0/24 dst 203.0.113.0/24 dir out priority 100 tmpl proto esp mode transport";
    private static readonly Scene V4 = new(false);
    private static readonly Scene V6 = new(true);

    private static SynPathResult Absent => V4.Probe(SynOutcome.NoReply) with { Syns = [], Retransmits = 1 };

    private static CounterChange Change(string source, string? subject, string counter) => new() { Source = source, Object = subject, Counter = counter, Before = 1, After = 3, Delta = 2 };

    private static PacketFailure Primary(params PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);

    [Fact]
    public void It_is_the_firewall_where_nothing_else_moved()
    {
        var verdict = Primary(Absent with { CounterChanges = [Change("Netstat", "TcpExt", "ListenDrops"), Change("Qdisc", "eth1 tbf 8001:", "drops")] });
        Assert.Equal(("OutputFirewallDrop", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
    }

    [Theory]
    [InlineData("Qdisc", "eth0 tbf 8001:", "drops")]
    [InlineData("Qdisc", "eth0", "drops")]
    [InlineData("Interface", "eth0", "tx_dropped")]
    [InlineData("Xfrm", null, "XfrmOutNoStates")]
    public void It_is_not_where_the_egress_lost_packets(string source, string? subject, string counter)
    {
        var verdicts = Resolver.Resolve([Absent with { CounterChanges = [Change(source, subject, counter)] }]).ToArray();
        Assert.DoesNotContain(verdicts, v => v.FaultId == "OutputFirewallDrop");
        Assert.Contains(verdicts[0].Evidence, e => e.Observation.Contains(counter, StringComparison.Ordinal));
        Assert.All(verdicts, Whole.Check);
    }

    [Fact]
    public void An_interface_read_before_and_after_says_the_same()
    {
        PacketInterface Reading(double seconds, long dropped) => V4.Link() with
        {
            ObservedAt = Scene.Noon.AddSeconds(seconds), Statistics = new InterfaceStatistics { TransmitDropped = dropped },
        };
        Assert.Equal("OutputFirewallDrop", Primary(Reading(-1, 5), Absent with { ElapsedMilliseconds = 1000, Interface = null }, Reading(2, 5)).FaultId);
        Assert.Equal("Indeterminate", Primary(Reading(-1, 5), Absent with { ElapsedMilliseconds = 1000, Interface = null }, Reading(2, 6)).FaultId);
    }

    [Fact]
    public void A_full_table_of_the_other_family_does_not_matter()
    {
        Assert.Equal("OutputFirewallDrop", Primary(Absent with { Neighbor = V4.Neighbor(NeighborState.Absent), CounterChanges = [Change("NeighborTable", "ndisc_cache", "table_fulls")] }).FaultId);
        Assert.Equal("NeighborTableFull", Primary(FaultCases.TableFull(V6, 2)).FaultId);
    }

    [Fact]
    public void Fewer_refusals_than_SYNs_do_not_prove_a_full_table()
    {
        Assert.Equal(Confidence.Proven, Primary(FaultCases.TableFull(V4, 2)).Confidence);
        Assert.Equal(Confidence.Probable, Primary(FaultCases.TableFull(V4, 1)).Confidence);
        Assert.Equal(Confidence.Probable, Primary(FaultCases.TableFull(V4, 2) with { CaptureStatus = CaptureStatus.Unavailable }).Confidence);
    }

    [Fact]
    public void Under_an_IPsec_policy_the_packet_may_have_left_encrypted()
    {
        var verdict = Primary(Absent with { IpsecPolicy = Policy });
        Assert.Equal("Indeterminate", verdict.FaultId);
        Assert.Contains("IPsec", verdict.Summary);
        Assert.Contains(verdict.Evidence, e => e.Observation.Contains(Policy, StringComparison.Ordinal));
        Whole.Check(verdict);
    }

    [Fact]
    public void Where_nobody_could_look_for_IPsec_it_is_not_proven()
    {
        var verdict = Primary(Absent with { NotObserved = [new() { What = MissingObservation.IpsecPolicies, Why = "EPERM", Remedy = "Run as root." }] });
        Assert.Equal(("OutputFirewallDrop", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("IPsec", verdict.DoesNotProve);
        Assert.Contains(verdict.NotObserved, m => m.What == MissingObservation.IpsecPolicies);
    }
}

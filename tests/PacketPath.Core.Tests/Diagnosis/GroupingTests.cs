using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class GroupingTests
{
    private static readonly Scene V4 = new(false);
    private static readonly Scene V6 = new(true);

    [Fact]
    public void Each_target_of_each_host_and_namespace_gets_one_primary_verdict()
    {
        PacketEvidence[] evidence =
        [
            V4.Open(), V4.Open() with { RemotePort = 80 }, V4.Refused() with { ComputerName = "web2" },
            V4.Probe(SynOutcome.NoReply) with { NetNamespace = "red" }, V6.Open(), V4.Open() with { ObservedAt = Scene.Noon.AddSeconds(1) },
        ];
        var primaries = Resolver.Resolve(evidence).Where(v => v.IsPrimary).ToArray();
        Assert.Equal(["NoFault", "NoFault", "RemoteRefused", "NoReply", "NoFault"], primaries.Select(v => v.FaultId));
        Assert.Equal(["web1", "web1", "web2", "web1", "web1"], primaries.Select(v => v.ComputerName));
    }

    [Fact]
    public void A_lookup_without_a_port_joins_the_attempts_on_that_address()
    {
        var probe = V4.LocalError("EINVAL", V4.Route()) with { Route = null };
        var verdict = Assert.Single(Resolver.Resolve([V4.Refused(RouteOutcome.Blackhole, "EINVAL"), probe]));
        Assert.Equal(("RouteBlackhole", 443), (verdict.FaultId, verdict.RemotePort));
    }

    [Theory]
    [InlineData(RouteOutcome.Blackhole, "RouteBlackhole")]
    [InlineData(RouteOutcome.Missing, "RouteMissing")]
    [InlineData(RouteOutcome.Usable, "Indeterminate")]
    public void A_route_alone_gets_a_verdict(RouteOutcome outcome, string faultId)
    {
        var route = outcome == RouteOutcome.Usable ? V4.Route() : V4.Refused(outcome, "EINVAL");
        var verdict = Assert.Single(Resolver.Resolve([route]));
        Assert.Equal((faultId, PathLayer.RouteLookup), (verdict.FaultId, verdict.Layer));
        Assert.Contains(verdict.NextSteps, s => s.StartsWith("Test-SynPath -TargetName 203.0.113.10 -Port 443 -NetNamespace blue", StringComparison.Ordinal));
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(NeighborState.Unreachable, "NeighborUnresolved")]
    [InlineData(NeighborState.Incomplete, "NeighborUnresolved")]
    [InlineData(NeighborState.Reachable, "NoFault")]
    [InlineData(NeighborState.Stale, "Indeterminate")]
    [InlineData(NeighborState.Permanent, "Indeterminate")]
    [InlineData(NeighborState.Absent, "Indeterminate")]
    public void A_neighbor_alone_gets_a_verdict(NeighborState state, string faultId)
    {
        var verdict = Assert.Single(Resolver.Resolve([V6.Neighbor(state)]));
        Assert.Equal((faultId, PathLayer.Neighbor, V6.Gateway), (verdict.FaultId, faultId == "Indeterminate" ? PathLayer.Neighbor : verdict.Layer, verdict.RemoteAddress));
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(false, null, "LinkDown")]
    [InlineData(true, false, "LinkNoCarrier")]
    [InlineData(true, true, "NoFault")]
    public void An_interface_alone_gets_a_verdict(bool up, bool? carrier, string faultId)
    {
        var verdict = Assert.Single(Resolver.Resolve([V4.Link(up, carrier)]));
        Assert.Equal((faultId, PathLayer.Device, "eth0"), (verdict.FaultId, verdict.Layer, ((PacketInterface)verdict.Subject!).InterfaceAlias));
        Whole.Check(verdict);
    }

    [Fact]
    public void Rules_alone_get_one_verdict_together()
    {
        var verdict = Assert.Single(Resolver.Resolve([new PolicyRule { Priority = 0 }, new PolicyRule { Priority = 32766 }]));
        Assert.Equal("Indeterminate", verdict.FaultId);
        Whole.Check(verdict);
    }

    [Fact]
    public void Tables_of_the_host_are_context_where_a_target_was_asked()
    {
        var others = Enumerable.Range(1, 200).Select(i => V4.Neighbor(NeighborState.Unreachable, $"192.0.2.{i + 10}"));
        var verdict = Assert.Single(Resolver.Resolve([.. others, V4.Link(up: false, alias: "eth7"), new PolicyRule { ComputerName = "web1", NetNamespace = "blue" }, V4.Open()]));
        Assert.Equal("NoFault", verdict.FaultId);
    }

    [Fact]
    public void The_newer_of_two_observations_counts_and_the_older_speaks_against_it()
    {
        var old = V4.Probe(SynOutcome.NoReply) with { ObservedAt = Scene.Noon.AddMinutes(-5) };
        var verdict = Assert.Single(Resolver.Resolve([V4.Open(), old]));
        Assert.Equal(("NoFault", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains(verdict.Evidence, e => e.Bearing == EvidenceBearing.Refutes && e.Observation.Contains("NoReply", StringComparison.Ordinal));
    }

    [Fact]
    public void A_later_lookup_that_fails_overtakes_an_attempt_that_worked()
    {
        var later = V4.Refused(RouteOutcome.Blackhole, "EINVAL") with { ObservedAt = Scene.Noon.AddMinutes(1) };
        var verdict = Assert.Single(Resolver.Resolve([V4.Open(), later]));
        Assert.Equal(("RouteBlackhole", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains(verdict.Evidence, e => e.Bearing == EvidenceBearing.Refutes);
    }

    [Fact]
    public void A_lookup_with_another_mark_is_another_question()
    {
        var marked = V4.Refused(RouteOutcome.RuleBlackhole, "EINVAL") with { Mark = 7, ObservedAt = Scene.Noon.AddMinutes(1) };
        Assert.Equal("NoFault", Assert.Single(Resolver.Resolve([V4.Open(), marked])).FaultId);
    }

    [Fact]
    public void A_lookup_for_another_user_is_another_question()
    {
        var refused = V4.Refused(RouteOutcome.RuleBlackhole, "EINVAL") with { Uid = 1234, ObservedAt = Scene.Noon.AddMinutes(1) };
        Assert.Equal("NoFault", Assert.Single(Resolver.Resolve([V4.Open() with { Uid = 0 }, refused])).FaultId);
        Assert.Equal("NoFault", Assert.Single(Resolver.Resolve([V4.Open() with { RequestedUid = 1235, Uid = 1235, Route = V4.Route() with { Uid = 1235 } }, refused])).FaultId);
    }

    [Fact]
    public void An_attempt_that_could_not_be_that_users_does_not_clear_its_route()
    {
        var refused = V4.Refused(RouteOutcome.RuleBlackhole, "EINVAL") with { Uid = 1234, ObservedAt = Scene.Noon.AddMinutes(1) };
        var own = V4.Open() with { RequestedUid = 1234, Uid = 1000 };
        var verdict = Assert.Single(Resolver.Resolve([own, refused]), v => v.IsPrimary);
        Assert.Equal("PolicyRuleBlackhole", verdict.FaultId);
        Assert.Contains(verdict.NextSteps, step => step.Contains(" -Uid 1234", StringComparison.Ordinal));

        var open = Assert.Single(Resolver.Resolve([own]));
        Assert.Equal(("NoFault", Confidence.Probable), (open.FaultId, open.Confidence));
        Assert.StartsWith("That the same holds for user 1234: the attempt was made as user 1000.", open.DoesNotProve);
        Assert.Equal(Confidence.Proven, Assert.Single(Resolver.Resolve([V4.Open() with { RequestedUid = 1234, Uid = 1234 }])).Confidence);
    }

    [Fact]
    public void Two_spellings_of_an_address_are_one_target()
    {
        var route = V6.Refused(RouteOutcome.Prohibit, "EACCES") with { RemoteAddress = "2001:DB8:0009:0::10" };
        Assert.Single(Resolver.Resolve([route, V6.LocalError("EACCES", V6.Route()) with { Route = null }]));
    }

    [Fact]
    public void The_order_of_the_evidence_does_not_matter_for_the_verdict()
    {
        PacketEvidence[] evidence = [V4.Route(), V4.Neighbor(NeighborState.Unreachable), V4.Link(), V4.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with { Syns = [], Neighbor = null }];
        string Judge(IEnumerable<PacketEvidence> e) => string.Join("\n", Resolver.Resolve(e).Select(v => $"{v.FaultId} {v.Confidence} {v.Summary}"));
        Assert.StartsWith("NeighborUnresolved Proven", Judge(evidence));
        Assert.Equal(Judge(evidence), Judge(evidence.Reverse()));
    }

    [Fact]
    public void A_scan_of_every_port_stays_quick()
    {
        var evidence = Enumerable.Range(1, 5_000).Select(port => V4.Open() with { RemotePort = port });
        Assert.Equal(5_000, Resolver.Resolve(evidence).Count(v => v.FaultId == "NoFault"));
    }
}

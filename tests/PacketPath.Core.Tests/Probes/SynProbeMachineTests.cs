using System.Net;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class SynProbeMachineTests
{
    private static readonly IPAddress Target = IPAddress.Parse("10.0.2.1");
    private static readonly IPAddress Here = IPAddress.Parse("10.0.1.1");
    private static readonly IPAddress Router = IPAddress.Parse("10.0.1.254");

    private static readonly RouteAlternative OtherRoute = new()
    {
        DestinationPrefix = "0.0.0.0/0", NextHop = "10.0.9.254", InterfaceAlias = "eth1", InterfaceIndex = 5, TypeOfRoute = RouteType.Unicast, Reason = AlternativeReason.LessSpecific,
    };

    [Fact]
    public void An_open_port_needs_nothing_more()
    {
        var machine = Machine(findHop: true);
        Assert.Empty(machine.MainEnded(Ended(machine.Begin(), a => a.SocketRead(9, new SocketReading(0, [], new TcpInfo { State = TcpInfo.Established }))), With(OtherRoute)));
        Assert.Equal((true, SynOutcome.Open), (machine.IsComplete, machine.Outcome));
    }

    [Fact]
    public void Silence_walks_every_ttl_at_once()
    {
        var machine = Machine(findHop: true, maxHops: 4);
        var plans = machine.MainEnded(Silent(machine), new HostPath());
        Assert.Equal([1, 2, 3, 4], plans.Select(p => p.Ttl));
        Assert.All(plans, p => Assert.Equal((AttemptKind.Hop, 80), (p.Kind, p.Port)));
        Assert.False(machine.IsComplete);
    }

    [Fact]
    public void A_hop_that_is_the_target_makes_the_farther_ones_pointless()
    {
        var machine = Machine(findHop: true, maxHops: 5);
        var plans = machine.MainEnded(Silent(machine), new HostPath());
        var pointless = machine.FollowUpEnded(Reported(plans[1], Target, 3, 3));
        Assert.Equal([3, 4, 5], pointless.Select(p => p.Ttl));
        Assert.False(machine.IsComplete);
        machine.FollowUpEnded(Reported(plans[0], Router, 11, 0));
        Assert.True(machine.IsComplete);
    }

    [Fact]
    public void An_expired_ttl_is_walked_too()
    {
        var machine = Machine(findHop: true, maxHops: 2);
        var plans = machine.MainEnded(Reported(machine.Begin(), Router, 11, 0), With(OtherRoute));
        Assert.Equal([AttemptKind.Hop, AttemptKind.Hop], plans.Select(p => p.Kind));
    }

    [Fact]
    public void A_prohibition_from_the_path_is_not_walked() =>
        Assert.Empty(Machine(findHop: true).MainEnded(Reported(new AttemptPlan { Port = 80 }, Router, 3, 13), With(OtherRoute)));

    [Fact]
    public void A_refusal_asks_for_a_control_packet()
    {
        var machine = Machine(findHop: true);
        var plan = Assert.Single(machine.MainEnded(Ended(machine.Begin(), a => a.SocketRead(9, new SocketReading(Errno.ECONNREFUSED, [], null))), new HostPath()));
        Assert.Equal((AttemptKind.Control, TransportProtocol.Udp), (plan.Kind, plan.Protocol));
    }

    [Fact]
    public void Without_FindHop_nothing_is_walked() => Assert.Empty(Machine().MainEnded(Silent(Machine()), new HostPath()));

    [Fact]
    public void After_a_local_failure_a_losing_route_is_tried_through_its_interface()
    {
        var machine = Machine();
        var plan = Assert.Single(machine.MainEnded(Silent(machine), With(OtherRoute, OtherRoute with { DestinationPrefix = "10.0.0.0/8" })));
        Assert.Equal((AttemptKind.Alternative, "eth1", "0.0.0.0/0"), (plan.Kind, plan.Device, plan.Alternative?.DestinationPrefix));
    }

    public static TheoryData<RouteAlternative> Unusable => new()
    {
        OtherRoute with { InterfaceAlias = "eth0" },
        OtherRoute with { InterfaceAlias = null },
        OtherRoute with { TypeOfRoute = RouteType.Blackhole },
        OtherRoute with { Reason = AlternativeReason.InterfaceDown },
        OtherRoute with { Reason = AlternativeReason.LinkDown },
        OtherRoute with { Reason = AlternativeReason.DeadNextHop },
    };

    [Theory, MemberData(nameof(Unusable))]
    public void A_losing_route_that_could_not_carry_it_is_not_tried(RouteAlternative alternative) =>
        Assert.Empty(Machine().MainEnded(Silent(Machine()), With(alternative)));

    [Theory]
    [InlineData(RouteOutcome.Blackhole)]
    [InlineData(RouteOutcome.RuleProhibit)]
    [InlineData(RouteOutcome.Missing)]
    public void Where_the_IPv4_lookup_fails_a_bound_attempt_would_not_take_the_losing_route(RouteOutcome outcome)
    {
        var path = With(OtherRoute);
        Assert.Empty(Machine().MainEnded(Silent(Machine()), path with { Route = path.Route! with { Outcome = outcome } }));
    }

    [Fact]
    public void Bound_to_an_interface_no_other_is_tried() =>
        Assert.Empty(Machine(device: "eth0").MainEnded(Silent(Machine()), With(OtherRoute)));

    [Fact]
    public void A_forged_host_unreachable_is_not_a_failed_neighbor()
    {
        var machine = Machine();
        var main = Reported(machine.Begin(), Here, 3, 1);
        Assert.Equal(SynOutcome.NeighborFailed, main.Outcome);
        machine.MainEnded(main, With() with { Neighbor = new NeighborEntry { State = NeighborState.Reachable, LinkLayerAddress = "02:00:00:00:00:01" } });
        Assert.Equal(SynOutcome.IcmpError, machine.Outcome);
    }

    [Theory]
    [InlineData(NeighborState.Incomplete, true, SynOutcome.NeighborFailed)]
    [InlineData(NeighborState.Incomplete, false, SynOutcome.NoReply)]
    [InlineData(NeighborState.Reachable, true, SynOutcome.NoReply)]
    [InlineData(NeighborState.Absent, true, SynOutcome.NoReply)]
    public void Time_up_while_the_next_hop_is_still_asked_for(NeighborState state, bool carrier, SynOutcome outcome)
    {
        var machine = Machine();
        machine.MainEnded(Silent(machine), With() with { Neighbor = new NeighborEntry { State = state }, Interface = new PacketInterface { AdminUp = true, Carrier = carrier } });
        Assert.Equal(outcome, machine.Outcome);
    }

    private static SynProbeMachine Machine(bool findHop = false, int maxHops = 30, string? device = null) => new(
        new SynTarget("10.0.2.1", Target, 80),
        new SynProbeOptions { Namespace = NetworkNamespace.Open(null), FindHop = findHop, MaxHops = maxHops, InterfaceAlias = device });

    private static HostPath With(params RouteAlternative[] alternatives) => new()
    {
        Route = new PacketRoute { Outcome = RouteOutcome.Usable, InterfaceAlias = "eth0", InterfaceIndex = 4, Alternatives = alternatives },
    };

    private static SynAttempt Silent(SynProbeMachine machine) => Ended(machine.Begin(), a => a.TimedOut(9, null));

    private static SynAttempt Reported(AttemptPlan plan, IPAddress offender, int type, int code) => Ended(plan, a => a.SocketRead(
        9,
        new SocketReading(Errno.EHOSTUNREACH, [new ErrorQueueRecord(Errno.EHOSTUNREACH, ErrorOrigin.Icmp, type, code, 0, offender)], new TcpInfo { State = TcpInfo.Closed })));

    private static SynAttempt Ended(AttemptPlan plan, Action<SynAttempt> what)
    {
        var attempt = new SynAttempt(plan, watched: false, Here.Equals);
        attempt.Begin(0, DateTime.UnixEpoch);
        what(attempt);
        Assert.Equal(AttemptState.Ended, attempt.State);
        return attempt;
    }
}

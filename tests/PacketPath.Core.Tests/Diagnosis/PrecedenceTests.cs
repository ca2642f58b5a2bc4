using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>Evidence that fits several faults, and which of them is the verdict.</summary>
public class PrecedenceTests
{
    private static readonly Scene V4 = new(false);
    private static readonly Scene V6 = new(true);

    [Fact]
    public void No_carrier_beats_a_dead_neighbor_and_a_silent_firewall()
    {
        var probe = V4.Probe(SynOutcome.NoReply) with { Syns = [], Interface = V4.Link(carrier: false), Neighbor = V4.Neighbor(NeighborState.Absent) };
        Assert.Equal("LinkNoCarrier", Primary(probe).FaultId);
        Assert.Equal("LinkNoCarrier", Primary(probe with { Neighbor = V4.Neighbor(NeighborState.Unreachable), Outcome = SynOutcome.NeighborFailed }).FaultId);
    }

    [Fact]
    public void A_shadowing_route_beats_what_goes_wrong_along_it()
    {
        var probe = FaultCases.Shadowed(V4, SynOutcome.Open);
        Assert.Equal("RouteShadowed", Primary(probe with { Outcome = SynOutcome.NeighborFailed, Syns = [], Neighbor = V4.Neighbor(NeighborState.Unreachable) }).FaultId);
        Assert.Equal("RouteShadowed", Primary(probe with { Hops = [V4.Hop(1, V4.Gateway)], LastRespondingHop = V4.Gateway }).FaultId);
        Assert.Equal("RouteShadowed", Primary(probe with { Outcome = SynOutcome.IcmpError, ErrorQueue = [V4.Report(V4.FarRouter, (3, 1), false)] }).FaultId);
    }

    [Fact]
    public void A_local_drop_is_not_blamed_on_the_route_it_took()
    {
        var probe = FaultCases.Shadowed(V4, SynOutcome.Open) with { Syns = [] };
        Assert.Equal("OutputFirewallDrop", Primary(probe).FaultId);
    }

    [Fact]
    public void Disabled_IPv6_explains_the_missing_route_and_source()
    {
        var route = V6.Refused(RouteOutcome.Missing, "ENETUNREACH") with { Ipv6Disabled = true };
        var verdicts = Resolver.Resolve([V6.LocalError("EADDRNOTAVAIL", route, "bind")]).ToArray();
        Assert.Equal(["Ipv6Disabled"], verdicts.Select(v => v.FaultId));
    }

    [Fact]
    public void A_dead_neighbor_nearby_is_taken_for_dead_before_the_prefix_length_is_doubted()
    {
        var verdicts = Resolver.Resolve([FaultCases.OnLink(V4, "192.0.2.77")]).ToArray();
        Assert.Equal(["NeighborUnresolved", "NeighborWrongSubnet"], verdicts.Select(v => v.FaultId));
        Assert.Equal(Confidence.Possible, verdicts[1].Confidence);
    }

    [Fact]
    public void Contributing_verdicts_follow_and_are_less_sure()
    {
        var probe = V4.LocalError("EINVAL", V4.Refused(RouteOutcome.Blackhole, "EINVAL")) with { Interface = V4.Link(up: false) };
        var verdicts = Resolver.Resolve([probe]).ToArray();
        Assert.Equal(["RouteBlackhole", "LinkDown"], verdicts.Select(v => v.FaultId));
        Assert.Equal([true, false], verdicts.Select(v => v.IsPrimary));
        Assert.True(verdicts[1].Confidence < verdicts[0].Confidence);
    }

    [Fact]
    public void A_host_unreachable_of_our_own_is_the_neighbor_unless_the_neighbor_is_well()
    {
        var probe = V4.Icmp(V4.Source, (3, 1), (1, 3), isLocal: true);
        Assert.Equal("OutputFirewallReject", Primary(probe).FaultId);
        Assert.Equal("NeighborUnresolved", Primary(probe with { Outcome = SynOutcome.NeighborFailed, Neighbor = V4.Neighbor(NeighborState.Unreachable) }).FaultId);
    }

    [Fact]
    public void A_refusal_that_was_never_on_the_wire_is_this_hosts()
    {
        var probe = V4.Refused() with { Syns = [], Replies = [] };
        var primary = Primary(probe);
        Assert.Equal(("OutputFirewallReject", Confidence.Proven), (primary.FaultId, primary.Confidence));
        Assert.Equal("RemoteRefused", Primary(probe with { CaptureStatus = CaptureStatus.Unavailable }).FaultId);
    }

    [Fact]
    public void A_reset_is_compared_with_a_handshake_on_another_port()
    {
        var open = V4.Open() with { RemotePort = 80 };
        string[] Faults(SynPathResult refused) => [.. Resolver.Resolve([refused, open]).Where(v => v.RemotePort == 443).Select(v => v.FaultId)];
        Assert.Equal(["RemoteRefused", "RemoteResetByMiddlebox"], Faults(V4.Refused(ttl: 64)));
        Assert.Equal(["RemoteRefused"], Faults(V4.Refused(ttl: 62)));
        Assert.Equal(["RemoteRefused"], Faults(V4.Refused(ttl: 61)));
    }

    [Fact]
    public void A_handshake_on_another_port_may_be_with_a_host_behind_the_target()
    {
        var open = V4.Open() with { RemotePort = 80 };
        PacketFailure[] Judge(int controlTtl) => [.. Resolver.Resolve([
            V4.Refused(ttl: 64) with { ControlReply = V4.Packet(SynPacketKind.IcmpError, V4.Target, V4.Source, controlTtl) }, open]).Where(v => v.RemotePort == 443)];
        var verdict = Assert.Single(Judge(62));
        Assert.Equal(("RemoteResetByMiddlebox", Confidence.Proven, true), (verdict.FaultId, verdict.Confidence, verdict.IsPrimary));

        // The target's own packet came from where the RST did: the other port is forwarded.
        Assert.Equal("RemoteRefused", Assert.Single(Judge(64)).FaultId);
    }

    [Fact]
    public void A_second_route_that_took_over_for_a_dead_one_leaves_the_silence_to_the_path()
    {
        var probe = V4.Probe(SynOutcome.NoReply) with { Route = V4.Route() with { Alternatives = [V4.Loser(AlternativeReason.LinkDown)] } };
        var verdicts = Resolver.Resolve([probe]).ToArray();
        Assert.Equal("NoReply", verdicts[0].FaultId);
        Assert.Contains(verdicts, v => v is { FaultId: "RouteNextHopDown", IsPrimary: false });
        var moreSpecific = V4.Loser(AlternativeReason.LinkDown) with { DestinationPrefix = V4.Prefix };
        Assert.Equal("RouteNextHopDown", Primary(probe with { Route = V4.Route() with { Alternatives = [moreSpecific] } }).FaultId);
    }

    [Fact]
    public void An_impatient_attempt_does_not_prove_that_a_neighbor_never_answers()
    {
        var probe = V4.Probe(SynOutcome.NeighborFailed) with { Syns = [], Neighbor = V4.Neighbor(NeighborState.Incomplete), ElapsedMilliseconds = 50 };
        Assert.Equal(Confidence.Probable, Primary(probe).Confidence);
        Assert.Equal(Confidence.Proven, Primary(probe with { ElapsedMilliseconds = 1000 }).Confidence);
    }

    [Fact]
    public void An_answer_on_another_interface_may_have_met_the_reverse_path_filter()
    {
        var answer = V4.Open().Replies[0] with { InterfaceAlias = "eth1" };
        var primary = Primary(V4.Probe(SynOutcome.NoReply) with { Replies = [answer] });
        Assert.Equal(("InputFirewallDrop", Confidence.Probable), (primary.FaultId, primary.Confidence));
    }

    [Fact]
    public void A_stale_neighbor_that_then_fails_is_at_fault_though_the_SYN_left()
    {
        var probe = V4.Probe(SynOutcome.NoReply) with { Neighbor = V4.Neighbor(NeighborState.Unreachable) };
        Assert.Equal("NeighborUnresolved", Primary(probe).FaultId);
    }

    [Fact]
    public void A_full_TTL_that_ran_out_is_a_loop_and_a_short_one_may_be()
    {
        var probe = V4.Icmp(V4.FarRouter, (11, 0), (3, 0));
        Assert.Equal(Confidence.Proven, Primary(probe).Confidence);
        Assert.Equal(Confidence.Probable, Primary(probe with { Syns = [] }).Confidence);
        var circle = V4.Probe(SynOutcome.NoReply) with
        {
            Hops = [V4.Hop(1, V4.Gateway), V4.Hop(2, V4.FarRouter), V4.Hop(3, V4.Gateway), V4.Hop(4, V4.FarRouter)],
            LastRespondingHop = V4.FarRouter,
        };
        Assert.Equal(("RoutingLoop", Confidence.Proven), (Primary(circle).FaultId, Primary(circle).Confidence));
    }

    [Fact]
    public void An_answer_to_a_duplicate_address_is_not_blamed_on_the_firewall()
    {
        var probe = V6.Probe(SynOutcome.NoReply) with
        {
            Route = V6.Route() with { SourceAddressState = AddressState.DuplicateDetected },
            Replies = V6.Open().Replies,
        };
        Assert.Equal("RouteSourceInvalid", Primary(probe).FaultId);
    }

    private static PacketFailure Primary(SynPathResult probe) => Assert.Single(Resolver.Resolve([probe]), v => v.IsPrimary);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frames_that_were_answered_go_to_no_wrong_station(bool two)
    {
        var silent = FaultCases.Answered(V4, two ? ["02:00:00:00:00:01", "02:00:00:00:00:77"] : ["02:00:00:00:00:77"]);
        var fault = two ? "NeighborDuplicateAddress" : "NeighborStaleEntry";
        Assert.Equal(fault, Resolver.Resolve([silent]).First().FaultId);
        foreach (var answered in new[]
        {
            silent with { ControlReply = V4.Packet(SynPacketKind.IcmpError, V4.Target, V4.Source, 62), ControlPort = 33434 },
            silent with { Hops = [V4.Hop(1, V4.Gateway), V4.Hop(2, null)] },
            silent with { Protocol = TransportProtocol.Udp, ControlReply = V4.Packet(SynPacketKind.IcmpError, V4.Target, V4.Source, 62), ControlPort = 33434 },
        })
        {
            Assert.DoesNotContain(Resolver.Resolve([answered]), v => v.FaultId == fault);
        }
    }
}

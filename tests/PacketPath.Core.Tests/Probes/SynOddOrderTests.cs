using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>What comes late, twice, out of order or from elsewhere.</summary>
public class SynOddOrderTests
{
    [Fact]
    public void The_socket_may_speak_before_the_capture() => new Simulation()
        .At(0.2).SocketConnects().Expect(SynOutcome.Open, AttemptState.Settling)
        .At(0.1).SynLeaves().ExpectState(AttemptState.Settling)
        .At(0.2).SynAckArrives().Expect(SynOutcome.Open).ExpectWire(1, [SynPacketKind.SynAck]);

    [Fact]
    public void Packets_that_never_surface_are_not_waited_for_beyond_the_bound()
    {
        var simulation = new Simulation();
        simulation.At(0.2).SocketConnects().ExpectState(AttemptState.Settling);
        Assert.Equal(500_000_000 + 200_000, simulation.Attempt.Deadline);
        simulation.TimePasses().Expect(SynOutcome.Open).ExpectWire(0);
        Assert.True(simulation.Attempt.CaptureLagged);
    }

    [Fact]
    public void Without_a_capture_nothing_is_waited_for() => new Simulation(watched: false)
        .At(0.2).SocketConnects().Expect(SynOutcome.Open).ExpectWire(0);

    [Fact]
    public void A_capture_that_has_handed_over_everything_does_not_lag()
    {
        var simulation = new Simulation();
        simulation.At(0.2).SocketFails(Errno.ECONNREFUSED).CaptureDrains().Expect(SynOutcome.Refused).ExpectWire(0);
        Assert.False(simulation.Attempt.CaptureLagged);
    }

    [Fact]
    public void A_stale_answer_to_an_earlier_attempt_does_not_count() => new Simulation()
        .At(0.1).SynLeaves().At(0.3).StaleSynAckArrives().TimePasses()
        .Expect(SynOutcome.NoReply).ExpectWire(1);

    [Fact]
    public void One_transmission_seen_on_two_interfaces_is_one() => new Simulation()
        .At(0.10).SynLeaves(interfaceIndex: 9).At(0.11).SynLeaves().At(0.3).SynAckArrives().At(0.31).SynAckArrives(interfaceIndex: 9)
        .At(0.4).SocketConnects().Expect(SynOutcome.Open).ExpectWire(1, [SynPacketKind.SynAck]);

    [Fact]
    public void A_packet_that_crossed_a_bond_is_told_as_the_routes_interface_saw_it()
    {
        var attempt = new Simulation().At(0.1).SynLeaves().At(0.3).SynAckArrives(interfaceIndex: 9).At(0.31).SynAckArrives().Attempt;
        var reply = Assert.Single(attempt.Replies);
        Assert.Equal((9, 7, 9), (reply.InterfaceIndex, attempt.SeenOn(reply, 7).InterfaceIndex, attempt.SeenOn(reply, 8).InterfaceIndex));
        Assert.Equal(7, attempt.SeenOn(attempt.Syns[0], 9).InterfaceIndex);
    }

    [Fact]
    public void A_flood_of_answers_is_not_kept()
    {
        var simulation = new Simulation();
        for (var i = 0; i < 10_000; i++)
        {
            simulation.At(i * 0.01).ResetArrives();
        }

        Assert.InRange(simulation.Attempt.Replies.Count, 1, 64);
    }

    [Fact]
    public void On_loopback_the_target_is_this_host() => new Simulation()
        .At(0.1).SynLeaves(interfaceIndex: 1).At(0.12).ResetArrives(interfaceIndex: 1).At(0.2).SocketFails(Errno.ECONNREFUSED)
        .Expect(SynOutcome.Refused).ExpectWire(1, [SynPacketKind.Reset]);

    [Fact]
    public void A_source_that_this_host_translates_is_still_this_flow() => new Simulation()
        .At(0.1).TranslatedSynLeaves("192.0.2.9").At(0.3).TranslatedSynAckArrives("192.0.2.9").At(0.4).SocketConnects()
        .Expect(SynOutcome.Open).ExpectWire(1, [SynPacketKind.SynAck]);

    [Fact]
    public void A_report_that_does_not_end_the_attempt_is_kept()
    {
        var simulation = new Simulation();
        simulation.At(0.1).SynLeaves().At(0.3).SocketQueues(simulation.Router, 3, 4).ExpectState(AttemptState.Waiting)
            .At(1000).SynLeaves().At(1000.2).SynAckArrives().At(1000.3).SocketConnects()
            .Expect(SynOutcome.Open).ExpectWire(2, [SynPacketKind.SynAck]);
        Assert.Equal(4, Assert.Single(simulation.Attempt.Queue).Record.Code);
    }

    [Fact]
    public void The_last_report_decides()
    {
        var simulation = new Simulation();
        simulation.At(0.1).SynLeaves().At(0.3).SocketQueues(simulation.Router, 11, 0)
            .IcmpArrives(simulation.Target, 3, 3).At(0.5).SocketReports(Errno.ECONNREFUSED, simulation.Target, 3, 3)
            .Expect(SynOutcome.IcmpError);
        Assert.Equal(simulation.Target, simulation.Attempt.DecidingRecord?.Offender);
        Assert.Equal(2, simulation.Attempt.Queue.Count);
    }

    [Fact]
    public void The_kernel_giving_up_is_silence() => new Simulation()
        .At(0.1).SynLeaves().At(2900).SocketFails(Errno.ETIMEDOUT).Expect(SynOutcome.NoReply).ExpectWire(1);

    [Fact]
    public void An_error_nobody_reported_is_this_hosts() => new Simulation()
        .At(0.1).SynLeaves().At(500).SocketFails(Errno.ENETDOWN).Expect(SynOutcome.LocalError).ExpectWire(1);

    [Fact]
    public void What_comes_after_the_end_changes_nothing() => new Simulation()
        .At(0.1).SynLeaves().At(0.3).ResetArrives().At(0.4).SocketFails(Errno.ECONNREFUSED)
        .At(5).SynAckArrives().SocketConnects().Expect(SynOutcome.Refused).ExpectWire(1, [SynPacketKind.Reset]);

    [Fact]
    public void A_control_datagram_ends_with_its_report()
    {
        var simulation = new Simulation(kind: AttemptKind.Control);
        simulation.At(0.3).IcmpArrives(simulation.Target, 3, 3).At(0.4).SocketReports(Errno.ECONNREFUSED, simulation.Target, 3, 3)
            .Expect(SynOutcome.IcmpError).ExpectWire(0, [SynPacketKind.IcmpError]);
    }

    [Fact]
    public void A_cancelled_attempt_is_over()
    {
        var simulation = new Simulation();
        simulation.At(0.1).SynLeaves();
        simulation.Attempt.Cancel();
        simulation.Expect(SynOutcome.NoReply);
    }
}

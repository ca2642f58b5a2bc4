using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>Every row of the SYN differential, for both families: the outcome, and what stands beside it.</summary>
public class SynDifferentialTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void Open(bool ipv6) => new Simulation(ipv6)
        .At(0.1).SynLeaves().At(0.3).SynAckArrives().At(0.4).SocketConnects()
        .Expect(SynOutcome.Open).ExpectWire(1, [SynPacketKind.SynAck]);

    [Theory, InlineData(false), InlineData(true)]
    public void Closed_port(bool ipv6) => new Simulation(ipv6)
        .At(0.1).SynLeaves().At(0.3).ResetArrives().At(0.4).SocketFails(Errno.ECONNREFUSED)
        .Expect(SynOutcome.Refused).ExpectWire(1, [SynPacketKind.Reset]);

    [Theory, InlineData(false, 3, 3), InlineData(true, 1, 4)]
    public void Port_unreachable_from_the_target(bool ipv6, int type, int code)
    {
        var simulation = new Simulation(ipv6);
        simulation.At(0.1).SynLeaves().At(0.3).IcmpArrives(simulation.Target, type, code)
            .At(0.4).SocketReports(Errno.ECONNREFUSED, simulation.Target, type, code)
            .Expect(SynOutcome.IcmpError).ExpectWire(1, [SynPacketKind.IcmpError]);
        Assert.False(simulation.Attempt.OffenderIsLocal);
    }

    [Theory, InlineData(false, 3, 13, Errno.EHOSTUNREACH), InlineData(true, 1, 1, Errno.EACCES)]
    public void Prohibited_by_a_router(bool ipv6, int type, int code, int errno)
    {
        var simulation = new Simulation(ipv6);
        simulation.At(0.1).SynLeaves().At(0.3).IcmpArrives(simulation.Router, type, code)
            .At(0.4).SocketReports(errno, simulation.Router, type, code)
            .Expect(SynOutcome.IcmpError).ExpectWire(1, [SynPacketKind.IcmpError]);
        Assert.Equal(simulation.Router, simulation.Attempt.DecidingRecord?.Offender);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Silence_beyond_this_host(bool ipv6) => new Simulation(ipv6)
        .At(0.1).SynLeaves().At(1000).SynLeaves().At(2000).SynLeaves().TimePasses()
        .Expect(SynOutcome.NoReply).ExpectWire(3);

    [Theory, InlineData(false), InlineData(true)]
    public void Dropped_by_the_output_hook(bool ipv6) => new Simulation(ipv6)
        .TimePasses().Expect(SynOutcome.NoReply, AttemptState.Settling)
        .CaptureDrains().Expect(SynOutcome.NoReply).ExpectWire(0);

    [Theory, InlineData(false, 3, 3), InlineData(true, 1, 4)]
    public void Rejected_by_the_output_hook(bool ipv6, int type, int code)
    {
        // The socket is still being connected when the report comes: the error is a soft one and the state SYN-SENT.
        var simulation = new Simulation(ipv6);
        simulation.At(0.1).IcmpArrives(simulation.Local, type, code, interfaceIndex: 1)
            .At(0.2).SocketReports(Errno.ECONNREFUSED, simulation.Local, type, code, TcpInfo.SynSent)
            .CaptureDrains().Expect(SynOutcome.IcmpError).ExpectWire(0, localResponses: [SynPacketKind.IcmpError]);
        Assert.True(simulation.Attempt.OffenderIsLocal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Reset_by_the_output_hook(bool ipv6) => new Simulation(ipv6)
        .At(0.1).ResetArrives(interfaceIndex: 1).At(0.2).SocketFails(Errno.ECONNREFUSED)
        .ExpectState(AttemptState.Settling).CaptureDrains()
        .Expect(SynOutcome.Refused).ExpectWire(0, localResponses: [SynPacketKind.Reset]);

    [Theory, InlineData(false), InlineData(true)]
    public void Dropped_by_the_input_hook(bool ipv6) => new Simulation(ipv6)
        .At(0.1).SynLeaves().At(0.3).SynAckArrives().At(1000).SynLeaves().At(1000.3).SynAckArrives().TimePasses()
        .Expect(SynOutcome.NoReply).ExpectWire(2, [SynPacketKind.SynAck, SynPacketKind.SynAck]);

    [Theory, InlineData(false), InlineData(true)]
    public void Reset_by_the_input_hook(bool ipv6) => new Simulation(ipv6)
        .At(0.1).SynLeaves().At(0.3).SynAckArrives().At(0.35).ResetLeaves().TimePasses()
        .Expect(SynOutcome.NoReply).ExpectWire(1, [SynPacketKind.SynAck], [SynPacketKind.Reset]);

    [Theory, InlineData(false, 3, 3), InlineData(true, 1, 4)]
    public void Rejected_by_the_input_hook(bool ipv6, int type, int code) => new Simulation(ipv6)
        .At(0.1).SynLeaves().At(0.3).SynAckArrives().At(0.35).IcmpAboutTheReplyLeaves(type, code).TimePasses()
        .Expect(SynOutcome.NoReply).ExpectWire(1, [SynPacketKind.SynAck], [SynPacketKind.IcmpError]);

    [Theory, InlineData(false, 3, 1), InlineData(true, 1, 3)]
    public void Next_hop_unresolved(bool ipv6, int type, int code)
    {
        var simulation = new Simulation(ipv6, timeout: 5000);
        simulation.At(3060).SocketReports(Errno.EHOSTUNREACH, simulation.Local, type, code)
            .CaptureDrains().Expect(SynOutcome.NeighborFailed).ExpectWire(0);
    }

    [Theory, InlineData(false, 3, 0), InlineData(true, 1, 0)]
    public void Router_without_a_route(bool ipv6, int type, int code)
    {
        var simulation = new Simulation(ipv6);
        simulation.At(0.1).SynLeaves().At(0.3).IcmpArrives(simulation.Router, type, code)
            .At(0.4).SocketReports(Errno.ENETUNREACH, simulation.Router, type, code)
            .Expect(SynOutcome.IcmpError).ExpectWire(1, [SynPacketKind.IcmpError]);
    }

    [Theory, InlineData(false, 3, 1), InlineData(true, 1, 3)]
    public void A_router_whose_neighbor_failed_is_not_this_host(bool ipv6, int type, int code)
    {
        var simulation = new Simulation(ipv6, timeout: 5000);
        simulation.At(0.1).SynLeaves().At(3060).IcmpArrives(simulation.Router, type, code)
            .At(3060.1).SocketReports(Errno.EHOSTUNREACH, simulation.Router, type, code)
            .Expect(SynOutcome.IcmpError).ExpectWire(1, [SynPacketKind.IcmpError]);
    }

    [Theory, InlineData(false, 11, 0), InlineData(true, 3, 0)]
    public void Time_exceeded_at_full_ttl(bool ipv6, int type, int code)
    {
        var simulation = new Simulation(ipv6);
        simulation.At(0.1).SynLeaves().At(0.3).IcmpArrives(simulation.Router, type, code)
            .At(0.4).SocketReports(Errno.EHOSTUNREACH, simulation.Router, type, code)
            .Expect(SynOutcome.IcmpError).ExpectWire(1, [SynPacketKind.IcmpError]);
    }

    [Theory]
    [InlineData("connect", Errno.EINVAL)]
    [InlineData("connect", Errno.EACCES)]
    [InlineData("connect", Errno.EHOSTUNREACH)]
    [InlineData("connect", Errno.ENETUNREACH)]
    [InlineData("bind", Errno.EADDRNOTAVAIL)]
    public void A_call_that_fails_at_once(string call, int errno)
    {
        var simulation = new Simulation();
        simulation.Attempt.CallFailed(50_000, call, errno);
        simulation.Expect(SynOutcome.LocalError).ExpectWire(0);
        Assert.Equal((call, errno), (simulation.Attempt.FailedCall, simulation.Attempt.Error));
    }
}

using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>Every row of the SYN differential on real packets, for both families: the raw observations, no verdicts.</summary>
public class SynDifferentialLabTests(SynLab lab) : IClassFixture<SynLab>
{
    [RootTheory, InlineData(false), InlineData(true)]
    public void Open(bool ipv6)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.Open);
        AssertRow(result, SynOutcome.Open, null, syns: 1, SynPacketKind.SynAck);
        Assert.Equal((63, "eth0"), (result.Replies[0].Ttl, result.Replies[0].InterfaceAlias));
        Assert.InRange(result.RttMilliseconds ?? -1, 0.001, 1000);
        Assert.Equal(SynLab.Here(ipv6), result.LocalAddress);
        Assert.Equal((RouteOutcome.Usable, SynLab.Router(ipv6)), (result.Route!.Outcome, result.Route.NextHop));
        Assert.Equal(SynLab.Router(ipv6), result.Neighbor!.IPAddress);
        Assert.True(result.Interface!.Carrier);
        Assert.Equal(result.Syns[0].SequenceNumber + 1, result.Replies[0].AcknowledgmentNumber);
    }

    [RootTheory, InlineData(false), InlineData(true)]
    public void Closed(bool ipv6)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.Closed, o => o with { FindHop = true });
        AssertRow(result, SynOutcome.Refused, "ECONNREFUSED", syns: 1, SynPacketKind.Reset);
        Assert.Equal((SynLab.Far(ipv6), result.Replies[0].Ttl), (result.ControlReply!.From, result.ControlReply.Ttl));
    }

    [RootTheory, InlineData(false, 3, 3), InlineData(true, 1, 4)]
    public void Port_unreachable_from_the_far_side(bool ipv6, int type, int code)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.FarPortUnreachable);
        AssertRow(result, SynOutcome.IcmpError, "ECONNREFUSED", syns: 1, SynPacketKind.IcmpError);
        AssertReport(result, type, code, SynLab.Far(ipv6), local: false);
    }

    [RootTheory, InlineData(false, "EHOSTUNREACH", 3, 13), InlineData(true, "EACCES", 1, 1)]
    public void Administratively_prohibited(bool ipv6, string error, int type, int code)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.FarProhibited);
        AssertRow(result, SynOutcome.IcmpError, error, syns: 1, SynPacketKind.IcmpError);
        AssertReport(result, type, code, SynLab.Far(ipv6), local: false);
    }

    [RootTheory, InlineData(false), InlineData(true)]
    public void Silence_beyond_this_host(bool ipv6)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.FarSilent, o => o with { FindHop = true, MaxHops = 5 });
        AssertRow(result, SynOutcome.NoReply, null, syns: 2);
        Assert.Equal(1, result.Retransmits);
        Assert.Equal(SynLab.Router(ipv6), result.LastRespondingHop);
        Assert.Equal((1, SynLab.Router(ipv6)), (Assert.Single(result.Hops).Ttl, result.Hops[0].Address));
    }

    [RootTheory, InlineData(false), InlineData(true)]
    public void Dropped_by_the_output_hook(bool ipv6) =>
        AssertRow(lab.Probe(SynLab.Far(ipv6), SynLab.OutputDrop), SynOutcome.NoReply, null, syns: 0);

    [RootTheory, InlineData(false, SynLab.TranslatedSilent), InlineData(true, SynLab.TranslatedSilent), InlineData(false, SynLab.TranslatedClosed), InlineData(true, SynLab.TranslatedClosed)]
    public void A_source_port_that_this_host_translates_is_no_drop(bool ipv6, int port)
    {
        var result = lab.Probe(SynLab.Far(ipv6), port);
        Assert.Equal((port == SynLab.TranslatedClosed ? SynOutcome.Refused : SynOutcome.NoReply, 0), (result.Outcome, result.Syns.Length));
        Assert.Equal(CaptureStatus.Incomplete, result.CaptureStatus);
        Assert.Contains("address translation", Assert.Single(result.NotObserved).Why, StringComparison.Ordinal);
        Assert.DoesNotContain(Diagnosis.Resolver.Resolve([result]), v => v.FaultId.StartsWith("OutputFirewall", StringComparison.Ordinal));
    }

    [RootTheory, InlineData(false, 3, 3), InlineData(true, 1, 4)]
    public void Rejected_by_the_output_hook(bool ipv6, int type, int code)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.OutputReject);
        AssertRow(result, SynOutcome.IcmpError, "ECONNREFUSED", syns: 0);
        AssertReport(result, type, code, SynLab.Here(ipv6), local: true);
    }

    [RootTheory, InlineData(false), InlineData(true)]
    public void Reset_by_the_output_hook(bool ipv6) =>
        AssertRow(lab.Probe(SynLab.Far(ipv6), SynLab.OutputReset), SynOutcome.Refused, "ECONNREFUSED", syns: 0);

    [RootTheory, InlineData(false, 3, 1), InlineData(true, 1, 3)]
    public void A_forged_host_unreachable_is_no_failed_neighbor(bool ipv6, int type, int code)
    {
        // The next hop must be known, as it is in the case that misleads.
        Assert.Equal(SynOutcome.Open, lab.Probe(SynLab.Far(ipv6), SynLab.Open).Outcome);
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.OutputForgedHostUnreachable);
        AssertRow(result, SynOutcome.IcmpError, "EHOSTUNREACH", syns: 0);
        AssertReport(result, type, code, SynLab.Here(ipv6), local: true);
    }

    [RootTheory, InlineData(false), InlineData(true)]
    public void Dropped_by_the_input_hook(bool ipv6)
    {
        var result = lab.Probe(SynLab.Far(ipv6), SynLab.InputDrop);
        Assert.Equal((SynOutcome.NoReply, CaptureStatus.Complete, 2), (result.Outcome, result.CaptureStatus, result.Syns.Length));
        Assert.All(result.Replies, p => Assert.Equal(SynPacketKind.SynAck, p.Kind));
        Assert.InRange(result.Replies.Length, 2, 4);
        Assert.Empty(result.LocalResponses);
    }

    [RootTheory, InlineData(false, SynLab.InputReset, SynPacketKind.Reset), InlineData(true, SynLab.InputReset, SynPacketKind.Reset)]
    [InlineData(false, SynLab.InputReject, SynPacketKind.IcmpError), InlineData(true, SynLab.InputReject, SynPacketKind.IcmpError)]
    public void Rejected_by_the_input_hook(bool ipv6, int port, SynPacketKind kind)
    {
        var result = lab.Probe(SynLab.Far(ipv6), port);
        Assert.Equal((SynOutcome.NoReply, CaptureStatus.Complete), (result.Outcome, result.CaptureStatus));
        Assert.Contains(result.Replies, p => p.Kind == SynPacketKind.SynAck);
        Assert.NotEmpty(result.LocalResponses);
        Assert.All(result.LocalResponses, p => Assert.Equal((kind, SynLab.Here(ipv6), "eth0"), (p.Kind, p.From, p.InterfaceAlias)));
    }

    [RootTheory]
    [InlineData("10.0.1.77", 3, 1)]
    [InlineData("fd01::77", 1, 3)]
    public void Next_hop_unresolved(string address, int type, int code)
    {
        var result = lab.Probe(address, SynLab.Open, o => o with { Timeout = TimeSpan.FromSeconds(8) });
        AssertRow(result, SynOutcome.NeighborFailed, "EHOSTUNREACH", syns: 0);
        AssertReport(result, type, code, SynLab.Here(address.Contains(':')), local: true);
        Assert.Equal(NeighborState.Unreachable, result.Neighbor!.State);
    }

    [RootTheory, InlineData("10.0.1.78"), InlineData("fd01::78")]
    public void Time_up_before_the_next_hop_is_given_up(string address)
    {
        var result = lab.Probe(address, SynLab.Open);
        AssertRow(result, SynOutcome.NeighborFailed, null, syns: 0);
        Assert.Equal(NeighborState.Incomplete, result.Neighbor!.State);
    }

    [RootTheory]
    [InlineData("192.0.2.1", 3, 0)]
    [InlineData("2001:db8:9::1", 1, 0)]
    public void Router_without_a_route(string address, int type, int code)
    {
        var result = lab.Probe(address, SynLab.Open);
        AssertRow(result, SynOutcome.IcmpError, "ENETUNREACH", syns: 1, SynPacketKind.IcmpError);
        AssertReport(result, type, code, SynLab.Router(address.Contains(':')), local: false);
    }

    [RootTheory]
    [InlineData("198.51.100.1", 11)]
    [InlineData("2001:db8:5::1", 3)]
    public void Loop(string address, int type)
    {
        var result = lab.Probe(address, SynLab.Open, o => o with { FindHop = true, MaxHops = 8 });
        Assert.Equal((SynOutcome.IcmpError, type), (result.Outcome, result.ErrorQueue[^1].Type));
        Assert.Contains(result.Hops.Where(h => h.Address is not null).GroupBy(h => h.Address), g => g.Count() > 1);
    }

    [RootTheory]
    [InlineData("127.0.0.1"), InlineData("::1"), InlineData("10.0.1.1"), InlineData("fd01::1")]
    public void This_host_itself(string address) =>
        AssertRow(lab.Probe(address, SynLab.Closed), SynOutcome.Refused, "ECONNREFUSED", syns: 1, SynPacketKind.Reset);

    private static void AssertRow(SynPathResult result, SynOutcome outcome, string? error, int syns, params SynPacketKind[] replies)
    {
        Assert.Equal((outcome, error, CaptureStatus.Complete), (result.Outcome, result.SocketError, result.CaptureStatus));
        Assert.Equal(syns, result.Syns.Length);
        Assert.Equal(replies, result.Replies.Select(p => p.Kind));
        Assert.Empty(result.NotObserved);
    }

    private static void AssertReport(SynPathResult result, int type, int code, string offender, bool local)
    {
        var report = Assert.Single(result.ErrorQueue);
        Assert.Equal((type, code, offender, local), (report.Type, report.Code, report.Offender, report.OffenderIsLocal));
    }
}

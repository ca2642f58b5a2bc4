using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class SocketVerdictTests
{
    private static PacketFailure Primary(params PacketEvidence[] evidence)
    {
        var verdicts = Resolver.Resolve(evidence).ToArray();
        Assert.All(verdicts, Whole.Check);
        return Assert.Single(verdicts, v => v.IsPrimary);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stuck_connection_is_judged_without_a_probe(bool isIPv6)
    {
        var s = new Scene(isIPv6);
        var alone = Primary(s.Stuck());
        Assert.Equal(("NoReply", Confidence.Probable, s.Source), (alone.FaultId, alone.Confidence, alone.LocalAddress));
        Assert.Contains(alone.NotObserved, m => m.What.Contains("leaves this host", StringComparison.Ordinal));
        Assert.Equal("NeighborUnresolved", Primary(s.Stuck(), s.Route(), s.Neighbor(NeighborState.Unreachable)).FaultId);
        Assert.Equal("RouteMissing", Primary(s.Stuck(), s.Refused(RouteOutcome.Missing, "ENETUNREACH")).FaultId);
        Assert.Equal("Indeterminate", Primary(s.Stuck(retransmits: 0)).FaultId);
        Assert.Equal("NoFault", Primary(s.Stuck(), s.Open()).FaultId);
    }

    [Fact]
    public void A_mapped_connection_is_one_of_IPv4()
    {
        var s = new Scene(false);
        var verdict = Primary(s.Stuck() with { RemoteAddress = "::ffff:" + s.Target }, s.Route(), s.Neighbor(NeighborState.Unreachable));
        Assert.Equal((s.Target, "NeighborUnresolved"), (verdict.RemoteAddress, verdict.FaultId));
    }

    [Fact]
    public void What_the_listener_counted_proves_that_the_SYN_arrived()
    {
        var s = new Scene(false);
        var before = s.Listener(waiting: 9, drops: 4) with { ObservedAt = Scene.Noon.AddSeconds(-1), AskedAddress = null, AskedPort = 0 };
        Assert.Equal(Confidence.Probable, Primary(s.Probe(SynOutcome.NoReply), s.Listener(waiting: 9, drops: 4), before).Confidence);

        var verdict = Primary(s.Probe(SynOutcome.NoReply), s.Listener(waiting: 9, drops: 6), before);
        Assert.Equal(("AcceptQueueFull", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Contains(verdict.RuledOut, c => c.Layer == PathLayer.Path);
        var socket = Assert.IsType<SocketEntry>(verdict.Subject);
        Assert.Equal("served", socket.OwningProcessName);
    }

    [Fact]
    public void What_another_listener_counted_proves_nothing()
    {
        var s = new Scene(false);
        var other = s.Listener(waiting: 9) with { LocalPort = 444, AskedAddress = null, AskedPort = 0, Cookie = 2 };
        var verdict = Primary(
            other with { ObservedAt = Scene.Noon.AddSeconds(-1) }, s.Probe(SynOutcome.NoReply), other with { Memory = new SocketMemory { Drops = 50 } }, s.Listener());
        Assert.Equal("NoReply", verdict.FaultId);
    }

    [Fact]
    public void Counters_of_the_clients_namespace_are_not_the_servers()
    {
        var s = new Scene(false);
        CounterChange[] moved = [new() { Source = "Netstat", Object = "TcpExt", Counter = "ListenOverflows", Before = 1, After = 4, Delta = 3 }];
        Assert.Equal(Confidence.Probable, Primary(s.Probe(SynOutcome.NoReply) with { CounterChanges = moved }, s.Listener(waiting: 9)).Confidence);
        Assert.Equal(
            Confidence.Proven,
            Primary(s.Probe(SynOutcome.NoReply) with { CounterChanges = moved }, s.Listener(waiting: 9) with { ComputerName = "web1", NetNamespace = "blue" }).Confidence);
    }

    [Fact]
    public void Cookies_answer_so_a_full_backlog_with_them_is_not_the_fault()
    {
        var s = new Scene(false);
        CounterChange[] moved = [new() { Source = "Netstat", Object = "TcpExt", Counter = "TCPReqQFullDoCookies", Before = 1, After = 4, Delta = 3 }];
        var here = s.Listener(halfOpen: 9) with { ComputerName = "web1", NetNamespace = "blue" };
        Assert.Equal("SynBacklogFull", Primary(s.Probe(SynOutcome.NoReply), here).FaultId);
        Assert.Equal("NoReply", Primary(s.Probe(SynOutcome.NoReply) with { CounterChanges = moved }, here).FaultId);
    }

    [Fact]
    public void A_missing_listener_beside_silence_is_not_the_verdict()
    {
        var s = new Scene(false);
        var verdicts = Resolver.Resolve([s.Probe(SynOutcome.NoReply), s.AbsentListener()]).ToArray();
        Assert.Equal("NoReply", verdicts[0].FaultId);
        Assert.Contains(verdicts, v => v is { FaultId: "ListenerMissing", IsPrimary: false });
    }

    [Fact]
    public void One_reading_of_a_receiver_accuses_nobody() => Assert.Equal("Indeterminate", Primary(new Scene(false).Receiver(drops: 900)).FaultId);

    [Fact]
    public void A_receiver_that_drops_is_not_judged_beside_a_destination()
    {
        var s = new Scene(false);
        Assert.Equal("NoFault", Primary(s.Receiver(5), s.Open(), s.Receiver(9) with { ObservedAt = Scene.Noon.AddSeconds(5) }).FaultId);
    }

    [Theory]
    [InlineData(40004, 4, "LocalPortsExhausted", Confidence.Probable)]
    [InlineData(40004, 3, "Indeterminate", null)]
    [InlineData(40003, 3, "Indeterminate", null)]
    [InlineData(40000, 0, "Indeterminate", null)]
    [InlineData(40000, 1, "LocalPortsExhausted", Confidence.Proven)]
    [InlineData(49999, 9000, "LocalPortsExhausted", Confidence.Probable)]
    [InlineData(50000, 8999, "Indeterminate", null)]
    public void Of_an_odd_number_of_local_ports_the_kernel_leaves_one_out(int last, int inUse, string faultId, Confidence? confidence)
    {
        var s = new Scene(false);
        var use = new LocalPortUse { FirstPort = 40000, LastPort = last, Usable = last - 40000 + 1, InUse = inUse };
        var verdict = Primary(s.LocalError("EADDRNOTAVAIL", s.Route()) with { LocalPortUse = use });
        Assert.Equal(faultId, verdict.FaultId);
        Assert.Equal(confidence ?? verdict.Confidence, verdict.Confidence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_listener_bound_to_an_interface_is_told_apart_from_one_bound_to_an_address(bool isIPv6)
    {
        var s = new Scene(isIPv6);
        var bound = s.Listener() with { InterfaceAlias = "eth7", InterfaceIndex = 7 };
        string Summary(SocketEntry listener)
        {
            var verdict = Primary(s.Refused(), s.AbsentListener(), listener);
            Assert.Equal("ListenerBoundElsewhere", verdict.FaultId);
            return verdict.Summary;
        }

        const string ByInterface = ": it is bound to eth7, and the connection came in by another interface.";
        Assert.EndsWith(ByInterface, Summary(bound));
        Assert.EndsWith(ByInterface, Summary(bound with { LocalAddress = s.Target }));
        Assert.EndsWith(": it is bound to another address.", Summary(bound with { LocalAddress = s.Source }));
        Assert.EndsWith(": it is bound to another address.", Summary(bound with { LocalAddress = s.Source, InterfaceAlias = null }));
        Assert.EndsWith(
            isIPv6 ? ": it takes IPv4 only." : ": it takes IPv6 only (IPV6_V6ONLY).",
            Summary(bound with { LocalAddress = isIPv6 ? "0.0.0.0" : "::" }));
    }
}

using PacketPath.Diagnosis;
using PacketPath.Tracing;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What a host says of itself as a server: every fault fires on its own evidence, and none on a healthy host.</summary>
public sealed class InboundVerdictTests
{
    private const string Peer = "192.0.2.5";
    private const string Peer6 = "2001:db8:1::5";

    private static readonly DateTime Noon = Scene.Noon;

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var fault in Broken(false).Keys)
            {
                data.Add(fault, false);
                data.Add(fault, true);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Fires(string fault, bool ipv6)
    {
        var verdicts = Resolver.Resolve(Broken(ipv6)[fault]).ToArray();
        Assert.Contains(verdicts, v => v.FaultId == fault);
        Assert.Equal(fault is "DeviceReceiveDrop" or "SoftirqBacklogDrop" ? "NoFault" : fault, verdicts[0].FaultId);
        Assert.All(verdicts, Whole.Check);
        Assert.Single(verdicts, v => v.IsPrimary);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void StaysSilentOnAHealthyHost(bool ipv6)
    {
        var verdict = Assert.Single(Resolver.Resolve([Healthy(ipv6), Hook("accept", ipv6)]));
        Assert.Equal(("NoFault", PathLayer.SocketQueue, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SaysLessWhereNoClientWasNamedOrTheFirewallIsHidden(bool ipv6)
    {
        Assert.Equal(Confidence.Probable, Resolver.Resolve([Healthy(ipv6) with { FirewallChains = null }]).Single().Confidence);
        var verdict = Resolver.Resolve([Healthy(ipv6) with { PeerAddress = null, InputRoute = null, ReturnRoute = null }]).Single();
        Assert.Equal(("NoFault", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains(verdict.NotObserved, m => m.Why.Contains("-From", StringComparison.Ordinal));
    }

    [Fact]
    public void UnreadSocketsDecideNothing()
    {
        var verdict = Resolver.Resolve([Healthy(false) with { Sockets = [] }]).Single();
        Assert.Equal("Indeterminate", verdict.FaultId);
        Whole.Check(verdict);
    }

    [Fact]
    public void AnAttemptFromElsewhereTakesTheServersWordIn()
    {
        var scene = new Scene(false);
        var absent = Broken(false)["ListenerMissing"];
        var verdict = Assert.Single(Resolver.Resolve([scene.Refused(), .. absent]), v => v.IsPrimary);
        Assert.Equal(("ListenerMissing", Confidence.Proven, "blue"), (verdict.FaultId, verdict.Confidence, verdict.NetNamespace));
        var silent = scene.Probe(SynOutcome.NoReply);
        Assert.Equal("ReturnRouteMissing", Resolver.Resolve([silent, .. Broken(false)["ReturnRouteMissing"]]).First().FaultId);
        Assert.Equal("NoFault", Resolver.Resolve([scene.Open(), Healthy(false)]).Single().FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheServersOwnHooksExplainTheSilenceTheClientHears(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var silent = scene.Probe(SynOutcome.NoReply);
        var about = Healthy(ipv6) with { PeerAddress = scene.Source };

        var verdict = Assert.Single(Resolver.Resolve([silent, about, Hook("drop", ipv6)]));

        Assert.Equal(("InputFirewallDrop", PathLayer.InputFirewall, Confidence.Proven, "blue"), (verdict.FaultId, verdict.Layer, verdict.Confidence, verdict.NetNamespace));
        Assert.Contains("policy of chain in", verdict.Summary);
        Assert.Equal("InputFirewallDrop", Resolver.Resolve([about, Hook("drop", ipv6), silent]).Single().FaultId);
        Whole.Check(verdict);
        // Asked about another client, it may be seen by it as that one.
        Assert.Equal(Confidence.Probable, Resolver.Resolve([silent, Healthy(ipv6) with { PeerAddress = ipv6 ? "2001:db8:77::1" : "198.51.100.77" }, Hook("drop", ipv6)]).Single().Confidence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheServersHooksAreNotBlamedForWhatTheyHaveNoPartIn(bool ipv6)
    {
        var scene = new Scene(ipv6);
        PacketEvidence[] there = [Healthy(ipv6) with { PeerAddress = scene.Source }, Hook("drop", ipv6)];

        Assert.Equal("NoFault", Resolver.Resolve([scene.Open(), .. there]).Single().FaultId);
        Assert.Equal("RemoteRefused", Resolver.Resolve([scene.Refused(), Healthy(ipv6) with { FirewallChains = null }]).Single().FaultId);
        Assert.Equal("OutputFirewallDrop", Resolver.Resolve([scene.Probe(SynOutcome.NoReply) with { Syns = [] }, .. there]).First().FaultId);
        Assert.Equal("ReturnPathLost", Resolver.Resolve([scene.Probe(SynOutcome.NoReply), CaptureScene.Syn(scene, "green"), CaptureScene.Answer(scene, "green"), CaptureScene.Stood("green"), .. there]).First().FaultId);
        Assert.Equal("NoReply", Resolver.Resolve([scene.Probe(SynOutcome.NoReply), Healthy(ipv6), Hook("drop", !ipv6)]).First().FaultId);
        Assert.Equal("NoReply", Resolver.Resolve([scene.Probe(SynOutcome.NoReply), Healthy(ipv6) with { RemotePort = 444, PeerAddress = scene.Source }, there[1]]).First().FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AServerThatIsReadyNarrowsTheSilenceToTheWay(bool ipv6)
    {
        var scene = new Scene(ipv6);

        var verdict = Resolver.Resolve([scene.Probe(SynOutcome.NoReply), Healthy(ipv6) with { PeerAddress = scene.Source }, Hook("accept", ipv6)]).First();

        Assert.Equal("NoReply", verdict.FaultId);
        Assert.Contains(verdict.Evidence, e => e.Observation.Contains("has nothing against this connection", StringComparison.Ordinal));
        Assert.StartsWith("Where it was lost: the way there or the way back.", verdict.DoesNotProve);
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARefusalThatTheServerKnowsNothingOfComesFromTheWay(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var about = Healthy(ipv6) with { PeerAddress = scene.Source };

        var verdict = Assert.Single(Resolver.Resolve([scene.Refused(), about, Hook("accept", ipv6)]));

        Assert.Equal(("RemoteResetByMiddlebox", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Whole.Check(verdict);
        Assert.Equal("RemoteRefused", Resolver.Resolve([scene.Refused(), about with { FirewallChains = null }]).Single().FaultId);
        Assert.Equal("RemoteRefused", Resolver.Resolve([scene.Refused() with { Replies = [] }, about]).First().FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFullTableOfTheServerExplainsTheSilenceAsWell(bool ipv6)
    {
        var scene = new Scene(ipv6);

        var verdict = Resolver.Resolve([scene.Probe(SynOutcome.NoReply), .. Broken(ipv6)["ConntrackTableFull"]]).First();

        Assert.Equal("ConntrackTableFull", verdict.FaultId);
        Assert.Contains("namespace green", verdict.Summary);
        Whole.Check(verdict);
        Assert.Equal("NoFault", Resolver.Resolve([scene.Open(), .. Broken(ipv6)["ConntrackTableFull"]]).First().FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatPassesThroughARouterMeetsItsForwardHooksAlone(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var router = Healthy(ipv6) with
        {
            PeerAddress = scene.Source, Sockets = [], ReturnRoute = null, InputRoute = Input(ipv6) with { TypeOfRoute = RouteType.Unicast, InterfaceAlias = "eth1" },
            Interfaces = [scene.Link() with { ComputerName = "db1", NetNamespace = "green", Addresses = [new InterfaceAddress { IPAddress = scene.Gateway, AddressFamily = scene.Family }] }],
        };
        var forward = Hook("drop", ipv6) with { Chain = "through", Hook = "forward" };

        Assert.Equal(("NoFault", PathLayer.LocalDelivery), Resolver.Resolve([router, Hook("drop", ipv6)]).Select(static v => (v.FaultId, v.Layer)).Single());
        Assert.Contains("forward hooks", Resolver.Resolve([router, forward]).Single(static v => v.FaultId == "InputFirewallDrop").Summary);
        var verdict = Resolver.Resolve([scene.Probe(SynOutcome.NoReply), router, forward]).First();
        Assert.Equal(("InputFirewallDrop", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Whole.Check(verdict);
        Assert.Equal(Confidence.Probable, Resolver.Resolve([scene.Probe(SynOutcome.NoReply), router with { Interfaces = [] }, forward]).First().Confidence);
    }

    [Fact]
    public void TheTraceOfAServerShowsTheWayIn()
    {
        var result = Healthy(false);
        var trace = TraceBuilder.Build(new PacketTrace { Kind = TraceKind.Listening, RemoteAddress = result.RemoteAddress, RemotePort = 443, Evidence = [result, Hook("accept", false)] });
        Assert.Equal(
            [PathLayer.PolicyRouting, PathLayer.RouteLookup, PathLayer.Conntrack, PathLayer.Device, PathLayer.ReturnPath, PathLayer.DeviceReceive, PathLayer.Softirq, PathLayer.InputFirewall, PathLayer.LocalDelivery, PathLayer.SocketQueue],
            trace.Stages.Select(s => s.Layer));
        Assert.All(trace.Stages, s => Assert.Equal(TraceStageStatus.Cleared, s.Status));
    }

    private static Dictionary<string, PacketEvidence[]> Broken(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var healthy = Healthy(ipv6);
        return new()
        {
            ["ReturnPathFiltered"] = [healthy with { InputRoute = Input(ipv6) with { Outcome = RouteOutcome.ReturnPathFiltered, ReturnInterface = "eth1" } }],
            ["ReturnRouteMissing"] = [healthy with { ReturnRoute = Placed(scene.WayBack(RouteOutcome.Missing)) }],
            ["ForwardingDisabled"] = [healthy with { Sockets = [], ReturnRoute = null, InputRoute = Input(ipv6) with { Outcome = RouteOutcome.ForwardingDisabled, TypeOfRoute = RouteType.Unicast } }],
            ["InputFirewallDrop"] = [healthy, Hook("drop", ipv6)],
            ["ListenerMissing"] = [healthy with { Sockets = [scene.AbsentListener()] }],
            ["ListenerBoundElsewhere"] = [healthy with { Sockets = [scene.AbsentListener(), scene.Listener() with { LocalAddress = ipv6 ? "::1" : "127.0.0.1" }] }],
            ["AcceptQueueFull"] = [healthy with { Sockets = [scene.Listener(waiting: 9)] }],
            ["SynBacklogFull"] = [healthy with { Sockets = [scene.Listener(halfOpen: 9)], CounterChanges = [Moved("Netstat", null, "TCPReqQFullDrop")] }],
            ["ConntrackTableFull"] = [healthy with { ConntrackCount = 100, ConntrackMax = 100 }],
            ["DeviceReceiveDrop"] = [healthy with { CounterChanges = [Moved("Interface", "eth0", "rx_missed_errors")] }],
            ["SoftirqBacklogDrop"] = [healthy with { CounterChanges = [Moved("Softnet", "cpu 0", "dropped")] }],
        };
    }

    private static ListeningResult Healthy(bool ipv6)
    {
        var scene = new Scene(ipv6);
        return new()
        {
            ComputerName = "db1",
            NetNamespace = "green",
            ObservedAt = Noon,
            TargetName = scene.Target,
            RemoteAddress = scene.Target,
            RemotePort = 443,
            Protocol = TransportProtocol.Tcp,
            PeerAddress = ipv6 ? Peer6 : Peer,
            InputInterface = "eth0",
            Sockets = [scene.Listener()],
            InputRoute = Input(ipv6),
            ReturnRoute = Placed(scene.WayBack(RouteOutcome.Usable)),
            Interfaces = [scene.Link() with { ComputerName = "db1", NetNamespace = "green", Addresses = [new InterfaceAddress { IPAddress = scene.Target, AddressFamily = scene.Family }] }],
            WatchedSeconds = 0.25,
            FirewallChains = 1,
            ConntrackCount = 7,
            ConntrackMax = 100,
        };
    }

    private static PacketRoute Input(bool ipv6) => Placed(new Scene(ipv6).AtRouter(RouteOutcome.Usable)) with { TypeOfRoute = RouteType.Local, InterfaceAlias = "lo" };

    private static PacketRoute Placed(PacketRoute route) => route with { ComputerName = "db1", NetNamespace = "green" };

    private static CounterChange Moved(string source, string? subject, string counter) => new() { Source = source, Object = subject, Counter = counter, Before = 1, After = 4, Delta = 3 };

    // A chain without rules: what comes meets its policy.
    private static FirewallHook Hook(string policy, bool ipv6) => new()
    {
        ComputerName = "db1",
        NetNamespace = "green",
        ObservedAt = Noon.AddSeconds(1),
        Family = ipv6 ? "ip6" : "ip",
        Table = "filter",
        Chain = "in",
        Hook = "input",
        ChainType = "filter",
        Policy = policy,
    };
}

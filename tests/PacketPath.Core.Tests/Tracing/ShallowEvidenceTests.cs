using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Diagnosis;
using PacketPath.Tracing;

namespace PacketPath.Core.Tests.Tracing;

/// <summary>A trace is written whole by <c>ConvertTo-Json -Depth 6</c>, and weighed the same after what it leaves out.</summary>
public class ShallowEvidenceTests
{
    private const int Depth = 6;

    private static readonly Scene V4 = new(false);

    private static readonly InterfaceAddress[] Addresses = [new() { IPAddress = "192.0.2.5", PrefixLength = 24, Flags = ["Permanent"] }];

    [Fact]
    public void No_sample_is_cut_off() =>
        Assert.All(SampleTraces.All().Concat(SampleTraces.All(ipv6: true)), static trace => Assert.Empty(JsonDepth.Cut(trace, Depth)));

    [Fact]
    public void What_lies_too_deep_is_told() => Assert.Equal(
        ["$.Evidence[0].TcpPath.Interface.Addresses[0].Flags (String[])"],
        JsonDepth.Cut(new PacketTrace { Evidence = [new QuicPathResult { TcpPath = new SynPathResult { Interface = new PacketInterface { Addresses = Addresses } } }] }, Depth));

    [Fact]
    public void Rules_of_chains_jumped_to_name_their_sets_in_their_text_alone()
    {
        FirewallRule[] rules = [new() { Chain = "deny", Text = "ip daddr @bad jump last", Sets = ["bad"], Objects = ["count"], JumpTargets = ["last"] }];
        var hook = new FirewallHook { ComputerName = "web1", NetNamespace = "blue", ObservedAt = Scene.Noon, Hook = "output", Chain = "out", Rules = rules, Chains = [new FirewallChain { Name = "deny", Rules = rules }] };
        var trace = Build(V4.Probe(SynOutcome.NoReply) with { Syns = [] }, hook);
        Assert.Empty(JsonDepth.Cut(trace, Depth));
        var kept = Assert.IsType<FirewallHook>(trace.Evidence[1]);
        Assert.Equal(["bad"], kept.Rules[0].Sets!);
        Assert.Equal((null, "ip daddr @bad jump last"), (kept.Chains[0].Rules[0].Sets, kept.Chains[0].Rules[0].Text));

        // A rule of legacy iptables has its target nowhere else.
        var legacy = Assert.IsType<FirewallHook>(Build(V4.Open(), hook with { Backend = FirewallBackend.LegacyIptables }).Evidence[1]);
        Assert.Equal(["last"], legacy.Chains[0].Rules[0].JumpTargets!);
    }

    [Fact]
    public void The_attempt_beneath_an_application_is_not_told_twice()
    {
        var open = V4.Open() with { Interface = V4.Link() with { Addresses = Addresses } };
        var quic = new QuicPathResult { ComputerName = open.ComputerName, NetNamespace = open.NetNamespace, ObservedAt = open.ObservedAt, RemoteAddress = open.RemoteAddress, RemotePort = open.RemotePort, Protocol = TransportProtocol.Udp, TcpPath = open with { ObservedAt = open.ObservedAt.AddMilliseconds(1) } };
        var trace = Build(open, quic);
        Assert.Empty(JsonDepth.Cut(trace, Depth));
        var beneath = Assert.IsType<QuicPathResult>(trace.Evidence[1]).TcpPath!;
        Assert.Equal((SynOutcome.Open, null, null), (beneath.Outcome, beneath.Route, beneath.Interface));

        // Where it failed, what it saw of this host is its own.
        beneath = Assert.IsType<QuicPathResult>(Build(open, quic with { TcpPath = open with { Outcome = SynOutcome.NoReply } }).Evidence[1]).TcpPath!;
        Assert.NotNull(beneath.Route);
        Assert.Equal("192.0.2.5", Assert.Single(beneath.Interface!.Addresses).IPAddress);
    }

    [Fact]
    public void What_a_host_says_of_itself_keeps_its_addresses()
    {
        var inbound = new ListeningResult { ComputerName = "web1", NetNamespace = "blue", ObservedAt = Scene.Noon, RemoteAddress = "192.0.2.5", RemotePort = 443, Interfaces = [V4.Link() with { Addresses = Addresses }] };
        var trace = Build(inbound);
        Assert.Empty(JsonDepth.Cut(trace, Depth));
        Assert.Equal("192.0.2.5", Assert.Single(Assert.IsType<ListeningResult>(trace.Evidence[0]).Interfaces[0].Addresses).IPAddress);
    }

    [Fact]
    public void A_contributing_verdict_names_its_subject()
    {
        var paths = new EvidencePaths([V4.Open()]);
        var link = V4.Link();
        var named = ShallowEvidence.Of([new PacketFailure { Subject = paths.All[0] }, new PacketFailure { Subject = link }], paths);
        Assert.Equal("Evidence[0]", Assert.IsType<TraceReference>(named[0].Subject).Path);
        Assert.Same(link, named[1].Subject);
    }

    [Theory]
    [MemberData(nameof(FaultCases.Names), MemberType = typeof(FaultCases))]
    public void A_trace_of_any_fault_is_whole_in_json(string faultId, bool isIPv6)
    {
        var evidence = FaultCases.Find(faultId).Fires(new Scene(isIPv6));
        if (evidence[0] is DestinationEvidence)
        {
            Assert.Empty(JsonDepth.Cut(Build(evidence), Depth));
        }
    }

    private static PacketTrace Build(params PacketEvidence[] evidence)
    {
        var about = (DestinationEvidence)evidence[0];
        var trace = TraceBuilder.Build(new PacketTrace
        {
            ComputerName = about.ComputerName, NetNamespace = about.NetNamespace, ObservedAt = about.ObservedAt, RemoteAddress = about.RemoteAddress, RemotePort = about.RemotePort, Protocol = about.Protocol,
            Kind = about is ListeningResult ? TraceKind.Listening : TraceKind.Outbound,
            Evidence = evidence,
        });
        Assert.Equal(Resolver.Resolve(evidence).First().ToString(), trace.Verdict.ToString());
        return trace;
    }
}

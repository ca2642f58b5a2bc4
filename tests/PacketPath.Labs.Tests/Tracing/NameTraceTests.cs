using System.Diagnostics;
using System.Management.Automation;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Trace-PacketPath of names: looked up in the namespace, each address a trace, and one that does not resolve told why.</summary>
public sealed class NameTraceTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Server = "10.1.0.2";
    private const string Server6 = "fd01::2";
    private const string Dead = "10.1.0.99";

    [RootFact]
    public void EveryAddressOfANameIsATraceAndTheNameSaysHow()
    {
        using var network = Build(Server);
        var traces = Run(network, "Trace-PacketPath both.lab").AssertClean().Of<PacketTrace>();
        Assert.Equal([Server, Server6], traces.Select(static t => t.RemoteAddress).Order(StringComparer.Ordinal));
        Assert.All(traces, static trace =>
        {
            Assert.Equal(("both.lab", "NoFault"), (trace.TargetName, trace.Verdict.FaultId));
            var lookup = Assert.Single(trace.Evidence.OfType<NameLookupResult>());
            Assert.Equal((NameLookupOutcome.Resolved, 443), (lookup.Outcome, lookup.RemotePort));
            Assert.Equal(TraceStageStatus.Cleared, trace.Stages[0].Status);
            Assert.StartsWith("both.lab resolved to ", trace.Stages[0].Observation, StringComparison.Ordinal);
        });
        var only = Run(network, "Trace-PacketPath both.lab -IPv6 -Port 443, 53").AssertClean().Of<PacketTrace>();
        Assert.Equal([(Server6, 53), (Server6, 443)], only.Select(static t => (t.RemoteAddress, t.RemotePort)).Order());
    }

    [RootFact]
    public void ANameOfTheHostsFileAsksNobody()
    {
        using var network = Build(Dead);
        var trace = Run(network, "Trace-PacketPath here.lab").One<PacketTrace>();
        Assert.Equal((Server, "NoFault"), (trace.RemoteAddress, trace.Verdict.FaultId));
        Assert.Empty(trace.Contributing);
        Assert.Empty(Assert.Single(trace.Evidence.OfType<NameLookupResult>()).Servers);
    }

    [RootTheory]
    [InlineData(Dead, Server)]
    [InlineData("fd01::99", Server6)]
    public void ADeadFirstServerStandsBesideTheVerdict(string dead, string healthy)
    {
        using var network = Build(dead, healthy);
        var trace = Run(network, "Trace-PacketPath www.lab").One<PacketTrace>();
        Assert.Equal((Server, "NoFault"), (trace.RemoteAddress, trace.Verdict.FaultId));
        Assert.Contains(trace.Contributing, v => v.FaultId == "NameServerUnreachable" && v.Summary.Contains(dead, StringComparison.Ordinal) && !v.IsPrimary);
        Assert.Contains(trace.Evidence, e => e is DnsTruncationResult asked && asked.RemoteAddress == dead);
        Assert.Contains($"by the name server {healthy}", trace.Stages[0].Observation, StringComparison.Ordinal);
    }

    [RootFact]
    public void ANameThatDoesNotResolveIsOneTraceLiveAndReadBack()
    {
        using var network = Build(Server);
        var result = Run(network, "Trace-PacketPath nowhere.lab -Port 22 -ov t | Resolve-PacketFailure; [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($t[0])) | Resolve-PacketFailure; Trace-PacketPath nowhere.lab -PassThru");
        var verdicts = result.AssertClean().Output.Select(static o => o.BaseObject).OfType<PacketFailure>().ToArray();
        Assert.Equal(2, verdicts.Length);
        Assert.All(verdicts, static v => Assert.Equal(("NameNotFound", "", 22, "nowhere.lab", Confidence.Proven), (v.FaultId, v.RemoteAddress, v.RemotePort, v.TargetName, v.Confidence)));
        Assert.Equal(verdicts[0].Summary, verdicts[1].Summary);
        Assert.Single(result.Output, static o => o.BaseObject is NameLookupResult);
        Assert.Equal(["A", "AAAA"], result.Output.Select(static o => o.BaseObject).OfType<DnsTruncationResult>().Where(static d => d.Name == "nowhere.lab.").Select(static d => d.Type).Order(StringComparer.Ordinal));
    }

    [RootFact]
    public void SearchDomainsAreTriedAsTheFileSays()
    {
        using var network = Build(Server);
        var found = Run(network, "Trace-PacketPath www").One<PacketTrace>();
        Assert.Equal((Server, "NoFault"), (found.RemoteAddress, found.Verdict.FaultId));
        var lost = Run(network, "Trace-PacketPath wwww").One<PacketTrace>();
        Assert.Equal("NameNotFound", lost.Verdict.FaultId);
        Assert.Contains("wwww.lab. does not exist", lost.Verdict.Summary, StringComparison.Ordinal);
        Assert.Contains(lost.Verdict.Evidence, static e => e.Observation.StartsWith("wwww., which is tried as well, does not exist", StringComparison.Ordinal));
    }

    [RootFact]
    public void AProxyIsFoundByItsName()
    {
        using var network = Build(Server);
        var lost = Run(network, "Trace-PacketPath www.lab -Proxy http://proxy.lab:3128").One<PacketTrace>();
        Assert.Equal(("NameNotFound", "proxy.lab"), (lost.Verdict.FaultId, lost.TargetName));
        var refused = Run(network, "Trace-PacketPath www.lab -Proxy http://here.lab:3128").One<PacketTrace>();
        Assert.Equal(("RemoteRefused", Server, 3128), (refused.Verdict.FaultId, refused.RemoteAddress, refused.RemotePort));
    }

    [RootFact]
    public void NamesAreLookedUpSideBySide()
    {
        using var network = Build(Dead);
        var clock = Stopwatch.StartNew();
        Run(network, "Trace-PacketPath a.lab").One<PacketTrace>();
        var one = clock.Elapsed;
        clock.Restart();
        var traces = Run(network, "Trace-PacketPath (1..40 | ForEach-Object { \"w$_.lab\" })").AssertClean().Of<PacketTrace>();
        Assert.Equal(40, traces.Count(static t => t.Stages[0].Status == TraceStageStatus.Fault));
        Assert.True(clock.Elapsed < 6 * one, $"{clock.Elapsed} for 40, {one} for one");
    }

    [RootFact]
    public void ATargetIsAskedAsANameServer()
    {
        using var network = Build(Server);
        var trace = Run(network, $"Trace-PacketPath {Server} -QueryName both.lab -QueryType AAAA").One<PacketTrace>();
        Assert.Equal(("NoFault", PathLayer.Dns, 53), (trace.Verdict.FaultId, trace.Verdict.Layer, trace.RemotePort));
        Assert.Equal(TraceStageStatus.Cleared, Assert.Single(trace.Stages, static s => s.Layer == PathLayer.Dns).Status);
        var lost = Run(network, $"Trace-PacketPath {Server} -QueryName nowhere.lab").One<PacketTrace>();
        Assert.Equal("NameNotFound", lost.Verdict.FaultId);
        Assert.Equal(PathLayer.Dns, Assert.Single(lost.Stages, static s => s.Status == TraceStageStatus.Fault).Layer);
        Assert.Equal(TraceStageStatus.Cleared, lost.Stages[0].Status);
    }

    [RootFact]
    public void NothingOfAHangingLookupHoldsCtrlC()
    {
        using var network = Build(Dead);
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        var clock = new StopClock();
        for (var round = 0; round < 3; round++)
        {
            using var shell = PowerShell.Create(engine.Runspace);
            var run = shell.AddScript($"Trace-PacketPath stop{round}.lab -TimeoutSeconds 30 -NetNamespace {network.NamespaceOf("a")}").BeginInvoke();
            Assert.True(SpinWait.SpinUntil(() => run.IsCompleted || inside.Run(static () => File.ReadAllText("/proc/thread-self/net/udp")).Contains(":0035 ", StringComparison.Ordinal), TimeSpan.FromSeconds(20)));
            Assert.False(run.IsCompleted, "The pipeline ended by itself.");
            clock.Time(shell.Stop);
            Assert.True(run.IsCompleted);
        }

        clock.AssertWithinLimit();
    }

    private static LabNetwork Build(params string[] servers)
    {
        var dns = new LabService
        {
            Kind = LabServiceKind.Dns,
            Port = 53,
            Dns = new LabDns { Records = new Dictionary<string, IReadOnlyList<string>> { ["www.lab"] = [$"A {Server}"], ["both.lab"] = [$"A {Server}", $"AAAA {Server6}"] } },
        };
        return LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a", Resolver = new LabResolver { Servers = servers, Search = ["lab"], Hosts = new Dictionary<string, IReadOnlyList<string>> { ["here.lab"] = [Server] } } },
                new LabNode { Name = "b", Services = [dns, new LabService { Kind = LabServiceKind.TcpAccept, Port = 443 }] },
            ],
            Links = [Topologies.Link("a:eth0", "b:eth0", "10.1.0.1/24 fd01::1/64", $"{Server}/24 {Server6}/64")],
        });
    }

    private EngineResult Run(LabNetwork network, string script) => engine.Invoke(
        "$PSDefaultParameterValues = @{ 'Trace-PacketPath:NetNamespace' = $ns; 'Trace-PacketPath:TimeoutSeconds' = 0.8 }; " + script, "ns", network.NamespaceOf("a"));
}

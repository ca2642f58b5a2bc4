using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>A sample of the labs, looked into by Trace-PacketPath alone. All of them, again and again: build.ps1 -Task Soak.</summary>
public sealed class TraceScenarioTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    public static TheoryData<string> Sample =>
    [
        "NoFault-IPv4", "NoFault-IPv6", "NoFault-Nat-IPv4", "NoFault-MarkedTable-IPv6", "NoFault-CountingDrop-IPv4", "NoFault-Multipath-IPv6",
        "SourceAddressUnavailable-IPv4", "PolicyRuleProhibit-IPv6", "RouteBlackhole-IPv4", "RouteNextHopDown-IPv6", "RouteShadowed-IPv4",
        "OutputFirewallReject-RuleByTrial-IPv4", "OutputFirewallDrop-RuleByCounter-IPv6", "LinkDown-IPv4", "RemoteRefused-IPv6", "RemoteRejected-IPv4",
        "RemoteNetworkUnreachable-IPv4", "InputFirewallReject-RuleByCounter-IPv6", "MtuBlackHole-IPv4", "NeighborUnresolved-OnLink-IPv6",
        "NameNotFound-IPv4", "NameServerUnreachable-IPv6", "NeighborUnresolved-NameServer-IPv4", "NoFault-NameFirstServerDead-IPv6", "DnsTruncatedTcpBlocked-IPv4",
    ];

    [RootTheory]
    [MemberData(nameof(Sample))]
    public void TheVerdictIsTheTruth(string name)
    {
        var result = engine.Invoke("Invoke-PacketLab -Name $lab -Trace", "lab", name).One<PacketLabResult>();
        Assert.True(result.Passed, result.Failure + " " + result.Actual?.Summary);
        Assert.Empty(result.Errors);
        var trace = Assert.IsType<PacketTrace>(Assert.Single(result.Output));
        Assert.Equal(result.ExpectedLayer, trace.Verdict.Layer);
        Assert.Equal(result.FaultId is "NoFault" ? 0 : 1, trace.Stages.Count(stage => stage.Status == TraceStageStatus.Fault));
        Whole.Check(trace.Verdict);
        Assert.All(trace.Contributing, Whole.Check);
        var again = engine.Invoke("[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($t)) | Resolve-PacketFailure -PrimaryOnly", "t", trace).One<PacketFailure>();
        Assert.Equal((trace.Verdict.FaultId, trace.Verdict.Layer, trace.Verdict.Confidence, trace.Verdict.Summary), (again.FaultId, again.Layer, again.Confidence, again.Summary));
        Assert.Equal(trace.Verdict.RuledOut.Select(static r => (r.Layer, r.Observation)), again.RuledOut.Select(static r => (r.Layer, r.Observation)));
        Assert.Equal(trace.Verdict.NextSteps, again.NextSteps);
    }

    [RootTheory]
    [InlineData("ForwardPathLost-CapturesAlone-IPv4")]
    [InlineData("ForwardPathLost-LastAck-IPv6")]
    [InlineData("InputFirewallReject-AtServer-IPv6")]
    [InlineData("RemoteResetByMiddlebox-BothEnds-IPv4")]
    [InlineData("ReturnPathAsymmetric-IPv6")]
    [InlineData("NoReply-AtServer-IPv6")]
    [InlineData("ReceiveBufferFull-IPv4")]
    [InlineData("TlsHandshakeStalled-AfterServerHello-IPv4")]
    [InlineData("TlsHandshakeStalled-LargeClientHello-IPv6")]
    public void TracesOfBothEndsCapturesAndSocketsComeToTheTruthAsWell(string name)
    {
        var result = engine.Invoke("Invoke-PacketLab -Name $lab -Trace", "lab", name).One<PacketLabResult>();
        Assert.True(result.Passed, result.Failure + " " + result.Actual?.Summary);
        Assert.Empty(result.Errors);
        var verdict = result.Output.Last() switch { PacketTrace trace => trace.Verdict, var last => Assert.IsType<PacketFailure>(last) };
        Whole.Check(verdict);
    }

    [Fact]
    public void EveryLabHasATrace()
    {
        var without = ScenarioLibrary.Files().Select(LabScenarioReader.ReadFile)
            .Where(static scenario => scenario.Trace is null).Select(static scenario => scenario.Name);
        Assert.Empty(without);
    }

    [Fact]
    public void ATraceTakesNoEvidenceButThatOfTracesAndCaptures()
    {
        // Sockets are listed to be traced, or to wait for one.
        string[] collectors = ["Get-PacketRoute", "Get-PolicyRule", "Get-NeighborEntry", "Get-PacketInterface", "Get-FirewallHook", "Get-QueueStats", "Get-Conntrack", "Test-", "Invoke-MtuProbe"];
        Assert.Empty(ScenarioLibrary.Files().Select(LabScenarioReader.ReadFile)
            .Where(scenario => scenario.Trace is { } trace && collectors.Any(cmdlet => trace.Contains(cmdlet, StringComparison.Ordinal))).Select(static scenario => scenario.Name));
    }
}

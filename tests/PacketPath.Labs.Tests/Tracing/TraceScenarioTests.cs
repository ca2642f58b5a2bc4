using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>A sample of the labs, looked into by Trace-PacketPath alone. All of them, again and again: build.ps1 -Task Soak.</summary>
public sealed class TraceScenarioTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    /// <summary>Those about a socket of datagrams: nothing is asked of a target.</summary>
    private static readonly string[] WithoutTrace =
    [
        "ReceiveBufferFull-IPv4", "ReceiveBufferFull-IPv6",
    ];

    /// <summary>Labs that ask more of an application, or of captures at several places, than a trace does.</summary>
    private static readonly string[] OfApplications = ["Test-TlsServerName", "Test-DnsTruncation", "Test-ProxyConnect", "Test-QuicPath", "Watch-PacketCapture", "Compare-PacketCapture", "$Captures"];

    public static TheoryData<string> Sample =>
    [
        "NoFault-IPv4", "NoFault-IPv6", "NoFault-Nat-IPv4", "NoFault-MarkedTable-IPv6", "NoFault-CountingDrop-IPv4", "NoFault-Multipath-IPv6",
        "SourceAddressUnavailable-IPv4", "PolicyRuleProhibit-IPv6", "RouteBlackhole-IPv4", "RouteNextHopDown-IPv6", "RouteShadowed-IPv4",
        "OutputFirewallReject-RuleByTrial-IPv4", "OutputFirewallDrop-RuleByCounter-IPv6", "LinkDown-IPv4", "RemoteRefused-IPv6", "RemoteRejected-IPv4",
        "RemoteNetworkUnreachable-IPv4", "InputFirewallReject-RuleByCounter-IPv6", "MtuBlackHole-IPv4", "NeighborUnresolved-OnLink-IPv6",
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
        Assert.NotEmpty(trace.Verdict.NextSteps);
    }

    [Fact]
    public void EveryOtherLabHasATrace()
    {
        var without = ScenarioLibrary.Files().Select(LabScenarioReader.ReadFile)
            .Where(scenario => scenario.Trace is null && !OfApplications.Any(cmdlet => scenario.Pipeline.Contains(cmdlet, StringComparison.Ordinal))).Select(scenario => scenario.Name);
        Assert.Equal(WithoutTrace.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }
}

using System.Net;
using System.Net.Sockets;
using PacketPath.Core.Tests.Tracing;

namespace PacketPath.Module.Tests;

public sealed class PacketTraceTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string RoundTrip = "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_))";
    private const string Say = " | Resolve-PacketFailure | ForEach-Object { \"$($_.FaultId) $($_.Layer) $($_.Confidence) $($_.Summary) $($_.RuledOut -join '|') $($_.NotObserved -join '|') $($_.NextSteps -join '|') $($_.Evidence -join '|')\" }";

    public static TheoryData<string> Samples => [.. SampleTraces.All().Select(t => t.Verdict.FaultId)];

    [Theory, MemberData(nameof(Samples))]
    public void A_trace_gives_its_verdict_again(string fault)
    {
        object[] traces = [SampleTraces.All().Single(t => t.Verdict.FaultId == fault)];
        var own = engine.Invoke("$e" + Say, "e", ((PacketTrace)traces[0]).Evidence);
        var live = engine.Invoke("$e" + Say, "e", traces);
        var saved = engine.Invoke("$e | ForEach-Object { " + RoundTrip + " }" + Say, "e", traces);
        own.AssertClean();
        live.AssertClean();
        saved.AssertClean();
        Assert.StartsWith(fault, own.Output[0].ToString());
        Assert.Equal(own.Output.Select(o => o.ToString()), live.Output.Select(o => o.ToString()));
        Assert.Equal(own.Output.Select(o => o.ToString()), saved.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Stages_and_verdict_survive_serialization()
    {
        const string Tell = "| ForEach-Object { \"$($_.TargetName) $($_.DurationMilliseconds) $($_.Verdict.FaultId) $($_.Verdict.NextSteps[0])\"; $_.Stages | ForEach-Object { \"$([int]$_.Layer) $([int]$_.Status) $($_.Name) $($_.Observation) $($_.Evidence.Count)\" } }";
        var live = engine.Invoke("$e " + Tell, "e", SampleTraces.All());
        var saved = engine.Invoke("$e | ForEach-Object { " + RoundTrip + " } " + Tell, "e", SampleTraces.All());
        saved.AssertClean();
        Assert.True(live.Output.Length > 8 * 17);
        Assert.Equal(live.Output.Select(o => o.ToString()), saved.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Traces_are_written_whole_at_a_depth_of_six()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var traces = engine.Invoke(
            "Trace-PacketPath 127.0.0.1 -Port $p; Trace-PacketPath 127.0.0.1 -Port 1; Trace-PacketPath -Listening 127.0.0.1 -Port $p -From 127.0.0.1; Trace-PacketPath 127.0.0.1 -Port $p -ServerName a.example -TimeoutSeconds 0.5",
            "p",
            ((IPEndPoint)server.LocalEndpoint).Port).Of<PacketTrace>();
        Assert.Equal(["NoFault", "ListenerMissing", "NoFault", "TlsHandshakeStalled"], traces.Select(static t => t.Verdict.FaultId));
        Assert.All(traces, static trace => Assert.Empty(JsonDepth.Cut(trace, 6)));
        Assert.All(traces, static trace => Assert.All(trace.Stages, static stage => Assert.All(stage.Evidence, static e => Assert.StartsWith("Evidence[", e.Path))));
    }

    [Fact]
    public void A_trace_that_holds_no_evidence_is_an_error_and_the_rest_goes_on()
    {
        object[] traces = [SampleTraces.Healthy() with { Evidence = ["text"] }, SampleTraces.Refused()];
        var result = engine.Invoke("$e | Resolve-PacketFailure", "e", traces);
        Assert.Equal("NotEvidence,PacketPath.Commands.ResolvePacketFailureCommand", Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.Equal("RemoteRefused", ((PacketFailure)Assert.Single(result.Output).BaseObject).FaultId);
    }
}

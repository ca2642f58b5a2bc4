using System.Management.Automation;
using System.Text.Json;

namespace PacketPath.Module.Tests;

/// <summary>Invoke-MtuProbe as a user meets it, on loopback: no privilege needed.</summary>
public sealed class InvokeMtuProbeTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Plain = "-Method Udp -NoCapture";

    [Theory]
    [InlineData("127.0.0.1", 65535)]
    [InlineData("::1", 65536)]
    public void Datagrams_on_loopback_pass_at_full_size(string address, int mtu)
    {
        var result = engine.Invoke($"Invoke-MtuProbe {address} {Plain}").One<MtuProbeResult>();
        Assert.Equal((MtuOutcome.Clear, mtu, MtuMethod.Udp, address), (result.Outcome, result.PathMtu, result.Method, result.RemoteAddress));
        Assert.Equal(mtu - 40, result.RecommendedMssIPv4);
        Assert.Equal(mtu - 60, result.RecommendedMssIPv6);
        Assert.Equal((33434, TransportProtocol.Udp), (result.RemotePort, result.Protocol));
        Assert.True(Assert.Single(result.Hops).IsTarget);
        Assert.Contains(result.NotObserved, m => m.Why.Contains("NoCapture", StringComparison.Ordinal));
        Assert.Contains(result.NotObserved, m => m.What.Contains("way back", StringComparison.Ordinal));
    }

    [Fact]
    public void A_maximum_above_the_interface_is_a_local_limit_and_no_fault()
    {
        var result = engine.Invoke($"Invoke-MtuProbe ::1 {Plain} -MaximumMtu 65575").One<MtuProbeResult>();
        Assert.Equal((MtuOutcome.LocalLimit, 65536), (result.Outcome, result.PathMtu));
    }

    [Fact]
    public void A_smaller_maximum_is_all_that_is_asked()
    {
        var result = engine.Invoke($"Invoke-MtuProbe 127.0.0.1 {Plain} -MaximumMtu 1400").One<MtuProbeResult>();
        Assert.Equal((MtuOutcome.Clear, 1400), (result.Outcome, result.PathMtu));
        Assert.All(result.Probes, p => Assert.InRange(p.Size, 0, 1400));
    }

    [Fact]
    public void Objects_about_a_destination_pipe_in()
    {
        var results = engine.Invoke(
            $"[pscustomobject]@{{ RemoteAddress = '127.0.0.1'; RemotePort = 0 }}, [pscustomobject]@{{ Destination = '127.0.0.2' }}, '127.0.0.3' | Invoke-MtuProbe {Plain}")
            .AssertClean().Of<MtuProbeResult>();
        Assert.Equal(["127.0.0.1", "127.0.0.2", "127.0.0.3"], results.Select(r => r.RemoteAddress).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_SYN_result_pipes_in_and_both_are_one_target()
    {
        var verdicts = engine.Invoke(
            $"$syn = Test-SynPath 127.0.0.1 1 -NoCapture; $mtu = $syn | Invoke-MtuProbe {Plain}; $syn, $mtu | Resolve-PacketFailure -PrimaryOnly").AssertClean().Of<PacketFailure>();
        Assert.Equal("127.0.0.1", Assert.Single(verdicts).RemoteAddress);
    }

    [Theory]
    [InlineData("10", "TargetMalformed")]
    [InlineData("'not a name'", "TargetMalformed")]
    [InlineData("fe80::1", "TargetMalformed")]
    [InlineData("0.0.0.0", "TargetMalformed")]
    [InlineData("224.0.0.1", "TargetMalformed")]
    public void Bad_input_is_an_error_and_the_rest_goes_on(string target, string errorId)
    {
        var run = engine.Invoke($"Invoke-MtuProbe {target}, 127.0.0.1 {Plain}");
        var error = Assert.Single(run.Errors);
        Assert.StartsWith(errorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(target.Trim('\''), error.TargetObject);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.Equal("127.0.0.1", Assert.Single(run.Of<MtuProbeResult>()).RemoteAddress);
    }

    [Theory]
    [InlineData("Invoke-MtuProbe 127.0.0.1 -Port 70000", "PortOutOfRange")]
    [InlineData("Invoke-MtuProbe 127.0.0.1 -Port 0", "PortOutOfRange")]
    [InlineData("Invoke-MtuProbe 127.0.0.1 -NetNamespace no-such-namespace", "NetNamespaceNotFound")]
    [InlineData("Invoke-MtuProbe 127.0.0.1 -InterfaceAlias nosuch0 -NoCapture", "InterfaceNotFound")]
    [InlineData("Invoke-MtuProbe 127.0.0.1 -SourceAddress nobody.example", "SourceAddressInvalid")]
    [InlineData("Invoke-MtuProbe ::1 -SourceAddress 127.0.0.5", "SourceFamilyMismatch")]
    public void What_is_not_there_is_an_error(string script, string errorId)
    {
        var run = engine.Invoke(script);
        Assert.StartsWith(errorId + ",", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Null(run.Failure);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void An_empty_range_ends_the_call()
    {
        var run = engine.Invoke("Invoke-MtuProbe 127.0.0.1 -MinimumMtu 1500 -MaximumMtu 1400");
        Assert.StartsWith("MtuRangeEmpty,", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_source_that_is_not_here_is_a_result()
    {
        var result = engine.Invoke($"Invoke-MtuProbe 127.0.0.1 {Plain} -SourceAddress 192.0.2.77").One<MtuProbeResult>();
        Assert.Equal((MtuOutcome.Unreachable, "EADDRNOTAVAIL", null), (result.Outcome, result.SocketError, result.PathMtu));
    }

    [Fact]
    public void A_thousand_targets_share_the_throttle_and_every_one_is_answered()
    {
        var results = engine.Invoke($"0..999 | ForEach-Object {{ '127.0.' + [Math]::Floor($_ / 250) + '.' + (1 + $_ % 250) }} | Invoke-MtuProbe {Plain} -ThrottleLimit 32 -MaximumMtu 1500")
            .AssertClean().Of<MtuProbeResult>();
        Assert.Equal(1000, results.Select(r => r.RemoteAddress).Distinct().Count());
        Assert.All(results, r => Assert.InRange(r.PacketsSent, 1, 200));
    }

    [Fact]
    public void A_result_survives_serialization_and_gives_the_same_verdict_and_view()
    {
        var live = engine.Invoke($"Invoke-MtuProbe ::1 {Plain} -MaximumMtu 1500").One<MtuProbeResult>();
        var dead = PSSerializer.Deserialize(PSSerializer.Serialize(PSObject.AsPSObject(live), 4));
        Assert.Contains("Deserialized.PacketPath.MtuProbeResult", PSObject.AsPSObject(dead).TypeNames);
        var again = LanguagePrimitives.ConvertTo<MtuProbeResult>(dead);
        Assert.Equal(JsonSerializer.Serialize(live.Probes), JsonSerializer.Serialize(again.Probes));
        Assert.Equal(JsonSerializer.Serialize(live.Hops), JsonSerializer.Serialize(again.Hops));
        var story = Story(live);
        Assert.Contains("1500  +  passed by Udp", story, StringComparison.Ordinal);
        Assert.Equal(story, Story(dead));
        Assert.All(story.Split('\n').Where(l => !l.Contains("not observed", StringComparison.Ordinal)), l => Assert.InRange(l.Length, 0, 100));
    }

    private string Story(object result) => engine.Invoke("[PacketPath.Formatting.MtuProbeView]::Story($result)", "result", result).One<string>();
}

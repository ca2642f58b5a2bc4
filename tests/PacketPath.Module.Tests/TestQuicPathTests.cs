using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PacketPath.Module.Tests;

/// <summary>Test-QuicPath as a user meets it, on loopback: no privilege needed.</summary>
public sealed class TestQuicPathTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Plain = "-NoCapture -TimeoutSeconds 1";

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void A_closed_port_is_told_by_the_target_itself(string address)
    {
        var result = engine.Invoke($"Test-QuicPath {address} -Port 9 {Plain}").One<QuicPathResult>();
        Assert.Equal((address, 9, TransportProtocol.Udp), (result.RemoteAddress, result.RemotePort, result.Protocol));
        Assert.Equal((QuicUdpOutcome.PortUnreachable, SynOutcome.Refused, false), (result.UdpOutcome, result.TcpOutcome, result.QuicAnswered));
        Assert.Equal(address, result.Offender);
        Assert.Equal(result.TcpOutcome, result.TcpPath!.Outcome);
    }

    [Fact]
    public void Silence_is_a_result_with_its_controls()
    {
        using var unread = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        unread.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var result = engine.Invoke($"Test-QuicPath 127.0.0.1 -Port {((IPEndPoint)unread.LocalEndPoint!).Port} -NoCapture -TimeoutSeconds 0.3").One<QuicPathResult>();
        Assert.Equal(QuicUdpOutcome.Silent, result.UdpOutcome);
        Assert.Equal(3, result.DatagramsSent);
        Assert.Equal([32, 1200], result.Controls.Select(c => c.Size));
        Assert.NotEmpty(result.NotObserved);
    }

    [Fact]
    public void Objects_about_a_destination_pipe_in_and_results_are_evidence()
    {
        var verdicts = engine.Invoke($"[pscustomobject]@{{ RemoteAddress = '127.0.0.1'; RemotePort = 9 }}, '::1' | Test-QuicPath {Plain} | Resolve-PacketFailure -PrimaryOnly").AssertClean().Of<PacketFailure>();
        Assert.Equal(["127.0.0.1", "::1"], verdicts.Select(v => v.RemoteAddress).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("10", "TargetMalformed")]
    [InlineData("'not a name'", "TargetMalformed")]
    [InlineData("224.0.0.1", "TargetMalformed")]
    public void Bad_input_is_an_error_and_the_rest_goes_on(string target, string errorId)
    {
        var run = engine.Invoke($"Test-QuicPath {target}, 127.0.0.1 -Port 9 {Plain}");
        var error = Assert.Single(run.Errors);
        Assert.StartsWith(errorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(target.Trim('\''), error.TargetObject);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.Equal("127.0.0.1", Assert.Single(run.Of<QuicPathResult>()).RemoteAddress);
    }

    [Theory]
    [InlineData("Test-QuicPath 127.0.0.1 -Port 70000", "PortOutOfRange")]
    [InlineData("Test-QuicPath 127.0.0.1 -Port 0", "PortOutOfRange")]
    [InlineData("Test-QuicPath 127.0.0.1 -NetNamespace no-such-namespace", "NetNamespaceNotFound")]
    [InlineData("Test-QuicPath 127.0.0.1 -InterfaceAlias nosuch0 -NoCapture", "InterfaceNotFound")]
    [InlineData("Test-QuicPath 127.0.0.1 -SourceAddress nobody.example", "SourceAddressInvalid")]
    [InlineData("Test-QuicPath ::1 -SourceAddress 127.0.0.5", "SourceFamilyMismatch")]
    [InlineData("Test-QuicPath 127.0.0.1 -ServerName 192.0.2.1", "ServerNameInvalid")]
    [InlineData("Test-QuicPath 127.0.0.1 -ServerName 'not a name'", "ServerNameInvalid")]
    [InlineData("Test-QuicPath 127.0.0.1 -ServerName a.example -ControlName '::1'", "ControlNameInvalid")]
    public void What_makes_no_sense_is_an_error(string script, string errorId)
    {
        var run = engine.Invoke(script);
        Assert.StartsWith(errorId + ",", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Two_hundred_silent_targets_in_one_call_are_asked_at_once()
    {
        using var unread = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        unread.Bind(new IPEndPoint(IPAddress.Any, 0));
        var port = ((IPEndPoint)unread.LocalEndPoint!).Port;
        var results = engine.Invoke($"1..200 | ForEach-Object {{ '127.0.0.' + $_ }} | Test-QuicPath -Port {port} -NoCapture -TimeoutSeconds 0.5 -ThrottleLimit 200").AssertClean().Of<QuicPathResult>();
        Assert.Equal(200, results.Select(r => r.RemoteAddress).Distinct().Count());
        Assert.All(results, r => Assert.Equal(QuicUdpOutcome.Silent, r.UdpOutcome));

        // One after another would take 100 s.
        var span = results.Max(r => r.ObservedAt) - results.Min(r => r.ObservedAt);
        Assert.InRange(span.TotalSeconds, 0, 20);
    }

    [Fact]
    public void A_result_survives_serialization_and_gives_the_same_verdict_and_view()
    {
        var live = engine.Invoke($"Test-QuicPath ::1 -Port 9 {Plain} -ServerName lab.example").One<QuicPathResult>();
        var dead = PSSerializer.Deserialize(PSSerializer.Serialize(PSObject.AsPSObject(live), 5));
        Assert.Contains("Deserialized.PacketPath.QuicPathResult", PSObject.AsPSObject(dead).TypeNames);
        var again = LanguagePrimitives.ConvertTo<QuicPathResult>(dead);
        Assert.Equal(JsonSerializer.Serialize(live.ErrorQueue), JsonSerializer.Serialize(again.ErrorQueue));
        Assert.Equal(JsonSerializer.Serialize(live.Handshake), JsonSerializer.Serialize(again.Handshake));
        Assert.Equal(live.TcpPath!.Outcome, again.TcpPath!.Outcome);
        Assert.Equal("[::1]:9", View("Remote", dead));
        Assert.Equal(View("Says", live), View("Says", dead));
        Assert.Equal("::1", View("Says", dead));
    }

    private string View(string member, object result) => engine.Invoke($"[PacketPath.Formatting.QuicPathView]::{member}($result)", "result", result).One<string>();
}

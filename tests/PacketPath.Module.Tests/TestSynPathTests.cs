using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PacketPath.Module.Tests;

/// <summary>Test-SynPath as a user meets it, on loopback: no privilege needed.</summary>
public sealed class TestSynPathTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void An_open_port()
    {
        using var listener = Listener(IPAddress.Loopback, 16);
        var result = engine.Invoke($"Test-SynPath 127.0.0.1 {Port(listener)}").One<SynPathResult>();
        Assert.Equal((SynOutcome.Open, "127.0.0.1", Port(listener)), (result.Outcome, result.RemoteAddress, result.RemotePort));
        Assert.Equal("127.0.0.1", result.TargetName);
        Assert.Equal(RouteType.Local, result.Route!.TypeOfRoute);
        Assert.NotNull(result.RttMilliseconds);
    }

    [Fact]
    public void Ports_multiply_targets_and_each_aliased_name_binds()
    {
        using var listener = Listener(IPAddress.Loopback, 16);
        var port = Port(listener);
        foreach (var name in new[] { "TargetName", "RemoteAddress", "ComputerName", "cn", "Destination" })
        {
            var results = engine.Invoke($"Test-SynPath -{name} 127.0.0.1, 127.0.0.2 -RemotePort {port}, 1 -NoCapture -TimeoutSeconds 5").AssertClean().Of<SynPathResult>();
            Assert.Equal(4, results.Select(r => (r.RemoteAddress, r.RemotePort)).Distinct().Count());
        }
    }

    [Fact]
    public void Without_capture_the_cost_is_told()
    {
        var result = engine.Invoke("Test-SynPath 127.0.0.1 1 -NoCapture").One<SynPathResult>();
        Assert.Equal((SynOutcome.Refused, CaptureStatus.NotRequested), (result.Outcome, result.CaptureStatus));
        Assert.Contains("NoCapture", Assert.Single(result.NotObserved).Why);
    }

    [Fact]
    public void Objects_about_a_destination_pipe_in()
    {
        var results = engine.Invoke(
            "[pscustomobject]@{ RemoteAddress = '127.0.0.1'; RemotePort = 1 }, [pscustomobject]@{ Destination = '127.0.0.2'; RemotePort = 0 }, '127.0.0.3' | Test-SynPath -NoCapture")
            .AssertClean().Of<SynPathResult>();
        Assert.Equal(
            ["127.0.0.1:1", "127.0.0.2:443", "127.0.0.3:443"],
            results.Select(r => $"{r.RemoteAddress}:{r.RemotePort}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_result_pipes_into_the_next_probe()
    {
        var result = engine.Invoke("Test-SynPath 127.0.0.1 1 -NoCapture | Test-SynPath -NoCapture").One<SynPathResult>();
        Assert.Equal(("127.0.0.1", 1), (result.RemoteAddress, result.RemotePort));
    }

    [Theory]
    [InlineData("Test-SynPath 10, 127.0.0.1 1 -NoCapture", "TargetMalformed", "10")]
    [InlineData("Test-SynPath 'not a name', 127.0.0.1 1 -NoCapture", "TargetMalformed", "not a name")]
    [InlineData("Test-SynPath fe80::1, 127.0.0.1 1 -NoCapture", "TargetMalformed", "fe80::1")]
    [InlineData("Test-SynPath fe80::1%nosuch0, 127.0.0.1 1 -NoCapture", "TargetMalformed", "fe80::1%nosuch0")]
    [InlineData("Test-SynPath 0.0.0.0, 127.0.0.1 1 -NoCapture", "TargetMalformed", "0.0.0.0")]
    [InlineData("Test-SynPath 224.0.0.1, 127.0.0.1 1 -NoCapture", "TargetMalformed", "224.0.0.1")]
    [InlineData("Test-SynPath 255.255.255.255, 127.0.0.1 1 -NoCapture", "TargetMalformed", "255.255.255.255")]
    [InlineData("Test-SynPath ff02::1%lo, 127.0.0.1 1 -NoCapture", "TargetMalformed", "ff02::1%lo")]
    [InlineData("Test-SynPath 127.0.0.1 70000, 1 -NoCapture", "PortOutOfRange", 70000)]
    [InlineData("Test-SynPath 127.0.0.1 -Port 0, 1 -NoCapture", "PortOutOfRange", 0)]
    [InlineData("Test-SynPath ::1, 127.0.0.1 1 -SourceAddress 127.0.0.5 -NoCapture", "SourceFamilyMismatch", "::1")]
    public void Bad_input_is_an_error_and_the_rest_goes_on(string script, string errorId, object target)
    {
        var run = engine.Invoke(script);
        var error = Assert.Single(run.Errors);
        Assert.StartsWith(errorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(target, error.TargetObject);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.Equal("127.0.0.1", Assert.Single(run.Of<SynPathResult>()).RemoteAddress);
    }

    [Theory]
    [InlineData("Test-SynPath 127.0.0.1 1 -NetNamespace no-such-namespace", "NetNamespaceNotFound", "no-such-namespace")]
    [InlineData("Test-SynPath 127.0.0.1 1 -InterfaceAlias nosuch0", "InterfaceNotFound", "nosuch0")]
    [InlineData("Test-SynPath 127.0.0.1 1 -SourceAddress nobody.example", "SourceAddressInvalid", "nobody.example")]
    public void What_is_not_there_is_an_error(string script, string errorId, string target)
    {
        var run = engine.Invoke(script);
        var error = Assert.Single(run.Errors);
        Assert.StartsWith(errorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(target, error.TargetObject);
        Assert.Null(run.Failure);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_source_that_is_not_here_is_a_result()
    {
        var result = engine.Invoke("Test-SynPath 127.0.0.1 1 -SourceAddress 192.0.2.77 -NoCapture").One<SynPathResult>();
        Assert.Equal((SynOutcome.LocalError, "bind", "EADDRNOTAVAIL"), (result.Outcome, result.FailedCall, result.SocketError));
    }

    [Fact]
    public void A_result_survives_serialization_whole()
    {
        using var listener = Listener(IPAddress.IPv6Loopback, 16);
        var live = engine.Invoke($"Test-SynPath ::1 {Port(listener)}").One<SynPathResult>();
        var text = PSSerializer.Serialize(PSObject.AsPSObject(live), 4);
        var dead = PSSerializer.Deserialize(text);
        Assert.Contains("Deserialized.PacketPath.SynPathResult", PSObject.AsPSObject(dead).TypeNames);
        var again = LanguagePrimitives.ConvertTo<SynPathResult>(dead);
        Assert.Equal(Normal(live), Normal(again));
        Assert.NotEmpty(again.Interface!.Addresses);
        Assert.NotNull(again.Route!.Rule);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -FindHop")]
    [InlineData(" -NoCapture")]
    public void Stopping_takes_less_than_200_milliseconds(string options)
    {
        // A full accept queue answers no SYN: the second connection fills a backlog of zero.
        using var listener = Listener(IPAddress.Loopback, 0);
        using var filler = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        filler.Connect(listener.LocalEndPoint!);
        var clock = new StopClock();
        for (var i = 0; i < 5; i++)
        {
            using var runspace = EngineFixture.OpenWithModule();
            using var shell = PowerShell.Create(runspace);
            using var progress = new ManualResetEventSlim();
            shell.Streams.Progress.DataAdded += (_, _) => progress.Set();
            shell.AddScript($"Test-SynPath 127.0.0.1 {Port(listener)} -TimeoutSeconds 60{options}");
            var run = shell.BeginInvoke();
            Assert.True(progress.Wait(EngineFixture.Limit), "no progress was shown");
            clock.Time(shell.Stop);
            Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(run));
        }

        clock.AssertWithinLimit();
    }

    [Fact]
    public void Interfaces_complete()
    {
        var result = engine.Invoke("(TabExpansion2 $text $text.Length).CompletionMatches | ForEach-Object CompletionText", "text", "Test-SynPath 127.0.0.1 -InterfaceAlias l").AssertClean();
        Assert.Contains("lo", result.Output.Select(o => o.ToString()));
    }

    // A null text may come back empty; nothing else may change.
    private static string Normal(SynPathResult result) =>
        JsonSerializer.Serialize(result).Replace("\"\"", "null", StringComparison.Ordinal);

    private static int Port(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    private static Socket Listener(IPAddress address, int backlog)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen(backlog);
        return socket;
    }
}

using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace PacketPath.Module.Tests;

/// <summary>Get-SocketEntry at the prompt, on the loopback of whoever runs this.</summary>
public sealed class SocketCmdletTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Socket _listener = Listen();

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    private static Socket Listen()
    {
        var socket = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(7);
        return socket;
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_listener_with_its_queue_and_its_process()
    {
        var socket = engine.Invoke($"Get-SocketEntry -LocalPort {Port} -State Listen").One<SocketEntry>();

        Assert.Equal(("127.0.0.1", 7, 0), (socket.LocalAddress, socket.AcceptQueueLimit, socket.AcceptQueueLength));
        Assert.Null(socket.ReceiveQueueBytes);
        Assert.Equal(Environment.ProcessId, socket.OwningProcess);
        Assert.Contains(socket.Owners, owner => owner.FileDescriptor == (int)_listener.Handle);
        Assert.DoesNotContain(socket.NotObserved, missing => missing.What == "owning process");
    }

    [Theory]
    [InlineData("Get-SocketEntry 127.0.0.0/8 {0}")]
    [InlineData("Get-SocketEntry -LocalPort {0} -OwningProcess $pid")]
    [InlineData("[pscustomobject]@{{ Id = $pid }} | Get-SocketEntry -LocalPort {0}")]
    [InlineData("Get-SocketEntry -OwningProcess * -LocalPort {0} -Protocol Tcp -IPv4")]
    public void Every_way_to_ask_for_it(string script) =>
        Assert.Equal(Port, engine.Invoke(string.Format(null, script, Port).Replace("$pid", $"{Environment.ProcessId}")).One<SocketEntry>().LocalPort);

    [Theory]
    [InlineData("-IPv6")]
    [InlineData("-Protocol Udp")]
    [InlineData("-State Established")]
    [InlineData("-LocalAddress 10.99.0.0/16")]
    [InlineData("-RemotePort 9")]
    [InlineData("-InterfaceAlias lo")]
    public void What_it_is_not_is_not_listed(string filter) =>
        Assert.Empty(engine.Invoke($"Get-SocketEntry -LocalPort {Port} {filter}").AssertClean().Output);

    [Fact]
    public void Without_processes_none_is_named()
    {
        var socket = engine.Invoke($"Get-SocketEntry -LocalPort {Port} -NoProcess").One<SocketEntry>();
        Assert.Null(socket.OwningProcess);
        Assert.Empty(socket.Owners);
    }

    [Theory]
    [InlineData("-LocalAddress 10", "10", "MalformedAddress")]
    [InlineData("-RemoteAddress 10.0.0.0/33", "10.0.0.0/33", "MalformedAddress")]
    [InlineData("-LocalAddress 10.0.0.0/", "10.0.0.0/", "MalformedAddress")]
    [InlineData("-LocalAddress host.example", "host.example", "MalformedAddress")]
    [InlineData("-OwningProcess 999999999", "999999999", "ProcessNotFound")]
    [InlineData("-OwningProcess no-such-process", "no-such-process", "ProcessNotFound")]
    [InlineData("-InterfaceAlias nope0", "nope0", "InterfaceNotFound")]
    public void Bad_input_is_named_with_advice(string parameters, string target, string id)
    {
        var result = engine.Invoke($"Get-SocketEntry {parameters}");
        Assert.Empty(result.Output);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId);
        Assert.Equal(target, error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void A_probe_of_this_host_finds_the_listener_that_answers()
    {
        var socket = engine.Invoke($"Test-SynPath 127.0.0.1 -Port {Port} -NoCapture | Get-SocketEntry").One<SocketEntry>();
        Assert.Equal((SocketState.Listen, "127.0.0.1", Port), (socket.State, socket.AskedAddress, socket.AskedPort));
        Assert.NotNull(socket.SynQueueLength);
    }

    [Fact]
    public void Where_nothing_answers_the_absent_and_what_is_bound_elsewhere_are_told()
    {
        var sockets = engine.Invoke($"Test-SynPath 127.0.0.2 -Port {Port} -NoCapture | Get-SocketEntry").AssertClean().Of<SocketEntry>();
        Assert.Equal([SocketState.Absent, SocketState.Listen], sockets.Select(s => s.State));
        Assert.All(sockets, s => Assert.Equal("127.0.0.2", s.AskedAddress));
    }

    [Fact]
    public void A_saved_probe_is_as_good_as_a_live_one()
    {
        var socket = engine.Invoke($"$p = Test-SynPath 127.0.0.1 -Port {Port} -NoCapture; "
            + "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($p)) | Get-SocketEntry").One<SocketEntry>();
        Assert.Equal(SocketState.Listen, socket.State);
    }

    [Fact]
    public void Live_sockets_survive_serialization()
    {
        const string Trip = "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($s)); ";
        using var client = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, Port);
        var result = engine.Invoke($"$s = Get-SocketEntry -RemotePort {Port}; $s; $d = {Trip} [PacketPath.SocketEntry]$d").AssertClean().Of<SocketEntry>();
        Assert.Equal(2, result.Length);
        Assert.Equal(result[0].Owners[0], result[1].Owners[0]);
        Assert.Equal(result[0].TcpInfo!.RttMilliseconds, result[1].TcpInfo!.RttMilliseconds);
        Assert.Equal(result[0].Memory, result[1].Memory);
        Assert.Equal(result[0].OwningProcessName, result[1].OwningProcessName);
    }

    [Fact]
    public void Names_complete()
    {
        const string Complete = "[System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches.CompletionText";
        Assert.Contains($"{Port}", engine.Invoke($"$text = 'Get-SocketEntry -LocalPort {Port / 10}'; {Complete}").AssertClean().Of<string>());
        Assert.Contains($"{Environment.ProcessId}", engine.Invoke($"$text = 'Get-SocketEntry -OwningProcess {Environment.ProcessId}'; {Complete}").AssertClean().Of<string>());
        Assert.Contains("Listen", engine.Invoke($"$text = 'Get-SocketEntry -State Li'; {Complete}").AssertClean().Of<string>());
    }
}

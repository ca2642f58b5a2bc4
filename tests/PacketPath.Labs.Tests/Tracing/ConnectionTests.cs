using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Connections that are there already: what their sockets and their path tell, with nothing sent.</summary>
public sealed class ConnectionTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Trace = "Get-SocketEntry -RemotePort 4433 -State Established -NetNamespace $ns | Trace-PacketPath";
    private const string Until = "$until = [DateTime]::UtcNow.AddSeconds(20); do { $s = Get-SocketEntry -RemotePort 4433 -State Established -NoProcess -NetNamespace $ns } until (($s | Where-Object { %% }) -or [DateTime]::UtcNow -gt $until); ";

    [RootTheory]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void OneThatIsNeverAnsweredIsSilentAndOneThatGetsOnIsNotAccused(string address)
    {
        using var talk = new Talk(address);
        talk.Client.Send(new byte[100]);
        Assert.Equal("ApplicationSilent", engine.Invoke(Trace, "ns", talk.Here).One<PacketTrace>().Verdict.FaultId);
        talk.Answer();
        var trace = engine.Invoke(Trace, "ns", talk.Here).One<PacketTrace>();
        Assert.Equal(("NoFault", TraceKind.Connection, address, 4433), (trace.Verdict.FaultId, trace.Kind, trace.RemoteAddress, trace.RemotePort));
        Assert.Equal(((IPEndPoint)talk.Client.LocalEndPoint!).Port, trace.LocalPort);
    }

    [RootTheory]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void APeerThatDoesNotReadIsNamed(string address)
    {
        using var talk = new Talk(address);
        talk.Fill();
        var trace = engine.Invoke(Until.Replace("%%", "$_.Timer -eq 'WindowProbe'", StringComparison.Ordinal) + Trace, "ns", talk.Here).One<PacketTrace>();
        Assert.Equal(("ReceiveBufferFull", PathLayer.SocketQueue), (trace.Verdict.FaultId, trace.Verdict.Layer));
        var there = engine.Invoke("Get-SocketEntry -LocalPort 4433 -State Established -NetNamespace $ns | Trace-PacketPath", "ns", talk.There).One<PacketTrace>();
        Assert.Equal("ReceiveBufferFull", there.Verdict.FaultId);
        Assert.Contains("does not read its connection", there.Verdict.Summary);
    }

    [RootTheory]
    [InlineData("10.1.0.2", "b", "input", "NoReply")]
    [InlineData("fd01::2", "b", "input", "NoReply")]
    [InlineData("10.1.0.2", "a", "output", "OutputFirewallDrop")]
    [InlineData("fd01::2", "a", "output", "OutputFirewallDrop")]
    public void OneThatIsNotAcknowledgedIsStuck(string address, string node, string hook, string fault)
    {
        using var talk = new Talk(address);
        talk.Network.MustExec(node, $"nft add table inet lab; nft add chain inet lab c '{{ type filter hook {hook} priority 0; }}'; nft add rule inet lab c tcp dport 4433 drop");
        talk.Client.Send(new byte[100]);
        var trace = engine.Invoke(Until.Replace("%%", "$_.Retransmits", StringComparison.Ordinal) + Trace, "ns", talk.Here).One<PacketTrace>();
        Assert.Equal(fault, trace.Verdict.FaultId);
        Assert.NotEmpty(trace.Verdict.NextSteps);
    }

    /// <summary>A connection from node a to node b that nobody reads.</summary>
    private sealed class Talk : IDisposable
    {
        private readonly Socket _listener;
        private readonly Socket _server;

        public Talk(string address)
        {
            Network = LabNetwork.Build(Topologies.Pair());
            using var there = NetworkNamespace.Open(There);
            using var here = NetworkNamespace.Open(Here);
            _listener = there.Run(() => new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 });
            _listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 4433));
            _listener.Listen(4);
            var target = IPAddress.Parse(address);
            Client = here.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            Client.Connect(new IPEndPoint(target, 4433));
            _server = _listener.Accept();
        }

        public LabNetwork Network { get; }

        public Socket Client { get; }

        public string Here => Network.NamespaceOf("a");

        public string There => Network.NamespaceOf("b");

        public void Answer()
        {
            _server.Send(new byte[10]);
            Client.Receive(new byte[10]);
        }

        public void Fill()
        {
            Client.Blocking = false;
            while (Client.Poll(300_000, SelectMode.SelectWrite))
            {
                Client.Send(new byte[4096], SocketFlags.None, out _);
            }
        }

        public void Dispose()
        {
            Client.Dispose();
            _server.Dispose();
            _listener.Dispose();
            Network.Dispose();
        }
    }
}

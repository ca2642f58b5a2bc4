using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Traces by datagram in real namespaces, beside what the rules and counters of nft say of the same packets.</summary>
public sealed partial class DatagramLabTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Count = "nft -f - <<'END'\ntable inet lab { chain in { type filter hook input priority 0; udp dport 5000-5099 counter; udp dport 5000-5099 drop; }; }\nEND";

    private PacketTrace[] Trace(LabNetwork network, string target) =>
        engine.Invoke($"Trace-PacketPath {target} -Protocol Udp -NetNamespace $ns", "ns", network.NamespaceOf("a")).AssertClean().Of<PacketTrace>();

    private static Task Echo(LabNetwork network, int port, Socket[] held)
    {
        using var there = NetworkNamespace.Open(network.NamespaceOf("b"));
        var socket = there.Run(() =>
        {
            var opened = new Socket(SocketType.Dgram, ProtocolType.Udp);
            opened.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return opened;
        });
        held[0] = socket;
        return Task.Run(async () =>
        {
            var buffer = new byte[65535];
            try
            {
                while (true)
                {
                    var got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0));
                    await socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint);
                }
            }
            catch (Exception over) when (over is ObjectDisposedException or SocketException or OperationCanceledException)
            {
            }
        });
    }

    [RootFact]
    public void TheDatagramsSeenLeavingAreThoseThatArrive()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("b", Count);
        var trace = Assert.Single(Trace(network, "10.1.0.2 -Port 5000 -TimeoutSeconds 0.4"));
        var probe = Assert.Single(trace.Evidence.OfType<SynPathResult>());
        var arrived = int.Parse(Packets().Match(network.MustExec("b", "nft list ruleset").Output).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((3, 3, 2), (probe.Syns.Length, arrived, probe.Retransmits));
        Assert.All(probe.Syns, syn => Assert.Equal(SynPacketKind.Datagram, syn.Kind));
    }

    [RootFact]
    public void SilentPortsOfAHostThatIsHeardAreNoFaultHoweverMany()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("b", Count);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Trace(network, "10.1.0.2 -Port 5000 -TimeoutSeconds 0.6");
        var one = clock.Elapsed;
        clock.Restart();
        var traces = Trace(network, "10.1.0.2 -Port (5000..5099) -TimeoutSeconds 0.6");
        Console.WriteLine($"one silent port {one.TotalMilliseconds:0} ms, a hundred {clock.Elapsed.TotalMilliseconds:0} ms");
        Assert.Equal(100, traces.Length);
        Assert.All(traces, trace => Assert.Equal("Indeterminate", trace.Verdict.FaultId));
        Assert.All(traces, trace => Assert.Contains(trace.Stages, stage => stage is { Layer: PathLayer.Path, Status: TraceStageStatus.Cleared }));
    }

    [RootFact]
    public void ClosedPortsThatAHostIsTiredOfReportingAreNotLaidToThePath()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        var traces = Trace(network, "10.1.0.2 -Port (6000..6039) -TimeoutSeconds 0.6");
        Assert.Contains(traces, static trace => trace.Verdict.FaultId == "RemoteRefused");
        Assert.All(traces, static trace => Assert.Contains(trace.Verdict.FaultId, new[] { "RemoteRefused", "Indeterminate" }));
    }

    [RootTheory]
    [InlineData("udp dport 5000 masquerade to :61000-61009 random", "")]
    [InlineData("", "udp dport 5000 dnat ip to 10.1.0.2:5050")]
    public void AddressTranslationOfThisHostIsNotTakenForADrop(string after, string before)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", $"nft -f - <<'END'\ntable inet nat {{ chain post {{ type nat hook postrouting priority 100; {after}; }}; chain out {{ type nat hook output priority -100; {before}; }}; }}\nEND");
        network.MustExec("b", Count);
        var silent = Assert.Single(Trace(network, "10.1.0.2 -Port 5000 -TimeoutSeconds 0.4"));
        Assert.Contains(silent.Verdict.FaultId, new[] { "Indeterminate", "NoReply" });
        network.MustExec("b", "nft flush ruleset");
        var held = new Socket[1];
        Echo(network, after.Length > 0 ? 5000 : 5050, held);
        using (held[0])
        {
            Assert.Equal("NoFault", Assert.Single(Trace(network, "10.1.0.2 -Port 5000 -TimeoutSeconds 5")).Verdict.FaultId);
        }
    }

    [RootFact]
    public void SourceInterfaceMarkAndALargePayloadAreSentAsAsked()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "ip addr add 10.1.0.77/24 dev eth0");
        network.MustExec("a", "nft -f - <<'END'\ntable inet lab { chain out { type filter hook output priority 0; ip saddr 10.1.0.77 meta mark 7 udp dport 5000 counter; }; }\nEND");
        var held = new Socket[1];
        Echo(network, 5000, held);
        using (held[0])
        {
            var trace = Assert.Single(Trace(network, "10.1.0.2 -Port 5000 -TimeoutSeconds 5 -SourceAddress 10.1.0.77 -InterfaceAlias eth0 -Mark 7 -Payload ('x' * 4000)"));
            Assert.Equal(("NoFault", "10.1.0.77"), (trace.Verdict.FaultId, trace.LocalAddress));
        }

        Assert.Matches(@"counter packets [1-9]", network.MustExec("a", "nft list ruleset").Output);
    }

    [RootFact]
    public void WithoutACaptureAFirewallOfThisHostIsNamedAllTheSame()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "nft -f - <<'END'\ntable inet lab { chain out { type filter hook output priority 0; udp dport 5000 counter drop; }; }\nEND");
        var trace = Assert.Single(Trace(network, "10.1.0.2 -Port 5000 -TimeoutSeconds 5 -NoCapture"));
        Assert.Equal(("OutputFirewallDrop", Confidence.Proven), (trace.Verdict.FaultId, trace.Verdict.Confidence));
        Assert.InRange(trace.DurationMilliseconds, 0, 4000);
    }

    [RootFact]
    public void AServerIsAskedAboutDatagrams()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var bound = Bind(network, IPAddress.Parse("10.1.0.2"), 5000);
        using var inside = Bind(network, IPAddress.Loopback, 5001);
        PacketFailure Listening(int port) => engine.Invoke(
            "Trace-PacketPath -Listening 10.1.0.2 -Port $port -From 10.1.0.1 -Protocol Udp -NetNamespace $ns",
            new Dictionary<string, object?> { ["port"] = port, ["ns"] = network.NamespaceOf("b") }).One<PacketTrace>().Verdict;

        Assert.Equal(("NoFault", PathLayer.SocketQueue, TransportProtocol.Udp), (Listening(5000).FaultId, Listening(5000).Layer, Listening(5000).Protocol));
        Assert.Equal("ListenerBoundElsewhere", Listening(5001).FaultId);
        Assert.Equal("ListenerMissing", Listening(5002).FaultId);
        network.MustExec("b", "nft -f - <<'END'\ntable inet lab { chain in { type filter hook input priority 0; tcp dport 5002 drop; udp dport 5000 drop; }; }\nEND");
        Assert.Equal("InputFirewallDrop", Listening(5000).FaultId);
        Assert.Equal("ListenerMissing", Listening(5002).FaultId);
    }

    [RootFact]
    public void WhatTheServerSaysExplainsWhatTheClientSaw()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var full = Bind(network, IPAddress.Parse("10.1.0.2"), 5000);
        full.ReceiveBufferSize = 2304;
        network.MustExec("a", "bash -c 'exec 3<>/dev/udp/10.1.0.2/5000; for i in {1..60}; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx >&3; done'");
        PacketFailure Joined(int port) => engine.Invoke(
            "& { Trace-PacketPath 10.1.0.2 -Port $port -Protocol Udp -TimeoutSeconds 0.4 -NetNamespace $a; Trace-PacketPath -Listening 10.1.0.2 -Port $port -From 10.1.0.1 -Protocol Udp -NetNamespace $b } | Resolve-PacketFailure -PrimaryOnly",
            new Dictionary<string, object?> { ["port"] = port, ["a"] = network.NamespaceOf("a"), ["b"] = network.NamespaceOf("b") }).One<PacketFailure>();

        Assert.Equal(("ListenerMissing", Confidence.Proven), (Joined(5001).FaultId, Joined(5001).Confidence));
        Assert.Equal(("ReceiveBufferFull", PathLayer.SocketQueue), (Joined(5000).FaultId, Joined(5000).Layer));
    }

    private static Socket Bind(LabNetwork network, IPAddress address, int port)
    {
        using var there = NetworkNamespace.Open(network.NamespaceOf("b"));
        return there.Run(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        });
    }

    [GeneratedRegex(@"counter packets (\d+)")]
    private static partial Regex Packets();
}

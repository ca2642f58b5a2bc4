using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Trace-PacketPath -Listening: what a real host says of itself as a server, and what clients then see.</summary>
public sealed class ListeningTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Rules = """
        table inet lab { chain in { type filter hook input priority 0;
            tcp dport 4001 drop
            tcp dport 4002 reject
            ip saddr 10.1.0.77 tcp dport 4433 drop
            ip6 saddr fd01::77 tcp dport 4433 drop
          }
        }
        """;

    public static TheoryData<string, string> Cases => new()
    {
        { "NoFault", "-From 10.1.0.1 -Port 4433" },
        { "NoFault", "-From fd01::1 -Port 4433" },
        { "NoFault", "10.1.0.2 -Port 4433" },
        { "ListenerMissing", "-From 10.1.0.1 -Port 4434" },
        { "ListenerMissing", "-From fd01::1 -Port 4434" },
        { "InputFirewallDrop", "-From 10.1.0.1 -Port 4001" },
        { "InputFirewallDrop", "-From fd01::1 -Port 4001" },
        { "InputFirewallReject", "-From 10.1.0.1 -Port 4002" },
        { "InputFirewallReject", "-From fd01::1 -Port 4002" },
        { "InputFirewallDrop", "-From 10.1.0.77 -Port 4433" },
        { "InputFirewallDrop", "-From fd01::77 -Port 4433" },
        { "ReturnRouteMissing", "10.1.0.2 -From 198.51.100.9 -Port 4433" },
        { "ReturnRouteMissing", "fd01::2 -From 2001:db8::9 -Port 4433" },
        { "ReturnPathFiltered", "10.1.0.2 -From 10.66.0.9 -InterfaceAlias eth0 -Port 4433" },
    };

    [RootFact]
    public void EachFaultIsNamedAndTheHealthyIsNot()
    {
        using var network = Build();
        using var listener = Listen(network);
        foreach (var (fault, question) in Cases.Select(row => ((string)row[0], (string)row[1])))
        {
            var trace = engine.Invoke($"Trace-PacketPath -Listening {question} -NetNamespace $ns", "ns", network.NamespaceOf("b")).One<PacketTrace>();
            Assert.True(fault == trace.Verdict.FaultId, $"{question}: {trace.Verdict}");
            Assert.Equal(TraceKind.Listening, trace.Kind);
            Assert.NotEmpty(trace.Verdict.NextSteps);
            Assert.Equal(fault == "NoFault" ? 0 : 1, trace.Stages.Count(stage => stage.Status == TraceStageStatus.Fault));
        }
    }

    [RootFact]
    public void TheTwoEndsTogetherGiveOneVerdictAlsoAfterSerialization()
    {
        using var network = Build();
        using var listener = Listen(network);
        var verdicts = engine.Invoke(
            "$t = & { Trace-PacketPath 10.1.0.2 -Port 4434 -NetNamespace $ns['a']; Trace-PacketPath -Listening 10.1.0.2 -Port 4434 -From 10.1.0.1 -NetNamespace $ns['b'] }; "
            + "$t | Resolve-PacketFailure -PrimaryOnly; "
            + "$t | ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_)) } | Resolve-PacketFailure -PrimaryOnly",
            "ns",
            new System.Collections.Hashtable { ["a"] = network.NamespaceOf("a"), ["b"] = network.NamespaceOf("b") }).AssertClean().Of<PacketFailure>();
        Assert.Equal(["ListenerMissing", "ListenerMissing"], verdicts.Select(v => v.FaultId));
        Assert.All(verdicts, v => Assert.Equal((Confidence.Proven, network.NamespaceOf("a")), (v.Confidence, v.NetNamespace)));
    }

    private static LabNetwork Build()
    {
        var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("b", $"nft -f - <<'END'\n{Rules}\nEND");
        network.MustExec("b", "sysctl -qw net.ipv4.conf.all.rp_filter=1 && ip link add other0 type veth peer name other1 && ip link set other0 up && ip link set other1 up && ip route add 10.66.0.0/24 dev other0");
        return network;
    }

    private static Socket Listen(LabNetwork network)
    {
        using var there = NetworkNamespace.Open(network.NamespaceOf("b"));
        return there.Run(() =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 4433));
            socket.Listen(16);
            return socket;
        });
    }
}

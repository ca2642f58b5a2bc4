using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>What a trace promises beside its verdict.</summary>
public sealed class TraceTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string RoundTrip = "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_))";
    private const string Say = "ForEach-Object { \"$($_.FaultId) $($_.Confidence) $($_.Summary) $($_.NextSteps -join '|') $($_.RuledOut -join '|')\" }";

    private static readonly string[] Faults =
    [
        "ip route add blackhole 198.51.100.0/25",
        "ip route add prohibit 198.51.100.128/25",
        "ip rule add fwmark 7 blackhole priority 90",
        "ip route add 192.0.2.0/24 via 10.1.0.77",
        "ip route add 192.0.2.9 mtu lock 600 via 10.1.0.2",
        "ip link add dead0 type veth peer name dead1",
        "ip addr add 10.66.0.1/24 dev dead0",
        "ip neigh add 10.1.0.66 lladdr 02:00:00:00:00:66 dev eth0 nud permanent",
        "tc qdisc add dev dead0 root tbf rate 8bit burst 10 limit 10",
        "nft add table inet other",
        "nft add chain inet other out '{ type filter hook output priority 0; }'",
        "nft add rule inet other out tcp dport 25 counter drop",
        "nft add rule inet other out ip daddr 10.1.0.77 counter reject",
        "nft add chain inet other in '{ type filter hook input priority 0; }'",
        "nft add rule inet other in tcp sport 9 counter drop",
    ];

    [RootFact]
    public void TenFaultsOnOtherObjectsChangeNoVerdict()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var listener = Listen(network);
        foreach (var fault in Faults)
        {
            network.MustExec("a", fault);
        }

        var healthy = Trace(network, "10.1.0.2 -Port 4433");
        Assert.Equal(("NoFault", Confidence.Proven), (healthy.Verdict.FaultId, healthy.Verdict.Confidence));
        Assert.Empty(healthy.Contributing);
        Assert.Equal("RemoteRefused", Trace(network, "10.1.0.2 -Port 4434").Verdict.FaultId);
        Assert.Equal("RouteBlackhole", Trace(network, "198.51.100.1").Verdict.FaultId);
        Assert.Equal("RouteProhibit", Trace(network, "198.51.100.200").Verdict.FaultId);
        Assert.Equal("PolicyRuleBlackhole", Trace(network, "10.1.0.2 -Port 4433 -Mark 7").Verdict.FaultId);
        Assert.Equal("OutputFirewallReject", Trace(network, "10.1.0.77").Verdict.FaultId);
    }

    [RootFact]
    public void NothingOnTheHostIsChanged()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var listener = Listen(network);
        foreach (var fault in Faults)
        {
            network.MustExec("a", fault);
        }

        var before = Snapshot(network);
        foreach (var target in new[] { "10.1.0.2 -Port 4433 -Deep", "10.1.0.2 -Port 4434 -Deep", "198.51.100.1 -Deep", "10.1.0.2 -Port 25 -TimeoutSeconds 0.3", "10.1.0.77" })
        {
            Trace(network, target);
        }

        Assert.Equal(before, Snapshot(network));
    }

    [RootFact]
    public void TheVerdictComesAgainFromTheTraceAndFromWhatPassThruWrites()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "nft -f - <<'END'\ntable inet lab { chain out { type filter hook output priority 0; tcp dport 4433 counter drop; }; }\nEND");
        var result = engine.Invoke(
            $"$t = Trace-PacketPath 10.1.0.2 -Port 4433 -TimeoutSeconds 0.3 -NetNamespace $ns; $t.Verdict | {Say}; $t | Resolve-PacketFailure -PrimaryOnly | {Say}; "
            + $"$t | ForEach-Object {{ {RoundTrip} }} | Resolve-PacketFailure -PrimaryOnly | {Say}; "
            + "(Trace-PacketPath 10.1.0.2 -Port 4433 -TimeoutSeconds 0.3 -NetNamespace $ns -PassThru | Resolve-PacketFailure -PrimaryOnly).FaultId",
            "ns",
            network.NamespaceOf("a")).AssertClean().Of<string>();
        Assert.StartsWith("OutputFirewallDrop Proven", result[0]);
        Assert.Equal(result[0], result[1]);
        Assert.Equal(result[0], result[2]);
        Assert.Equal("OutputFirewallDrop", result[3]);
    }

    [RootFact]
    public void ASocketIsThatUsersForThePolicyRulesAndTheFirewall()
    {
        var pair = Topologies.Pair();
        var service = new LabService { Kind = LabServiceKind.Tls, Port = 443, Tls = new LabTls { Certificates = [new LabCertificate { Names = ["a.example"] }] } };
        using var network = LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = [service] }] });
        network.MustExec("a", "nft -f - <<'END'\ntable inet lab { chain out { type filter hook output priority 0; tcp flags syn meta skuid 1234 counter; tcp flags syn meta skuid != 1234 counter; }; }\nEND");
        foreach (var address in new[] { "10.1.0.2", "fd01::2" })
        {
            // The SYN of the attempt, of the one beneath TLS, and of the handshake.
            var before = Counted(network);
            var trace = Trace(network, $"{address} -Uid 1234 -ServerName a.example");
            var probe = Assert.Single(trace.Evidence.OfType<SynPathResult>());
            Assert.Equal((1234L, 1234L, 1234L), (probe.RequestedUid, probe.Uid, probe.Route!.Uid));
            Assert.Contains(trace.Stages, static stage => stage.Observation.Contains("a socket of user 1234 was opened", StringComparison.Ordinal));
            Assert.Equal((before.Asked + 3, before.Others), Counted(network));

            // Whoever opened them is who it was.
            probe = Assert.Single(Trace(network, $"{address} -ServerName a.example").Evidence.OfType<SynPathResult>());
            Assert.Equal((null, 0L), (probe.RequestedUid, probe.Uid));
            Assert.Equal((before.Asked + 3, before.Others + 3), Counted(network));
        }
    }

    private static (long Asked, long Others) Counted(LabNetwork network)
    {
        var counters = System.Text.RegularExpressions.Regex.Matches(network.MustExec("a", "nft list table inet lab").Output, "packets ([0-9]+)").Select(static m => long.Parse(m.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return (counters[0], counters[1]);
    }

    [RootFact]
    public void ManySilentTargetsTakeLittleMoreThanOne()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("b", "nft -f - <<'END'\ntable inet lab { chain in { type filter hook input priority 0; tcp dport 1000-1999 drop; }; }\nEND");
        engine.Invoke("Trace-PacketPath 10.1.0.2 -Port 1000 -TimeoutSeconds 0.2 -NetNamespace $ns", "ns", network.NamespaceOf("a")).AssertClean();
        var traces = engine.Invoke("Trace-PacketPath 10.1.0.2 -Port (1000..1099) -TimeoutSeconds 0.5 -NetNamespace $ns", "ns", network.NamespaceOf("a")).AssertClean().Of<PacketTrace>();
        Assert.Equal(100, traces.Length);
        Assert.All(traces, trace => Assert.Equal("NoReply", trace.Verdict.FaultId));
    }

    private static string Snapshot(LabNetwork network) => string.Join(
        '\n',
        new[]
        {
            "ip -o -d addr", "ip -o -d link", "ip route show table all", "ip -6 route show table all", "ip rule", "ip -6 rule",
            "ip -o neigh show nud permanent", "nft -s list ruleset", "tc qdisc show", "sysctl -a --pattern '^net\\.' 2>/dev/null | grep -v 'nf_conntrack_count\\|random\\|\\.fs\\.'",
        }.Select(command => network.Exec("a", command).Output));

    private PacketTrace Trace(LabNetwork network, string target) =>
        engine.Invoke($"Trace-PacketPath {target} -NetNamespace $ns", "ns", network.NamespaceOf("a")).One<PacketTrace>();

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

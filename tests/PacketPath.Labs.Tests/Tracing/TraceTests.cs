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
    public void AVerdictIsTheSameWithTenFaultsOnOtherObjectsAndWithout()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var listener = Listen(network);
        network.MustExec("a", "nft -f - <<'END'\ntable inet own { chain out { type filter hook output priority 0; tcp dport 4001 counter drop; tcp dport 4002 reject; }; }\nEND");
        network.MustExec("a", "ip route add blackhole 203.0.113.0/24 && ip -6 route add prohibit 2001:db8:9::/64");
        network.MustExec("b", "nft -f - <<'END'\ntable inet own { chain in { type filter hook input priority 0; tcp dport 4003 drop; }; }\nEND");
        string[] targets = ["10.1.0.2 -Port 4433, 4434, 4001, 4002, 4003", "fd01::2 -Port 4433, 4434, 4001, 4002, 4003", "203.0.113.9", "2001:db8:9::9"];
        string[] Verdicts() =>
        [
            .. targets.SelectMany(target => engine.Invoke($"Trace-PacketPath {target} -TimeoutSeconds 0.4 -NetNamespace $ns", "ns", network.NamespaceOf("a")).AssertClean().Of<PacketTrace>())
                .Select(static t => $"{t} {t.Verdict.Confidence} {t.Contributing.Length} {(t.Verdict.Subject as FirewallRule)?.Text.Split(" counter")[0]}").Order(StringComparer.Ordinal),
        ];

        var before = Verdicts();
        foreach (var fault in Faults)
        {
            network.MustExec("a", fault);
        }

        // Losses go on elsewhere while the targets are tried.
        network.MustExec("a", "(for i in $(seq 200); do (echo x > /dev/udp/10.1.0.77/9) 2>/dev/null; done; ping -q -c 50 -i 0.01 -W 1 10.1.0.66) >/dev/null 2>&1 &");
        Assert.Equal(before, Verdicts());
        Assert.Equal(2, before.Count(static v => v.Contains("NoFault", StringComparison.Ordinal)));
        Assert.Equal(2, before.Count(static v => v.Contains("OutputFirewallDrop", StringComparison.Ordinal)));
        Assert.Equal(12, before.Length);
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

        string[] nodes = ["a", "b"];
        var before = nodes.Select(node => Snapshot(network, node)).ToArray();
        foreach (var target in new[]
        {
            "10.1.0.2 -Port 4433 -Deep", "10.1.0.2 -Port 4434 -Deep", "198.51.100.1 -Deep", "10.1.0.2 -Port 25 -TimeoutSeconds 0.3", "10.1.0.77",
            "fd01::2 -Port 4433 -Deep -ServerName a.example -TimeoutSeconds 0.2", "fd01::2 -Port 4434 -Protocol Quic -TimeoutSeconds 0.2",
        })
        {
            Trace(network, target);
        }

        engine.Invoke("Trace-PacketPath -Listening 10.1.0.2 -Port 4433 -From 10.1.0.1 -NetNamespace $ns", "ns", network.NamespaceOf("b")).AssertClean();
        Assert.Equal(before, nodes.Select(node => Snapshot(network, node)));
        // The probe's own resolution is all that may be new.
        string[] resolved = ["10.1.0.1", "10.1.0.2", "10.1.0.66", "10.1.0.77", "fd01::1", "fd01::2"];
        Assert.All(
            nodes.SelectMany(node => network.Exec(node, "ip -o neigh show").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(static line => line.Split(' ')[0]),
            address => Assert.True(resolved.Contains(address) || address.StartsWith("fe80:", StringComparison.Ordinal), address));
    }

    [RootFact]
    public void TheHostItselfIsAsItWasAfterTracesInLabs()
    {
        var before = OwnFilesAndSettings();
        var network = HostState.Snapshot();
        var results = engine.Invoke("Invoke-PacketLab OutputFirewallReject-RuleByTrial-IPv4, RouteBlackhole-IPv6, NoFault-Nat-IPv4 -Trace").AssertClean().Of<PacketLabResult>();
        Assert.All(results, result => Assert.True(result.Passed, result.Failure));
        Assert.Equal(network, HostState.Snapshot());
        var after = OwnFilesAndSettings();
        // A module that the kernel loads for a lab brings settings of its own; what was there is as it was.
        Assert.All(before, setting => Assert.Equal(setting.Value, after.GetValueOrDefault(setting.Key)));
        Assert.NotEmpty(before);
    }

    [RootFact]
    public void ALocalFaultIsNamedLongBeforeTheTimeout()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var listener = Listen(network);
        foreach (var fault in Faults)
        {
            network.MustExec("a", fault);
        }

        foreach (var target in new[] { "198.51.100.1", "198.51.100.200", "10.1.0.2 -Port 4433 -Mark 7", "10.1.0.77", "10.1.0.2 -Port 4434", "10.1.0.2 -Port 4433", "203.0.113.1", "10.1.0.1 -Port 8" })
        {
            Assert.InRange(Trace(network, target + " -TimeoutSeconds 60").DurationMilliseconds, 0, 20_000);
        }
    }

    [RootFact]
    public void SilenceTakesTheTimeoutOnceWhateverIsLookedAtBesideIt()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "nft -f - <<'END'\ntable inet lab { chain out { type filter hook output priority 0; tcp dport 25 counter drop; }; }\nEND");
        network.MustExec("b", "nft -f - <<'END'\ntable inet lab { chain in { type filter hook input priority 0; tcp dport 1000 drop; }; }\nEND");
        double[] Durations(string seconds) => [.. engine.Invoke($"Trace-PacketPath 10.1.0.2, fd01::2 -Port 25, 1000 -TimeoutSeconds {seconds} -NetNamespace $ns", "ns", network.NamespaceOf("a")).AssertClean()
            .Of<PacketTrace>().OrderBy(static t => (t.RemoteAddress, t.RemotePort)).Select(static t => t.DurationMilliseconds)];

        // What a busy machine adds is in both: only the wait differs, and it is there once.
        var (brief, patient) = (Durations("0.4"), Durations("2.4"));
        Assert.Equal(4, brief.Length);
        Assert.All(brief.Zip(patient), pair => Assert.InRange(pair.Second - pair.First, 200, 3600));
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

        // All wait at the same time, and share what is read of the host.
        var began = traces.Select(static trace => trace.Evidence.OfType<SynPathResult>().Single().ObservedAt).Order().ToArray();
        Assert.InRange((began[^1] - began[0]).TotalSeconds, 0, 0.5);
        Assert.InRange(traces.SelectMany(static trace => trace.Evidence.OfType<FirewallHook>()).Distinct<FirewallHook>(ReferenceEqualityComparer.Instance).Count(), 0, 10);
    }

    // Files by name, size and time; settings by name. Labs keep files of their own under /etc/netns.
    private static Dictionary<string, string> OwnFilesAndSettings() => HostState.Run(
            "sh", "-c", "find /etc -path /etc/netns -prune -o -type f -printf '%p = %s %T@\\n'; sysctl -a 2>/dev/null | grep -E '^(net|kernel\\.core|kernel\\.printk)' | grep -v 'nf_conntrack_count\\|\\.fs\\.'")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(" = ", 2)).DistinctBy(static pair => pair[0]).ToDictionary(static pair => pair[0], static pair => pair[^1]);

    private static string Snapshot(LabNetwork network, string node) => string.Join(
        '\n',
        new[]
        {
            "ip -o -d addr", "ip -o -d link", "ip route show table all", "ip -6 route show table all", "ip rule", "ip -6 rule",
            "ip -o neigh show nud permanent", "nft -s list ruleset", "tc qdisc show", "sysctl -a --pattern '^net\\.' 2>/dev/null | grep -v 'nf_conntrack_count\\|random\\|\\.fs\\.'",
        }.Select(command => network.Exec(node, command).Output));

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

using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>The verdict names the rule: by its counter where that moved, else by trying the flow on the rules.</summary>
public sealed class FirewallVerdictTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string BeforeAndAfter =
        "$before = Get-FirewallHook; $probe = Test-SynPath 10.1.0.2 -Port 4433 -TimeoutSeconds 1; $after = Get-FirewallHook; "
        + "$before, $probe, $after | ForEach-Object { $_ } | Resolve-PacketFailure -PrimaryOnly";

    private PacketFailure Judge(string table, string script = BeforeAndAfter, bool listen = false)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var listener = listen ? Listen(network) : null;
        network.MustExec("a", $"nft -f - <<'END'\n{table}\nEND");
        return engine.Invoke(
            "$PSDefaultParameterValues = @{ 'Get-FirewallHook:NetNamespace' = $ns; 'Test-SynPath:NetNamespace' = $ns }; " + script,
            "ns",
            network.NamespaceOf("a")).One<PacketFailure>();
    }

    [RootFact]
    public void ByACounterThatMoved()
    {
        var verdict = Judge("""
            table inet lab { chain out { type filter hook output priority filter; policy accept;
                tcp dport 80 counter drop
                meta skuid != 12345 tcp dport 4433 counter drop
              }
            }
            """);
        Assert.Equal("OutputFirewallDrop", verdict.FaultId);
        var rule = Assert.IsType<FirewallRule>(verdict.Subject);
        Assert.StartsWith("meta skuid != 12345 tcp dport 4433 counter", rule.Text);
        Assert.Contains($"rule handle {rule.Handle} of chain out (table inet lab)", verdict.Summary);
        Assert.Contains(verdict.Evidence, evidence => evidence.Source.Contains("counters", StringComparison.Ordinal));
    }

    [RootFact]
    public void ByTryingTheFlowOnTheRules()
    {
        var verdict = Judge("""
            table inet lab {
              set closed { type inet_service; flags interval; elements = { 4000-4999 } }
              chain deny {
                ip daddr 10.1.0.0/24 drop
              }
              chain out { type filter hook output priority filter; policy accept;
                tcp dport 80 drop
                tcp dport @closed jump deny
              }
            }
            """);
        Assert.Equal("OutputFirewallDrop", verdict.FaultId);
        Assert.Equal(("deny", "ip daddr 10.1.0.0/24 drop"), (Assert.IsType<FirewallRule>(verdict.Subject).Chain, ((FirewallRule)verdict.Subject!).Text));
        Assert.Contains(verdict.Evidence, evidence => evidence.Source == "the flow tried on the decoded rules");
        Assert.Contains("not by a counter", verdict.DoesNotProve);
    }

    [RootFact]
    public void RejectsPoliciesAndSavedEvidence()
    {
        var reject = Judge("table inet lab { chain out { type filter hook output priority filter; policy accept;\n tcp dport 4433 counter reject with icmpx admin-prohibited\n }\n}");
        Assert.Equal(("OutputFirewallReject", "reject"), (reject.FaultId, Assert.IsType<FirewallRule>(reject.Subject).Verdict));

        var saved = "$before = Get-FirewallHook; $probe = Test-SynPath 10.1.0.2 -Port 4433 -TimeoutSeconds 1; "
            + "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@($before) + @($probe), 8)) | Resolve-PacketFailure -PrimaryOnly";
        var policy = Judge("table ip lab { chain out { type filter hook output priority filter; policy drop;\n tcp dport 80 accept\n }\n}", saved);
        Assert.Equal("OutputFirewallDrop", policy.FaultId);
        Assert.Contains("the policy of chain out (table ip lab), which is drop", policy.Summary);
    }

    [RootFact]
    public void RulesOnTheWayIn()
    {
        const string drop = """
            table inet lab {
              chain in { type filter hook input priority filter; policy accept;
                tcp dport 4433 counter drop
                tcp sport 4433 counter drop
              }
            }
            """;
        var dropped = Judge(drop, listen: true);
        Assert.Equal(("InputFirewallDrop", "tcp sport 4433 counter"), (dropped.FaultId, Assert.IsType<FirewallRule>(dropped.Subject).Text.Split(" packets")[0]));

        var rejected = Judge(drop.Replace("sport 4433 counter drop", "sport 4433 reject with tcp reset", StringComparison.Ordinal), listen: true);
        Assert.Equal(("InputFirewallReject", "tcp sport 4433 reject with tcp reset"), (rejected.FaultId, Assert.IsType<FirewallRule>(rejected.Subject).Text));
    }

    [RootFact]
    public void RulesForOthersAreNotAccused()
    {
        var open = Judge("""
            table inet lab {
              chain out { type filter hook output priority filter; policy accept;
                tcp dport 80 counter drop
                udp dport 4433 counter drop
                ip daddr 10.9.0.0/16 drop
              }
            }
            """, listen: true);
        Assert.Equal("NoFault", open.FaultId);
    }

    private static Socket Listen(LabNetwork network)
    {
        using var peer = NetworkNamespace.Open(network.NamespaceOf("b"));
        return peer.Run(() =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 4433));
            socket.Listen(16);
            return socket;
        });
    }
}

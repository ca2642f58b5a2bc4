using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>What earlier rules do to a packet is followed: no later rule is blamed that the kernel never took.</summary>
public sealed class FirewallFlowTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Judged =
        "$probe = Test-SynPath 10.1.0.2 -Port 4433 -TimeoutSeconds 0.6; $after = Get-FirewallHook; "
        + "$probe, $after | ForEach-Object { $_ } | Resolve-PacketFailure -PrimaryOnly";

    private const string Counted =
        "$before = Get-FirewallHook; $probe = Test-SynPath 10.1.0.2 -Port 4433 -TimeoutSeconds 0.6; $after = Get-FirewallHook; "
        + "$before, $probe, $after | ForEach-Object { $_ } | Resolve-PacketFailure -PrimaryOnly";

    public static TheoryData<string, string, string> Rulesets => new()
    {
        {
            "a mark set by an earlier chain",
            """
            table inet lab {
              chain marking { type route hook output priority mangle; tcp dport 4433 meta mark set 0x7; }
              chain out { type filter hook output priority filter;
                meta mark 0 tcp dport 4433 drop
                meta mark 0x7 drop
              }
            }
            """,
            "meta mark 0x00000007 drop"
        },
        {
            "a mark saved to the connection and restored",
            """
            table inet lab {
              chain first { type filter hook output priority mangle;
                tcp dport 4433 ct mark set 0x9
                meta mark set ct mark
              }
              chain out { type filter hook output priority filter;
                ct mark 0 tcp dport 4433 drop
                meta mark != 0x9 tcp dport 4433 drop
                ct mark 0x9 meta mark 0x9 drop
              }
            }
            """,
            "ct mark 0x00000009 meta mark 0x00000009 drop"
        },
        {
            "a destination that was rewritten",
            """
            table ip lab {
              chain nat { type nat hook output priority -100; tcp dport 4433 dnat to 10.1.0.3:8080; }
              chain out { type filter hook output priority filter;
                ip daddr 10.1.0.2 drop
                tcp dport 4433 drop
                ip daddr 10.1.0.3 tcp dport 8080 drop
              }
            }
            """,
            "ip daddr 10.1.0.3 tcp dport 8080 drop"
        },
        {
            "a redirect to this host",
            """
            table ip lab {
              chain nat { type nat hook output priority -100; tcp dport 4433 redirect to :9; }
              chain out { type filter hook output priority filter;
                tcp dport 4433 drop
                ip daddr 127.0.0.1 tcp dport 9 drop
              }
            }
            """,
            "ip daddr 127.0.0.1 tcp dport 9 drop"
        },
        {
            "a packet that is not tracked",
            """
            table inet lab {
              chain raw { type filter hook output priority raw; tcp dport 4433 notrack; }
              chain out { type filter hook output priority filter;
                ct state new tcp dport 4433 drop
                ct state untracked tcp dport 4433 drop
              }
            }
            """,
            "ct state untracked tcp dport 4433 drop"
        },
        {
            "before connection tracking",
            """
            table inet lab {
              chain raw { type filter hook output priority raw;
                ct state new tcp dport 4433 drop
                tcp dport 4433 drop
              }
            }
            """,
            "tcp dport 4433 drop"
        },
        {
            "nothing that could be known",
            """
            table inet lab {
              chain out { type filter hook output priority filter;
                tcp dport 4433 limit rate 1/second meta mark set 0x1
                meta mark 0x0 tcp dport 4433 drop
                meta mark 0x1 tcp dport 4433 drop
              }
            }
            """,
            ""
        },
    };

    private PacketFailure Judge(string table, string script)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", $"nft -f - <<'END'\n{table}\nEND");
        return engine.Invoke(
            "$PSDefaultParameterValues = @{ 'Get-FirewallHook:NetNamespace' = $ns; 'Test-SynPath:NetNamespace' = $ns }; " + script,
            "ns",
            network.NamespaceOf("a")).One<PacketFailure>();
    }

    [RootTheory]
    [MemberData(nameof(Rulesets))]
    public void TheRuleThatTheKernelTook(string about, string table, string rule)
    {
        var verdict = Judge(table, Judged);
        if (rule.Length == 0)
        {
            Assert.False(verdict.Subject is FirewallRule, $"{about}: {verdict.Summary}");
            return;
        }

        var named = Assert.IsType<FirewallRule>(verdict.Subject);
        Assert.True(named.Text == rule, $"{about}: {verdict.Summary}");
        var counting = table.Replace(" drop", " counter drop", StringComparison.Ordinal).Replace(" reject", " counter reject", StringComparison.Ordinal);
        var counted = Assert.IsType<FirewallRule>(Judge(counting, Counted).Subject);
        Assert.True(counted.Packets > 0 && System.Text.RegularExpressions.Regex.Replace(counted.Text, @"counter packets \d+ bytes \d+ ", "") == rule, $"{about}: the kernel took {counted.Text}");
    }

    [RootFact]
    public void NamedCounters()
    {
        const string one = """
            table inet lab {
              counter gone { }
              chain out { type filter hook output priority filter;
                meta skuid != 12345 tcp dport 4433 counter name "gone" drop
                tcp dport 4433 drop
              }
            }
            """;
        var named = Judge(one, Counted);
        var rule = Assert.IsType<FirewallRule>(named.Subject);
        Assert.Equal(("gone", true), (rule.CounterName, rule.Packets > 0));
        Assert.Contains(named.Evidence, evidence => evidence.Observation.StartsWith("its counter went up", StringComparison.Ordinal));

        var shared = Judge(one.Replace("tcp dport 4433 drop", "tcp dport 4433 counter name \"gone\" drop", StringComparison.Ordinal), Counted);
        Assert.DoesNotContain(shared.Evidence, evidence => evidence.Observation.StartsWith("its counter went up", StringComparison.Ordinal));
    }

    [RootFact]
    public void IptablesMarksAndTranslations()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", """
            set -e
            iptables-legacy -t mangle -A OUTPUT -p tcp --dport 4433 -j MARK --set-mark 3
            iptables-legacy -A OUTPUT -p tcp --dport 4433 -m mark --mark 0 -j DROP
            iptables-legacy -A OUTPUT -p tcp --dport 4433 -j REJECT --reject-with tcp-reset
            """);
        var verdict = engine.Invoke(
            "$PSDefaultParameterValues = @{ 'Get-FirewallHook:NetNamespace' = $ns; 'Test-SynPath:NetNamespace' = $ns }; " + Judged, "ns", network.NamespaceOf("a")).One<PacketFailure>();
        Assert.Equal(("OutputFirewallReject", "reject"), (verdict.FaultId, Assert.IsType<FirewallRule>(verdict.Subject).Verdict));
    }
}

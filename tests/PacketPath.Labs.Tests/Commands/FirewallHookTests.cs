using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Get-FirewallHook at the prompt, inside a lab; the flow evaluator against what the kernel counts.</summary>
public sealed class FirewallHookTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Ruleset = """
        table inet lab {
          set blocked { type ipv4_addr; flags interval; elements = { 10.9.0.0/16 } }
          map ports { type inet_service : verdict; elements = { 4433 : jump web, 22 : drop } }
          chain web {
            ip daddr 10.1.0.2 counter
            ip daddr 10.1.0.3 counter
          }
          chain out {
            type filter hook output priority filter; policy accept;
            tcp dport 4433 counter
            tcp dport 80 counter
            udp dport 4433 counter
            ip daddr 10.1.0.0/24 counter
            ip daddr != 10.1.0.0/24 counter
            ip daddr @blocked counter
            ip daddr . tcp dport { 10.1.0.2 . 4433, 10.1.0.2 . 80 } counter
            ip6 daddr fd01::/64 counter
            oifname "eth*" counter
            oifname "lo" counter
            iifname "eth0" counter
            ct state new counter
            ct state established counter
            tcp flags & (syn | ack) == syn counter
            tcp flags rst counter
            tcp dport 4000-5000 counter
            tcp dport < 4000 counter
            ip saddr 10.1.0.1 counter
            meta skuid 0 counter
            tcp dport vmap @ports
          }
          chain in { type filter hook input priority filter; policy accept;
            tcp sport 4433 counter
          }
        }
        """;

    private static LabNetwork Build()
    {
        var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", $"nft -f - <<'END'\n{Ruleset}\nEND");
        return network;
    }

    private EngineResult Run(LabNetwork network, string script) => engine.Invoke(
        "$PSDefaultParameterValues = @{ 'Get-FirewallHook:NetNamespace' = $ns }; " + script, "ns", network.NamespaceOf("a"));

    [RootFact]
    public void HooksInTheOrderOfThePath()
    {
        using var network = Build();
        network.MustExec("a", "nft add table ip nat '{ chain post { type nat hook postrouting priority srcnat; } ; chain pre { type filter hook prerouting priority raw; } ; }'");
        var hooks = Run(network, "Get-FirewallHook").AssertClean().Of<FirewallHook>();

        Assert.Equal(["prerouting", "input", "output", "postrouting"], hooks.Select(hook => hook.Hook));
        Assert.Equal(["raw", "filter", "filter", "srcnat"], hooks.Select(hook => hook.PriorityName));
        Assert.All(hooks, hook => Assert.Equal(network.NamespaceOf("a"), hook.NetNamespace));
        var output = hooks.Single(hook => hook.Chain == "out");
        Assert.Equal(["web"], output.Chains.Select(chain => chain.Name));
        Assert.Equal(["10.9.0.0/16"], output.Sets.Single(set => set.Name == "blocked").Elements);
        Assert.Equal("ipv4_addr . inet_service", output.Sets.Single(set => set.IsAnonymous).KeyType);
        Assert.Equal(["out"], Run(network, "Get-FirewallHook -Chain o* -Family inet -Hook output -Table lab").Of<FirewallHook>().Select(hook => hook.Chain));
        Assert.Empty(Run(network, "Get-FirewallHook -Table nothing").AssertClean().Output);
    }

    [RootFact]
    public void TheKernelCountsWhatTheEvaluatorSaysAndNothingElse()
    {
        using var network = Build();
        network.MustExec("a", "timeout 1 bash -c 'exec 3<>/dev/tcp/10.1.0.2/4433' 2>&1; true");
        var counted = Run(network, "Get-FirewallHook -Hook output").One<FirewallHook>();
        var flow = Run(network, "Get-FirewallHook -Hook output -Destination 10.1.0.2 -Port 4433 -OutputInterface eth0").One<FirewallHook>();

        var kept = flow.Rules.Concat(flow.Chains.SelectMany(chain => chain.Rules)).ToDictionary(rule => rule.Handle);
        var all = counted.Rules.Concat(counted.Chains.SelectMany(chain => chain.Rules)).Where(rule => rule.Packets is not null).ToArray();
        Assert.Equal(21, all.Length);
        Assert.All(all, rule =>
        {
            var match = kept.TryGetValue(rule.Handle, out var found) ? found.FlowMatch!.Value : FlowMatch.CannotMatch;
            Assert.True(
                match == FlowMatch.Unknown || (match == FlowMatch.Matches) == (rule.Packets > 0),
                $"{rule.Text}: {match}");
        });
        Assert.Equal(["ip saddr 10.1.0.1", "meta skuid 0"], kept.Values.Where(rule => rule.FlowMatch == FlowMatch.Unknown).Select(rule => rule.Text.Split(" counter")[0]));
    }

    [RootFact]
    public void FlowsNameWhatCouldApply()
    {
        using var network = Build();
        var web = Run(network, "Get-FirewallHook -RemoteAddress 10.1.0.3 -Port 4433").AssertClean().Of<FirewallHook>();
        Assert.Equal("web", Assert.Single(Assert.Single(web).Chains).Name);
        Assert.Contains("counter", Assert.Single(web[0].Chains[0].Rules).Text);
        Assert.Equal("10.1.0.3", web[0].Flow?.Destination);

        var ssh = Run(network, "Get-FirewallHook 10.1.0.3 22 -Hook output").One<FirewallHook>();
        Assert.Empty(ssh.Chains);
        Assert.Equal(FlowMatch.Matches, ssh.Rules.Single(rule => rule.Text == "tcp dport vmap @ports").FlowMatch);

        var udp = Run(network, "Get-FirewallHook 10.1.0.3 4433 -Protocol Udp").One<FirewallHook>();
        Assert.DoesNotContain(udp.Rules, rule => rule.Text.StartsWith("tcp", StringComparison.Ordinal));
        Assert.Equal("in", Run(network, "Get-FirewallHook 10.1.0.1 -Direction Input -Source 10.1.0.2 -SourcePort 4433 -Protocol Tcp -ConntrackState established").One<FirewallHook>().Chain);
    }

    [RootFact]
    public void BadInputAndMissingPrivilege()
    {
        using var network = Build();
        var bad = Run(network, "Get-FirewallHook 10.1.0.300 80");
        var error = Assert.Single(bad.Errors);
        Assert.Equal("10.1.0.300", error.TargetObject);
        Assert.Empty(bad.Output);
        Assert.NotNull(Run(network, "Get-FirewallHook -Hook sideways").Failure ?? Run(network, "Get-FirewallHook -Hook sideways").Errors.FirstOrDefault());
        Assert.StartsWith("NetNamespaceNotFound,", Assert.Single(engine.Invoke("Get-FirewallHook -NetNamespace no-such-namespace").Errors).FullyQualifiedErrorId);
    }
}

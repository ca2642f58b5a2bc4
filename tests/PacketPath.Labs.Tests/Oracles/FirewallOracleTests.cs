using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>The ruleset as PacketPath reads it equals <c>nft -a list ruleset</c>, word by word.</summary>
public class FirewallOracleTests
{
    public static TheoryData<string, int> Rulesets => new() { { "ip", 180 }, { "inet", 250 }, { "families", 170 } };

    internal static string Data(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "tests", "data", "nft", name + ".nft");
            if (File.Exists(file))
            {
                return file;
            }
        }

        throw new FileNotFoundException(name);
    }

    private static IReadOnlyList<FirewallHook> List(LabNetwork network)
    {
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var ruleset = FirewallRuleset.Open(networkNamespace);
        var hooks = ruleset.List(new FirewallQuery());
        Assert.False(ruleset.Interrupted);
        return hooks;
    }

    [RootTheory]
    [MemberData(nameof(Rulesets))]
    public void EveryRuleInTheWordsOfNft(string name, int atLeast)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", $"nft -f '{Data(name)}'");
        var oracle = NftOracle.Read(network, "a");
        var hooks = List(network);

        var chains = hooks.ToDictionary(hook => ($"{hook.Family} {hook.Table}", hook.Chain), hook => $"{hook.Hook} {hook.PriorityName} {hook.Policy}");
        Assert.Equal(Lines(oracle.Chains), Lines(chains));

        var ours = hooks.SelectMany(hook => hook.Rules.Concat(hook.Chains.SelectMany(chain => chain.Rules)))
            .DistinctBy(rule => (rule.Family, rule.Table, rule.Handle))
            .ToDictionary(rule => ($"{rule.Family} {rule.Table}", rule.Chain, rule.Handle), rule => rule.Text);
        var named = oracle.Rules.Where(rule => ours.ContainsKey(rule.Key) || IsReached(rule.Key.Chain)).ToDictionary();
        Assert.True(named.Count >= atLeast, $"{named.Count} rules");
        Assert.Equal(Lines(named), Lines(ours.Where(rule => !rule.Key.Chain.StartsWith("__chain", StringComparison.Ordinal)).ToDictionary()));

        var sets = hooks.SelectMany(hook => hook.Sets).Where(set => !set.IsAnonymous).DistinctBy(set => (set.Family, set.Table, set.Name));
        Assert.All(sets, set => Assert.Equal(
            WithoutAges(oracle.Elements.GetValueOrDefault(($"{set.Family} {set.Table}", set.Name), "")), WithoutAges(string.Join(", ", set.Elements))));

        // A chain nobody jumps to is not on a packet's way.
        bool IsReached(string chain) => hooks.Any(hook => hook.Chain == chain || hook.Chains.Any(target => target.Name == chain));
    }

    [RootFact]
    public void RulesThatIptablesWrote()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", """
            set -e
            iptables-nft -A INPUT -p tcp --dport 22 -m state --state NEW,ESTABLISHED -j ACCEPT
            iptables-nft -A INPUT -p tcp -m multiport --dports 80,443,1000:2000 -m comment --comment "hi there" -j ACCEPT
            iptables-nft -A INPUT -p udp --sport 53 -j REJECT --reject-with icmp-host-unreachable
            iptables-nft -A INPUT -m conntrack ! --ctstate INVALID --ctstatus SEEN_REPLY -j ACCEPT
            iptables-nft -A INPUT -p tcp --tcp-flags SYN,ACK SYN -j LOG --log-prefix "x: "
            iptables-nft -t mangle -A PREROUTING -j MARK --set-xmark 0x10/0xff
            iptables-nft -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080
            ip6tables-nft -A INPUT -p ipv6-icmp --icmpv6-type echo-request -j ACCEPT
            """);
        var rules = List(network).SelectMany(hook => hook.Rules).ToArray();

        Assert.Contains(rules, rule => rule.Text == "tcp dport 22 ct state established,new counter packets 0 bytes 0 accept");
        Assert.Contains(rules, rule => rule is { Text: "meta l4proto tcp th dport { 80, 443, 1000-2000 } /* hi there */ counter packets 0 bytes 0 accept", Comment: "hi there" });
        Assert.Contains(rules, rule => rule is { Text: "udp sport 53 counter packets 0 bytes 0 reject with icmp host-unreachable", Verdict: "reject" });
        Assert.Contains(rules, rule => rule.Text == "ct state ! invalid ct status seen-reply counter packets 0 bytes 0 accept");
        Assert.Contains(rules, rule => rule.Text == "tcp flags syn / syn,ack counter packets 0 bytes 0 log prefix \"x: \"");
        Assert.Contains(rules, rule => rule.Text == "counter packets 0 bytes 0 meta mark set meta mark & 0xffffff00 ^ 0x00000010");
        Assert.Contains(rules, rule => rule is { Text: "tcp dport 80 counter packets 0 bytes 0 dnat to 10.0.0.1:8080", Verdict: "dnat" });
        Assert.Contains(rules, rule => rule.Text == "icmpv6 type echo-request counter packets 0 bytes 0 accept");
    }

    [RootFact]
    public void TablesOfLegacyIptables()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", """
            set -e
            iptables-legacy -A INPUT -p tcp --dport 22 -m state --state NEW -j ACCEPT
            iptables-legacy -N UC
            iptables-legacy -A UC -s 10.0.0.0/8 -m comment --comment "leg" -j REJECT
            iptables-legacy -A INPUT -i eth+ ! -d 1.2.3.4 -j UC
            iptables-legacy -P OUTPUT DROP
            ip6tables-legacy -A INPUT -s fd00::/8 -p udp --dport 53 -j DROP
            """);
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        var tables = LegacyTables.Read(networkNamespace, new FirewallQuery());

        Assert.Empty(tables.Missing);
        Assert.All(tables.Hooks, hook => Assert.Equal((FirewallBackend.LegacyIptables, "filter"), (hook.Backend, hook.Table)));
        var input = tables.Hooks.Single(hook => hook is { Family: "ip", Hook: "input" });
        Assert.Equal(
            ["tcp dport 22 ct state new counter packets 0 bytes 0 accept", "iifname \"eth*\" ip daddr != 1.2.3.4 counter packets 0 bytes 0 jump UC"],
            input.Rules.Select(rule => rule.Text));
        var chain = Assert.Single(input.Chains);
        Assert.Equal(("UC", "ip saddr 10.0.0.0/8 /* leg */ counter packets 0 bytes 0 reject with icmp port-unreachable"), (chain.Name, Assert.Single(chain.Rules).Text));
        Assert.Equal("drop", tables.Hooks.Single(hook => hook is { Family: "ip", Hook: "output" }).Policy);
        Assert.Equal("ip6 saddr fd00::/8 udp dport 53 counter packets 0 bytes 0 drop", Assert.Single(tables.Hooks.Single(hook => hook is { Family: "ip6", Hook: "input" }).Rules).Text);
    }

    [RootFact]
    public void LookingMakesNoTables()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));

        Assert.Empty(LegacyTables.Read(networkNamespace, new FirewallQuery()).Hooks);
        Assert.Empty(List(network));
        Assert.Equal("", network.MustExec("a", "cat /proc/net/ip_tables_names").Output);
    }

    private static string Lines<TKey>(Dictionary<TKey, string> texts)
        where TKey : notnull => string.Join('\n', texts.Select(pair => $"{pair.Key}: {pair.Value}").Order(StringComparer.Ordinal));

    private static string WithoutAges(string elements) => System.Text.RegularExpressions.Regex.Replace(elements, @" expires \w+", "");
}

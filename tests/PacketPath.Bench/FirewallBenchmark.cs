using System.Text;

namespace PacketPath.Bench;

/// <summary>A ruleset of 10,000 rules with a set of 50,000 elements through Get-FirewallHook, and through <c>nft -j list ruleset</c>.</summary>
internal sealed class FirewallBenchmark : IBenchmark
{
    private const int RuleCount = 10_000;
    private const int ElementCount = 50_000;
    private const int Rounds = 7;
    private const double Limit = 1.0;

    public string Name => "firewall";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        using var file = new LinesFile([Ruleset()]);
        Tool.Run("ip", "netns", "exec", network.Namespace, "nft", "-f", file.Path);
        engine.Set("ns", network.Namespace);
        const string count = "$n = 0; Get-FirewallHook -NetNamespace $ns | ForEach-Object { $n += $_.Rules.Count; $e = ($_.Sets | ForEach-Object { $_.Elements.Count }) }; ";
        var counted = engine.Invoke(count + "$n; $e");
        if ((int)counted[0].BaseObject != RuleCount + 1 || (int)counted[1].BaseObject != ElementCount)
        {
            throw new InvalidOperationException($"{counted[0]} rules and {counted[1]} elements.");
        }

        Paired times = Paired.Measure(
            Rounds,
            () => engine.Time(count),
            () => Tool.Time("ip", "netns", "exec", network.Namespace, "nft", "-j", "list", "ruleset"));
        yield return new BenchResult(
            "10,000 rules and a set of 50,000, Get-FirewallHook against nft -j list ruleset",
            $"{times.OursMedian:F0} ms", $"{times.TheirsMedian:F0} ms", times.OursMedian / times.TheirsMedian, Limit, "x");
    }

    private static string Ruleset()
    {
        var text = new StringBuilder("table inet bench {\n set blocked { type ipv4_addr; flags interval; elements = {\n");
        text.AppendJoin(',', Enumerable.Range(0, ElementCount).Select(static i => $"{11 + (i >> 14)}.{i >> 6 & 255}.{(i & 63) * 4}.{i % 200}"));
        text.Append("} }\n chain input {\n  type filter hook input priority filter; policy accept;\n  ip saddr @blocked drop\n");
        for (var i = 0; i < RuleCount; i++)
        {
            var address = $"10.{i >> 8 & 255}.{i & 255}.1";
            text.Append((i % 5) switch
            {
                0 => $"  ip saddr {address} tcp dport {1 + i} counter accept\n",
                1 => $"  ip saddr {address}/32 udp dport {1 + i} counter drop\n",
                2 => $"  ct state new ip daddr {address} tcp dport 22-{23 + (i % 1000)} accept\n",
                3 => $"  iifname \"eth{i % 9}\" ip saddr {address} ct mark {i} accept\n",
                _ => $"  ip6 saddr fd00::{i:x} tcp dport {1 + i} limit rate {1 + (i % 100)}/second accept comment \"r{i}\"\n",
            });
        }

        return text.Append(" }\n}\n").ToString();
    }
}

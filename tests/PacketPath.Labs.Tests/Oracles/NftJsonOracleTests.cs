using System.Text.Json;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>The ruleset as PacketPath reads it equals <c>nft -a -j list ruleset</c>, field by field.</summary>
public class NftJsonOracleTests
{
    private const string Traffic = """
        table inet lab {
          counter seen { }
          set bad { type ipv4_addr; flags interval; elements = { 10.9.0.0/16, 192.0.2.1 } }
          map doors { type inet_service : verdict; elements = { 22 : accept, 23 : drop } }
          chain web { counter comment "to the web" ; ip saddr @bad drop; return; }
          chain in { type filter hook input priority filter - 5; policy accept;
            ct state invalid counter drop
            tcp dport 4433 counter name "seen" jump web
            tcp dport vmap @doors
            udp dport 53 reject
            log prefix "rest " counter
          }
          chain out { type filter hook output priority 0; policy accept; counter; }
        }
        table ip nat {
          chain post { type nat hook postrouting priority srcnat; oifname "eth9" masquerade; }
        }
        """;

    private static readonly string[] Verdicts = ["accept", "drop", "return", "jump", "goto", "vmap", "reject", "snat", "dnat", "masquerade", "redirect", "tproxy", "continue", "queue"];

    public static TheoryData<string> Rulesets => ["ip", "inet", "families", ""];

    [RootTheory]
    [MemberData(nameof(Rulesets))]
    public void FieldByField(string file)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", file.Length == 0 ? $"nft -f - <<'END'\n{Traffic}\nEND" : $"nft -f '{FirewallOracleTests.Data(file)}'");
        network.Exec("b", "ping -c 2 -i 0.2 -W 1 10.1.0.1; timeout 1 bash -c 'exec 3<>/dev/tcp/10.1.0.1/4433'");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var ruleset = FirewallRuleset.Open(networkNamespace);

        // Counters may move between two readings: only a moment in which the oracle stands still counts.
        IpOracle.AssertAgree(() => Theirs(network), () => Ours(ruleset.List(new FirewallQuery())));
    }

    private static IEnumerable<string> Ours(IReadOnlyList<FirewallHook> hooks)
    {
        // nft's JSON does not name the devices of every chain.
        foreach (var hook in hooks)
        {
            yield return $"{hook.Family} {hook.Table} chain {hook.Chain} handle {hook.Handle} {hook.ChainType} {hook.Hook} {hook.Priority} {hook.Policy}";
        }

        foreach (var chain in hooks.SelectMany(hook => hook.Chains).Where(chain => !IsAnonymous(chain.Name)).DistinctBy(chain => (chain.Family, chain.Table, chain.Name)))
        {
            yield return $"{chain.Family} {chain.Table} chain {chain.Name} handle {chain.Handle}";
        }

        foreach (var rule in hooks.SelectMany(hook => hook.Rules.Concat(hook.Chains.SelectMany(chain => chain.Rules)))
            .Where(rule => !IsAnonymous(rule.Chain)).DistinctBy(rule => (rule.Family, rule.Table, rule.Handle)))
        {
            // The braces of "jump { ... }" have no place in nft's JSON.
            var counted = rule.CounterName is null && rule.Packets is not null ? $" {rule.Packets}/{rule.Bytes}" : "";
            yield return $"{rule.Family} {rule.Table} {rule.Chain} rule {rule.Handle} {(rule.JumpTargets?.Any(IsAnonymous) == true ? "" : rule.Verdict)}{counted} {rule.Comment}{(rule.CounterName is null ? "" : " counter " + rule.CounterName)}";
        }

        foreach (var set in hooks.SelectMany(hook => hook.Sets).Where(set => !set.IsAnonymous).DistinctBy(set => (set.Family, set.Table, set.Name)))
        {
            yield return $"{set.Family} {set.Table} set {set.Name} handle {set.Handle} map {set.DataType is not null} elements {set.Elements.Length}";
        }
    }

    // What no packet comes by (chains nobody jumps to, sets no rule uses) is not PacketPath's to list.
    private static IEnumerable<string> Theirs(LabNetwork network)
    {
        var all = JsonDocument.Parse(network.MustExec("a", "nft -a -j list ruleset").Output).RootElement.GetProperty("nftables").EnumerateArray().ToArray();
        var rules = all.Where(e => e.TryGetProperty("rule", out _)).Select(e => e.GetProperty("rule")).ToArray();
        var chains = all.Where(e => e.TryGetProperty("chain", out _)).Select(e => e.GetProperty("chain")).ToArray();
        var reached = chains.Where(chain => chain.TryGetProperty("hook", out _)).Select(Key).ToHashSet();
        for (var count = 0; count != reached.Count;)
        {
            count = reached.Count;
            foreach (var rule in rules.Where(rule => reached.Contains((Text(rule, "family"), Text(rule, "table"), Text(rule, "chain")))))
            {
                reached.UnionWith(chains.Where(chain => Text(chain, "family") == Text(rule, "family") && Text(chain, "table") == Text(rule, "table") && Leads(rule, all, Text(chain, "name"))).Select(Key));
            }
        }

        foreach (var chain in chains.Where(chain => reached.Contains(Key(chain)) && !IsAnonymous(Text(chain, "name"))))
        {
            var hook = chain.TryGetProperty("hook", out _)
                ? $" {Text(chain, "type")} {Text(chain, "hook")} {chain.GetProperty("prio")} {Text(chain, "policy")}" : "";
            yield return $"{Text(chain, "family")} {Text(chain, "table")} chain {Text(chain, "name")} handle {chain.GetProperty("handle")}{hook}";
        }

        var used = new HashSet<(string, string, string)>();
        foreach (var rule in rules.Where(rule => reached.Contains((Text(rule, "family"), Text(rule, "table"), Text(rule, "chain")))))
        {
            foreach (var name in Strings(rule.GetProperty("expr")).Where(text => text.StartsWith('@')))
            {
                used.Add((Text(rule, "family"), Text(rule, "table"), name[1..]));
            }

            if (!IsAnonymous(Text(rule, "chain")))
            {
                yield return Rule(rule);
            }
        }

        foreach (var set in all.SelectMany(e => e.EnumerateObject()).Where(e => e.Name is "set" or "map" && used.Contains(Key(e.Value))))
        {
            var elements = set.Value.TryGetProperty("elem", out var elem) ? elem.GetArrayLength() : 0;
            yield return $"{Text(set.Value, "family")} {Text(set.Value, "table")} set {Text(set.Value, "name")} handle {set.Value.GetProperty("handle")} map {set.Name == "map"} elements {elements}";
        }
    }

    private static string Rule(JsonElement rule)
    {
        var statements = rule.GetProperty("expr").EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).SelectMany(e => e.EnumerateObject()).ToArray();
        var verdict = statements.Select(s => s.Name).LastOrDefault(Verdicts.Contains) ?? "";
        var counters = statements.Where(s => s.Name == "counter").Select(s => s.Value).ToArray();
        var counted = counters.FirstOrDefault(c => c.ValueKind == JsonValueKind.Object && c.TryGetProperty("packets", out _));
        var named = counters.FirstOrDefault(c => c.ValueKind == JsonValueKind.String);
        return $"{Text(rule, "family")} {Text(rule, "table")} {Text(rule, "chain")} rule {rule.GetProperty("handle")} {verdict}"
            + (counted.ValueKind == JsonValueKind.Object ? $" {counted.GetProperty("packets")}/{counted.GetProperty("bytes")}" : "")
            + $" {Text(rule, "comment")}{(named.ValueKind == JsonValueKind.String && counted.ValueKind != JsonValueKind.Object ? " counter " + named.GetString() : "")}";
    }

    private static bool Leads(JsonElement rule, JsonElement[] all, string chain) =>
        Strings(rule.GetProperty("expr")).Any(text => text == chain
            || (text.StartsWith('@') && all.Any(e => e.TryGetProperty("map", out var map) && Key(map) == (Text(rule, "family"), Text(rule, "table"), text[1..]) && Strings(map).Contains(chain))));

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value)),
        _ => [],
    };

    private static (string, string, string) Key(JsonElement element) => (Text(element, "family"), Text(element, "table"), Text(element, "name"));

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static bool IsAnonymous(string chain) => chain.StartsWith("__chain", StringComparison.Ordinal);
}

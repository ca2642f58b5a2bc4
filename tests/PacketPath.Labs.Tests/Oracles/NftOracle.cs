using System.Text.RegularExpressions;

namespace PacketPath.Labs.Tests;

/// <summary>What <c>nft -a list ruleset</c> says, rule by rule.</summary>
internal sealed partial class NftOracle
{
    private NftOracle()
    {
    }

    /// <summary>Rule texts by table, chain and handle.</summary>
    public Dictionary<(string Table, string Chain, long Handle), string> Rules { get; } = [];

    /// <summary>Hook, priority and policy of the base chains.</summary>
    public Dictionary<(string Table, string Chain), string> Chains { get; } = [];

    /// <summary>Elements of the named sets and maps, one text each.</summary>
    public Dictionary<(string Table, string Set), string> Elements { get; } = [];

    public static NftOracle Read(LabNetwork network, string node)
    {
        var text = network.MustExec(node, "nft -a list ruleset").Output;
        text = Continuation().Replace(text, ", ");
        text = InlineChain().Replace(text, static match =>
            $"{match.Groups[1].Value} {{ {string.Join("; ", match.Groups[2].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))} }} # handle");
        var oracle = new NftOracle();
        string table = "", chain = "", set = "";
        foreach (var line in text.Split('\n'))
        {
            if (Table().Match(line) is { Success: true } tableMatch)
            {
                table = tableMatch.Groups[1].Value;
            }
            else if (Block().Match(line) is { Success: true } block)
            {
                chain = block.Groups[1].Value == "chain" ? block.Groups[2].Value : "";
                set = block.Groups[1].Value is "set" or "map" ? block.Groups[2].Value : "";
            }
            else if (set.Length > 0 && line.TrimStart().StartsWith("elements = {", StringComparison.Ordinal))
            {
                oracle.Elements[(table, set)] = line.Trim()["elements = { ".Length..^2];
            }
            else if (chain.Length > 0 && Rule().Match(line) is { Success: true } rule)
            {
                oracle.Rules[(table, chain, long.Parse(rule.Groups[2].Value, null))] = rule.Groups[1].Value;
            }
            else if (chain.Length > 0 && Hook().Match(line) is { Success: true } hook)
            {
                oracle.Chains[(table, chain)] = $"{hook.Groups[1].Value} {hook.Groups[2].Value} {hook.Groups[3].Value}";
            }
        }

        return oracle;
    }

    [GeneratedRegex(@",\n\s+")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"(jump|goto) \{\n((?:.*\n)*?)\s*\} # handle")]
    private static partial Regex InlineChain();

    [GeneratedRegex(@"^table (\S+ \S+) \{")]
    private static partial Regex Table();

    [GeneratedRegex(@"^\t(\S+) (\S+) \{ # handle")]
    private static partial Regex Block();

    [GeneratedRegex(@"^\t\t(.*) # handle (\d+)$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\t\ttype \S+ hook (\S+) (?:devices? .*? )?priority (.*); policy (\S+);")]
    private static partial Regex Hook();
}

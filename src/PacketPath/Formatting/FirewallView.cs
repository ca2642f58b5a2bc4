using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PacketPath.Formatting;

/// <summary>Writes firewall chains as an operator reads them. Takes property bags, so that live and deserialized chains look the same.</summary>
public static class FirewallView
{
    private const string Reset = "\u001b[0m";
    private const string Bold = "\u001b[1m";
    private const string Dim = "\u001b[2m";
    private const string Red = "\u001b[31m";
    private const string Green = "\u001b[32m";

    /// <summary>The base chain, its rules, and the chains they lead to.</summary>
    /// <param name="hook">A FirewallHook.</param>
    public static string Ruleset(PSObject hook)
    {
        var text = new StringBuilder();
        var devices = string.Join(", ", Items(hook, "Devices").Select(static device => device.ToString()));
        text.Append(CultureInfo.InvariantCulture, $"{Bold}{Text(hook, "Hook")}{Reset} {Text(hook, "PriorityName")}  {Text(hook, "Family")} {Text(hook, "Table")} {Bold}{Text(hook, "Chain")}{Reset}");
        text.Append(CultureInfo.InvariantCulture, $"  {Text(hook, "ChainType")}{(devices.Length == 0 ? "" : " on " + devices)}, policy {Verdict(Text(hook, "Policy"))}");
        text.Append(Text(hook, "Dormant") == "True" ? ", dormant" : "");
        text.Append(Text(hook, "Backend") == "LegacyIptables" ? $", {Dim}legacy iptables{Reset}" : "");
        text.Append('\n');
        Rules(text, hook, "    ");
        foreach (var chain in Items(hook, "Chains"))
        {
            text.Append("  chain ").Append(Bold).Append(Text(chain, "Name")).Append(Reset).Append('\n');
            Rules(text, chain, "    ");
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>How many of something a chain has.</summary>
    /// <param name="item">The chain.</param>
    /// <param name="property">Rules, Chains, Sets or Elements.</param>
    public static int Count(PSObject item, string property) => Items(item, property).Count();

    /// <summary>Whether the flow asked about meets the rule, in one character.</summary>
    /// <param name="rule">A FirewallRule.</param>
    public static string Mark(PSObject rule) => Text(rule, "FlowMatch") switch { "Matches" => "=", "Unknown" => "?", _ => "" };

    private static void Rules(StringBuilder text, PSObject chain, string indent)
    {
        foreach (var rule in Items(chain, "Rules"))
        {
            var handle = Text(rule, "Handle") is "" or "0" ? Text(rule, "Position") : Text(rule, "Handle");
            var mark = Mark(rule);
            text.Append(indent).Append(mark.Length == 0 ? "" : mark + " ").Append(Text(rule, "Text"));
            text.Append(CultureInfo.InvariantCulture, $" {Dim}# {(Text(rule, "Handle") is "" or "0" ? "rule" : "handle")} {handle}{Reset}\n");
        }
    }

    private static string Verdict(string word) => $"{(word == "drop" ? Red : Green)}{word}{Reset}";

    private static IEnumerable<PSObject> Items(PSObject item, string name)
    {
        var value = item?.Properties[name]?.Value;
        value = value is PSObject { BaseObject: IEnumerable and not string } wrapped ? wrapped.BaseObject : value;
        return value is IEnumerable many and not string ? many.Cast<object?>().Where(static one => one is not null).Select(static one => PSObject.AsPSObject(one)) : [];
    }

    private static string Text(PSObject item, string name) =>
        DisplayText.Clean(Convert.ToString(item?.Properties[name]?.Value, CultureInfo.InvariantCulture) ?? "");
}

using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Decodes a rule's expressions again from the bytes its model carries.</summary>
internal static class RuleExpressions
{
    /// <summary>The expressions; one unknown one where the model carries none.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    /// <exception cref="FormatException">They are no base64.</exception>
    public static NftExpression[] Read(FirewallHook hook, FirewallRule rule)
    {
        var data = Convert.FromBase64String(rule.ExpressionData);
        if (hook.Backend == FirewallBackend.NfTables)
        {
            return data.Length == 0 ? [new UnknownExpression("", [])] : ExpressionReader.ReadList(data);
        }

        return LegacyEntry.Read(data, rule.Family == "ip6", _ => rule.JumpTargets?.FirstOrDefault()).Expressions;
    }
}

using PacketPath.Netlink;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Knows rules that look up whether a packet's source leads back by the interface it came in on.</summary>
internal static class ReversePathRule
{
    /// <summary>True where the rule looks the source up with the ingress interface: <c>fib saddr . iif</c>, or the rpfilter match.</summary>
    public static bool Is(FirewallHook hook, FirewallRule rule)
    {
        try
        {
            return Array.Exists(RuleExpressions.Read(hook, rule), IsLookup);
        }
        catch (Exception exception) when (exception is NetlinkDecodeException or FormatException)
        {
            return false;
        }
    }

    private static bool IsLookup(NftExpression expression) => expression switch
    {
        FibExpression fib => fib.Flags.HasFlag(FibFlag.Source) && fib.Flags.HasFlag(FibFlag.Iif),
        XtExpression xt => xt.Extension == "rpfilter",
        _ => false,
    };
}

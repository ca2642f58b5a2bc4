using System.Globalization;
using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>Hooks and priorities in words.</summary>
internal static class ChainHooks
{
    private const int NearEnough = 10;

    private static readonly string[] InetHooks = ["prerouting", "input", "forward", "output", "postrouting", "ingress"];
    private static readonly string[] ArpHooks = ["input", "output", "forward"];
    private static readonly string[] NetdevHooks = ["ingress", "egress"];
    private static readonly string[] PathOrder = ["ingress", "prerouting", "input", "forward", "output", "postrouting", "egress"];

    private static readonly (string Name, int Priority, string[]? Hooks)[] InetPriorities =
    [
        ("raw", -300, null), ("mangle", -150, null), ("dstnat", -100, ["prerouting"]), ("filter", 0, null), ("security", 50, null),
        ("srcnat", 100, ["postrouting"]),
    ];

    private static readonly (string Name, int Priority, string[]? Hooks)[] BridgePriorities =
    [
        ("dstnat", -300, ["prerouting"]), ("filter", -200, null), ("out", 100, ["output"]), ("srcnat", 300, ["postrouting"]),
    ];

    /// <summary>The hook's name.</summary>
    public static string Name(byte family, uint hook)
    {
        var names = family switch { NftFamily.Arp => ArpHooks, NftFamily.Netdev => NetdevHooks, _ => InetHooks };
        return hook < names.Length ? names[hook] : $"hook{hook}";
    }

    /// <summary>Where the hook lies on a packet's way.</summary>
    public static int Order(string hook)
    {
        var order = Array.IndexOf(PathOrder, hook);
        return order < 0 ? PathOrder.Length : order;
    }

    /// <summary>The priority as nft writes it.</summary>
    public static string Priority(byte family, string hook, int priority)
    {
        foreach (var (name, known, hooks) in family == NftFamily.Bridge ? BridgePriorities : InetPriorities)
        {
            var distance = priority - known;
            if (Math.Abs(distance) > NearEnough || (hooks is not null && !hooks.Contains(hook))
                || (family is NftFamily.Arp or NftFamily.Netdev && name != "filter"))
            {
                continue;
            }

            return distance == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name} {(distance < 0 ? '-' : '+')} {Math.Abs(distance)}");
        }

        return priority.ToString(CultureInfo.InvariantCulture);
    }
}

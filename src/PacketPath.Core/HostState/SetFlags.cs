using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;

namespace PacketPath.HostState;

/// <summary>Flags of a set in words.</summary>
internal static class SetFlags
{
    /// <summary>The flags set.</summary>
    public static string[] Describe(NftSetFlag flags) =>
        FlagNames.Describe((uint)flags, ["anonymous", "constant", "interval", "map", "timeout", "dynamic", "object", "concatenation"]);
}

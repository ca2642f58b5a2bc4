namespace PacketPath.Netlink;

/// <summary>Types of message of NETLINK_NETFILTER: a subsystem and a number within it (linux/netfilter/nfnetlink.h).</summary>
internal static class NetfilterMessage
{
    /// <summary>sizeof(struct nfgenmsg): family, version, resource id in network order.</summary>
    public const int HeaderSize = 4;

    /// <summary>NFNL_SUBSYS_CTNETLINK.</summary>
    public const byte Conntrack = 1;

    /// <summary>NFNL_SUBSYS_CTNETLINK_EXP.</summary>
    public const byte ConntrackExpectation = 2;

    /// <summary>NFNL_SUBSYS_NFTABLES.</summary>
    public const byte Nftables = 10;

    /// <summary>The type of a message.</summary>
    public static ushort Type(byte subsystem, byte message) => (ushort)((subsystem << 8) | message);

    /// <summary>The request's name, for error texts.</summary>
    public static string Name(ushort type) => (type >> 8, type & 0xff) switch
    {
        (Conntrack, 1) => "IPCTNL_MSG_CT_GET",
        (Conntrack, 4) => "IPCTNL_MSG_CT_GET_STATS_CPU",
        (Conntrack, 5) => "IPCTNL_MSG_CT_GET_STATS",
        (ConntrackExpectation, 3) => "IPCTNL_MSG_EXP_GET_STATS_CPU",
        (Nftables, 1) => "NFT_MSG_GETTABLE",
        (Nftables, 4) => "NFT_MSG_GETCHAIN",
        (Nftables, 7) => "NFT_MSG_GETRULE",
        (Nftables, 10) => "NFT_MSG_GETSET",
        (Nftables, 13) => "NFT_MSG_GETSETELEM",
        (Nftables, 16) => "NFT_MSG_GETGEN",
        (Nftables, 19) => "NFT_MSG_GETOBJ",
        (Nftables, 23) => "NFT_MSG_GETFLOWTABLE",
        _ => $"netfilter message {type >> 8}/{type & 0xff}",
    };
}

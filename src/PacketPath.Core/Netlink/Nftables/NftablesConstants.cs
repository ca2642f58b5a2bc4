namespace PacketPath.Netlink.Nftables;

/// <summary>Messages of the nf_tables subsystem (NFT_MSG_*, linux/netfilter/nf_tables.h).</summary>
internal static class NftMessage
{
    public const byte NewTable = 0;
    public const byte GetTable = 1;
    public const byte NewChain = 3;
    public const byte GetChain = 4;
    public const byte NewRule = 6;
    public const byte GetRule = 7;
    public const byte NewSet = 9;
    public const byte GetSet = 10;
    public const byte NewSetElement = 12;
    public const byte GetSetElement = 13;
    public const byte NewGeneration = 15;
    public const byte GetGeneration = 16;
    public const byte NewObject = 18;
    public const byte GetObject = 19;
    public const byte NewFlowtable = 22;
    public const byte GetFlowtable = 23;
}

/// <summary>Families a table can have (NFPROTO_*).</summary>
internal static class NftFamily
{
    public const byte Unspecified = 0;
    public const byte Inet = 1;
    public const byte IPv4 = 2;
    public const byte Arp = 3;
    public const byte Netdev = 5;
    public const byte Bridge = 7;
    public const byte IPv6 = 10;

    /// <summary>The family in nft's word.</summary>
    public static string Name(byte family) => family switch
    {
        Inet => "inet",
        IPv4 => "ip",
        Arp => "arp",
        Netdev => "netdev",
        Bridge => "bridge",
        IPv6 => "ip6",
        _ => $"family{family}",
    };
}

/// <summary>Flags of a set (NFT_SET_*).</summary>
[Flags]
internal enum NftSetFlag : uint
{
    None = 0,
    Anonymous = 0x1,
    Constant = 0x2,
    Interval = 0x4,
    Map = 0x8,
    Timeout = 0x10,
    Dynamic = 0x20,
    Object = 0x40,
    Concatenation = 0x80,
    Expression = 0x100,
}

/// <summary>Verdict codes (NF_*, NFT_*).</summary>
internal static class NftVerdictCode
{
    public const int Drop = 0;
    public const int Accept = 1;
    public const int Queue = 3;
    public const int Continue = -1;
    public const int Break = -2;
    public const int Jump = -3;
    public const int Goto = -4;
    public const int Return = -5;
}

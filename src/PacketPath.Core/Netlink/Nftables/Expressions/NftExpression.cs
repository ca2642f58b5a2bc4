namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>One instruction of a rule.</summary>
/// <param name="Name">The kernel's name for its kind.</param>
internal abstract record NftExpression(string Name);

/// <summary>An expression of a kind not known here.</summary>
internal sealed record UnknownExpression(string Name, byte[] Data) : NftExpression(Name);

/// <summary>Registers: 1 to 4 have 16 bytes, 8 to 23 have 4 bytes of the same memory.</summary>
internal static class NftRegister
{
    /// <summary>NFT_REG_VERDICT.</summary>
    public const uint Verdict = 0;

    /// <summary>How many 4-byte slots there are.</summary>
    public const int Slots = 16;

    /// <summary>The first 4-byte slot of a register; -1 where there is no such register.</summary>
    public static int Slot(uint register) => register switch
    {
        >= 1 and <= 4 => ((int)register - 1) * 4,
        >= 8 and < 8 + Slots => (int)register - 8,
        _ => -1,
    };
}

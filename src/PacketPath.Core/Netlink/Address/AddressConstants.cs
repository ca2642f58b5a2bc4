namespace PacketPath.Netlink.Address;

/// <summary>Attributes of an address (IFA_*, linux/if_addr.h).</summary>
internal static class AddressAttribute
{
    public const ushort Address = 1;
    public const ushort Local = 2;
    public const ushort Label = 3;
    public const ushort Broadcast = 4;
    public const ushort CacheInfo = 6;
    public const ushort Flags = 8;
}

/// <summary>Flags of an address (IFA_F_*).</summary>
internal static class AddressFlag
{
    public const uint Optimistic = 0x04;
    public const uint DadFailed = 0x08;
    public const uint Deprecated = 0x20;
    public const uint Tentative = 0x40;
    public const uint Permanent = 0x80;

    private static readonly string[] NamesV4 = Names("Secondary");
    private static readonly string[] NamesV6 = Names("Temporary");

    /// <summary>The flags' names, lowest bit first. The lowest bit has a meaning of its own in each family.</summary>
    public static string[] Describe(uint flags, AddressFamily family) =>
        FlagNames.Describe(flags, family == AddressFamily.IPv4 ? NamesV4 : NamesV6);

    /// <summary>The state that matters when the address is a source. An optimistic address is usable while it is being checked.</summary>
    public static AddressState State(uint flags) =>
        (flags & DadFailed) != 0 ? AddressState.DuplicateDetected
        : (flags & (Tentative | Optimistic)) == Tentative ? AddressState.Tentative
        : (flags & Deprecated) != 0 ? AddressState.Deprecated
        : AddressState.Valid;

    private static string[] Names(string lowest) =>
    [
        lowest, "NoDad", "Optimistic", "DadFailed", "HomeAddress", "Deprecated", "Tentative", "Permanent",
        "ManageTempAddress", "NoPrefixRoute", "McAutoJoin", "StablePrivacy",
    ];
}

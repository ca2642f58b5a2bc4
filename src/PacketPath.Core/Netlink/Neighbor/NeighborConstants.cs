namespace PacketPath.Netlink.Neighbor;

/// <summary>Attributes of a neighbor (NDA_*, linux/neighbour.h).</summary>
internal static class NeighborAttribute
{
    public const ushort Destination = 1;
    public const ushort LinkLayerAddress = 2;
    public const ushort CacheInfo = 3;
    public const ushort Probes = 4;
    public const ushort InterfaceIndex = 8;
    public const ushort Protocol = 12;
    public const ushort FlagsExtended = 15;

    /// <summary>NDA_NDM_FLAGS_MASK, the highest that is known.</summary>
    public const ushort Highest = 17;
}

/// <summary>States of a neighbor (NUD_*).</summary>
internal static class NudState
{
    public const ushort None = 0;
    public const ushort Incomplete = 0x01;
    public const ushort Reachable = 0x02;
    public const ushort Stale = 0x04;
    public const ushort Delay = 0x08;
    public const ushort Probe = 0x10;
    public const ushort Failed = 0x20;
    public const ushort NoArp = 0x40;
    public const ushort Permanent = 0x80;
}

/// <summary>Flags of a neighbor (NTF_*), and those of NDA_FLAGS_EXT (NTF_EXT_*).</summary>
internal static class NeighborFlag
{
    public const byte Self = 0x02;
    public const byte Master = 0x04;
    public const byte Proxy = 0x08;
    public const byte ExternalLearned = 0x10;
    public const byte Offloaded = 0x20;
    public const byte Sticky = 0x40;
    public const byte Router = 0x80;
    public const uint ExtendedManaged = 0x1;
    public const uint ExtendedLocked = 0x2;
    public const uint ExtendedValidated = 0x4;
}

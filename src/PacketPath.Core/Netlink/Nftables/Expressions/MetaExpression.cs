namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>What is known about a packet besides its bytes (NFT_META_*).</summary>
internal enum MetaKey : uint
{
    Length = 0,
    Protocol,
    Priority,
    Mark,
    Iif,
    Oif,
    IifName,
    OifName,
    IifType,
    OifType,
    SkUid,
    SkGid,
    NfTrace,
    RtClassId,
    SecMark,
    NfProto,
    L4Proto,
    BridgeIifName,
    BridgeOifName,
    PacketType,
    Cpu,
    IifGroup,
    OifGroup,
    CGroup,
    Random,
    SecPath,
    IifKind,
    OifKind,
    BridgePvid,
    BridgeVlanProtocol,
    Time,
    Day,
    Hour,
    SlaveIndex,
    SlaveName,
    BridgeRoute,
}

/// <summary>Loads or sets something known about the packet.</summary>
internal sealed record MetaExpression(uint? Destination, MetaKey Key, uint? Source) : NftExpression("meta")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static MetaExpression Read(AttributeReader reader)
    {
        uint? destination = null;
        MetaKey key = 0;
        uint? source = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    key = (MetaKey)reader.U32BigEndian();
                    break;
                case 3:
                    source = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new MetaExpression(destination, key, source);
    }
}

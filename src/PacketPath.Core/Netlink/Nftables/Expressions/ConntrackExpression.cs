namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>What connection tracking knows (NFT_CT_*).</summary>
internal enum ConntrackKey : uint
{
    State = 0,
    Direction,
    Status,
    Mark,
    SecMark,
    Expiration,
    Helper,
    L3Protocol,
    Source,
    Destination,
    Protocol,
    ProtoSource,
    ProtoDestination,
    Labels,
    Packets,
    Bytes,
    AveragePacket,
    Zone,
    EventMask,
    SourceIPv4,
    DestinationIPv4,
    SourceIPv6,
    DestinationIPv6,
    Id,
}

/// <summary>Loads or sets something of the packet's connection.</summary>
internal sealed record ConntrackExpression(uint? Destination, ConntrackKey Key, byte? Direction, uint? Source) : NftExpression("ct")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ConntrackExpression Read(AttributeReader reader)
    {
        uint? destination = null;
        ConntrackKey key = 0;
        byte? direction = null;
        uint? source = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    key = (ConntrackKey)reader.U32BigEndian();
                    break;
                case 3:
                    direction = reader.U8();
                    break;
                case 4:
                    source = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new ConntrackExpression(destination, key, direction, source);
    }
}

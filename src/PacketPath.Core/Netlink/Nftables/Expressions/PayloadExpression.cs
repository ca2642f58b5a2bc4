namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Where a packet is read from (NFT_PAYLOAD_*).</summary>
internal enum PayloadBase : uint
{
    Link = 0,
    Network = 1,
    Transport = 2,
    Inner = 3,
}

/// <summary>Loads bytes of the packet into a register, or stores a register into the packet.</summary>
internal sealed record PayloadExpression(uint? Destination, PayloadBase Base, uint Offset, uint Length, uint? Source) : NftExpression("payload")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static PayloadExpression Read(AttributeReader reader)
    {
        uint? destination = null;
        PayloadBase header = 0;
        uint offset = 0;
        uint length = 0;
        uint? source = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    header = (PayloadBase)reader.U32BigEndian();
                    break;
                case 3:
                    offset = reader.U32BigEndian();
                    break;
                case 4:
                    length = reader.U32BigEndian();
                    break;
                case 5:
                    source = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new PayloadExpression(destination, header, offset, length, source);
    }
}

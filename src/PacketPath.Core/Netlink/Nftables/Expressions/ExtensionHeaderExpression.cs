namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Whose header is searched (NFT_EXTHDR_OP_*).</summary>
internal enum ExtensionHeaderKind : uint
{
    IPv6 = 0,
    TcpOption,
    IPv4Option,
    SctpChunk,
    DccpOption,
}

/// <summary>Loads, tests, or sets a field of an extension header or option; with neither register it removes a TCP option.</summary>
internal sealed record ExtensionHeaderExpression(uint? Destination, byte HeaderType, uint Offset, uint Length, bool Present, ExtensionHeaderKind Kind, uint? Source) : NftExpression("exthdr")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ExtensionHeaderExpression Read(AttributeReader reader)
    {
        uint? destination = null;
        byte headerType = 0;
        uint offset = 0;
        uint length = 0;
        bool present = false;
        ExtensionHeaderKind kind = 0;
        uint? source = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    headerType = reader.U8();
                    break;
                case 3:
                    offset = reader.U32BigEndian();
                    break;
                case 4:
                    length = reader.U32BigEndian();
                    break;
                case 5:
                    present = (reader.U32BigEndian() & 1) != 0;
                    break;
                case 6:
                    kind = (ExtensionHeaderKind)reader.U32BigEndian();
                    break;
                case 7:
                    source = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new ExtensionHeaderExpression(destination, headerType, offset, length, present, kind, source);
    }
}

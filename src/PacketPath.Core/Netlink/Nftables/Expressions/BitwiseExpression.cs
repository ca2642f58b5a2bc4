namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Bit operations (NFT_BITWISE_*).</summary>
internal enum BitwiseOperator : uint
{
    MaskXor = 0,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    Xor,
}

/// <summary>Masks, flips or shifts a register.</summary>
internal sealed record BitwiseExpression(uint Source, uint Destination, uint Length, NftData Mask, NftData Xor, BitwiseOperator Operator, NftData Data, uint? Source2) : NftExpression("bitwise")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static BitwiseExpression Read(AttributeReader reader)
    {
        uint source = 0;
        uint destination = 0;
        uint length = 0;
        NftData mask = NftData.None;
        NftData xor = NftData.None;
        BitwiseOperator operation = 0;
        NftData data = NftData.None;
        uint? source2 = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    source = reader.U32BigEndian();
                    break;
                case 2:
                    destination = reader.U32BigEndian();
                    break;
                case 3:
                    length = reader.U32BigEndian();
                    break;
                case 4:
                    mask = NftData.Read(reader.Nested());
                    break;
                case 5:
                    xor = NftData.Read(reader.Nested());
                    break;
                case 6:
                    operation = (BitwiseOperator)reader.U32BigEndian();
                    break;
                case 7:
                    data = NftData.Read(reader.Nested());
                    break;
                case 8:
                    source2 = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new BitwiseExpression(source, destination, length, mask, xor, operation, data, source2);
    }
}

/// <summary>Turns numbers from host to network order or back.</summary>
internal sealed record ByteOrderExpression(uint Source, uint Destination, uint Operation, uint Length, uint Size) : NftExpression("byteorder")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ByteOrderExpression Read(AttributeReader reader)
    {
        uint source = 0;
        uint destination = 0;
        uint operation = 0;
        uint length = 0;
        uint size = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    source = reader.U32BigEndian();
                    break;
                case 2:
                    destination = reader.U32BigEndian();
                    break;
                case 3:
                    operation = reader.U32BigEndian();
                    break;
                case 4:
                    length = reader.U32BigEndian();
                    break;
                case 5:
                    size = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new ByteOrderExpression(source, destination, operation, length, size);
    }
}

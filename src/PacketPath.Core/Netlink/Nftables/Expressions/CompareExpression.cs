namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Comparisons (NFT_CMP_*).</summary>
internal enum CompareOperator : uint
{
    Equal = 0,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Ends the rule unless the register compares as asked.</summary>
internal sealed record CompareExpression(uint Source, CompareOperator Operator, NftData Data) : NftExpression("cmp")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static CompareExpression Read(AttributeReader reader)
    {
        uint source = 0;
        CompareOperator comparison = 0;
        NftData data = NftData.None;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    source = reader.U32BigEndian();
                    break;
                case 2:
                    comparison = (CompareOperator)reader.U32BigEndian();
                    break;
                case 3:
                    data = NftData.Read(reader.Nested());
                    break;
            }
        }

        reader.Finish();
        return new CompareExpression(source, comparison, data);
    }
}

/// <summary>Ends the rule unless the register lies within (or outside of) a range.</summary>
internal sealed record RangeExpression(uint Source, bool Inverted, NftData From, NftData To) : NftExpression("range")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static RangeExpression Read(AttributeReader reader)
    {
        uint source = 0;
        bool inverted = false;
        NftData from = NftData.None;
        NftData to = NftData.None;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    source = reader.U32BigEndian();
                    break;
                case 2:
                    inverted = reader.U32BigEndian() != 0;
                    break;
                case 3:
                    from = NftData.Read(reader.Nested());
                    break;
                case 4:
                    to = NftData.Read(reader.Nested());
                    break;
            }
        }

        reader.Finish();
        return new RangeExpression(source, inverted, from, to);
    }
}

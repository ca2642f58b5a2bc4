namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>What is done to a set (NFT_DYNSET_OP_*).</summary>
internal enum DynamicSetOperation : uint
{
    Add = 0,
    Update,
    Delete,
}

/// <summary>Adds the packet to a set, or removes it.</summary>
internal sealed record DynamicSetExpression(string Set, DynamicSetOperation Operation, uint Key, uint? Data, ulong TimeoutMilliseconds, NftExpression[] Expressions, bool Inverted, NftExpression[] ExpressionList) : NftExpression("dynset")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static DynamicSetExpression Read(AttributeReader reader)
    {
        string set = "";
        DynamicSetOperation operation = 0;
        uint key = 0;
        uint? data = null;
        ulong timeoutMilliseconds = 0;
        NftExpression[] expressions = [];
        bool inverted = false;
        NftExpression[] expressionList = [];
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    set = reader.Text();
                    break;
                case 3:
                    operation = (DynamicSetOperation)reader.U32BigEndian();
                    break;
                case 4:
                    key = reader.U32BigEndian();
                    break;
                case 5:
                    data = reader.U32BigEndian();
                    break;
                case 6:
                    timeoutMilliseconds = reader.U64BigEndian();
                    break;
                case 7:
                    expressions = [ExpressionReader.ReadOne(reader.Nested())];
                    break;
                case 9:
                    inverted = (reader.U32BigEndian() & 1) != 0;
                    break;
                case 10:
                    expressionList = ExpressionReader.ReadList(reader.Value);
                    break;
            }
        }

        reader.Finish();
        return new DynamicSetExpression(set, operation, key, data, timeoutMilliseconds, expressions, inverted, expressionList);
    }
}

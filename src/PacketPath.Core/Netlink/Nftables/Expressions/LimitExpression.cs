namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Lets a rate pass, or what exceeds it.</summary>
internal sealed record LimitExpression(ulong Rate, ulong UnitSeconds, uint Burst, bool IsBytes, bool Inverted) : NftExpression("limit")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static LimitExpression Read(AttributeReader reader)
    {
        ulong rate = 0;
        ulong unitSeconds = 0;
        uint burst = 0;
        bool isBytes = false;
        bool inverted = false;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    rate = reader.U64BigEndian();
                    break;
                case 2:
                    unitSeconds = reader.U64BigEndian();
                    break;
                case 3:
                    burst = reader.U32BigEndian();
                    break;
                case 4:
                    isBytes = reader.U32BigEndian() == 1;
                    break;
                case 5:
                    inverted = (reader.U32BigEndian() & 1) != 0;
                    break;
            }
        }

        reader.Finish();
        return new LimitExpression(rate, unitSeconds, burst, isBytes, inverted);
    }
}

/// <summary>Lets an amount pass, or what exceeds it.</summary>
internal sealed record QuotaExpression(ulong Bytes, bool Inverted, ulong Consumed) : NftExpression("quota")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static QuotaExpression Read(AttributeReader reader)
    {
        ulong bytes = 0;
        bool inverted = false;
        ulong consumed = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    bytes = reader.U64BigEndian();
                    break;
                case 2:
                    inverted = (reader.U32BigEndian() & 1) != 0;
                    break;
                case 4:
                    consumed = reader.U64BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new QuotaExpression(bytes, inverted, consumed);
    }
}

/// <summary>Lets a number of connections pass, or what exceeds it.</summary>
internal sealed record ConnectionLimitExpression(uint Count, bool Inverted) : NftExpression("connlimit")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ConnectionLimitExpression Read(AttributeReader reader)
    {
        uint count = 0;
        bool inverted = false;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    count = reader.U32BigEndian();
                    break;
                case 2:
                    inverted = (reader.U32BigEndian() & 1) != 0;
                    break;
            }
        }

        reader.Finish();
        return new ConnectionLimitExpression(count, inverted);
    }
}

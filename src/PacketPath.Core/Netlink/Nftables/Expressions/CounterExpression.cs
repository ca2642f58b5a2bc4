namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Counts packets and bytes.</summary>
internal sealed record CounterExpression(ulong Bytes, ulong Packets) : NftExpression("counter")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static CounterExpression Read(AttributeReader reader)
    {
        ulong bytes = 0;
        ulong packets = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    bytes = reader.U64BigEndian();
                    break;
                case 2:
                    packets = reader.U64BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new CounterExpression(bytes, packets);
    }
}

/// <summary>Remembers when it was last met.</summary>
internal sealed record LastExpression(bool Seen, ulong Milliseconds) : NftExpression("last")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static LastExpression Read(AttributeReader reader)
    {
        bool seen = false;
        ulong milliseconds = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    seen = reader.U32BigEndian() != 0;
                    break;
                case 2:
                    milliseconds = reader.U64BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new LastExpression(seen, milliseconds);
    }
}

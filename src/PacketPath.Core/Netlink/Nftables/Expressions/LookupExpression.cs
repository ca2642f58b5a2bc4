namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Looks a register up in a set, or takes what a map holds for it.</summary>
internal sealed record LookupExpression(string Set, uint Source, uint? Destination, bool Inverted) : NftExpression("lookup")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static LookupExpression Read(AttributeReader reader)
    {
        string set = "";
        uint source = 0;
        uint? destination = null;
        bool inverted = false;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    set = reader.Text();
                    break;
                case 2:
                    source = reader.U32BigEndian();
                    break;
                case 3:
                    destination = reader.U32BigEndian();
                    break;
                case 5:
                    inverted = (reader.U32BigEndian() & 1) != 0;
                    break;
            }
        }

        reader.Finish();
        return new LookupExpression(set, source, destination, inverted);
    }
}

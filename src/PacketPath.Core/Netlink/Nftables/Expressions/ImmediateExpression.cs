namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Puts a constant into a register, or a verdict on the packet.</summary>
internal sealed record ImmediateExpression(uint Destination, NftData Data) : NftExpression("immediate")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ImmediateExpression Read(AttributeReader reader)
    {
        uint destination = 0;
        NftData data = NftData.None;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    data = NftData.Read(reader.Nested());
                    break;
            }
        }

        reader.Finish();
        return new ImmediateExpression(destination, data);
    }
}

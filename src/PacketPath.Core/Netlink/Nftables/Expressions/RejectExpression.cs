namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>How a packet is refused (NFT_REJECT_*).</summary>
internal enum RejectType : uint
{
    Icmp = 0,
    TcpReset = 1,
    IcmpX = 2,
}

/// <summary>Drops the packet and tells its sender.</summary>
internal sealed record RejectExpression(RejectType Kind, byte Code) : NftExpression("reject")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static RejectExpression Read(AttributeReader reader)
    {
        RejectType kind = 0;
        byte code = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    kind = (RejectType)reader.U32BigEndian();
                    break;
                case 2:
                    code = reader.U8();
                    break;
            }
        }

        reader.Finish();
        return new RejectExpression(kind, code);
    }
}

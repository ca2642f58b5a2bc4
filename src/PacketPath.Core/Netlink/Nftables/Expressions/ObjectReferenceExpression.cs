namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Kinds of named object (NFT_OBJECT_*).</summary>
internal enum NftObjectType : uint
{
    None = 0,
    Counter = 1,
    Quota = 2,
    ConntrackHelper = 3,
    Limit = 4,
    ConnectionLimit = 5,
    Tunnel = 6,
    ConntrackTimeout = 7,
    SecMark = 8,
    ConntrackExpectation = 9,
    SynProxy = 10,
}

/// <summary>Passes the packet to a named object.</summary>
internal sealed record ObjectReferenceExpression(NftObjectType ObjectType, string? ObjectName, uint? Source, string? Set) : NftExpression("objref")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ObjectReferenceExpression Read(AttributeReader reader)
    {
        NftObjectType objectType = 0;
        string? objectName = null;
        uint? source = null;
        string? set = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    objectType = (NftObjectType)reader.U32BigEndian();
                    break;
                case 2:
                    objectName = reader.Text();
                    break;
                case 3:
                    source = reader.U32BigEndian();
                    break;
                case 4:
                    set = reader.Text();
                    break;
            }
        }

        reader.Finish();
        return new ObjectReferenceExpression(objectType, objectName, source, set);
    }
}

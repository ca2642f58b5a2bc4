using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Netlink.Nftables;

/// <summary>One named object (NFT_MSG_NEWOBJ): a counter, quota, limit, helper ...</summary>
internal sealed record ObjectMessage
{
    public byte Family { get; private init; }

    public string Table { get; private set; } = "";

    public string Name { get; private set; } = "";

    public ulong Handle { get; private set; }

    public uint Type { get; private set; }

    /// <summary>NFTA_OBJ_DATA: what the object's kind says.</summary>
    public byte[] Data { get; private set; } = [];

    /// <summary>What a named counter has counted; null for any other kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public CounterExpression? Counter() => Type == (uint)NftObjectType.Counter ? CounterExpression.Read(new AttributeReader(Data)) : null;

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ObjectMessage? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewObject))
        {
            return null;
        }

        var header = message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        var named = new ObjectMessage { Family = header[0] };
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    named.Table = reader.Text();
                    break;
                case 2:
                    named.Name = reader.Text();
                    break;
                case 3:
                    named.Type = reader.U32BigEndian();
                    break;
                case 4:
                    named.Data = reader.Value.ToArray();
                    break;
                case 6:
                    named.Handle = reader.U64BigEndian();
                    break;
            }
        }

        reader.Finish();
        return named;
    }
}

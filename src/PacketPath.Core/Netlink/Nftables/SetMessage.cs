using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Netlink.Nftables;

/// <summary>One set or map (NFT_MSG_NEWSET), without its elements.</summary>
internal sealed record SetMessage
{
    public byte Family { get; private init; }

    public string Table { get; private set; } = "";

    public string Name { get; private set; } = "";

    public ulong Handle { get; private set; }

    public NftSetFlag Flags { get; private set; }

    /// <summary>nft's number for the key's type; six bits a part for a concatenation.</summary>
    public uint KeyType { get; private set; }

    public int KeyLength { get; private set; }

    /// <summary>nft's number for the data's type; NFT_DATA_VERDICT for verdicts.</summary>
    public uint DataType { get; private set; }

    public int DataLength { get; private set; }

    /// <summary>The lengths of a concatenation's parts, where the kernel keeps them.</summary>
    public int[] FieldLengths { get; private set; } = [];

    /// <summary>The largest number of elements; 0 for any.</summary>
    public uint Size { get; private set; }

    /// <summary>The elements' default timeout; 0 for none.</summary>
    public ulong TimeoutMilliseconds { get; private set; }

    /// <summary>What a map of objects names (NFT_OBJECT_*); 0 otherwise.</summary>
    public uint ObjectType { get; private set; }

    /// <summary>Expressions every element gets.</summary>
    public NftExpression[] Expressions { get; private set; } = [];

    /// <summary>What nft keeps for itself.</summary>
    public byte[] UserData { get; private set; } = [];

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static SetMessage? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewSet))
        {
            return null;
        }

        var header = message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        var set = new SetMessage { Family = header[0] };
        while (reader.Next())
        {
            set.ReadAttribute(ref reader);
        }

        reader.Finish();
        return set;
    }

    private void ReadAttribute(ref AttributeReader reader)
    {
        switch (reader.Type)
        {
            case 1:
                Table = reader.Text();
                break;
            case 2:
                Name = reader.Text();
                break;
            case 3:
                Flags = (NftSetFlag)reader.U32BigEndian();
                break;
            case 4:
                KeyType = reader.U32BigEndian();
                break;
            case 5:
                KeyLength = (int)Math.Min(reader.U32BigEndian(), 64);
                break;
            case 6:
                DataType = reader.U32BigEndian();
                break;
            case 7:
                DataLength = (int)Math.Min(reader.U32BigEndian(), 64);
                break;
            case 9:
                ReadDescription(reader.Nested());
                break;
            case 11:
                TimeoutMilliseconds = reader.U64BigEndian();
                break;
            case 13:
                UserData = reader.Value.ToArray();
                break;
            case 15:
                ObjectType = reader.U32BigEndian();
                break;
            case 16:
                Handle = reader.U64BigEndian();
                break;
            case 17:
                Expressions = [ExpressionReader.ReadOne(reader.Nested())];
                break;
            case 18:
                Expressions = ExpressionReader.ReadList(reader.Value);
                break;
        }
    }

    private void ReadDescription(AttributeReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    Size = reader.U32BigEndian();
                    break;
                case 2:
                    ReadFields(reader.Nested());
                    break;
            }
        }

        reader.Finish();
    }

    private void ReadFields(AttributeReader reader)
    {
        var lengths = new List<int>();
        while (reader.Next())
        {
            var field = reader.Nested();
            while (field.Next())
            {
                if (field.Type == 1)
                {
                    lengths.Add((int)Math.Min(field.U32BigEndian(), 64));
                }
            }

            field.Finish();
        }

        reader.Finish();
        FieldLengths = [.. lengths];
    }
}

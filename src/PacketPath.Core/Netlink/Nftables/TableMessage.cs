namespace PacketPath.Netlink.Nftables;

/// <summary>One table (NFT_MSG_NEWTABLE).</summary>
internal sealed record TableMessage
{
    private const uint DormantFlag = 1;

    public byte Family { get; private init; }

    public string Name { get; private set; } = "";

    public ulong Handle { get; private set; }

    /// <summary>True where its chains are switched off.</summary>
    public bool Dormant { get; private set; }

    public string? Comment { get; private set; }

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static TableMessage? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewTable))
        {
            return null;
        }

        var header = message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        var table = new TableMessage { Family = header[0] };
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    table.Name = reader.Text();
                    break;
                case 2:
                    table.Dormant = (reader.U32BigEndian() & DormantFlag) != 0;
                    break;
                case 4:
                    table.Handle = reader.U64BigEndian();
                    break;
                case 6:
                    table.Comment = NftUserData.Text(reader.Value, NftUserData.Comment);
                    break;
            }
        }

        reader.Finish();
        return table;
    }
}

/// <summary>The ruleset's generation (NFT_MSG_NEWGEN): it changes with every commit.</summary>
internal static class GenerationMessage
{
    /// <summary>Reads the generation; null where the message is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static uint? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewGeneration))
        {
            return null;
        }

        message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        uint? generation = null;
        while (reader.Next())
        {
            if (reader.Type == 1)
            {
                generation = reader.U32BigEndian();
            }
        }

        reader.Finish();
        return generation;
    }
}

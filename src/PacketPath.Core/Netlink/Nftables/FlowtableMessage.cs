namespace PacketPath.Netlink.Nftables;

/// <summary>One flowtable (NFT_MSG_NEWFLOWTABLE).</summary>
internal sealed record FlowtableMessage
{
    public byte Family { get; private init; }

    public string Table { get; private set; } = "";

    public string Name { get; private set; } = "";

    public ulong Handle { get; private set; }

    public uint Hook { get; private set; }

    public int Priority { get; private set; }

    public string[] Devices { get; private set; } = [];

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static FlowtableMessage? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewFlowtable))
        {
            return null;
        }

        var header = message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        var table = new FlowtableMessage { Family = header[0] };
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    table.Table = reader.Text();
                    break;
                case 2:
                    table.Name = reader.Text();
                    break;
                case 3:
                    table.ReadHook(reader.Nested());
                    break;
                case 5:
                    table.Handle = reader.U64BigEndian();
                    break;
            }
        }

        reader.Finish();
        return table;
    }

    private void ReadHook(AttributeReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    Hook = reader.U32BigEndian();
                    break;
                case 2:
                    Priority = (int)reader.U32BigEndian();
                    break;
                case 3:
                    var devices = new List<string>();
                    var nested = reader.Nested();
                    while (nested.Next())
                    {
                        devices.Add(nested.Text());
                    }

                    nested.Finish();
                    Devices = [.. devices];
                    break;
            }
        }

        reader.Finish();
    }
}

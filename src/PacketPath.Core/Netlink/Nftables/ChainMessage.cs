namespace PacketPath.Netlink.Nftables;

/// <summary>One chain (NFT_MSG_NEWCHAIN).</summary>
internal sealed record ChainMessage
{
    private const uint BindingFlag = 4;

    public byte Family { get; private init; }

    public string Table { get; private set; } = "";

    public string Name { get; private set; } = "";

    public ulong Handle { get; private set; }

    /// <summary>True for a base chain: one that hangs on a hook.</summary>
    public bool IsBase { get; private set; }

    /// <summary>The hook's number (NF_INET_*, NF_NETDEV_*).</summary>
    public uint Hook { get; private set; }

    public int Priority { get; private set; }

    /// <summary>The devices of a netdev or inet ingress chain.</summary>
    public string[] Devices { get; private set; } = [];

    /// <summary>The policy's verdict; null for a chain that is no base chain.</summary>
    public int? Policy { get; private set; }

    /// <summary>filter, nat or route; null for a chain that is no base chain.</summary>
    public string? Type { get; private set; }

    /// <summary>Packets that met the policy; null where nobody counts.</summary>
    public ulong? Packets { get; private set; }

    public ulong? Bytes { get; private set; }

    /// <summary>True for a chain without a name of its own: the braces of <c>jump { ... }</c>.</summary>
    public bool IsAnonymous { get; private set; }

    public string? Comment { get; private set; }

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ChainMessage? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewChain))
        {
            return null;
        }

        var header = message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        var chain = new ChainMessage { Family = header[0] };
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    chain.Table = reader.Text();
                    break;
                case 2:
                    chain.Handle = reader.U64BigEndian();
                    break;
                case 3:
                    chain.Name = reader.Text();
                    break;
                case 4:
                    chain.IsBase = true;
                    chain.ReadHook(reader.Nested());
                    break;
                case 5:
                    chain.Policy = (int)reader.U32BigEndian();
                    break;
                case 7:
                    chain.Type = reader.Text();
                    break;
                case 8:
                    chain.ReadCounters(reader.Nested());
                    break;
                case 10:
                    chain.IsAnonymous = (reader.U32BigEndian() & BindingFlag) != 0;
                    break;
                case 12:
                    chain.Comment = NftUserData.Text(reader.Value, NftUserData.Comment);
                    break;
            }
        }

        reader.Finish();
        return chain;
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
                    Devices = [reader.Text()];
                    break;
                case 4:
                    Devices = ReadDevices(reader.Nested());
                    break;
            }
        }

        reader.Finish();
    }

    private static string[] ReadDevices(AttributeReader reader)
    {
        var devices = new List<string>();
        while (reader.Next())
        {
            devices.Add(reader.Text());
        }

        reader.Finish();
        return [.. devices];
    }

    private void ReadCounters(AttributeReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    Bytes = reader.U64BigEndian();
                    break;
                case 2:
                    Packets = reader.U64BigEndian();
                    break;
            }
        }

        reader.Finish();
    }
}

namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Leaves the packet out of connection tracking.</summary>
internal sealed record NoTrackExpression() : NftExpression("notrack");

/// <summary>Hands the packet to a program.</summary>
internal sealed record QueueExpression(ushort Number, ushort Total, ushort Flags, uint? Source) : NftExpression("queue")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static QueueExpression Read(AttributeReader reader)
    {
        ushort number = 0;
        ushort total = 0;
        ushort flags = 0;
        uint? source = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    number = reader.U16BigEndian();
                    break;
                case 2:
                    total = reader.U16BigEndian();
                    break;
                case 3:
                    flags = reader.U16BigEndian();
                    break;
                case 4:
                    source = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new QueueExpression(number, total, flags, source);
    }
}

/// <summary>Sends the packet, or a copy of it, elsewhere.</summary>
internal sealed record CopyExpression(string Name, uint? Address, uint? Device, byte? Family) : NftExpression(Name)
{
    /// <summary>Reads the attributes of <c>dup</c>.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static CopyExpression ReadDuplicate(AttributeReader reader) => Read("dup", 1, 2, reader);

    /// <summary>Reads the attributes of <c>fwd</c>.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static CopyExpression ReadForward(AttributeReader reader) => Read("fwd", 2, 1, reader);

    private static CopyExpression Read(string name, ushort addressAttribute, ushort deviceAttribute, AttributeReader reader)
    {
        uint? address = null;
        uint? device = null;
        byte? family = null;
        while (reader.Next())
        {
            if (reader.Type == addressAttribute)
            {
                address = reader.U32BigEndian();
            }
            else if (reader.Type == deviceAttribute)
            {
                device = reader.U32BigEndian();
            }
            else if (reader.Type == 3)
            {
                family = (byte)reader.U32BigEndian();
            }
        }

        reader.Finish();
        return new CopyExpression(name, address, device, family);
    }
}

/// <summary>Answers a handshake in a server's place.</summary>
internal sealed record SynProxyExpression(ushort Mss, byte WindowScale, uint Flags) : NftExpression("synproxy")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static SynProxyExpression Read(AttributeReader reader)
    {
        ushort mss = 0;
        byte windowScale = 0;
        uint flags = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    mss = reader.U16BigEndian();
                    break;
                case 2:
                    windowScale = reader.U8();
                    break;
                case 3:
                    flags = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new SynProxyExpression(mss, windowScale, flags);
    }
}

/// <summary>Hands the connection to a flowtable.</summary>
internal sealed record FlowOffloadExpression(string Flowtable) : NftExpression("flow_offload")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static FlowOffloadExpression Read(AttributeReader reader)
    {
        string flowtable = "";
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    flowtable = reader.Text();
                    break;
            }
        }

        reader.Finish();
        return new FlowOffloadExpression(flowtable);
    }
}

/// <summary>Guesses the sender's operating system.</summary>
internal sealed record OsFingerprintExpression(uint Destination, byte Ttl, uint Flags) : NftExpression("osf")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static OsFingerprintExpression Read(AttributeReader reader)
    {
        uint destination = 0;
        byte ttl = 0;
        uint flags = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    ttl = reader.U8();
                    break;
                case 3:
                    flags = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new OsFingerprintExpression(destination, ttl, flags);
    }
}

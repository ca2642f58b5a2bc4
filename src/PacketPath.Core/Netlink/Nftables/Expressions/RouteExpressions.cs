namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>What of the packet a FIB lookup uses, and how it answers (NFTA_FIB_F_*).</summary>
[Flags]
internal enum FibFlag : uint
{
    None = 0,
    Source = 1,
    Destination = 2,
    Mark = 4,
    Iif = 8,
    Oif = 16,
    Present = 32,
}

/// <summary>What a FIB lookup answers (NFT_FIB_RESULT_*).</summary>
internal enum FibResult : uint
{
    None = 0,
    Oif = 1,
    OifName = 2,
    AddressType = 3,
}

/// <summary>Looks a route up.</summary>
internal sealed record FibExpression(uint Destination, FibResult Result, FibFlag Flags) : NftExpression("fib")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static FibExpression Read(AttributeReader reader)
    {
        uint destination = 0;
        FibResult result = 0;
        FibFlag flags = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    result = (FibResult)reader.U32BigEndian();
                    break;
                case 3:
                    flags = (FibFlag)reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new FibExpression(destination, result, flags);
    }
}

/// <summary>What the packet's route tells (NFT_RT_*).</summary>
internal enum RouteKey : uint
{
    ClassId = 0,
    NextHop4,
    NextHop6,
    TcpMss,
    Ipsec,
}

/// <summary>Loads something of the packet's route.</summary>
internal sealed record RouteExpression(uint Destination, RouteKey Key) : NftExpression("rt")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static RouteExpression Read(AttributeReader reader)
    {
        uint destination = 0;
        RouteKey key = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    key = (RouteKey)reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new RouteExpression(destination, key);
    }
}

/// <summary>What the packet's socket tells (NFT_SOCKET_*).</summary>
internal enum SocketKey : uint
{
    Transparent = 0,
    Mark,
    Wildcard,
    CGroupV2,
}

/// <summary>Loads something of the socket the packet is for.</summary>
internal sealed record SocketExpression(SocketKey Key, uint Destination, uint Level) : NftExpression("socket")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static SocketExpression Read(AttributeReader reader)
    {
        SocketKey key = 0;
        uint destination = 0;
        uint level = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    key = (SocketKey)reader.U32BigEndian();
                    break;
                case 2:
                    destination = reader.U32BigEndian();
                    break;
                case 3:
                    level = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new SocketExpression(key, destination, level);
    }
}

/// <summary>What the packet's IPsec state tells (NFT_XFRM_KEY_*).</summary>
internal enum IpsecKey : uint
{
    None = 0,
    DestinationIPv4,
    DestinationIPv6,
    SourceIPv4,
    SourceIPv6,
    RequestId,
    Spi,
}

/// <summary>Loads something of the packet's IPsec state.</summary>
internal sealed record IpsecExpression(uint Destination, IpsecKey Key, byte Direction, uint SpNumber) : NftExpression("xfrm")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static IpsecExpression Read(AttributeReader reader)
    {
        uint destination = 0;
        IpsecKey key = 0;
        byte direction = 0;
        uint spNumber = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    key = (IpsecKey)reader.U32BigEndian();
                    break;
                case 3:
                    direction = reader.U8();
                    break;
                case 4:
                    spNumber = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new IpsecExpression(destination, key, direction, spNumber);
    }
}

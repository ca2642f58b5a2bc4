namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>What is rewritten.</summary>
internal enum NatKind
{
    Source,
    Destination,
    Masquerade,
    Redirect,
    TransparentProxy,
}

/// <summary>Flags of address translation (NF_NAT_RANGE_*).</summary>
[Flags]
internal enum NatFlag : uint
{
    None = 0,
    MapAddresses = 0x01,
    ProtoSpecified = 0x02,
    Random = 0x04,
    Persistent = 0x08,
    FullyRandom = 0x10,
    ProtoOffset = 0x20,
    Netmap = 0x40,
}

/// <summary>Rewrites addresses and ports: snat, dnat, masquerade, redirect, tproxy.</summary>
internal sealed record NatExpression(string Name, NatKind Kind) : NftExpression(Name)
{
    /// <summary>The family of the addresses; 0 where it is that of the packet.</summary>
    public byte Family { get; private set; }

    public uint? AddressMin { get; private set; }

    public uint? AddressMax { get; private set; }

    public uint? PortMin { get; private set; }

    public uint? PortMax { get; private set; }

    public NatFlag Flags { get; private set; }

    /// <summary>Reads the attributes of <c>nat</c>.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static NatExpression ReadNat(AttributeReader reader)
    {
        var kind = NatKind.Source;
        var nat = new NatExpression("nat", kind);
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    kind = reader.U32BigEndian() == 0 ? NatKind.Source : NatKind.Destination;
                    break;
                case 2:
                    nat.Family = (byte)reader.U32BigEndian();
                    break;
                case 3:
                    nat.AddressMin = reader.U32BigEndian();
                    break;
                case 4:
                    nat.AddressMax = reader.U32BigEndian();
                    break;
                case 5:
                    nat.PortMin = reader.U32BigEndian();
                    break;
                case 6:
                    nat.PortMax = reader.U32BigEndian();
                    break;
                case 7:
                    nat.Flags = (NatFlag)reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return nat with { Kind = kind };
    }

    /// <summary>Reads the attributes of <c>masq</c>.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static NatExpression ReadMasquerade(AttributeReader reader) => ReadPorts(new NatExpression("masq", NatKind.Masquerade), 1, 2, 3, reader);

    /// <summary>Reads the attributes of <c>redir</c>.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static NatExpression ReadRedirect(AttributeReader reader) => ReadPorts(new NatExpression("redir", NatKind.Redirect), 3, 1, 2, reader);

    /// <summary>Reads the attributes of <c>tproxy</c>.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static NatExpression ReadTransparentProxy(AttributeReader reader)
    {
        var nat = new NatExpression("tproxy", NatKind.TransparentProxy);
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    nat.Family = (byte)reader.U32BigEndian();
                    break;
                case 2:
                    nat.AddressMin = reader.U32BigEndian();
                    break;
                case 3:
                    nat.PortMin = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return nat;
    }

    private static NatExpression ReadPorts(NatExpression nat, ushort flags, ushort portMin, ushort portMax, AttributeReader reader)
    {
        while (reader.Next())
        {
            if (reader.Type == flags)
            {
                nat.Flags = (NatFlag)reader.U32BigEndian();
            }
            else if (reader.Type == portMin)
            {
                nat.PortMin = reader.U32BigEndian();
            }
            else if (reader.Type == portMax)
            {
                nat.PortMax = reader.U32BigEndian();
            }
        }

        reader.Finish();
        return nat;
    }
}

namespace PacketPath.Netlink.Netconf;

/// <summary>What one interface, or all of them together, does with packets to be passed on (RTM_NEWNETCONF).</summary>
internal sealed record NetconfMessage
{
    /// <summary>The index that stands for every interface together (NETCONFA_IFINDEX_ALL).</summary>
    public const int AllInterfaces = -1;

    /// <summary>sizeof(struct netconfmsg), aligned.</summary>
    public const int FixedSize = 4;

    /// <summary>AF_INET or AF_INET6.</summary>
    public byte Family { get; private init; }

    public int InterfaceIndex { get; private set; }

    public bool? Forwarding { get; private set; }

    /// <summary>rp_filter: 0 off, 1 strict, 2 loose; null where the family has none.</summary>
    public uint? ReversePathFilter { get; private set; }

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NetconfMessage? Read(in NetlinkMessage message)
    {
        if (message.Type != RouteMessage.NewNetconf)
        {
            return null;
        }

        var header = message.Fixed(FixedSize, out var reader);
        var settings = new NetconfMessage { Family = header[0] };
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case NetconfAttribute.InterfaceIndex:
                    settings.InterfaceIndex = reader.S32();
                    break;
                case NetconfAttribute.Forwarding:
                    settings.Forwarding = reader.S32() != 0;
                    break;
                case NetconfAttribute.ReversePathFilter:
                    settings.ReversePathFilter = reader.U32();
                    break;
            }
        }

        reader.Finish();
        return settings;
    }
}

/// <summary>Attributes of RTM_NEWNETCONF (NETCONFA_*, linux/netconf.h).</summary>
internal static class NetconfAttribute
{
    public const ushort InterfaceIndex = 1;
    public const ushort Forwarding = 2;
    public const ushort ReversePathFilter = 3;
}

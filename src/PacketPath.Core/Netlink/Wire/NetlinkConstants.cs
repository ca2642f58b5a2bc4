namespace PacketPath.Netlink;

/// <summary>Flags of a message (NLM_F_*, linux/netlink.h).</summary>
internal static class MessageFlags
{
    public const ushort Request = 0x01;
    public const ushort Multi = 0x02;
    public const ushort Ack = 0x04;
    public const ushort DumpInterrupted = 0x10;
    public const ushort DumpFiltered = 0x20;
    public const ushort Root = 0x100;
    public const ushort Match = 0x200;
    public const ushort Dump = Root | Match;
    public const ushort Capped = 0x100;
    public const ushort AckTlvs = 0x200;
}

/// <summary>Types of message that every netlink family shares (NLMSG_*).</summary>
internal static class ControlType
{
    public const ushort Noop = 1;
    public const ushort Error = 2;
    public const ushort Done = 3;
    public const ushort Overrun = 4;

    /// <summary>The first type that belongs to a family (NLMSG_MIN_TYPE).</summary>
    public const ushort FirstOfFamily = 0x10;
}

/// <summary>Netlink protocols (NETLINK_*).</summary>
internal static class NetlinkProtocol
{
    public const int Route = 0;
    public const int SockDiag = 4;
    public const int Xfrm = 6;
    public const int Netfilter = 12;
    public const int Generic = 16;
}

/// <summary>Types of message of the route family (RTM_*, linux/rtnetlink.h).</summary>
internal static class RouteMessage
{
    public const ushort NewLink = 16;
    public const ushort GetLink = 18;
    public const ushort NewAddress = 20;
    public const ushort GetAddress = 22;
    public const ushort NewRoute = 24;
    public const ushort GetRoute = 26;
    public const ushort NewNeighbor = 28;
    public const ushort GetNeighbor = 30;
    public const ushort NewRule = 32;
    public const ushort GetRule = 34;
    public const ushort NewNeighborTable = 64;
    public const ushort GetNeighborTable = 66;
    public const ushort NewNetconf = 80;
    public const ushort GetNetconf = 82;
    public const ushort NewQueueDiscipline = 36;
    public const ushort GetQueueDiscipline = 38;
    public const ushort NewTrafficClass = 40;
    public const ushort GetTrafficClass = 42;

    /// <summary>The message's name, for error texts.</summary>
    public static string Name(ushort type) => type switch
    {
        GetLink => "RTM_GETLINK",
        GetAddress => "RTM_GETADDR",
        GetRoute => "RTM_GETROUTE",
        GetNeighbor => "RTM_GETNEIGH",
        GetRule => "RTM_GETRULE",
        GetNeighborTable => "RTM_GETNEIGHTBL",
        GetNetconf => "RTM_GETNETCONF",
        SocketDiag.SocketDiagMessageType.ByFamily => "SOCK_DIAG_BY_FAMILY",
        GetQueueDiscipline => "RTM_GETQDISC",
        GetTrafficClass => "RTM_GETTCLASS",
        > 0xff => NetfilterMessage.Name(type),
        _ => $"netlink message {type}",
    };
}

/// <summary>Attributes of an extended acknowledgement (NLMSGERR_ATTR_*).</summary>
internal static class ExtendedAckAttribute
{
    public const ushort Message = 1;
    public const ushort Offset = 2;
}

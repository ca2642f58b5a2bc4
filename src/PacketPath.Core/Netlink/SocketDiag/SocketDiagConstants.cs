namespace PacketPath.Netlink.SocketDiag;

/// <summary>Types of message of NETLINK_SOCK_DIAG (linux/sock_diag.h).</summary>
internal static class SocketDiagMessageType
{
    /// <summary>SOCK_DIAG_BY_FAMILY.</summary>
    public const ushort ByFamily = 20;
}

/// <summary>Attributes of a socket (INET_DIAG_*, linux/inet_diag.h).</summary>
internal static class SocketAttribute
{
    public const ushort MemoryInfo = 1;
    public const ushort TcpInfo = 2;
    public const ushort Congestion = 4;
    public const ushort TypeOfService = 5;
    public const ushort TrafficClass = 6;
    public const ushort SocketMemory = 7;
    public const ushort Shutdown = 8;
    public const ushort Protocol = 10;
    public const ushort Ipv6Only = 11;
    public const ushort Mark = 15;
    public const ushort CgroupId = 21;
    public const ushort Options = 22;

    /// <summary>The bit that asks for an attribute (idiag_ext).</summary>
    public static byte Ask(ushort attribute) => (byte)(1 << (attribute - 1));
}

/// <summary>Attributes of a request (INET_DIAG_REQ_*).</summary>
internal static class SocketRequestAttribute
{
    public const ushort Bytecode = 1;
}

/// <summary>Operations of the filter the kernel runs on each socket (INET_DIAG_BC_*).</summary>
internal static class FilterOperation
{
    public const byte Jump = 1;
    public const byte SourceAtLeast = 2;
    public const byte SourceAtMost = 3;
    public const byte DestinationAtLeast = 4;
    public const byte DestinationAtMost = 5;
    public const byte SourceHost = 7;
    public const byte DestinationHost = 8;
    public const byte Device = 9;
}

/// <summary>Protocols as sock_diag takes them (IPPROTO_*).</summary>
internal static class SocketProtocol
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Raw = 255;
}

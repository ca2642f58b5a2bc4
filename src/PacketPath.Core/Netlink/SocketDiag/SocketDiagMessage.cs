using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PacketPath.Netlink.Nftables;

namespace PacketPath.Netlink.SocketDiag;

/// <summary>A socket, decoded: struct inet_diag_msg and its attributes.</summary>
internal readonly record struct SocketDiagMessage
{
    /// <summary>sizeof(struct inet_diag_msg).</summary>
    public const int FixedSize = 72;

    /// <summary>offsetof(struct inet_diag_msg, id.idiag_src).</summary>
    public const int SourceOffset = 8;

    /// <summary>offsetof(struct inet_diag_msg, id.idiag_dst).</summary>
    public const int DestinationOffset = 24;

    /// <summary>offsetof(struct inet_diag_msg, id.idiag_if).</summary>
    public const int InterfaceOffset = 40;

    /// <summary>offsetof(struct inet_diag_msg, id.idiag_cookie).</summary>
    public const int CookieOffset = 44;

    /// <summary>offsetof(struct inet_diag_msg, idiag_expires).</summary>
    public const int ExpiresOffset = 52;

    /// <summary>AF_*.</summary>
    public byte Family { get; init; }

    /// <summary>TCP_ESTABLISHED and so on.</summary>
    public byte State { get; init; }

    /// <summary>The timer that runs.</summary>
    public byte Timer { get; init; }

    /// <summary>How often it fired.</summary>
    public byte Retransmits { get; init; }

    /// <summary>The local port; the protocol number of a raw socket.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>The remote port.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>The local address.</summary>
    public UInt128 Source { get; init; }

    /// <summary>The remote address.</summary>
    public UInt128 Destination { get; init; }

    /// <summary>The interface bound to; 0 where none.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The kernel's cookie.</summary>
    public ulong Cookie { get; init; }

    /// <summary>Milliseconds until the timer fires.</summary>
    public uint Expires { get; init; }

    /// <summary>Bytes received, or a listener's accept queue.</summary>
    public uint ReceiveQueue { get; init; }

    /// <summary>Bytes to be sent, or a listener's backlog.</summary>
    public uint SendQueue { get; init; }

    /// <summary>The owner's user id.</summary>
    public uint UserId { get; init; }

    /// <summary>The inode.</summary>
    public uint Inode { get; init; }

    /// <summary>SHUT_RD and SHUT_WR as bits; null where not said.</summary>
    public byte? Shutdown { get; init; }

    /// <summary>IP_TOS; null where not said.</summary>
    public byte? TypeOfService { get; init; }

    /// <summary>IPV6_TCLASS; null where not said.</summary>
    public byte? TrafficClass { get; init; }

    /// <summary>IPV6_V6ONLY; null where not said.</summary>
    public byte? Ipv6Only { get; init; }

    /// <summary>The raw protocol; null where not said.</summary>
    public byte? Protocol { get; init; }

    /// <summary>SO_MARK; null where not said.</summary>
    public uint? Mark { get; init; }

    /// <summary>The control group; null where not said.</summary>
    public ulong? CgroupId { get; init; }

    /// <summary>struct inet_diag_sockopt as bits.</summary>
    public ushort Options { get; init; }

    /// <summary>The congestion control; null where not said.</summary>
    public string? Congestion { get; init; }

    /// <summary>The memory in use and what TCP knows.</summary>
    public SocketDetails Details { get; init; }

    /// <summary>Decodes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="names">Keeps the text of congestion control names once.</param>
    /// <param name="store">Keeps the bulky parts.</param>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static SocketDiagMessage Read(in NetlinkMessage message, NameCache names, SocketDetailStore store)
    {
        var header = message.Fixed(FixedSize, out var attributes);
        var width = header[0] == IpBits.IPv4 ? 4 : 16;
        var result = new SocketDiagMessage
        {
            Family = header[0],
            State = header[1],
            Timer = header[2],
            Retransmits = header[3],
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header[4..]),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[6..]),
            Source = IpBits.From(header.Slice(SourceOffset, width)),
            Destination = IpBits.From(header.Slice(DestinationOffset, width)),
            InterfaceIndex = MemoryMarshal.Read<int>(header[InterfaceOffset..]),
            Cookie = MemoryMarshal.Read<ulong>(header[CookieOffset..]),
            Expires = MemoryMarshal.Read<uint>(header[ExpiresOffset..]),
            ReceiveQueue = MemoryMarshal.Read<uint>(header[(ExpiresOffset + 4)..]),
            SendQueue = MemoryMarshal.Read<uint>(header[(ExpiresOffset + 8)..]),
            UserId = MemoryMarshal.Read<uint>(header[(ExpiresOffset + 12)..]),
            Inode = MemoryMarshal.Read<uint>(header[(ExpiresOffset + 16)..]),
        };
        byte? shutdown = null, tos = null, trafficClass = null, ipv6Only = null, protocol = null;
        uint? mark = null;
        ulong? cgroup = null;
        ushort options = 0;
        string? congestion = null;
        ReadOnlySpan<byte> memory = default;
        ReadOnlySpan<byte> tcpInfo = default;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case SocketAttribute.TcpInfo:
                    tcpInfo = attributes.Value;
                    break;
                case SocketAttribute.SocketMemory:
                    memory = attributes.Struct(SocketDetails.MemoryFields * 4);
                    break;
                case SocketAttribute.Congestion:
                    congestion = names.Text(ref attributes);
                    break;
                case SocketAttribute.Shutdown:
                    shutdown = attributes.U8();
                    break;
                case SocketAttribute.TypeOfService:
                    tos = attributes.U8();
                    break;
                case SocketAttribute.TrafficClass:
                    trafficClass = attributes.U8();
                    break;
                case SocketAttribute.Ipv6Only:
                    ipv6Only = attributes.U8();
                    break;
                case SocketAttribute.Protocol:
                    protocol = attributes.U8();
                    break;
                case SocketAttribute.Mark:
                    mark = attributes.U32();
                    break;
                case SocketAttribute.CgroupId:
                    cgroup = attributes.U64();
                    break;
                case SocketAttribute.Options:
                    options = attributes.U16();
                    break;
            }
        }

        attributes.Finish();
        return result with
        {
            Shutdown = shutdown,
            TypeOfService = tos,
            TrafficClass = trafficClass,
            Ipv6Only = ipv6Only,
            Protocol = protocol,
            Mark = mark,
            CgroupId = cgroup,
            Options = options,
            Congestion = congestion,
            Details = store.Keep(memory, tcpInfo),
        };
    }
}

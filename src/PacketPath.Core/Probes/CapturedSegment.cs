using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>One captured packet that may belong to a probe: a TCP segment, a datagram, or an ICMP error with the tuple it quotes. Kept apart from the capture's buffer.</summary>
internal readonly record struct CapturedSegment
{
    /// <summary>When it was captured: nanoseconds since 1970-01-01 UTC.</summary>
    public long TimestampNanoseconds { get; init; }

    /// <summary>The interface's index; 0 where the capture does not say.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>True where this host sent it.</summary>
    public bool Outgoing { get; init; }

    /// <summary>The source address of the packet itself.</summary>
    public PacketAddress From { get; init; }

    /// <summary>The destination address of the packet itself.</summary>
    public PacketAddress To { get; init; }

    /// <summary>TTL or hop limit.</summary>
    public int Ttl { get; init; }

    /// <summary>The IPv4 identification.</summary>
    public int IpId { get; init; }

    /// <summary>The source link-layer address; empty where none.</summary>
    public LinkAddress LinkLayerSource { get; init; }

    /// <summary>True for an ICMP error; <see cref="Flow"/> is then the tuple it quotes.</summary>
    public bool IsIcmp { get; init; }

    /// <summary>The flow as sent: from the packet's (or the quoted packet's) source to its destination.</summary>
    public FlowKey Flow { get; init; }

    /// <summary>The TCP flags.</summary>
    public TcpFlags TcpFlags { get; init; }

    /// <summary>The TCP sequence number; of a datagram, the mark of its payload.</summary>
    public uint Sequence { get; init; }

    /// <summary>The TCP acknowledgment number.</summary>
    public uint Acknowledgment { get; init; }

    /// <summary>The TCP window.</summary>
    public int Window { get; init; }

    /// <summary>The maximum segment size option; 0 where absent.</summary>
    public int Mss { get; init; }

    /// <summary>The bytes behind the UDP header, by the headers.</summary>
    public int PayloadLength { get; init; }

    /// <summary>The digest of a datagram's payload; null where there is none.</summary>
    public long? PayloadDigest { get; init; }

    /// <summary>The ICMP type.</summary>
    public int IcmpType { get; init; }

    /// <summary>The ICMP code.</summary>
    public int IcmpCode { get; init; }

    /// <summary>What kind of packet it is.</summary>
    public SynPacketKind Kind => IsIcmp
        ? SynPacketKind.IcmpError
        : Flow.Protocol == TransportProtocol.Udp ? SynPacketKind.Datagram : (TcpFlags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst)) switch
        {
            TcpFlags.Syn => SynPacketKind.Syn,
            TcpFlags.Syn | TcpFlags.Ack => SynPacketKind.SynAck,
            var flags when (flags & TcpFlags.Rst) != 0 => SynPacketKind.Reset,
            _ => SynPacketKind.Other,
        };
}

/// <summary>The tuple of a packet, in the direction it was sent.</summary>
/// <param name="Protocol">The transport.</param>
/// <param name="Source">The source address.</param>
/// <param name="SourcePort">The source port.</param>
/// <param name="Destination">The destination address.</param>
/// <param name="DestinationPort">The destination port.</param>
internal readonly record struct FlowKey(TransportProtocol Protocol, PacketAddress Source, int SourcePort, PacketAddress Destination, int DestinationPort)
{
    /// <summary>The same flow in the other direction.</summary>
    public FlowKey Reversed => new(Protocol, Destination, DestinationPort, Source, SourcePort);
}

namespace PacketPath.Capture;

/// <summary>What is kept of one packet at one point: enough to know it again elsewhere, and to tell what was rewritten.</summary>
internal readonly record struct SeenPacket
{
    // What offloading and congestion marking change on the way does not make another packet.
    private const TcpFlags Telling = TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Fin | TcpFlags.Rst | TcpFlags.Urg;

    public long Nanoseconds { get; init; }

    /// <summary>The digest of the payload; -1 for none.</summary>
    public long Digest { get; init; }

    /// <summary>The TCP sequence number, that of an echo, that quoted by an ICMP error, or a fragment's offset.</summary>
    public uint Sequence { get; init; }

    public uint Acknowledgment { get; init; }

    public uint Timestamp { get; init; }

    public uint Identification { get; init; }

    public int Length { get; init; }

    public ushort MaximumSegment { get; init; }

    public TcpFlags Flags { get; init; }

    public SeenKind Kind { get; init; }

    public byte Type { get; init; }

    public byte Code { get; init; }

    public byte Ttl { get; init; }

    /// <summary>True where it goes from the low end of its key to the high one.</summary>
    public bool FromLow { get; init; }

    public PacketDirection Direction { get; init; }

    public bool IsSyn => Kind == SeenKind.Tcp && (Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;

    public bool IsSynAck => Kind == SeenKind.Tcp && (Flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack);

    /// <summary>What the same packet has at every point, as far as routers and address translation leave it.</summary>
    public PacketMark Mark => Kind switch
    {
        SeenKind.Tcp => new PacketMark(Kind, Sequence, (Flags & TcpFlags.Ack) != 0 ? Acknowledgment : 0, Length, (int)(Flags & Telling)),
        SeenKind.Echo => new PacketMark(Kind, Sequence, 0, Length, Type),
        SeenKind.IcmpError => new PacketMark(Kind, Sequence, 0, 0, (Type << 8) | Code),
        _ => new PacketMark(Kind, (ulong)Digest, Sequence, Length, 0),
    };

    /// <summary>What tells one sending of the same from the next: the IPv4 identification, else the TCP timestamp; 0 where nothing does.</summary>
    public ulong Sending => Identification != 0 ? Identification | (1UL << 32) : Timestamp != 0 ? Timestamp | (2UL << 32) : 0;

    /// <summary>True where the mark is telling enough to know a flow again behind address translation.</summary>
    public bool IsDistinctive => Kind switch
    {
        SeenKind.Tcp => (Flags & TcpFlags.Rst) == 0 || Length > 0,
        SeenKind.Echo or SeenKind.Other => Length >= 8 && Digest >= 0,
        _ => false,
    };

    /// <summary>What it is, in a few words.</summary>
    public string Describe(byte protocol)
    {
        var text = Kind switch
        {
            SeenKind.Tcp => Flags.ToText() is { Length: > 0 } flags ? flags : "no flags",
            SeenKind.Echo => Type is 8 or 128 ? "echo request" : "echo reply",
            SeenKind.IcmpError => FormattableString.Invariant($"ICMP {Type}/{Code}"),
            _ => protocol == IpProtocol.Udp ? "UDP" : FormattableString.Invariant($"IP protocol {protocol}"),
        };
        return Length > 0 ? FormattableString.Invariant($"{text} len {Length}") : text;
    }
}

/// <summary>The kinds of packet that are known again by different fields.</summary>
internal enum SeenKind : byte
{
    Other,
    Tcp,
    Echo,
    IcmpError,
}

/// <summary>The fields by which a packet is known again.</summary>
internal readonly record struct PacketMark(SeenKind Kind, ulong First, uint Second, int Length, int Flags);

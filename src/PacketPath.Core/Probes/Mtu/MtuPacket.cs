using System.Net;

namespace PacketPath.Probes;

/// <summary>One packet of a path MTU probe, from its plan to its end.</summary>
internal sealed class MtuPacket
{
    /// <summary>Its number, carried in it; 1 is the first.</summary>
    public required int Id { get; init; }

    /// <summary>How it is sent.</summary>
    public required MtuMethod Method { get; init; }

    /// <summary>Its size with IP headers; 0 for a TCP handshake without data.</summary>
    public required int Size { get; init; }

    /// <summary>Its TTL; 0 for the host's usual one.</summary>
    public int Ttl { get; init; }

    /// <summary>Not to be sent before this time, in nanoseconds.</summary>
    public long NotBefore { get; init; }

    /// <summary>What became of it.</summary>
    public MtuPacketState State { get; set; }

    /// <summary>When it was sent.</summary>
    public long SentAt { get; set; }

    /// <summary>When the answer came; 0 where none did.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>Who answered.</summary>
    public IPAddress? From { get; set; }

    /// <summary>The TTL the answer arrived with; 0 where unknown.</summary>
    public int ReplyTtl { get; set; }

    /// <summary>True where its loss tells nothing, for the target was sparing with its answers.</summary>
    public bool IsVoid { get; set; }

    /// <summary>True where it is out and not yet accounted for.</summary>
    public bool IsPending => State == MtuPacketState.Pending;

    /// <summary>Packets it costs: a TCP connection is a SYN, a segment and an end.</summary>
    public int Cost => Method == MtuMethod.Tcp ? 3 : 1;
}

/// <summary>Where a packet stands.</summary>
internal enum MtuPacketState
{
    /// <summary>Not sent yet.</summary>
    Planned,

    /// <summary>Sent, unanswered.</summary>
    Pending,

    /// <summary>The target answered.</summary>
    Passed,

    /// <summary>Its TTL ran out at a router.</summary>
    Expired,

    /// <summary>A Packet Too Big came.</summary>
    TooBig,

    /// <summary>Another ICMP error came.</summary>
    Unreachable,

    /// <summary>Nothing came in time.</summary>
    Lost,

    /// <summary>This host refused it for its size.</summary>
    LocalLimit,

    /// <summary>This host refused it.</summary>
    LocalError,
}

/// <summary>A Packet Too Big as it was heard.</summary>
/// <param name="From">Who sent it.</param>
/// <param name="Mtu">The MTU it states.</param>
/// <param name="Size">The size of the packet it is about; 0 where unknown.</param>
/// <param name="After">Nanoseconds from the packet to the report; negative where unknown.</param>
/// <param name="ReachedSocket">False where only the capture saw it.</param>
internal sealed record MtuTooBig(IPAddress? From, int Mtu, int Size, long After, bool ReachedSocket);

/// <summary>An ICMP error of another kind.</summary>
/// <param name="From">Who sent it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Code">Its code.</param>
/// <param name="At">When it came.</param>
internal sealed record MtuUnreachable(IPAddress? From, int Type, int Code, long At);

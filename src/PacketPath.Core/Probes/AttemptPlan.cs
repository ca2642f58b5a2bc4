using System.Net;

namespace PacketPath.Probes;

/// <summary>One socket to open for a target: the main attempt, or one that follows it.</summary>
internal sealed record AttemptPlan
{
    /// <summary>What the attempt is for.</summary>
    public AttemptKind Kind { get; init; }

    /// <summary>The TTL to send with; 0 for the kernel's.</summary>
    public int Ttl { get; init; }

    /// <summary>The interface to bind to; null for none.</summary>
    public string? Device { get; init; }

    /// <summary>The destination port.</summary>
    public int Port { get; init; }

    /// <summary>How long to wait, in nanoseconds.</summary>
    public long TimeoutNanoseconds { get; init; }

    /// <summary>The losing route an alternative attempt goes through.</summary>
    public RouteAlternative? Alternative { get; init; }

    /// <summary>True to leave out the user asked for.</summary>
    public bool LeavesOutUser { get; init; }

    /// <summary>What to send over UDP; null for TCP, and for a control datagram.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>The remote address whose own "port unreachable" is a refusal, as it is over UDP; null where none is.</summary>
    public IPAddress? Refuser { get; init; }

    /// <summary>The transport.</summary>
    public TransportProtocol Protocol => Kind == AttemptKind.Control || Payload is not null ? TransportProtocol.Udp : TransportProtocol.Tcp;

    /// <summary>True where a datagram is sent and sent again until it is answered.</summary>
    public bool IsDatagram => Payload is not null;
}

/// <summary>What an attempt is for.</summary>
internal enum AttemptKind
{
    /// <summary>The connection asked for.</summary>
    Main,

    /// <summary>One step of a TTL walk.</summary>
    Hop,

    /// <summary>A losing route.</summary>
    Alternative,

    /// <summary>The connection asked for, without the mark, source address and user asked for.</summary>
    Plain,

    /// <summary>A datagram to a closed port, for a packet that the target itself sends.</summary>
    Control,
}

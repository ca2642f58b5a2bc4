using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>What a socket said when it was looked at.</summary>
/// <param name="Error">SO_ERROR, an errno; 0 for none.</param>
/// <param name="Queue">The error queue's new records, oldest first.</param>
/// <param name="Info">TCP_INFO; null for UDP or where the kernel does not give it.</param>
internal sealed record SocketReading(int Error, IReadOnlyList<ErrorQueueRecord> Queue, TcpInfo? Info)
{
    /// <summary>True where a datagram came.</summary>
    public bool Answered { get; init; }

    /// <summary>True where the handshake is complete, or the datagram answered.</summary>
    public bool Connected => Answered || (Error == 0 && Info is { State: not (TcpInfo.SynSent or TcpInfo.Closed) });
}

namespace PacketPath.Diagnosis;

/// <summary>A connection of this host that was there already: what two readings of its socket tell.</summary>
internal sealed class ConnectionState
{
    private ConnectionState(SocketEntry first, SocketEntry last) => (First, Last) = (first, last);

    /// <summary>The earlier reading; the only one where there is one.</summary>
    public SocketEntry First { get; }

    /// <summary>The later reading.</summary>
    public SocketEntry Last { get; }

    /// <summary>Seconds between the two.</summary>
    public double Seconds => (Last.ObservedAt - First.ObservedAt).TotalSeconds;

    /// <summary>True where what was sent, or should have been, is not acknowledged: it is sent again and again, or this host itself does not let it out.</summary>
    public bool IsRetransmitting => (Last is { Timer: SocketTimer.Retransmit, Retransmits: > 0 } && !HasProgress) || IsHeldBack;

    /// <summary>True where data is ready, the peer has room for it, and this host does not let it out.</summary>
    public bool IsHeldBack => IsProbing && !IsWindowClosed;

    /// <summary>True where the peer has no room: its window is closed, and only probes are sent.</summary>
    public bool IsPeerFull => IsProbing && IsWindowClosed;

    /// <summary>True where this host has no room: the process does not read, the receive buffer is filled, and nothing more comes.</summary>
    public bool IsUnread => IsFilled(Last) && IsFilled(First) && Last.ReceiveQueueBytes == First.ReceiveQueueBytes
        && Last.TcpInfo?.BytesReceived == First.TcpInfo?.BytesReceived;

    /// <summary>True where that buffer has no room at all.</summary>
    public bool IsBufferFull => Last.Memory is { } memory && memory.ReceiveBytes >= memory.ReceiveLimitBytes * 9 / 10;

    /// <summary>True where the connection does not get on.</summary>
    public bool IsStuck => IsRetransmitting || IsPeerFull || IsUnread;

    private bool IsProbing => Last is { Timer: SocketTimer.WindowProbe, SendQueueBytes: > 0 } && First.Timer == SocketTimer.WindowProbe && !HasProgress;

    // Less than a segment is as good as nothing.
    private bool IsWindowClosed => Last.TcpInfo is not { } info || info.PeerWindowBytes < Math.Max(1, Math.Min(info.SendMss, Last.SendQueueBytes ?? 0));

    private bool HasProgress => Last.TcpInfo is { } now && First.TcpInfo is { } then && now.BytesAcknowledged > then.BytesAcknowledged;

    /// <summary>The connection that counts among several readings: one that is stuck, else the newest; null where there is none.</summary>
    public static ConnectionState? Of(IReadOnlyList<SocketEntry>? readings)
    {
        if (readings is null or { Count: 0 })
        {
            return null;
        }

        var all = readings.GroupBy(static s => s.Cookie).Select(static sockets => EvidenceGrouping.NewestFirst(sockets))
            .Select(static sockets => new ConnectionState(sockets[^1], sockets[0])).ToArray();
        return Array.Find(all, static c => c.IsStuck) ?? all.MaxBy(static c => c.Last.ObservedAt);
    }

    private static bool IsFilled(SocketEntry socket) => socket is { ReceiveQueueBytes: > 0, Memory: { ReceiveLimitBytes: > 0 } memory }
        && memory.ReceiveBytes >= memory.ReceiveLimitBytes / 2;
}

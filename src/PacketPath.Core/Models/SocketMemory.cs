namespace PacketPath;

/// <summary>A socket's memory and its limits (INET_DIAG_SKMEMINFO, SK_MEMINFO_*).</summary>
public sealed record SocketMemory
{
    /// <summary>Memory of what was received and not read yet.</summary>
    public long ReceiveBytes { get; init; }

    /// <summary>Its limit (SO_RCVBUF).</summary>
    public long ReceiveLimitBytes { get; init; }

    /// <summary>Memory of what is on its way down the stack.</summary>
    public long SendBytes { get; init; }

    /// <summary>The limit of what is to be sent (SO_SNDBUF).</summary>
    public long SendLimitBytes { get; init; }

    /// <summary>Memory reserved and not used yet.</summary>
    public long ForwardAllocatedBytes { get; init; }

    /// <summary>Memory of everything written and not acknowledged.</summary>
    public long SendQueuedBytes { get; init; }

    /// <summary>Memory of options.</summary>
    public long OptionBytes { get; init; }

    /// <summary>Memory of packets that wait for the socket's lock.</summary>
    public long BacklogBytes { get; init; }

    /// <summary>Packets this socket has dropped since it was opened. A listening socket counts here the SYNs and handshakes it turned away.</summary>
    public long Drops { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"received {ReceiveBytes} of {ReceiveLimitBytes}, to send {SendQueuedBytes} of {SendLimitBytes}, {Drops} dropped";
}

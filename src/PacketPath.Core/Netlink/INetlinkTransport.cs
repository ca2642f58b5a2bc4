namespace PacketPath.Netlink;

/// <summary>Carries datagrams to and from the kernel, or a scripted one.</summary>
internal interface INetlinkTransport : IDisposable
{
    /// <summary>The port the kernel addresses its answers to.</summary>
    uint PortId { get; }

    /// <summary>Sends one datagram.</summary>
    void Send(ReadOnlySpan<byte> data);

    /// <summary>Waits for a datagram: its full length, which may exceed the buffer.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="Interop.LinuxException">ENOBUFS where the kernel had to drop answers, ETIMEDOUT where none comes.</exception>
    int Receive(Span<byte> buffer, CancellationToken stop);
}

using PacketPath.Interop;

namespace PacketPath.Netlink;

/// <summary>A netlink socket. It belongs to the network namespace of the thread that opened it, whoever uses it afterwards.</summary>
internal sealed class KernelTransport : INetlinkTransport
{
    /// <summary>How soon a cancelled wait ends.</summary>
    private const int PollMilliseconds = 50;

    /// <summary>The kernel answers while it handles the request, so this long a silence means that the answer was dropped.</summary>
    private const int SilenceMilliseconds = 2000;

    private const int ReceiveBufferBytes = 4 * 1024 * 1024;

    private readonly FileDescriptor _socket;

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public KernelTransport(int protocol)
    {
        _socket = NetlinkCalls.Open(protocol, ReceiveBufferBytes, out var portId);
        PortId = portId;
    }

    /// <inheritdoc/>
    public uint PortId { get; }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> data) => NetlinkCalls.Send(_socket, data);

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer, CancellationToken stop)
    {
        var waited = 0;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var result = NetlinkCalls.TryReceive(_socket, buffer);
            if (result >= 0)
            {
                return result;
            }

            switch (-result)
            {
                case Errno.EINTR:
                    continue;
                case Errno.EAGAIN when waited >= SilenceMilliseconds:
                    throw new LinuxException(Errno.ETIMEDOUT, "recv", "the kernel did not answer a netlink request");
                case Errno.EAGAIN:
                    if (Poll.Wait(_socket, Poll.Readable, PollMilliseconds) == 0)
                    {
                        waited += PollMilliseconds;
                    }

                    continue;
                default:
                    throw new LinuxException(-result, "recv", "netlink");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

using System.Net;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>The socket seam of a probe: opens, reads and closes what one attempt needs.</summary>
internal interface IProbeSocket : IDisposable
{
    /// <summary>Sets what the attempt asks and starts to connect.</summary>
    ConnectStep Start(AttemptPlan plan, IPAddress remote, SynProbeOptions options, Action aboutToConnect);

    /// <summary>The local endpoint.</summary>
    IPEndPoint? LocalEndPoint();

    /// <summary>Looks at the socket: its error, then its error queue, then TCP_INFO.</summary>
    SocketReading Read();
}

/// <summary>How far a connect came.</summary>
/// <param name="Call">The call that failed; null where the connect is in progress.</param>
/// <param name="Errno">Its error.</param>
internal readonly record struct ConnectStep(string? Call, int Errno)
{
    /// <summary>In progress.</summary>
    public static ConnectStep InProgress => new(null, 0);
}

/// <summary>The seam over the kernel's sockets.</summary>
internal sealed class ProbeSocket : IProbeSocket
{
    private readonly InetSocket _socket;
    private readonly bool _ipv6;
    private readonly bool _tcp;

    /// <summary>Opens a socket in the calling thread's namespace, as a user's own.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public ProbeSocket(bool ipv6, TransportProtocol protocol, uint? user)
    {
        _ipv6 = ipv6;
        _tcp = protocol == TransportProtocol.Tcp;
        _socket = InetSocket.Open(ipv6, protocol, user);
    }

    /// <summary>The descriptor, for epoll.</summary>
    public FileDescriptor Descriptor => _socket.Descriptor;

    /// <inheritdoc/>
    public ConnectStep Start(AttemptPlan plan, IPAddress remote, SynProbeOptions options, Action aboutToConnect)
    {
        var errno = _ipv6 ? _socket.SetIpv6Only() : 0;
        errno = errno != 0 ? errno : _socket.ReceiveErrors();
        errno = errno == 0 && plan.Ttl > 0 ? _socket.SetTtl(plan.Ttl) : errno;
        if (errno != 0)
        {
            return new ConnectStep("setsockopt", errno);
        }

        if (options.Mark != 0 && plan.Kind != AttemptKind.Plain && (errno = _socket.SetMark(options.Mark)) != 0)
        {
            return new ConnectStep(MarkCall, errno);
        }

        if (plan.Device is { } device && (errno = _socket.BindToDevice(device)) != 0)
        {
            return new ConnectStep(DeviceCall, errno);
        }

        // A losing route has its own source address.
        if (options.SourceAddress is { } source && plan.Kind is not (AttemptKind.Alternative or AttemptKind.Plain))
        {
            // Without it bind() takes a port of its own for each socket, and a large run has none left.
            _socket.ChoosePortLate();
            if ((errno = _socket.Bind(source, 0)) != 0)
            {
                return new ConnectStep("bind", errno);
            }
        }

        aboutToConnect();
        errno = _socket.Connect(remote, plan.Port);
        if (errno is not (0 or Errno.EINPROGRESS))
        {
            return new ConnectStep("connect", errno);
        }

        return !_tcp && (errno = _socket.Send(plan.Payload ?? "PacketPath"u8)) != 0 ? new ConnectStep("send", errno) : ConnectStep.InProgress;
    }

    /// <summary>Sends the datagram again; what keeps it from leaving shows when the socket is read.</summary>
    public void SendAgain(AttemptPlan plan) => _socket.Send(plan.Payload);

    /// <summary>The step that sets the mark.</summary>
    public const string MarkCall = "setsockopt(SO_MARK)";

    /// <summary>The step that binds to an interface.</summary>
    public const string DeviceCall = "setsockopt(SO_BINDTODEVICE)";

    /// <inheritdoc/>
    public IPEndPoint? LocalEndPoint() => _socket.LocalEndPoint();

    /// <inheritdoc/>
    public SocketReading Read()
    {
        // The kernel queues an ICMP record before it sets the error: asked in the other order, a record could be missed.
        var error = _socket.TakeError();
        var queue = ErrorQueue.Drain(_socket.Descriptor);
        var info = _tcp ? _socket.ReadTcpInfo() : null;
        if (error == 0 && info is { State: TcpInfo.Closed })
        {
            error = _socket.TakeError();
            queue.AddRange(ErrorQueue.Drain(_socket.Descriptor));
        }

        var answered = !_tcp && _socket.TryReceive(stackalloc byte[1], out _, out _);
        return new SocketReading(answered ? 0 : error, queue, info) { Answered = answered };
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

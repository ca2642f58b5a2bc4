using System.Net;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>One TCP connection that sends one segment of a given size, or none: the handshake alone.</summary>
internal sealed class SegmentProbe : IDisposable
{
    private const int TcpHeader = 20;
    private const int Timestamps = 12;

    private readonly InetSocket _socket;
    private readonly int _headers;
    private bool _sent;
    private int _payload;
    private uint _mtuBefore;

    private SegmentProbe(InetSocket socket, bool ipv6, MtuPacket packet)
    {
        _socket = socket;
        _headers = (ipv6 ? 40 : 20) + TcpHeader;
        Packet = packet;
    }

    /// <summary>What it is for.</summary>
    public MtuPacket Packet { get; }

    /// <summary>The descriptor, for epoll.</summary>
    public FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>The local endpoint.</summary>
    public IPEndPoint? Local => _socket.LocalEndPoint();

    /// <summary>True where the handshake is over and the segment is out.</summary>
    public bool IsSent => _sent;

    /// <summary>Starts to connect.</summary>
    /// <exception cref="LinuxException">The kernel gave no socket.</exception>
    public static SegmentProbe Open(MtuProbeOptions options, IPAddress remote, int port, MtuPacket packet, out ConnectStep step)
    {
        var ipv6 = remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var socket = InetSocket.Open(ipv6, TransportProtocol.Tcp);
        var probe = new SegmentProbe(socket, ipv6, packet);
        step = Start(socket, ipv6, options, remote, port);
        return probe;
    }

    /// <summary>Looks at the connection and tells the strategy what is new; false where nothing more can come.</summary>
    public bool Read(MtuMachine machine, long now)
    {
        var error = _socket.TakeError();
        var info = _socket.ReadTcpInfo();
        if (error != 0 || info is null or { State: TcpInfo.Closed })
        {
            if (_sent && error is 0 or Errno.ECONNRESET or Errno.EPIPE)
            {
                // The service did not like what it got: so it got it.
                machine.Passed(Packet.Id, now, null, 0);
                return false;
            }

            machine.Reset(Packet.Id, now, error);
            return false;
        }

        if (info.State == TcpInfo.SynSent)
        {
            return true;
        }

        return _sent ? ReadAnswer(machine, info, now) : SendSegment(machine, info, now);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What the path swallowed must not be sent again and again behind the probe's back.
        if (Packet.State != MtuPacketState.Passed)
        {
            _ = _socket.ResetOnClose();
        }

        _socket.Dispose();
    }

    private static ConnectStep Start(InetSocket socket, bool ipv6, MtuProbeOptions options, IPAddress remote, int port)
    {
        var errno = ipv6 ? socket.SetIpv6Only() : 0;
        errno = errno != 0 ? errno : socket.ReceiveErrors();
        errno = errno != 0 ? errno : socket.NeverFragment();
        errno = errno != 0 ? errno : socket.SendAtOnce();
        if (errno != 0)
        {
            return new ConnectStep("setsockopt", errno);
        }

        if (options.InterfaceAlias is { } device && (errno = socket.BindToDevice(device)) != 0)
        {
            return new ConnectStep(ProbeSocket.DeviceCall, errno);
        }

        if (options.SourceAddress is { } source && (errno = socket.Bind(source, 0)) != 0)
        {
            return new ConnectStep("bind", errno);
        }

        errno = socket.Connect(remote, port);
        return errno is 0 or Errno.EINPROGRESS ? ConnectStep.InProgress : new ConnectStep("connect", errno);
    }

    private bool SendSegment(MtuMachine machine, TcpInfo info, long now)
    {
        var headers = _headers + ((info.Options & TcpInfo.TimestampsOption) != 0 ? Timestamps : 0);
        machine.Connected(Packet.Id, now, (int)info.SendMss + headers);
        if (Packet.Size == 0)
        {
            return false;
        }

        _payload = Math.Max(1, Packet.Size - headers);
        if (_payload > info.SendMss)
        {
            machine.Refused(Packet.Id, Errno.EMSGSIZE);
            return false;
        }

        // Empty lines: what answers on the port, if anything, may pass over them.
        var data = new byte[_payload];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)((i & 1) == 0 ? '\r' : '\n');
        }

        _mtuBefore = info.PathMtu;
        Packet.SentAt = now;
        _sent = true;
        if (_socket.Send(data) is not 0 and var errno)
        {
            machine.Refused(Packet.Id, errno);
            return false;
        }

        return true;
    }

    private bool ReadAnswer(MtuMachine machine, TcpInfo info, long now)
    {
        if (info.PathMtu < _mtuBefore)
        {
            // The kernel took in a Packet Too Big; it keeps to itself who sent it.
            machine.Lowered(Packet.Id, now, (int)info.PathMtu);
            return false;
        }

        if (info.Unacked != 0)
        {
            return true;
        }

        if (info.SendMss >= (uint)_payload)
        {
            machine.Passed(Packet.Id, now, null, 0);
        }

        return false;
    }
}

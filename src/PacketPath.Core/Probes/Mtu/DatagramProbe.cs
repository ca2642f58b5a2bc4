using System.Buffers.Binary;
using System.Net;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>One socket that sends datagrams or echo requests of any size to one target, each with its number in it.</summary>
internal sealed class DatagramProbe : IDisposable
{
    private const int Mark = 0x50504d54;
    private const int EchoRequest4 = 8;
    private const int EchoRequest6 = 128;
    private const int EchoReply4 = 0;
    private const int EchoReply6 = 129;
    private const int IcmpHeader = 8;
    private const int UdpHeader = 8;
    private const int MostAttempts = 4;

    private readonly InetSocket _socket;
    private readonly bool _ipv6;
    private readonly bool _echo;
    private readonly bool _raw;
    private readonly byte[] _buffer = new byte[128];
    private int _ttl;

    private DatagramProbe(InetSocket socket, bool ipv6, bool echo, bool raw)
    {
        (_socket, _ipv6, _echo, _raw) = (socket, ipv6, echo, raw);
        Identity = (int)(Random.Shared.NextInt64() & 0xffff);
    }

    /// <summary>The descriptor, for epoll.</summary>
    public FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>The local port, or the identifier of the echoes.</summary>
    public int Identity { get; private set; }

    /// <summary>The local endpoint.</summary>
    public IPEndPoint? Local { get; private set; }

    /// <summary>Opens a socket for datagrams.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static DatagramProbe OpenUdp(bool ipv6) => new(InetSocket.Open(ipv6, TransportProtocol.Udp), ipv6, false, false);

    /// <summary>Opens a socket for echoes: a ping socket where that is allowed, else a raw one; null where neither is.</summary>
    public static DatagramProbe? OpenEcho(bool ipv6)
    {
        foreach (var raw in new[] { false, true })
        {
            try
            {
                return new DatagramProbe(InetSocket.OpenIcmp(ipv6, raw), ipv6, true, raw);
            }
            catch (LinuxException failure) when (failure.Errno is Errno.EACCES or Errno.EPERM or Errno.EPROTONOSUPPORT)
            {
            }
        }

        return null;
    }

    /// <summary>Sets the options and connects.</summary>
    public ConnectStep Start(MtuProbeOptions options, IPAddress remote, int port)
    {
        var errno = _ipv6 && !_echo ? _socket.SetIpv6Only() : 0;
        errno = errno != 0 ? errno : _socket.ReceiveErrors();
        errno = errno != 0 ? errno : _socket.ProbeMtu();
        errno = errno != 0 ? errno : _socket.ReceiveTtl();
        if (errno != 0)
        {
            return new ConnectStep("setsockopt", errno);
        }

        if (options.InterfaceAlias is { } device && (errno = _socket.BindToDevice(device)) != 0)
        {
            return new ConnectStep(ProbeSocket.DeviceCall, errno);
        }

        if (options.SourceAddress is { } source && (errno = _socket.Bind(source, 0)) != 0)
        {
            return new ConnectStep("bind", errno);
        }

        errno = _socket.Connect(remote, _echo ? 0 : port);
        if (errno != 0)
        {
            return new ConnectStep("connect", errno);
        }

        Local = _socket.LocalEndPoint();
        Identity = _raw ? Identity : Local?.Port ?? 0;
        return ConnectStep.InProgress;
    }

    /// <summary>Sends one packet; 0 or an errno of this host's own making.</summary>
    public int Send(MtuPacket packet)
    {
        var ttl = packet.Ttl == 0 ? -1 : packet.Ttl;
        if (ttl != _ttl && !(_ttl == 0 && ttl == -1))
        {
            _ = _socket.SetTtl(ttl);
            _ttl = ttl;
        }

        var headers = (_ipv6 ? 40 : 20) + (_echo ? 0 : UdpHeader);
        var data = new byte[Math.Max(packet.Size - headers, _echo ? IcmpHeader + sizeof(long) : sizeof(long))];
        var payload = data.AsSpan(_echo ? IcmpHeader : 0);
        BinaryPrimitives.WriteInt32BigEndian(payload, Mark);
        BinaryPrimitives.WriteInt32BigEndian(payload[4..], packet.Id);
        if (_echo)
        {
            data[0] = (byte)(_ipv6 ? EchoRequest6 : EchoRequest4);
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), (ushort)Identity);
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(6), (ushort)packet.Id);
            if (!_ipv6)
            {
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), Checksum(data));
            }
        }

        // An error that came in for an earlier packet ends one call; it says nothing of this one.
        var errno = 0;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            _ = _socket.TakeError();
            errno = _socket.Send(data);
            if (errno is not (Errno.ECONNREFUSED or Errno.EHOSTUNREACH or Errno.ENETUNREACH or Errno.EMSGSIZE or Errno.EACCES))
            {
                break;
            }
        }

        return errno;
    }

    /// <summary>Takes what has arrived: errors first, then answers.</summary>
    public void Read(Action<ErrorQueueRecord, int> error, Action<int, int> answer)
    {
        _ = _socket.TakeError();
        foreach (var record in ErrorQueue.Drain(_socket.Descriptor))
        {
            if (record.Origin is ErrorOrigin.Icmp or ErrorOrigin.IcmpV6)
            {
                error(record, IdOfQuoted(record.Quoted ?? []));
            }
        }

        while (_socket.TryReceive(_buffer, out var kept, out var ttl))
        {
            if (IdOfAnswer(_buffer.AsSpan(0, kept), ref ttl) is > 0 and var id)
            {
                answer(id, ttl);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private int IdOfQuoted(ReadOnlySpan<byte> quoted)
    {
        if (!_echo)
        {
            return IdOfPayload(quoted);
        }

        return quoted.Length < IcmpHeader || quoted[0] != (_ipv6 ? EchoRequest6 : EchoRequest4) || (_raw && BinaryPrimitives.ReadUInt16BigEndian(quoted[4..]) != Identity)
            ? -1
            : BinaryPrimitives.ReadUInt16BigEndian(quoted[6..]);
    }

    private int IdOfAnswer(ReadOnlySpan<byte> data, ref int ttl)
    {
        if (!_echo)
        {
            return IdOfPayload(data);
        }

        if (_raw && !_ipv6)
        {
            // A raw IPv4 socket is given the IP header as well.
            if (data.Length < 20)
            {
                return 0;
            }

            ttl = data[8];
            data = data[Math.Min(data.Length, (data[0] & 0xf) * 4)..];
        }

        return data.Length < IcmpHeader + sizeof(long) || data[0] != (_ipv6 ? EchoReply6 : EchoReply4)
            || (_raw && BinaryPrimitives.ReadUInt16BigEndian(data[4..]) != Identity)
            ? 0
            : IdOfPayload(data[IcmpHeader..]);
    }

    private static int IdOfPayload(ReadOnlySpan<byte> payload) =>
        payload.Length >= sizeof(long) && BinaryPrimitives.ReadInt32BigEndian(payload) == Mark ? BinaryPrimitives.ReadInt32BigEndian(payload[4..]) : 0;

    private static ushort Checksum(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (var i = 0; i + 1 < data.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(data[i..]);
        }

        if ((data.Length & 1) != 0)
        {
            sum += (uint)data[^1] << 8;
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}

using System.Runtime.InteropServices;

namespace PacketPath.Interop;

// What a path MTU probe asks of a socket: see ip(7), ipv6(7), icmp(7), tcp(7).
internal sealed partial class InetSocket
{
    /// <summary>IP_MTU_DISCOVER.</summary>
    public const int IpMtuDiscover = 10;

    /// <summary>IP_PMTUDISC_PROBE: never fragment, and never heed a cached path MTU.</summary>
    public const int MtuDiscoverProbe = 3;

    /// <summary>IP_PMTUDISC_DO: never fragment.</summary>
    public const int MtuDiscoverDo = 2;

    /// <summary>IP_RECVTTL.</summary>
    public const int IpReceiveTtl = 12;

    /// <summary>IPV6_MTU_DISCOVER.</summary>
    public const int Ipv6MtuDiscover = 23;

    /// <summary>IPV6_RECVHOPLIMIT.</summary>
    public const int Ipv6ReceiveHopLimit = 51;

    /// <summary>IPV6_HOPLIMIT.</summary>
    public const int Ipv6HopLimit = 52;

    /// <summary>SO_LINGER.</summary>
    public const int SoLinger = 13;

    /// <summary>TCP_NODELAY.</summary>
    public const int TcpNoDelay = 1;

    private const int Raw = 3;
    private const int Icmp = 1;
    private const int IcmpV6 = 58;

    /// <summary>Opens a socket for echo requests in the calling thread's network namespace.</summary>
    /// <param name="ipv6">True for ICMPv6.</param>
    /// <param name="raw">True for a raw socket, which needs CAP_NET_RAW; false for a ping socket, which ping_group_range must allow.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static InetSocket OpenIcmp(bool ipv6, bool raw)
    {
        var descriptor = Socket(ipv6 ? InetAddress.AfInet6 : InetAddress.AfInet, (raw ? Raw : Datagram) | NonBlockingCloseOnExec, ipv6 ? IcmpV6 : Icmp);
        if (descriptor.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            descriptor.Dispose();
            throw new LinuxException(errno, "socket");
        }

        return new InetSocket(descriptor, ipv6);
    }

    /// <summary>Sends unfragmented whatever the routes hold.</summary>
    public int ProbeMtu() => _ipv6 ? SetOption(SolIpv6, Ipv6MtuDiscover, MtuDiscoverProbe) : SetOption(SolIp, IpMtuDiscover, MtuDiscoverProbe);

    /// <summary>Sends unfragmented, as far as the routes' MTU lets: for TCP, where the other mode clears Don't Fragment.</summary>
    public int NeverFragment() => _ipv6 ? SetOption(SolIpv6, Ipv6MtuDiscover, MtuDiscoverDo) : SetOption(SolIp, IpMtuDiscover, MtuDiscoverDo);

    /// <summary>Asks for the TTL or hop limit of what arrives.</summary>
    public int ReceiveTtl() => _ipv6 ? SetOption(SolIpv6, Ipv6ReceiveHopLimit, 1) : SetOption(SolIp, IpReceiveTtl, 1);

    /// <summary>Sends every write at once.</summary>
    public int SendAtOnce() => SetOption(SolTcp, TcpNoDelay, 1);

    /// <summary>Makes a close end the connection with a reset: what is unacknowledged is not sent again.</summary>
    public unsafe int ResetOnClose()
    {
        var linger = stackalloc int[2] { 1, 0 };
        return Result(SetSockOpt(Descriptor, SolSocket, SoLinger, linger, 2 * sizeof(int)));
    }

    /// <summary>Receives a datagram; its first bytes, its whole length, and the TTL it came with. False where none waits.</summary>
    public unsafe bool TryReceive(Span<byte> buffer, out int kept, out int ttl)
    {
        const int ControlSize = 128;
        var control = stackalloc byte[ControlSize];
        (kept, ttl) = (0, 0);
        fixed (byte* data = buffer)
        {
            var vector = new ErrorQueue.Vector { Base = data, Length = (nuint)buffer.Length };
            var message = new ErrorQueue.Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlSize };
            var received = ErrorQueue.ReceiveMessage(Descriptor, &message, DontWait);
            if (received < 0)
            {
                return false;
            }

            kept = (int)Math.Min(received, buffer.Length);
            ttl = ErrorQueue.FindTtl(new ReadOnlySpan<byte>(control, (int)Math.Min(message.ControlLength, ControlSize)));
            return true;
        }
    }
}

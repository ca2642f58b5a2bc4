using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace PacketPath.Interop;

/// <summary>A non-blocking TCP or UDP socket, with the options a probe sets and .NET's own socket does not offer. Calls return 0 or an errno.</summary>
internal sealed partial class InetSocket : IDisposable
{
    /// <summary>SOL_IP.</summary>
    public const int SolIp = 0;

    /// <summary>SOL_IPV6.</summary>
    public const int SolIpv6 = 41;

    /// <summary>IP_TTL.</summary>
    public const int IpTtl = 2;

    /// <summary>IP_RECVERR.</summary>
    public const int IpReceiveErrors = 11;

    /// <summary>IP_BIND_ADDRESS_NO_PORT.</summary>
    public const int IpBindAddressNoPort = 24;

    /// <summary>IPV6_UNICAST_HOPS.</summary>
    public const int Ipv6UnicastHops = 16;

    /// <summary>IPV6_RECVERR.</summary>
    public const int Ipv6ReceiveErrors = 25;

    /// <summary>IPV6_V6ONLY.</summary>
    public const int Ipv6Only = 26;

    /// <summary>SO_ERROR.</summary>
    public const int SoError = 4;

    /// <summary>SO_BINDTODEVICE.</summary>
    public const int SoBindToDevice = 25;

    /// <summary>SO_MARK.</summary>
    public const int SoMark = 36;

    /// <summary>TCP_INFO.</summary>
    public const int TcpInfoOption = 11;

    private const int SolSocket = 1;
    private const int SolTcp = 6;
    private const int Stream = 1;
    private const int Datagram = 2;
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;

    private readonly bool _ipv6;

    private InetSocket(FileDescriptor descriptor, bool ipv6)
    {
        Descriptor = descriptor;
        _ipv6 = ipv6;
    }

    /// <summary>The descriptor.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <param name="ipv6">True for IPv6.</param>
    /// <param name="protocol">The transport.</param>
    /// <param name="user">Whose socket it is to be; null for the caller's own. Without CAP_SETUID it is the caller's in any case.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static InetSocket Open(bool ipv6, TransportProtocol protocol, uint? user = null)
    {
        var type = (protocol == TransportProtocol.Udp ? Datagram : Stream) | NonBlockingCloseOnExec;
        using var owner = FileSystemUser.Become(user);
        var descriptor = Socket(ipv6 ? InetAddress.AfInet6 : InetAddress.AfInet, type, 0);
        if (descriptor.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            descriptor.Dispose();
            throw new LinuxException(errno, "socket");
        }

        return new InetSocket(descriptor, ipv6);
    }

    /// <summary>The calls of this class on a socket of .NET's, which keeps and closes it.</summary>
    public static InetSocket Borrow(System.Net.Sockets.Socket socket) => new(
        FileDescriptor.Borrow((int)socket.SafeHandle.DangerousGetHandle()), socket.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);

    /// <summary>Keeps ICMP errors on the error queue.</summary>
    public int ReceiveErrors() => _ipv6 ? SetOption(SolIpv6, Ipv6ReceiveErrors, 1) : SetOption(SolIp, IpReceiveErrors, 1);

    /// <summary>Sets the TTL or hop limit of what is sent.</summary>
    public int SetTtl(int ttl) => _ipv6 ? SetOption(SolIpv6, Ipv6UnicastHops, ttl) : SetOption(SolIp, IpTtl, ttl);

    /// <summary>Sets the firewall mark; needs CAP_NET_ADMIN or CAP_NET_RAW.</summary>
    public int SetMark(uint mark) => SetOption(SolSocket, SoMark, (int)mark);

    /// <summary>Keeps an IPv6 socket to IPv6.</summary>
    public int SetIpv6Only() => SetOption(SolIpv6, Ipv6Only, 1);

    /// <summary>Binds to an interface by name.</summary>
    public unsafe int BindToDevice(string interfaceName)
    {
        var bytes = Encoding.UTF8.GetBytes(interfaceName);
        fixed (byte* pointer = bytes)
        {
            return Result(SetSockOpt(Descriptor, SolSocket, SoBindToDevice, pointer, (uint)bytes.Length));
        }
    }

    /// <summary>Leaves the choice of the port to connect(), which may take one that another connection to elsewhere has; kernels before 4.2 refuse.</summary>
    public int ChoosePortLate() => SetOption(SolIp, IpBindAddressNoPort, 1);

    /// <summary>Binds to a local address; port 0 leaves the choice to the kernel.</summary>
    public unsafe int Bind(IPAddress address, int port)
    {
        var buffer = stackalloc byte[InetAddress.Size6];
        var length = InetAddress.Write(new Span<byte>(buffer, InetAddress.Size6), address, port);
        return Result(BindNative(Descriptor, buffer, (uint)length));
    }

    /// <summary>Starts to connect; EINPROGRESS is the usual answer.</summary>
    public unsafe int Connect(IPAddress address, int port)
    {
        var buffer = stackalloc byte[InetAddress.Size6];
        var length = InetAddress.Write(new Span<byte>(buffer, InetAddress.Size6), address, port);
        return Result(ConnectNative(Descriptor, buffer, (uint)length));
    }

    /// <summary>Sends one datagram on a connected socket.</summary>
    public unsafe int Send(ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            return SendNative(Descriptor, pointer, (nuint)data.Length, DontWait | NoSignal) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    /// <summary>The local endpoint; null where the kernel does not say.</summary>
    public unsafe IPEndPoint? LocalEndPoint()
    {
        var buffer = stackalloc byte[InetAddress.Size6];
        uint length = InetAddress.Size6;
        return GetSockName(Descriptor, buffer, &length) == 0
            ? InetAddress.Read(new ReadOnlySpan<byte>(buffer, (int)Math.Min(length, InetAddress.Size6)))
            : null;
    }

    /// <summary>Takes the pending error (SO_ERROR); 0 where there is none.</summary>
    public unsafe int TakeError()
    {
        var error = 0;
        uint length = sizeof(int);
        return GetSockOpt(Descriptor, SolSocket, SoError, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <summary>Reads TCP_INFO; null where the kernel does not give it.</summary>
    public unsafe TcpInfo? ReadTcpInfo()
    {
        var buffer = stackalloc byte[TcpInfo.ReadSize];
        uint length = TcpInfo.ReadSize;
        return GetSockOpt(Descriptor, SolTcp, TcpInfoOption, buffer, &length) == 0
            ? TcpInfo.Read(new ReadOnlySpan<byte>(buffer, (int)Math.Min(length, TcpInfo.ReadSize)))
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private unsafe int SetOption(int level, int option, int value) =>
        Result(SetSockOpt(Descriptor, level, option, &value, sizeof(int)));

    private static int Result(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int BindNative(FileDescriptor socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static unsafe partial int ConnectNative(FileDescriptor socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static unsafe partial int GetSockName(FileDescriptor socket, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetSockOpt(FileDescriptor socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int GetSockOpt(FileDescriptor socket, int level, int option, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint SendNative(FileDescriptor socket, byte* data, nuint length, int flags);
}

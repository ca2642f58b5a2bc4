using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>The socket options by which legacy iptables reads its tables (linux/netfilter_ipv4/ip_tables.h).</summary>
internal static partial class IptablesSocket
{
    /// <summary>IPT_SO_GET_INFO, IP6T_SO_GET_INFO.</summary>
    public const int GetInfo = 64;

    /// <summary>IPT_SO_GET_ENTRIES, IP6T_SO_GET_ENTRIES.</summary>
    public const int GetEntries = 65;

    private const int AfInet = 2;
    private const int AfInet6 = 10;
    private const int SolIp = 0;
    private const int SolIpv6 = 41;

    /// <summary>SOCK_DGRAM | SOCK_CLOEXEC.</summary>
    private const int DatagramCloseOnExec = 2 | 0x80000;

    /// <summary>Opens a socket in the calling thread's network namespace. Nothing is ever sent on it.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static FileDescriptor Open(bool isIPv6)
    {
        var socket = Socket(isIPv6 ? AfInet6 : AfInet, DatagramCloseOnExec, 0);
        if (!socket.IsInvalid)
        {
            return socket;
        }

        var errno = Marshal.GetLastPInvokeError();
        socket.Dispose();
        throw new LinuxException(errno, "socket");
    }

    /// <summary>Reads an option into a buffer that says what is asked.</summary>
    /// <exception cref="LinuxException">The kernel refused: EPERM without CAP_NET_ADMIN, ENOENT where there is no such table.</exception>
    public static unsafe void Read(FileDescriptor socket, bool isIPv6, int option, Span<byte> buffer)
    {
        var length = (uint)buffer.Length;
        fixed (byte* pointer = buffer)
        {
            if (GetSockOpt(socket, isIPv6 ? SolIpv6 : SolIp, option, pointer, ref length) != 0)
            {
                throw new LinuxException(Marshal.GetLastPInvokeError(), "getsockopt", option == GetInfo ? "IPT_SO_GET_INFO" : "IPT_SO_GET_ENTRIES");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int GetSockOpt(FileDescriptor socket, int level, int option, byte* value, ref uint length);
}

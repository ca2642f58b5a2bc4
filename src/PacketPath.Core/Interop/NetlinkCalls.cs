using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>The socket calls that netlink needs.</summary>
internal static partial class NetlinkCalls
{
    /// <summary>SOL_NETLINK (linux/socket.h).</summary>
    public const int SolNetlink = 270;

    /// <summary>NETLINK_ADD_MEMBERSHIP.</summary>
    public const int AddMembership = 1;

    /// <summary>NETLINK_CAP_ACK.</summary>
    public const int CapAck = 10;

    /// <summary>NETLINK_EXT_ACK.</summary>
    public const int ExtAck = 11;

    /// <summary>NETLINK_GET_STRICT_CHK.</summary>
    public const int GetStrictCheck = 12;

    /// <summary>AF_NETLINK.</summary>
    public const int AfNetlink = 16;

    /// <summary>SOCK_RAW | SOCK_CLOEXEC.</summary>
    private const int RawCloseOnExec = 3 | 0x80000;

    private const int SolSocket = 1;
    private const int ReceiveBuffer = 8;
    private const int ReceiveBufferForce = 33;

    /// <summary>MSG_DONTWAIT | MSG_TRUNC: never block, and tell the datagram's full length.</summary>
    private const int DontWaitTruncate = 0x40 | 0x20;

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Address
    {
        /// <summary>AF_NETLINK.</summary>
        public ushort Family;

        /// <summary>Zero.</summary>
        public ushort Pad;

        /// <summary>The port; 0 is the kernel's.</summary>
        public uint PortId;

        /// <summary>The multicast groups.</summary>
        public uint Groups;
    }

    /// <summary>Opens a netlink socket in the calling thread's network namespace, connected to the kernel so that nobody else can answer.</summary>
    /// <exception cref="LinuxException">A call failed.</exception>
    public static FileDescriptor Open(int protocol, int receiveBufferBytes, out uint portId)
    {
        var socket = Socket(AfNetlink, RawCloseOnExec, protocol);
        if (socket.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            socket.Dispose();
            throw new LinuxException(errno, "socket", "AF_NETLINK");
        }

        try
        {
            var local = new Address { Family = AfNetlink };
            Check(Bind(socket, local, 12), "bind");
            Check(Connect(socket, local, 12), "connect");
            uint length = 12;
            Check(GetSockName(socket, ref local, ref length), "getsockname");
            portId = local.PortId;
            SetOption(socket, SolNetlink, ExtAck, 1);
            SetOption(socket, SolNetlink, CapAck, 1);
            SetOption(socket, SolNetlink, GetStrictCheck, 1);
            if (!SetOption(socket, SolSocket, ReceiveBufferForce, receiveBufferBytes))
            {
                SetOption(socket, SolSocket, ReceiveBuffer, receiveBufferBytes);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Has the kernel send what it announces to a multicast group (RTNLGRP_*) to this socket too.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void JoinGroup(FileDescriptor socket, int group) =>
        Check(SetSockOpt(socket, SolNetlink, AddMembership, group, sizeof(int)), "setsockopt");

    /// <summary>Sends one datagram of one or many messages.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static unsafe void Send(FileDescriptor socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            while (Send(socket, pointer, (nuint)data.Length, 0) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    throw new LinuxException(errno, "send", "netlink");
                }
            }
        }
    }

    /// <summary>Takes the next datagram if there is one: its full length, which may exceed the buffer, or minus the errno.</summary>
    public static unsafe int TryReceive(FileDescriptor socket, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var length = Receive(socket, pointer, (nuint)buffer.Length, DontWaitTruncate);
            return length >= 0 ? (int)length : -Marshal.GetLastPInvokeError();
        }
    }

    private static bool SetOption(FileDescriptor socket, int level, int option, int value) =>
        SetSockOpt(socket, level, option, value, sizeof(int)) == 0;

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), call, "netlink");
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(FileDescriptor socket, in Address address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(FileDescriptor socket, in Address address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSockName(FileDescriptor socket, ref Address address, ref uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSockOpt(FileDescriptor socket, int level, int option, in int value, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(FileDescriptor socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Receive(FileDescriptor socket, byte* data, nuint length, int flags);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PacketPath.Interop;

namespace PacketPath.Capture.Interop;

/// <summary>A cooked packet socket (packet(7)) without a ring.</summary>
internal static unsafe partial class PacketSocket
{
    private const int FamilyPacket = 17;
    private const int TypeDatagram = 2;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int LevelSocket = 1;
    private const int LevelPacket = 263;
    private const int OptionReceiveBuffer = 8;
    private const int OptionAttachFilter = 26;
    private const int OptionReceiveBufferForce = 33;
    private const int OptionTimestampNanoseconds = 35;
    private const int OptionStatistics = 6;
    private const int FlagTruncatedLength = 0x20;
    private const int AllProtocols = 3;

    /// <summary>Opens one that receives nothing yet.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    internal static FileDescriptor Open(int bufferBytes)
    {
        FileDescriptor socket = Socket(FamilyPacket, TypeDatagram | CloseOnExec | NonBlocking, 0);
        if (socket.IsInvalid)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "socket");
        }

        // The forced size needs CAP_NET_ADMIN; without it the limit of net.core.rmem_max holds.
        if (SetOption(socket, LevelSocket, OptionReceiveBufferForce, &bufferBytes, sizeof(int)) < 0)
        {
            _ = SetOption(socket, LevelSocket, OptionReceiveBuffer, &bufferBytes, sizeof(int));
        }

        int on = 1;
        _ = SetOption(socket, LevelSocket, OptionTimestampNanoseconds, &on, sizeof(int));
        return socket;
    }

    /// <summary>Attaches a filter program.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    internal static void AttachFilter(FileDescriptor socket, ReadOnlySpan<FilterInstruction> program)
    {
        fixed (FilterInstruction* instructions = program)
        {
            var filter = new FilterProgram { Length = checked((ushort)program.Length), Instructions = instructions };
            if (SetOption(socket, LevelSocket, OptionAttachFilter, &filter, (uint)sizeof(FilterProgram)) < 0)
            {
                throw new LinuxException(Marshal.GetLastPInvokeError(), "setsockopt", "SO_ATTACH_FILTER");
            }
        }
    }

    /// <summary>Starts to receive, from one interface or (0) from all.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    internal static void Bind(FileDescriptor socket, int interfaceIndex)
    {
        var address = new LinkLayerAddress
        {
            Family = FamilyPacket,
            Protocol = BinaryPrimitives.ReverseEndianness((ushort)AllProtocols),
            InterfaceIndex = interfaceIndex,
        };
        if (Bind(socket, &address, (uint)sizeof(LinkLayerAddress)) < 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "bind");
        }
    }

    /// <summary>Takes what waits, as many messages as fit; 0 where none does, or where the interface went down.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    internal static int Receive(int socket, Message* messages, int count)
    {
        int received = ReceiveMany(socket, messages, (uint)count, FlagTruncatedLength, null);
        if (received >= 0)
        {
            return received;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.EAGAIN or Errno.EINTR or Errno.ENETDOWN ? 0 : throw new LinuxException(errno, "recvmmsg");
    }

    /// <summary>True where the interface that the socket was bound to is there no more.</summary>
    internal static bool IsDetached(int socket)
    {
        LinkLayerAddress address = default;
        uint length = (uint)sizeof(LinkLayerAddress);
        return GetName(socket, &address, &length) == 0 && address.InterfaceIndex == -1;
    }

    /// <summary>The counts since they were last read.</summary>
    internal static bool TryReadCounts(FileDescriptor socket, out Counts counts)
    {
        uint length = (uint)sizeof(Counts);
        fixed (Counts* pointer = &counts)
        {
            return GetOption(socket, LevelPacket, OptionStatistics, pointer, &length) == 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(FileDescriptor socket, LinkLayerAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetName(int socket, LinkLayerAddress* address, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(FileDescriptor socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(FileDescriptor socket, int level, int option, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int socket, Message* messages, uint count, int flags, void* timeout);

    /// <summary>struct sockaddr_ll: 20 bytes, the address not aligned.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    internal struct LinkLayerAddress
    {
        internal ushort Family;
        internal ushort Protocol;
        internal int InterfaceIndex;
        internal ushort HardwareType;
        internal byte PacketType;
        internal byte AddressLength;
        internal ulong Address;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Buffer
    {
        internal byte* Start;
        internal nuint Length;
    }

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        internal MessageHeader Header;
        internal uint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        internal LinkLayerAddress* Name;
        internal uint NameLength;
        internal Buffer* Buffers;
        internal nuint BufferCount;
        internal ControlMessage* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>struct cmsghdr and the time that follows it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ControlMessage
    {
        internal nuint Length;
        internal int Level;
        internal int Type;
        internal nint Seconds;
        internal nint Nanoseconds;

        /// <summary>True where it carries the time of arrival.</summary>
        internal readonly bool IsTimestamp => Level == LevelSocket && Type == OptionTimestampNanoseconds;
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FilterInstruction
    {
        internal ushort Code;
        internal byte JumpTrue;
        internal byte JumpFalse;
        internal uint Value;
    }

    /// <summary>struct tpacket_stats.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Counts
    {
        internal uint Packets;
        internal uint Drops;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        internal ushort Length;
        internal FilterInstruction* Instructions;
    }
}

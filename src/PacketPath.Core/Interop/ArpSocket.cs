using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>A packet socket (packet(7)) for ARP on one interface: the kernel writes and reads the Ethernet header.</summary>
internal sealed unsafe partial class ArpSocket : IDisposable
{
    private const int FamilyPacket = 17;
    private const int TypeDatagram = 2;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const ushort Arp = 0x0806;

    private readonly FileDescriptor _socket;
    private readonly int _interfaceIndex;

    /// <summary>Opens one in the calling thread's namespace. Needs CAP_NET_RAW.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public ArpSocket(int interfaceIndex)
    {
        _interfaceIndex = interfaceIndex;
        _socket = Socket(FamilyPacket, TypeDatagram | CloseOnExec | NonBlocking, BinaryPrimitives.ReverseEndianness(Arp));
        if (_socket.IsInvalid)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "socket");
        }

        var address = Address();
        if (Bind(_socket, &address, (uint)sizeof(LinkLayerAddress)) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new LinuxException(errno, "bind");
        }
    }

    /// <summary>Sends a message to every station of the link; an interface that went down meanwhile loses it.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Broadcast(ReadOnlySpan<byte> message)
    {
        var address = Address();
        address.Length = 6;
        new Span<byte>(address.Address, 6).Fill(0xff);
        fixed (byte* data = message)
        {
            if (SendTo(_socket, data, (nuint)message.Length, 0, &address, (uint)sizeof(LinkLayerAddress)) < 0
                && Marshal.GetLastPInvokeError() is var errno and not (Errno.ENETDOWN or Errno.ENOBUFS or Errno.EAGAIN or Errno.EINTR))
            {
                throw new LinuxException(errno, "sendto");
            }
        }
    }

    /// <summary>Waits for a message, and takes it; its length, 0 on timeout.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public int Receive(Span<byte> buffer, int timeoutMilliseconds)
    {
        if (Poll.Wait(_socket, Poll.Readable, timeoutMilliseconds) == 0)
        {
            return 0;
        }

        fixed (byte* data = buffer)
        {
            var received = Take(_socket, data, (nuint)buffer.Length, 0);
            return received >= 0 ? (int)received
                : Marshal.GetLastPInvokeError() is var errno and not (Errno.EAGAIN or Errno.EINTR or Errno.ENETDOWN) ? throw new LinuxException(errno, "recv") : 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private LinkLayerAddress Address() => new()
    {
        Family = FamilyPacket,
        Protocol = BinaryPrimitives.ReverseEndianness(Arp),
        InterfaceIndex = _interfaceIndex,
    };

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(FileDescriptor socket, LinkLayerAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(FileDescriptor socket, byte* data, nuint length, int flags, LinkLayerAddress* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Take(FileDescriptor socket, byte* data, nuint length, int flags);

    /// <summary>struct sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LinkLayerAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int InterfaceIndex;
        public ushort HardwareType;
        public byte PacketType;
        public byte Length;
        public fixed byte Address[8];
    }
}

using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>What .NET's own datagram socket does not offer: the error queue, and the errno of a send as the kernel gave it.</summary>
internal static partial class DatagramSocket
{
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;

    /// <summary>Keeps ICMP errors on the error queue.</summary>
    public static void ReceiveErrors(Socket socket, bool ipv6)
    {
        var on = BitConverter.GetBytes(1);
        socket.SetRawSocketOption(ipv6 ? InetSocket.SolIpv6 : InetSocket.SolIp, ipv6 ? InetSocket.Ipv6ReceiveErrors : InetSocket.IpReceiveErrors, on);
    }

    /// <summary>Sends one datagram; 0, or the errno.</summary>
    public static unsafe int SendTo(Socket socket, ReadOnlySpan<byte> data, IPEndPoint to)
    {
        var address = stackalloc byte[InetAddress.Size6];
        var length = InetAddress.Write(new Span<byte>(address, InetAddress.Size6), to.Address, to.Port);
        fixed (byte* pointer = data)
        {
            return SendToNative(socket.SafeHandle, pointer, (nuint)data.Length, DontWait | NoSignal, address, (uint)length) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    /// <summary>Takes the records of the error queue.</summary>
    public static List<ErrorQueueRecord> TakeErrors(Socket socket)
    {
        using var borrowed = new FileDescriptor((int)socket.SafeHandle.DangerousGetHandle());
        try
        {
            return ErrorQueue.Drain(borrowed);
        }
        finally
        {
            // It stays the socket's own.
            borrowed.SetHandleAsInvalid();
        }
    }

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static unsafe partial nint SendToNative(SafeSocketHandle socket, byte* data, nuint length, int flags, byte* address, uint addressLength);
}

using System.Net;
using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>Reads a socket's error queue: recvmsg(2) with MSG_ERRQUEUE, and struct sock_extended_err (linux/errqueue.h).</summary>
internal static partial class ErrorQueue
{
    /// <summary>sizeof(struct sock_extended_err); the offender's address follows it.</summary>
    public const int ExtendedErrorSize = 16;

    /// <summary>sizeof(struct cmsghdr).</summary>
    public const int ControlHeaderSize = 16;

    private const int ErrorQueueFlag = 0x2000;
    private const int DontWait = 0x40;
    private const int ControlSize = 512;

    /// <summary>Takes every record there is, at most <paramref name="limit"/>.</summary>
    public static unsafe List<ErrorQueueRecord> Drain(FileDescriptor socket, int limit = 64)
    {
        var records = new List<ErrorQueueRecord>();
        var control = stackalloc byte[ControlSize];
        var data = stackalloc byte[64];
        for (var i = 0; i < limit; i++)
        {
            var vector = new Vector { Base = data, Length = 64 };
            var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlSize };
            var received = ReceiveMessage(socket, &message, ErrorQueueFlag | DontWait);
            if (received < 0)
            {
                break;
            }

            var used = (int)Math.Min(message.ControlLength, ControlSize);
            if (Parse(new ReadOnlySpan<byte>(control, used)) is { } record)
            {
                var quoted = (int)Math.Min(vector.Length, (nuint)Math.Max(0, received));
                records.Add(record with { Quoted = new ReadOnlySpan<byte>(data, quoted).ToArray() });
            }
        }

        return records;
    }

    /// <summary>Finds the extended error in a control buffer; null where there is none or its lengths are wrong.</summary>
    public static ErrorQueueRecord? Parse(ReadOnlySpan<byte> control)
    {
        ErrorQueueRecord? record = null;
        var ttl = FindTtl(control);
        while (control.Length >= ControlHeaderSize)
        {
            var length = BitConverter.ToUInt64(control);
            if (length < ControlHeaderSize || length > (ulong)control.Length)
            {
                break;
            }

            var level = BitConverter.ToInt32(control[8..]);
            var type = BitConverter.ToInt32(control[12..]);
            var body = control[ControlHeaderSize..(int)length];
            if ((level == InetSocket.SolIp && type == InetSocket.IpReceiveErrors)
                || (level == InetSocket.SolIpv6 && type == InetSocket.Ipv6ReceiveErrors))
            {
                record ??= ParseExtendedError(body);
            }

            var step = ((int)length + 7) & ~7;
            control = step >= control.Length ? default : control[step..];
        }

        return record is null || ttl == 0 ? record : record with { ReplyTtl = ttl };
    }

    /// <summary>Finds the TTL or hop limit in a control buffer; 0 where there is none.</summary>
    public static int FindTtl(ReadOnlySpan<byte> control)
    {
        while (control.Length >= ControlHeaderSize + sizeof(int))
        {
            var length = BitConverter.ToUInt64(control);
            if (length < ControlHeaderSize || length > (ulong)control.Length)
            {
                return 0;
            }

            if (IsTtl(BitConverter.ToInt32(control[8..]), BitConverter.ToInt32(control[12..])) && length >= ControlHeaderSize + sizeof(int))
            {
                return BitConverter.ToInt32(control[ControlHeaderSize..]);
            }

            var step = ((int)length + 7) & ~7;
            control = step >= control.Length ? default : control[step..];
        }

        return 0;
    }

    /// <summary>True for the control message that carries the TTL or hop limit a packet arrived with.</summary>
    internal static bool IsTtl(int level, int type) =>
        (level == InetSocket.SolIp && type == InetSocket.IpTtl) || (level == InetSocket.SolIpv6 && type == InetSocket.Ipv6HopLimit);

    private static ErrorQueueRecord? ParseExtendedError(ReadOnlySpan<byte> body) =>
        body.Length < ExtendedErrorSize
            ? null
            : new ErrorQueueRecord(
                (int)BitConverter.ToUInt32(body),
                (ErrorOrigin)body[4],
                body[5],
                body[6],
                BitConverter.ToUInt32(body[8..]),
                InetAddress.Read(body[ExtendedErrorSize..])?.Address);

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    internal static unsafe partial nint ReceiveMessage(FileDescriptor socket, Message* message, int flags);
}

/// <summary>One record of the error queue.</summary>
/// <param name="Errno">ee_errno.</param>
/// <param name="Origin">ee_origin.</param>
/// <param name="Type">ee_type: the ICMP type.</param>
/// <param name="Code">ee_code: the ICMP code.</param>
/// <param name="Info">ee_info: the next-hop MTU of a Packet Too Big.</param>
/// <param name="Offender">Who sent the error; null where it came from this host's own stack.</param>
internal sealed record ErrorQueueRecord(int Errno, ErrorOrigin Origin, int Type, int Code, uint Info, IPAddress? Offender)
{
    /// <summary>The first bytes of the packet the error is about: a datagram's data, or an echo's ICMP header.</summary>
    public byte[]? Quoted { get; init; }

    /// <summary>The TTL the error arrived with, where the socket asks for it; else 0.</summary>
    public int ReplyTtl { get; init; }
}

/// <summary>Where an error came from, numbered as SO_EE_ORIGIN_*.</summary>
internal enum ErrorOrigin
{
    /// <summary>Unknown.</summary>
    None = 0,

    /// <summary>This host's stack.</summary>
    Local = 1,

    /// <summary>An ICMP message.</summary>
    Icmp = 2,

    /// <summary>An ICMPv6 message.</summary>
    IcmpV6 = 3,
}

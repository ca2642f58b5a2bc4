using System.Buffers.Binary;
using System.Net;

namespace PacketPath.Interop;

/// <summary>struct sockaddr_in and sockaddr_in6 (netinet/in.h), to and from .NET's endpoint.</summary>
internal static class InetAddress
{
    /// <summary>AF_INET.</summary>
    public const ushort AfInet = 2;

    /// <summary>AF_INET6.</summary>
    public const ushort AfInet6 = 10;

    /// <summary>sizeof(struct sockaddr_in).</summary>
    public const int Size4 = 16;

    /// <summary>sizeof(struct sockaddr_in6).</summary>
    public const int Size6 = 28;

    /// <summary>Writes an endpoint; returns the length used.</summary>
    public static int Write(Span<byte> destination, IPAddress address, int port)
    {
        destination[..Size6].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)port);
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            BitConverter.TryWriteBytes(destination, AfInet);
            address.TryWriteBytes(destination[4..], out _);
            return Size4;
        }

        BitConverter.TryWriteBytes(destination, AfInet6);
        address.TryWriteBytes(destination[8..], out _);
        BitConverter.TryWriteBytes(destination[24..], (uint)address.ScopeId);
        return Size6;
    }

    /// <summary>Reads an endpoint; null where the family is another or the bytes are too few.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < 2)
        {
            return null;
        }

        var family = BitConverter.ToUInt16(source);
        if (family == AfInet && source.Length >= 8)
        {
            return new IPEndPoint(new IPAddress(source.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(source[2..]));
        }

        if (family == AfInet6 && source.Length >= 24)
        {
            var scope = source.Length >= Size6 ? BitConverter.ToUInt32(source[24..]) : 0;
            return new IPEndPoint(new IPAddress(source.Slice(8, 16), scope), BinaryPrimitives.ReadUInt16BigEndian(source[2..]));
        }

        return null;
    }
}

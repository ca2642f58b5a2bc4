using System.Runtime.InteropServices;

namespace PacketPath.Netlink;

/// <summary>One message inside a received datagram; valid while the datagram's buffer is.</summary>
internal readonly ref struct NetlinkMessage
{
    private NetlinkMessage(NetlinkHeader header, ReadOnlySpan<byte> payload)
    {
        Header = header;
        Payload = payload;
    }

    /// <summary>The header.</summary>
    public NetlinkHeader Header { get; }

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The message's type.</summary>
    public ushort Type => Header.Type;

    /// <summary>The message's flags.</summary>
    public ushort Flags => Header.Flags;

    /// <summary>Takes the first message off a datagram.</summary>
    /// <param name="data">The rest of the datagram; advanced past the message.</param>
    /// <exception cref="NetlinkDecodeException">The length lies.</exception>
    public static NetlinkMessage Take(ref ReadOnlySpan<byte> data)
    {
        if (data.Length < NetlinkHeader.Size)
        {
            throw new NetlinkDecodeException($"{data.Length} bytes are left, a header needs {NetlinkHeader.Size}");
        }

        var header = MemoryMarshal.Read<NetlinkHeader>(data);
        if (header.Length < NetlinkHeader.Size || header.Length > (uint)data.Length)
        {
            throw new NetlinkDecodeException($"length {header.Length} where {data.Length} bytes are left");
        }

        var length = (int)header.Length;
        var message = new NetlinkMessage(header, data[NetlinkHeader.Size..length]);
        data = data[Math.Min(NetlinkHeader.Align(length), data.Length)..];
        return message;
    }

    /// <summary>The fixed struct at the start of the payload.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="attributes">The attributes that follow it.</param>
    /// <exception cref="NetlinkDecodeException">The payload is too short.</exception>
    public ReadOnlySpan<byte> Fixed(int size, out AttributeReader attributes)
    {
        if (Payload.Length < size)
        {
            throw new NetlinkDecodeException($"payload of {Payload.Length} bytes where message type {Type} needs {size}");
        }

        attributes = new AttributeReader(Payload[Math.Min(NetlinkHeader.Align(size), Payload.Length)..]);
        return Payload[..size];
    }
}

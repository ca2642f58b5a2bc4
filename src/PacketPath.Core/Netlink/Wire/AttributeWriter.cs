using System.Runtime.InteropServices;
using System.Text;

namespace PacketPath.Netlink;

/// <summary>Writes requests, one after another, into one growing buffer: header, fixed struct, attributes.</summary>
internal sealed class AttributeWriter
{
    private byte[] _buffer;
    private int _messageStart = -1;

    /// <summary>Creates an empty writer.</summary>
    public AttributeWriter(int capacity = 256) => _buffer = new byte[Math.Max(capacity, NetlinkHeader.Size)];

    /// <summary>What was written.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>How many messages were written.</summary>
    public int Messages { get; private set; }

    /// <summary>Forgets everything, keeping the memory.</summary>
    public void Clear()
    {
        Length = 0;
        Messages = 0;
        _messageStart = -1;
    }

    /// <summary>Starts a message. Its sequence number is set when it is sent.</summary>
    /// <param name="type">The message's type.</param>
    /// <param name="flags">NLM_F_* besides NLM_F_REQUEST.</param>
    /// <param name="fixedSize">The size of the struct that follows the header.</param>
    /// <returns>That struct, zeroed; valid until the next write.</returns>
    public Span<byte> Begin(ushort type, ushort flags, int fixedSize)
    {
        _messageStart = Length;
        Messages++;
        var header = new NetlinkHeader(0, type, (ushort)(flags | MessageFlags.Request), 0, 0);
        MemoryMarshal.Write(Take(NetlinkHeader.Size), in header);
        return Take(fixedSize);
    }

    /// <summary>Ends the message.</summary>
    public void End() => BitConverter.TryWriteBytes(_buffer.AsSpan(_messageStart), Length - _messageStart);

    /// <summary>Writes a byte.</summary>
    public void U8(ushort type, byte value) => Attribute(type, 1)[0] = value;

    /// <summary>Writes an unsigned 16-bit number in host order.</summary>
    public void U16(ushort type, ushort value) => BitConverter.TryWriteBytes(Attribute(type, 2), value);

    /// <summary>Writes an unsigned 16-bit number in network order.</summary>
    public void U16BigEndian(ushort type, ushort value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(Attribute(type, 2), value);

    /// <summary>Writes an unsigned 32-bit number in host order.</summary>
    public void U32(ushort type, uint value) => BitConverter.TryWriteBytes(Attribute(type, 4), value);

    /// <summary>Writes an unsigned 32-bit number in network order.</summary>
    public void U32BigEndian(ushort type, uint value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, 4), value);

    /// <summary>Writes text and a NUL.</summary>
    public void Text(ushort type, string value) =>
        Encoding.UTF8.GetBytes(value, Attribute(type, Encoding.UTF8.GetByteCount(value) + 1));

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(Attribute(type, value.Length));

    /// <summary>Starts a nested attribute.</summary>
    /// <returns>What <see cref="EndNested"/> needs.</returns>
    public int BeginNested(ushort type)
    {
        var start = Length;
        Attribute((ushort)(type | 0x8000), 0);
        return start;
    }

    /// <summary>Ends a nested attribute.</summary>
    public void EndNested(int start) => BitConverter.TryWriteBytes(_buffer.AsSpan(start), checked((ushort)(Length - start)));

    private Span<byte> Attribute(ushort type, int size)
    {
        var start = Length;
        Take(4 + size);
        BitConverter.TryWriteBytes(_buffer.AsSpan(start), checked((ushort)(4 + size)));
        BitConverter.TryWriteBytes(_buffer.AsSpan(start + 2), type);
        return _buffer.AsSpan(start + 4, size);
    }

    private Span<byte> Take(int size)
    {
        var start = Length;
        var end = start + NetlinkHeader.Align(size);
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(end, _buffer.Length * 2));
        }

        Length = end;
        _buffer.AsSpan(start, end - start).Clear();
        return _buffer.AsSpan(start, size);
    }
}

using System.Buffers.Binary;

namespace PacketPath.Quic;

/// <summary>Writes the fields of QUIC and TLS into a growing buffer.</summary>
internal sealed class QuicWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>How many bytes have been written.</summary>
    public int Length => _bytes.Count;

    /// <summary>What has been written.</summary>
    public byte[] ToArray() => [.. _bytes];

    /// <summary>Writes one byte.</summary>
    public QuicWriter Byte(int value)
    {
        _bytes.Add((byte)value);
        return this;
    }

    /// <summary>Writes 16 bits.</summary>
    public QuicWriter UInt16(int value) => Byte(value >> 8).Byte(value);

    /// <summary>Writes 32 bits.</summary>
    public QuicWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Bytes(bytes);
    }

    /// <summary>Writes bytes.</summary>
    public QuicWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Writes zeros.</summary>
    public QuicWriter Zeros(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _bytes.Add(0);
        }

        return this;
    }

    /// <summary>Writes a variable-length integer (RFC 9000, section 16) in as few bytes as hold it.</summary>
    public QuicWriter Variable(ulong value) => value switch
    {
        < 1UL << 6 => Byte((int)value),
        < 1UL << 14 => UInt16((int)value | 0x4000),
        < 1UL << 30 => UInt32((uint)value | 0x80000000),
        < 1UL << 62 => UInt32((uint)(value >> 32) | 0xc0000000).UInt32((uint)value),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "Larger than a variable-length integer holds."),
    };

    /// <summary>Writes bytes with their length in one byte before them.</summary>
    public QuicWriter ShortBytes(ReadOnlySpan<byte> bytes) => Byte(bytes.Length).Bytes(bytes);

    /// <summary>Writes bytes with their length in two bytes before them.</summary>
    public QuicWriter LongBytes(ReadOnlySpan<byte> bytes) => UInt16(bytes.Length).Bytes(bytes);

    /// <summary>Writes a part with its length in two bytes before it.</summary>
    public QuicWriter LongBytes(Action<QuicWriter> part)
    {
        var inner = new QuicWriter();
        part(inner);
        return LongBytes(inner.ToArray());
    }
}

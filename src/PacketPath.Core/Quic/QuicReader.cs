using System.Buffers.Binary;

namespace PacketPath.Quic;

/// <summary>Reads the fields of QUIC over a span; every read is checked against what is left.</summary>
internal ref struct QuicReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>How many bytes have been read.</summary>
    public int Position { get; private set; }

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _data.Length - Position;

    /// <summary>Reads one byte.</summary>
    public bool TryByte(out byte value)
    {
        value = 0;
        if (Left < 1)
        {
            return false;
        }

        value = _data[Position++];
        return true;
    }

    /// <summary>Reads 16 bits.</summary>
    public bool TryUInt16(out int value)
    {
        value = 0;
        if (Left < 2)
        {
            return false;
        }

        value = BinaryPrimitives.ReadUInt16BigEndian(_data[Position..]);
        Position += 2;
        return true;
    }

    /// <summary>Reads 32 bits.</summary>
    public bool TryUInt32(out uint value)
    {
        value = 0;
        if (Left < 4)
        {
            return false;
        }

        value = BinaryPrimitives.ReadUInt32BigEndian(_data[Position..]);
        Position += 4;
        return true;
    }

    /// <summary>Reads a variable-length integer (RFC 9000, section 16).</summary>
    public bool TryVariable(out ulong value)
    {
        value = 0;
        if (Left < 1)
        {
            return false;
        }

        var size = 1 << (_data[Position] >> 6);
        if (Left < size)
        {
            return false;
        }

        value = (ulong)_data[Position++] & 0x3f;
        for (var i = 1; i < size; i++)
        {
            value = (value << 8) | _data[Position++];
        }

        return true;
    }

    /// <summary>Reads so many bytes; a length that was itself read may be any 62-bit number.</summary>
    public bool TryBytes(ulong count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > (ulong)Left)
        {
            return false;
        }

        bytes = _data.Slice(Position, (int)count);
        Position += (int)count;
        return true;
    }

    /// <summary>Reads bytes with their length in one byte before them.</summary>
    public bool TryShortBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return TryByte(out var length) && TryBytes(length, out bytes);
    }

    /// <summary>Reads bytes with their length in a variable-length integer before them.</summary>
    public bool TryVariableBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return TryVariable(out var length) && TryBytes(length, out bytes);
    }
}

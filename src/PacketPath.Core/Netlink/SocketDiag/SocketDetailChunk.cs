using System.Runtime.InteropServices;

namespace PacketPath.Netlink.SocketDiag;

/// <summary>Memory for the bulky parts of many sockets, out of the garbage collector's sight: megabytes that it would copy about, and nobody may ever read.</summary>
internal sealed unsafe class SocketDetailChunk
{
    private const int UsualSize = 64 * 1024;

    private readonly byte* _bytes;

    /// <summary>Takes memory for one socket at least.</summary>
    public SocketDetailChunk(int smallest)
    {
        Size = Math.Max(UsualSize, smallest);
        _bytes = (byte*)NativeMemory.Alloc((nuint)Size);
    }

    /// <summary>Gives it back.</summary>
    ~SocketDetailChunk() => NativeMemory.Free(_bytes);

    /// <summary>How many bytes there are.</summary>
    public int Size { get; }

    /// <summary>Writes bytes.</summary>
    public void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(offset + bytes.Length), (uint)Size);
        bytes.CopyTo(new Span<byte>(_bytes + offset, bytes.Length));
        GC.KeepAlive(this);
    }

    /// <summary>Reads bytes.</summary>
    public void CopyTo(int offset, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(offset + bytes.Length), (uint)Size);
        new ReadOnlySpan<byte>(_bytes + offset, bytes.Length).CopyTo(bytes);
        GC.KeepAlive(this);
    }

    /// <summary>Reads bytes.</summary>
    public byte[] Copy(int offset, int length)
    {
        var bytes = new byte[length];
        CopyTo(offset, bytes);
        return bytes;
    }
}

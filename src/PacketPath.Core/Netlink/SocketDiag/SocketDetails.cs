using System.Runtime.InteropServices;

namespace PacketPath.Netlink.SocketDiag;

/// <summary>The bulky part of a socket as the kernel sent it, read when it is asked for: most listings never ask.</summary>
/// <param name="Bytes">Where it lies, between those of other sockets.</param>
/// <param name="Offset">Where it begins: memory first, TCP_INFO after it.</param>
/// <param name="MemoryLength">The length of INET_DIAG_SKMEMINFO; 0 where there is none.</param>
/// <param name="TcpLength">The length of INET_DIAG_INFO; 0 where there is none.</param>
internal readonly record struct SocketDetails(SocketDetailChunk? Bytes, int Offset, byte MemoryLength, ushort TcpLength)
{
    /// <summary>SK_MEMINFO_VARS: the 32-bit fields of INET_DIAG_SKMEMINFO.</summary>
    public const int MemoryFields = 9;

    /// <summary>The memory in use; null where not said.</summary>
    public SocketMemory? Memory()
    {
        if (MemoryLength == 0)
        {
            return null;
        }

        Span<uint> fields = stackalloc uint[MemoryFields];
        Bytes!.CopyTo(Offset, MemoryMarshal.AsBytes(fields));
        return new SocketMemory
        {
            ReceiveBytes = fields[0],
            ReceiveLimitBytes = fields[1],
            SendBytes = fields[2],
            SendLimitBytes = fields[3],
            ForwardAllocatedBytes = fields[4],
            SendQueuedBytes = fields[5],
            OptionBytes = fields[6],
            BacklogBytes = fields[7],
            Drops = fields[8],
        };
    }

    /// <summary>What TCP knows; null where not said.</summary>
    public SocketTcpInfo? TcpInfo() => TcpLength == 0 ? null : TcpInfoReader.Read(Bytes!.Copy(Offset + MemoryLength, TcpLength));

    /// <summary>The same with no word of memory.</summary>
    public SocketDetails WithoutMemory() => this with { MemoryLength = 0, Offset = Offset + MemoryLength };

    /// <summary>The same with no word of TCP.</summary>
    public SocketDetails WithoutTcpInfo() => this with { TcpLength = 0 };
}

/// <summary>Keeps the bulky parts of many sockets in few places.</summary>
internal sealed class SocketDetailStore
{
    private SocketDetailChunk? _chunk;
    private int _used;

    /// <summary>Keeps a copy.</summary>
    public SocketDetails Keep(ReadOnlySpan<byte> memory, ReadOnlySpan<byte> tcpInfo)
    {
        var size = memory.Length + tcpInfo.Length;
        if (size == 0)
        {
            return default;
        }

        if (_chunk is null || _used + size > _chunk.Size)
        {
            _chunk = new SocketDetailChunk(size);
            _used = 0;
        }

        var offset = _used;
        _chunk.Write(offset, memory);
        _chunk.Write(offset + memory.Length, tcpInfo);
        _used += (size + 7) & ~7;
        return new SocketDetails(_chunk, offset, (byte)memory.Length, (ushort)tcpInfo.Length);
    }
}

using System.Buffers.Binary;

namespace PacketPath.Probes;

/// <summary>Reads a DNS message from its first byte on. What goes wrong first is kept; nothing is read behind it.</summary>
internal ref struct DnsReader
{
    private const int PointerFlags = 0xc0;

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _end;

    /// <summary>Creates a reader of a part of a message; names may point to what is before it.</summary>
    public DnsReader(ReadOnlySpan<byte> message, int position, int length)
    {
        _message = message;
        Position = position;
        _end = position + length;
    }

    /// <summary>Where it stands.</summary>
    public int Position { get; private set; }

    /// <summary>What is left.</summary>
    public readonly int Left => _end - Position;

    /// <summary>What went wrong; null for nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1) is var at and >= 0 ? _message[at] : (byte)0;

    /// <summary>Two bytes.</summary>
    public ushort ReadUInt16() => Take(2) is var at and >= 0 ? BinaryPrimitives.ReadUInt16BigEndian(_message[at..]) : (ushort)0;

    /// <summary>Four bytes.</summary>
    public uint ReadUInt32() => Take(4) is var at and >= 0 ? BinaryPrimitives.ReadUInt32BigEndian(_message[at..]) : 0;

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count) is var at and >= 0 ? _message.Slice(at, count) : default;

    /// <summary>A string with its length in front.</summary>
    public ReadOnlySpan<byte> ReadString() => ReadBytes(ReadByte());

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(Left);

    /// <summary>True where what went wrong is that the data ended.</summary>
    public bool EndedEarly { get; private set; }

    /// <summary>Notes what is wrong.</summary>
    public void Fail(string problem) => Problem ??= problem;

    /// <summary>A name. A pointer must lead to before where its own part of the name begins, so that no chain of them is endless.</summary>
    /// <param name="mayPoint">False where this kind of data must be written out in full.</param>
    public DnsName ReadName(bool mayPoint = true)
    {
        Span<byte> wire = stackalloc byte[DnsName.LongestName];
        var used = 0;
        var at = Position;
        var bound = _end;
        var start = Position;
        var jumped = false;
        while (Problem is null)
        {
            if (at >= bound)
            {
                End("a name ends in the middle", jumped);
                break;
            }

            int length = _message[at];
            if ((length & PointerFlags) == PointerFlags)
            {
                if (!TryPointer(at, bound, start, mayPoint, out var target))
                {
                    break;
                }

                if (!jumped)
                {
                    Position = at + 2;
                    jumped = true;
                }

                bound = start;
                at = start = target;
                continue;
            }

            if ((length & PointerFlags) != 0)
            {
                Fail("a label is of an unknown kind");
                break;
            }

            if (used + length + 1 > DnsName.LongestName - (length == 0 ? 0 : 1))
            {
                Fail("a name is longer than 255 bytes");
                break;
            }

            if (at + 1 + length > bound)
            {
                End("a label ends in the middle", jumped);
                break;
            }

            _message.Slice(at, length + 1).CopyTo(wire[used..]);
            used += length + 1;
            at += length + 1;
            if (length == 0)
            {
                if (!jumped)
                {
                    Position = at;
                }

                return new DnsName(wire[..used].ToArray());
            }
        }

        return DnsName.Root;
    }

    private bool TryPointer(int at, int bound, int start, bool mayPoint, out int target)
    {
        target = 0;
        if (!mayPoint)
        {
            Fail("a name is compressed where it may not be");
            return false;
        }

        if (at + 2 > bound)
        {
            End("a compression pointer ends in the middle", start < Position);
            return false;
        }

        target = BinaryPrimitives.ReadUInt16BigEndian(_message[at..]) & 0x3fff;
        if (target < start)
        {
            return true;
        }

        Fail("a compression pointer does not lead backwards");
        return false;
    }

    private void End(string problem, bool elsewhere = false)
    {
        EndedEarly |= Problem is null && !elsewhere;
        Fail(problem);
    }

    private int Take(int count)
    {
        if (Problem is not null)
        {
            return -1;
        }

        if (count > Left)
        {
            End("it ends in the middle");
            return -1;
        }

        var at = Position;
        Position += count;
        return at;
    }
}

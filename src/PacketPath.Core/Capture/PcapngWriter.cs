using System.Buffers.Binary;
using System.Text;

namespace PacketPath.Capture;

/// <summary>Writes packets to a pcapng file with nanosecond timestamps (draft-ietf-opsawg-pcapng): any number of interfaces, each with its name and link type. One thread at a time.</summary>
public sealed class PcapngWriter : IDisposable
{
    private const uint SectionHeader = 0x0a0d0d0a;
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const ushort OptionEnd = 0;
    private const ushort OptionInterfaceName = 2;
    private const ushort OptionTimestampResolution = 9;
    private const byte Nanoseconds = 9;
    private const int BlockOverhead = 12;
    private const int PacketHeaderLength = 20;

    private readonly Stream _stream;
    private readonly int _snapshotLength;
    private readonly List<CaptureLinkType> _interfaces = [];

    /// <summary>Starts a file on a stream, which it then owns.</summary>
    /// <param name="stream">Where it goes.</param>
    /// <param name="snapshotLength">The most bytes kept of a packet.</param>
    public PcapngWriter(Stream stream, int snapshotLength = 262144)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(snapshotLength);
        _stream = stream;
        _snapshotLength = snapshotLength;
        Span<byte> body = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(body, ByteOrderMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(body[4..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(body[6..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], -1);
        WriteBlock(SectionHeader, body, []);
    }

    /// <summary>Packets written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Describes an interface whose packets may follow.</summary>
    /// <param name="name">Its name, as readers show it.</param>
    /// <param name="linkType">The link type of its packets.</param>
    /// <returns>Its number in the file.</returns>
    public int AddInterface(string name, CaptureLinkType linkType)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = Encoding.UTF8.GetBytes(name);
        var body = new byte[8 + 4 + Align(text.Length) + 8 + 4];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)linkType);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), _snapshotLength);
        var options = body.AsSpan(8);
        WriteOption(ref options, OptionInterfaceName, text);
        WriteOption(ref options, OptionTimestampResolution, [Nanoseconds]);
        WriteOption(ref options, OptionEnd, []);
        WriteBlock(InterfaceDescription, body, []);
        _interfaces.Add(linkType);
        return _interfaces.Count - 1;
    }

    /// <summary>Writes one packet of an interface.</summary>
    /// <exception cref="ArgumentException">Its link type is not the interface's.</exception>
    public void Write(int interfaceNumber, in CapturedPacket packet)
    {
        if (packet.LinkType != _interfaces[interfaceNumber])
        {
            throw new ArgumentException($"Interface {interfaceNumber} holds {_interfaces[interfaceNumber]} packets, not {packet.LinkType}.", nameof(packet));
        }

        var data = packet.Data[..Math.Min(packet.Data.Length, _snapshotLength)];
        var time = (ulong)packet.TimestampNanoseconds;
        Span<byte> head = stackalloc byte[PacketHeaderLength];
        BinaryPrimitives.WriteInt32LittleEndian(head, interfaceNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)(time >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], (uint)time);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], Math.Max(packet.OriginalLength, data.Length));
        WriteBlock(EnhancedPacket, head, data);
        Count++;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static int Align(int length) => (length + 3) & ~3;

    private static void WriteOption(ref Span<byte> target, ushort code, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, code);
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], (ushort)value.Length);
        value.CopyTo(target[4..]);
        target = target[(4 + Align(value.Length))..];
    }

    // A block's length stands before and behind it.
    private void WriteBlock(uint type, ReadOnlySpan<byte> head, ReadOnlySpan<byte> data)
    {
        var length = BlockOverhead + head.Length + Align(data.Length);
        Span<byte> edge = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(edge, type);
        BinaryPrimitives.WriteInt32LittleEndian(edge[4..], length);
        _stream.Write(edge);
        _stream.Write(head);
        _stream.Write(data);
        Span<byte> end = stackalloc byte[8];
        end.Clear();
        var padding = Align(data.Length) - data.Length;
        BinaryPrimitives.WriteInt32LittleEndian(end[padding..], length);
        _stream.Write(end[..(padding + 4)]);
    }
}

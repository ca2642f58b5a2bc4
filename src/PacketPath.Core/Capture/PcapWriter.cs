using System.Buffers.Binary;

namespace PacketPath.Capture;

/// <summary>Writes packets to a pcap file with nanosecond timestamps. One thread at a time.</summary>
public sealed class PcapWriter : IDisposable
{
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const int FileHeaderLength = 24;
    private const int RecordHeaderLength = 16;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Stream _stream;
    private readonly int _snapshotLength;
    private readonly bool _leaveOpen;

    /// <summary>Starts a file on a stream.</summary>
    /// <param name="stream">Where it goes.</param>
    /// <param name="linkType">The link type of every packet.</param>
    /// <param name="snapshotLength">The most bytes kept of a packet.</param>
    /// <param name="leaveOpen">True to leave the stream open at the end.</param>
    public PcapWriter(Stream stream, CaptureLinkType linkType, int snapshotLength = 262144, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(snapshotLength);
        _stream = stream;
        _snapshotLength = snapshotLength;
        _leaveOpen = leaveOpen;
        LinkType = linkType;
        Span<byte> header = stackalloc byte[FileHeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], snapshotLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], (int)linkType);
        _stream.Write(header);
    }

    /// <summary>The link type of every packet.</summary>
    public CaptureLinkType LinkType { get; }

    /// <summary>Packets written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Creates a file, or empties one that is there.</summary>
    public static PcapWriter Create(string path, CaptureLinkType linkType, int snapshotLength = 262144) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), linkType, snapshotLength);

    /// <summary>Writes one packet.</summary>
    /// <exception cref="ArgumentException">Its link type is not the file's.</exception>
    public void Write(in CapturedPacket packet)
    {
        if (packet.LinkType != LinkType)
        {
            throw new ArgumentException($"The file holds {LinkType} packets, not {packet.LinkType}.", nameof(packet));
        }

        ReadOnlySpan<byte> data = packet.Data[..Math.Min(packet.Data.Length, _snapshotLength)];
        long seconds = Math.DivRem(packet.TimestampNanoseconds, NanosecondsPerSecond, out long nanoseconds);
        Span<byte> header = stackalloc byte[RecordHeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], Math.Max(packet.OriginalLength, data.Length));
        _stream.Write(header);
        _stream.Write(data);
        Count++;
    }

    /// <summary>Sends what is buffered to the stream's end.</summary>
    public void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_leaveOpen)
        {
            _stream.Flush();
        }
        else
        {
            _stream.Dispose();
        }
    }
}

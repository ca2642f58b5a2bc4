using System.Buffers.Binary;

namespace PacketPath.Capture;

/// <summary>A TCP header with its options (RFC 9293, RFC 7323, RFC 2018).</summary>
public readonly record struct TcpHeader
{
    private const int FixedLength = 20;

    /// <summary>The sequence number.</summary>
    public uint SequenceNumber { get; init; }

    /// <summary>The acknowledgment number.</summary>
    public uint AcknowledgmentNumber { get; init; }

    /// <summary>The flags.</summary>
    public TcpFlags Flags { get; init; }

    /// <summary>The window, unscaled.</summary>
    public ushort Window { get; init; }

    /// <summary>The maximum segment size option; null where absent.</summary>
    public ushort? MaximumSegmentSize { get; init; }

    /// <summary>The window scale option's shift; null where absent.</summary>
    public byte? WindowScale { get; init; }

    /// <summary>True where selective acknowledgment is permitted.</summary>
    public bool SackPermitted { get; init; }

    /// <summary>The timestamp option's value; null where absent.</summary>
    public uint? TimestampValue { get; init; }

    /// <summary>The timestamp option's echo; null where absent.</summary>
    public uint? TimestampEcho { get; init; }

    /// <summary>The length of the header with its options, as far as they were captured.</summary>
    public int HeaderLength { get; init; }

    /// <summary>Reads a header; options that are damaged or cut short end the reading of options, not of the packet.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out TcpHeader header)
    {
        header = default;
        int declared = data.Length < FixedLength ? 0 : (data[12] >> 4) * 4;
        if (declared < FixedLength)
        {
            return false;
        }

        int length = Math.Min(declared, data.Length);
        header = ReadOptions(data[FixedLength..length]) with
        {
            SequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
            AcknowledgmentNumber = BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
            Flags = (TcpFlags)(BinaryPrimitives.ReadUInt16BigEndian(data[12..]) & 0x1ff),
            Window = BinaryPrimitives.ReadUInt16BigEndian(data[14..]),
            HeaderLength = length,
        };
        return true;
    }

    private static TcpHeader ReadOptions(ReadOnlySpan<byte> options)
    {
        ushort? segment = null;
        byte? scale = null;
        bool sack = false;
        uint? value = null;
        uint? echo = null;
        while (options.Length > 0 && options[0] != 0)
        {
            if (options[0] == 1)
            {
                options = options[1..];
                continue;
            }

            int length = options.Length < 2 ? 0 : options[1];
            if (length < 2 || length > options.Length)
            {
                break;
            }

            switch (options[0], length)
            {
                case (2, 4):
                    segment = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
                    break;
                case (3, 3):
                    scale = options[2];
                    break;
                case (4, 2):
                    sack = true;
                    break;
                case (8, 10):
                    value = BinaryPrimitives.ReadUInt32BigEndian(options[2..]);
                    echo = BinaryPrimitives.ReadUInt32BigEndian(options[6..]);
                    break;
            }

            options = options[length..];
        }

        return new TcpHeader
        {
            MaximumSegmentSize = segment,
            WindowScale = scale,
            SackPermitted = sack,
            TimestampValue = value,
            TimestampEcho = echo,
        };
    }
}

/// <summary>TCP flags, as they stand in the header.</summary>
[Flags]
public enum TcpFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 0x01,

    /// <summary>Synchronize sequence numbers.</summary>
    Syn = 0x02,

    /// <summary>Reset the connection.</summary>
    Rst = 0x04,

    /// <summary>Push.</summary>
    Psh = 0x08,

    /// <summary>The acknowledgment number counts.</summary>
    Ack = 0x10,

    /// <summary>The urgent pointer counts.</summary>
    Urg = 0x20,

    /// <summary>Congestion experienced, echoed (RFC 3168).</summary>
    Ece = 0x40,

    /// <summary>Congestion window reduced (RFC 3168).</summary>
    Cwr = 0x80,

    /// <summary>Accurate ECN (the former nonce sum).</summary>
    Ae = 0x100,
}

/// <summary>TCP flags in words.</summary>
public static class TcpFlagText
{
    private static readonly string[] Names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"];

    /// <summary>The flags as the field writes them, for example <c>SYN,ACK</c>; empty for none.</summary>
    public static string ToText(this TcpFlags flags)
    {
        string text = "";
        for (int bit = 0; bit < Names.Length; bit++)
        {
            if (((int)flags & (1 << bit)) != 0)
            {
                text = text.Length == 0 ? Names[bit] : $"{text},{Names[bit]}";
            }
        }

        return text;
    }
}

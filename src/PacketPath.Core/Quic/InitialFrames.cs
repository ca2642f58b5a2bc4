using System.Text;

namespace PacketPath.Quic;

/// <summary>A CONNECTION_CLOSE.</summary>
/// <param name="ErrorCode">The error code.</param>
/// <param name="Reason">The reason, as its sender wrote it; not cleaned.</param>
internal sealed record QuicClose(ulong ErrorCode, string Reason);

/// <summary>What the frames of an Initial say (RFC 9000, section 12.4).</summary>
internal sealed record InitialFrames
{
    private const int LongestReason = 256;
    private const int MostCrypto = 16 * 1024;
    private const int MostFrames = 2048;

    private const ulong Padding = 0x00;
    private const ulong Ping = 0x01;
    private const ulong Ack = 0x02;
    private const ulong AckEcn = 0x03;
    private const ulong Crypto = 0x06;
    private const ulong ConnectionClose = 0x1c;

    /// <summary>True where something of this side's is acknowledged.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>The beginning of the TLS messages, where it is there; else empty.</summary>
    public byte[] Crypto0 { get; init; } = [];

    /// <summary>The close; null where there is none.</summary>
    public QuicClose? Close { get; init; }

    /// <summary>Reads the frames of an unprotected Initial; null where they are malformed or may not stand there.</summary>
    public static InitialFrames? Read(ReadOnlySpan<byte> payload)
    {
        var reader = new QuicReader(payload);
        var frames = new InitialFrames();
        var counted = 0;
        while (reader.Left > 0)
        {
            if (!reader.TryVariable(out var type))
            {
                return null;
            }

            if (type is not Padding && ++counted > MostFrames)
            {
                return null;
            }

            switch (type)
            {
                case Padding or Ping:
                    break;
                case Ack or AckEcn when TryAck(ref reader, type == AckEcn):
                    frames = frames with { Acknowledges = true };
                    break;
                case Crypto when reader.TryVariable(out var offset) && reader.TryVariableBytes(out var data):
                    frames = offset == 0 && frames.Crypto0.Length == 0 ? frames with { Crypto0 = data[..Math.Min(data.Length, MostCrypto)].ToArray() } : frames;
                    break;
                case ConnectionClose when TryClose(ref reader, out var close):
                    frames = frames with { Close = frames.Close ?? close };
                    break;
                default:
                    return null;
            }
        }

        return counted == 0 ? null : frames;
    }

    private static bool TryAck(ref QuicReader reader, bool ecn)
    {
        if (!reader.TryVariable(out _) || !reader.TryVariable(out _) || !reader.TryVariable(out var ranges) || !reader.TryVariable(out _))
        {
            return false;
        }

        // Each range takes two bytes at least: a count beyond that is a lie, and is not waited for.
        if (ranges > (ulong)reader.Left / 2)
        {
            return false;
        }

        for (var fields = (ranges * 2) + (ecn ? 3UL : 0); fields > 0; fields--)
        {
            if (!reader.TryVariable(out _))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryClose(ref QuicReader reader, out QuicClose close)
    {
        close = new QuicClose(0, "");
        if (!reader.TryVariable(out var code) || !reader.TryVariable(out _) || !reader.TryVariableBytes(out var reason))
        {
            return false;
        }

        close = new QuicClose(code, Encoding.UTF8.GetString(reason[..Math.Min(reason.Length, LongestReason)]));
        return true;
    }
}

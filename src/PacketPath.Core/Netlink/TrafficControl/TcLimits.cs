using System.Runtime.InteropServices;

namespace PacketPath.Netlink.TrafficControl;

/// <summary>How much a discipline or class holds and lets through (TCA_OPTIONS), as far as its kind is known here.</summary>
internal readonly record struct TcLimits
{
    /// <summary>sizeof(struct tc_ratespec).</summary>
    public const int RateSpecSize = 12;

    /// <summary>sizeof(struct tc_tbf_qopt).</summary>
    public const int TbfSize = 36;

    /// <summary>sizeof(struct tc_htb_opt).</summary>
    public const int HtbSize = 44;

    /// <summary>Packets.</summary>
    public long? Packets { get; init; }

    /// <summary>Bytes.</summary>
    public long? Bytes { get; init; }

    /// <summary>Bits per second.</summary>
    public long? Rate { get; init; }

    /// <summary>Bits per second with what is borrowed.</summary>
    public long? Ceiling { get; init; }

    /// <summary>Decodes the options of a kind; empty for one that is not known.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static TcLimits Read(string kind, bool isClass, ReadOnlySpan<byte> options)
    {
        if (options.IsEmpty)
        {
            return default;
        }

        return (kind, isClass) switch
        {
            ("pfifo" or "pfifo_head_drop", false) => new TcLimits { Packets = Word(options, 0, kind) },
            ("bfifo", false) => new TcLimits { Bytes = Word(options, 0, kind) },
            ("sfq", false) => new TcLimits { Packets = Word(options, 8, kind) },
            ("netem", false) => new TcLimits { Packets = Word(options, 4, kind) },
            ("tbf", false) => ReadTbf(new AttributeReader(options)),
            ("htb", true) => ReadHtb(new AttributeReader(options)),
            ("red", false) => new TcLimits { Bytes = Inner(new AttributeReader(options), 1) },
            ("fq", false) => new TcLimits { Packets = Inner(new AttributeReader(options), 1) },
            ("codel" or "fq_codel", false) => new TcLimits { Packets = Inner(new AttributeReader(options), 2) },
            ("pie" or "fq_pie", false) => new TcLimits { Packets = Inner(new AttributeReader(options), (ushort)(kind == "pie" ? 2 : 1)) },
            _ => default,
        };
    }

    private static uint Word(ReadOnlySpan<byte> options, int offset, string kind) => options.Length >= offset + sizeof(uint)
        ? MemoryMarshal.Read<uint>(options[offset..])
        : throw new NetlinkDecodeException($"options of {options.Length} bytes for {kind}");

    private static uint? Inner(AttributeReader options, ushort wanted)
    {
        uint? value = null;
        while (options.Next())
        {
            // A limit stands alone or is the first word of its struct.
            if (options.Type == wanted && options.Struct(sizeof(uint)) is { IsEmpty: false } word)
            {
                value = MemoryMarshal.Read<uint>(word);
            }
        }

        options.Finish();
        return value;
    }

    private static TcLimits ReadTbf(AttributeReader options)
    {
        var limits = default(TcLimits);
        ulong? rate = null;
        while (options.Next())
        {
            switch (options.Type)
            {
                case 1 when options.Struct(TbfSize) is { IsEmpty: false } parameters:
                    limits = new TcLimits
                    {
                        Bytes = MemoryMarshal.Read<uint>(parameters[(2 * RateSpecSize)..]),
                        Rate = Bits(MemoryMarshal.Read<uint>(parameters[8..])),
                    };
                    break;
                case 4:
                    rate = options.U64();
                    break;
            }
        }

        options.Finish();
        return rate is { } wide ? limits with { Rate = Bits(wide) } : limits;
    }

    private static TcLimits ReadHtb(AttributeReader options)
    {
        var limits = default(TcLimits);
        ulong? rate = null;
        ulong? ceiling = null;
        while (options.Next())
        {
            switch (options.Type)
            {
                case 1 when options.Struct(HtbSize) is { IsEmpty: false } parameters:
                    limits = new TcLimits
                    {
                        Rate = Bits(MemoryMarshal.Read<uint>(parameters[8..])),
                        Ceiling = Bits(MemoryMarshal.Read<uint>(parameters[(RateSpecSize + 8)..])),
                    };
                    break;
                case 6:
                    rate = options.U64();
                    break;
                case 7:
                    ceiling = options.U64();
                    break;
            }
        }

        options.Finish();
        return limits with { Rate = rate is { } r ? Bits(r) : limits.Rate, Ceiling = ceiling is { } c ? Bits(c) : limits.Ceiling };
    }

    private static long Bits(ulong bytesPerSecond) => (long)Math.Min(bytesPerSecond, long.MaxValue / 8) * 8;
}

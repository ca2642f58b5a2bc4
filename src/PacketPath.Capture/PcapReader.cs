using PacketPath.Capture.Interop;
using SharpPcap.LibPcap;

namespace PacketPath.Capture;

/// <summary>Takes packets off a libpcap handle one at a time, without allocating.</summary>
internal sealed unsafe class PcapReader
{
    // LINKTYPE_RAW is numbered 101 in files and 12 at run time on Linux (pcap-linktype(7)).
    private const int RuntimeRaw = 12;

    private readonly PcapHandle _handle;
    private readonly long _nanosecondsPerFraction;

    internal PcapReader(PcapHandle handle)
    {
        _handle = handle;
        LinkType = FromDataLink(PcapNative.GetDataLink(handle));
        _nanosecondsPerFraction = PcapNative.GetTimestampPrecision(handle) == PcapNative.PrecisionNanoseconds ? 1 : 1000;
    }

    /// <summary>What <see cref="Next"/> came to.</summary>
    internal enum Step
    {
        /// <summary>A packet was delivered.</summary>
        Packet,

        /// <summary>None is waiting.</summary>
        Empty,

        /// <summary>The file has ended.</summary>
        End,

        /// <summary>libpcap reports an error.</summary>
        Error,
    }

    /// <summary>The link type of every packet.</summary>
    internal CaptureLinkType LinkType { get; }

    /// <summary>Delivers the next packet, if one is waiting. The caller keeps the handle from closing meanwhile.</summary>
    internal Step Next(PacketHandler handler)
    {
        int result = PcapNative.NextPacket(_handle.DangerousGetHandle(), out PcapNative.PacketHeader* header, out byte* data);
        if (result != 1)
        {
            return result switch { 0 => Step.Empty, PcapNative.ErrorBreak => Step.End, _ => Step.Error };
        }

        var packet = new CapturedPacket
        {
            Data = new ReadOnlySpan<byte>(data, checked((int)header->CapturedLength)),
            OriginalLength = (int)Math.Min(header->Length, int.MaxValue),
            TimestampNanoseconds = (header->Seconds * 1_000_000_000L) + (header->Fraction * _nanosecondsPerFraction),
            LinkType = LinkType,
        };
        handler(in packet);
        return Step.Packet;
    }

    /// <summary>The number libpcap uses at run time for a link type.</summary>
    internal static int ToDataLink(CaptureLinkType linkType) => linkType == CaptureLinkType.Raw ? RuntimeRaw : (int)linkType;

    private static CaptureLinkType FromDataLink(int dataLink) => dataLink == RuntimeRaw ? CaptureLinkType.Raw : (CaptureLinkType)dataLink;
}

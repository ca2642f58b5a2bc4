using System.Runtime.InteropServices;

namespace PacketPath.Netlink.SocketDiag;

/// <summary>Reads struct tcp_info (linux/tcp.h), which grows with every few kernels: what is not there is 0.</summary>
internal static class TcpInfoReader
{
    /// <summary>The bytes every kernel gives: the single-byte fields.</summary>
    public const int SmallestSize = 8;

    // Offsets of the fields.
    public const int Rto = 8;
    public const int AckTimeout = 12;
    public const int SendMss = 16;
    public const int ReceiveMss = 20;
    public const int Unacknowledged = 24;
    public const int Sacked = 28;
    public const int Lost = 32;
    public const int Retransmitted = 36;
    public const int LastDataSent = 44;
    public const int LastDataReceived = 52;
    public const int LastAckReceived = 56;
    public const int PathMtu = 60;
    public const int Rtt = 68;
    public const int RttVariation = 72;
    public const int SlowStartThreshold = 76;
    public const int CongestionWindow = 80;
    public const int AdvertisedMss = 84;
    public const int ReceiverRtt = 92;
    public const int TotalRetransmits = 100;
    public const int PacingRate = 104;
    public const int BytesAcknowledged = 120;
    public const int BytesReceived = 128;
    public const int SegmentsOut = 136;
    public const int SegmentsIn = 140;
    public const int NotSentBytes = 144;
    public const int MinimumRtt = 148;
    public const int DataSegmentsIn = 152;
    public const int DataSegmentsOut = 156;
    public const int DeliveryRate = 160;
    public const int BusyTime = 168;
    public const int ReceiveWindowLimited = 176;
    public const int SendBufferLimited = 184;
    public const int Delivered = 192;
    public const int DeliveredWithCongestionMark = 196;
    public const int BytesSent = 200;
    public const int BytesRetransmitted = 208;
    public const int DuplicateSacks = 216;
    public const int ReorderingSeen = 220;
    public const int OutOfOrder = 224;
    public const int SendWindow = 228;

    private const uint NoThreshold = 0xffff;
    private const byte WindowScaleOption = 4;

    private static readonly string[] StateNames = ["Open", "Disorder", "CongestionWindowReduced", "Recovery", "Loss"];
    private static readonly string[] OptionNames = ["Timestamps", "Sack", "WindowScale", "Ecn", "EcnSeen", "FastOpen"];
    private static readonly string[]?[] OptionSets = new string[64][];

    /// <summary>Reads it; null where it is too short to be one.</summary>
    public static SocketTcpInfo? Read(ReadOnlySpan<byte> info)
    {
        if (info.Length < SmallestSize)
        {
            return null;
        }

        var hasWindowScale = (info[5] & WindowScaleOption) != 0;
        var threshold = U32(info, SlowStartThreshold);
        return new SocketTcpInfo
        {
            CongestionState = info[1] < StateNames.Length ? StateNames[info[1]] : $"state {info[1]}",
            Retransmits = info[2],
            Probes = info[3],
            Backoff = info[4],
            Options = OptionsOf(info[5]),
            SendWindowScale = hasWindowScale ? info[6] & 0xf : null,
            ReceiveWindowScale = hasWindowScale ? info[6] >> 4 : null,
            DeliveryIsApplicationLimited = (info[7] & 1) != 0,
            RtoMilliseconds = Milliseconds(U32(info, Rto)),
            AckTimeoutMilliseconds = Milliseconds(U32(info, AckTimeout)),
            SendMss = (int)U32(info, SendMss),
            ReceiveMss = (int)U32(info, ReceiveMss),
            UnacknowledgedSegments = U32(info, Unacknowledged),
            SackedSegments = U32(info, Sacked),
            LostSegments = U32(info, Lost),
            RetransmittedSegments = U32(info, Retransmitted),
            LastDataSentMilliseconds = U32(info, LastDataSent),
            LastDataReceivedMilliseconds = U32(info, LastDataReceived),
            LastAckReceivedMilliseconds = U32(info, LastAckReceived),
            PathMtu = (int)U32(info, PathMtu),
            RttMilliseconds = Milliseconds(U32(info, Rtt)),
            RttVariationMilliseconds = Milliseconds(U32(info, RttVariation)),
            SlowStartThreshold = threshold >= NoThreshold ? null : threshold,
            CongestionWindow = U32(info, CongestionWindow),
            AdvertisedMss = (int)U32(info, AdvertisedMss),
            ReceiverRttMilliseconds = Milliseconds(U32(info, ReceiverRtt)),
            TotalRetransmits = U32(info, TotalRetransmits),
            PacingBytesPerSecond = U64(info, PacingRate) is var pacing and > 0 ? pacing : null,
            BytesAcknowledged = U64(info, BytesAcknowledged),
            BytesReceived = U64(info, BytesReceived),
            SegmentsOut = U32(info, SegmentsOut),
            SegmentsIn = U32(info, SegmentsIn),
            NotSentBytes = U32(info, NotSentBytes),
            MinimumRttMilliseconds = U32(info, MinimumRtt) is var smallest and < uint.MaxValue ? Milliseconds(smallest) : 0,
            DataSegmentsIn = U32(info, DataSegmentsIn),
            DataSegmentsOut = U32(info, DataSegmentsOut),
            DeliveryBytesPerSecond = U64(info, DeliveryRate),
            BusyMilliseconds = Milliseconds(U64(info, BusyTime)),
            ReceiveWindowLimitedMilliseconds = Milliseconds(U64(info, ReceiveWindowLimited)),
            SendBufferLimitedMilliseconds = Milliseconds(U64(info, SendBufferLimited)),
            Delivered = U32(info, Delivered),
            DeliveredWithCongestionMark = U32(info, DeliveredWithCongestionMark),
            BytesSent = U64(info, BytesSent),
            BytesRetransmitted = U64(info, BytesRetransmitted),
            DuplicateSacks = U32(info, DuplicateSacks),
            ReorderingSeen = U32(info, ReorderingSeen),
            OutOfOrderSegments = U32(info, OutOfOrder),
            PeerWindowBytes = U32(info, SendWindow),
        };
    }

    private static string[] OptionsOf(byte bits)
    {
        ref var known = ref OptionSets[bits & 63];
        return known ??= FlagNames.Describe(bits, OptionNames);
    }

    private static double Milliseconds(long microseconds) => microseconds / 1000.0;

    private static uint U32(ReadOnlySpan<byte> info, int offset) => info.Length >= offset + 4 ? MemoryMarshal.Read<uint>(info[offset..]) : 0;

    /// <summary>A 64-bit field; one that says "without limit" reads as 0.</summary>
    private static long U64(ReadOnlySpan<byte> info, int offset) =>
        info.Length >= offset + 8 && MemoryMarshal.Read<ulong>(info[offset..]) is var value and <= long.MaxValue ? (long)value : 0;
}

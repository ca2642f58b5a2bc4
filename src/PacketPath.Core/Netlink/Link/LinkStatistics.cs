using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Link;

/// <summary>struct rtnl_link_stats64, as far as the oldest kernels with IFLA_STATS64 have it.</summary>
internal static class LinkStatistics
{
    /// <summary>Its size before rx_nohandler was added.</summary>
    public const int Size = 23 * sizeof(ulong);

    /// <summary>Decodes the counters.</summary>
    /// <param name="data">The whole attribute.</param>
    public static InterfaceStatistics Read(ReadOnlySpan<byte> data)
    {
        var counters = MemoryMarshal.Cast<byte, ulong>(data);
        return new InterfaceStatistics
        {
            ReceivedPackets = (long)counters[0],
            SentPackets = (long)counters[1],
            ReceivedBytes = (long)counters[2],
            SentBytes = (long)counters[3],
            ReceiveErrors = (long)counters[4],
            TransmitErrors = (long)counters[5],
            ReceiveDropped = (long)counters[6],
            TransmitDropped = (long)counters[7],
            Multicast = (long)counters[8],
            Collisions = (long)counters[9],
            ReceiveFifoErrors = (long)counters[14],
            ReceiveMissed = (long)counters[15],
            TransmitCarrierErrors = (long)counters[17],
            TransmitFifoErrors = (long)counters[18],
            ReceiveNoHandler = counters.Length > 23 ? (long)counters[23] : 0,
        };
    }
}

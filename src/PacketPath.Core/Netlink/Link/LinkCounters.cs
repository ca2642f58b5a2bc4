using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Link;

/// <summary>The counters of a link and what names it, out of RTM_NEWLINK.</summary>
internal sealed record LinkCounters
{
    /// <summary>Every member of struct rtnl_link_stats64, in its order. Older kernels end earlier.</summary>
    public static readonly string[] Names =
    [
        "rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "multicast", "collisions",
        "rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors", "rx_missed_errors",
        "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors", "tx_heartbeat_errors", "tx_window_errors",
        "rx_compressed", "tx_compressed", "rx_nohandler", "rx_otherhost_dropped",
    ];

    /// <summary>The index.</summary>
    public int Index { get; init; }

    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The alternative names.</summary>
    public string[] AlternativeNames { get; init; } = [];

    /// <summary>The counters, in the order of <see cref="Names"/>; as many as the kernel has.</summary>
    public ulong[] Values { get; init; } = [];

    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static LinkCounters Read(in NetlinkMessage message)
    {
        var header = message.Fixed(LinkMessage.FixedSize, out var attributes);
        var name = "";
        string[] alternatives = [];
        ulong[] values = [];
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case LinkAttribute.Name:
                    name = attributes.Text();
                    break;
                case LinkAttribute.PropertyList:
                    alternatives = LinkMessage.ReadAlternativeNames(attributes.Nested());
                    break;
                case LinkAttribute.Statistics64 when attributes.Struct(LinkStatistics.Size) is { IsEmpty: false }:
                    var all = MemoryMarshal.Cast<byte, ulong>(attributes.Value);
                    values = all[..Math.Min(all.Length, Names.Length)].ToArray();
                    break;
            }
        }

        attributes.Finish();
        return new LinkCounters { Index = MemoryMarshal.Read<int>(header[4..]), Name = name, AlternativeNames = alternatives, Values = values };
    }
}

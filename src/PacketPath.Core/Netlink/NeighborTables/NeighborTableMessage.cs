using System.Runtime.InteropServices;

namespace PacketPath.Netlink.NeighborTables;

/// <summary>RTM_NEWNEIGHTBL, decoded: struct ndtmsg and the attributes of a whole table.</summary>
internal sealed record NeighborTableMessage
{
    /// <summary>sizeof(struct ndtmsg).</summary>
    public const int FixedSize = 4;

    /// <summary>sizeof(struct ndt_stats) as of its first ten counters and ndts_table_fulls.</summary>
    public const int StatisticsSize = 11 * sizeof(ulong);

    /// <summary>offsetof(struct ndt_stats, ndts_table_fulls).</summary>
    public const int TableFullsOffset = 10 * sizeof(ulong);

    /// <summary>NDTA_NAME.</summary>
    public const ushort NameAttribute = 1;

    /// <summary>NDTA_STATS.</summary>
    public const ushort StatisticsAttribute = 7;

    /// <summary>The table: <c>arp_cache</c> or <c>ndisc_cache</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>How often there was no room for a new entry (ndts_table_fulls).</summary>
    public ulong TableFulls { get; init; }

    /// <summary>Writes a dump of all tables.</summary>
    public static void WriteDump(AttributeWriter writer)
    {
        writer.Begin(RouteMessage.GetNeighborTable, MessageFlags.Dump, FixedSize);
        writer.End();
    }

    /// <summary>Decodes a message; null for the parameters of one device, which carry no counters.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NeighborTableMessage? Read(in NetlinkMessage message)
    {
        message.Fixed(FixedSize, out var attributes);
        var name = "";
        ulong? fulls = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NameAttribute:
                    name = attributes.Text();
                    break;

                // Kernels before 4.4 lack the counter: a struct that ends early is theirs.
                case StatisticsAttribute when attributes.Value.Length >= TableFullsOffset:
                    fulls = attributes.Value.Length >= StatisticsSize ? MemoryMarshal.Read<ulong>(attributes.Value[TableFullsOffset..]) : null;
                    break;
                case StatisticsAttribute:
                    attributes.Struct(TableFullsOffset);
                    break;
            }
        }

        attributes.Finish();
        return fulls is { } count ? new NeighborTableMessage { Name = name, TableFulls = count } : null;
    }
}

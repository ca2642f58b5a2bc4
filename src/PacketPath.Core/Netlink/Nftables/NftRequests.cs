namespace PacketPath.Netlink.Nftables;

/// <summary>Writes requests to the nf_tables subsystem.</summary>
internal static class NftRequests
{
    private const ushort TableAttribute = 1;
    private const ushort ChainAttribute = 2;
    private const ushort SetNameAttribute = 2;

    /// <summary>Asks for the ruleset's generation.</summary>
    public static void Generation(AttributeWriter writer) => Begin(writer, NftMessage.GetGeneration, 0, NftFamily.Unspecified).End();

    /// <summary>Dumps tables, chains, sets, objects or flowtables.</summary>
    public static void Dump(AttributeWriter writer, byte message, byte family) =>
        Begin(writer, message, MessageFlags.Dump, family).End();

    /// <summary>Dumps rules: of every table, of one table, or of one chain.</summary>
    public static void Rules(AttributeWriter writer, byte family, string? table, string? chain)
    {
        Begin(writer, NftMessage.GetRule, MessageFlags.Dump, family);
        if (table is not null)
        {
            writer.Text(TableAttribute, table);
        }

        if (chain is not null)
        {
            writer.Text(ChainAttribute, chain);
        }

        writer.End();
    }

    /// <summary>Dumps the elements of one set.</summary>
    public static void Elements(AttributeWriter writer, byte family, string table, string set)
    {
        Begin(writer, NftMessage.GetSetElement, MessageFlags.Dump, family);
        writer.Text(TableAttribute, table);
        writer.Text(SetNameAttribute, set);
        writer.End();
    }

    private static AttributeWriter Begin(AttributeWriter writer, byte message, ushort flags, byte family)
    {
        writer.Clear();
        writer.Begin(NetfilterMessage.Type(NetfilterMessage.Nftables, message), flags, NetfilterMessage.HeaderSize)[0] = family;
        return writer;
    }
}

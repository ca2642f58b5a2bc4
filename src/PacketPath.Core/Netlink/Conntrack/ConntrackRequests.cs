namespace PacketPath.Netlink.Conntrack;

/// <summary>Writes requests to the conntrack subsystem.</summary>
internal static class ConntrackRequests
{
    /// <summary>Dumps the table, filtered by the kernel as far as it can.</summary>
    public static void Dump(AttributeWriter writer, in ConntrackKernelFilter filter)
    {
        Begin(writer, NetfilterMessage.Conntrack, ConntrackMessageType.Get, MessageFlags.Dump, filter.Family);
        filter.Write(writer);
        writer.End();
    }

    /// <summary>Asks for the connection whose original or reply direction is this.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="attribute">CTA_TUPLE_ORIG or CTA_TUPLE_REPLY.</param>
    /// <param name="tuple">The direction.</param>
    public static void Get(AttributeWriter writer, ushort attribute, in ConntrackTuple tuple)
    {
        Begin(writer, NetfilterMessage.Conntrack, ConntrackMessageType.Get, 0, tuple.Family);
        tuple.Write(writer, attribute);
        writer.End();
    }

    /// <summary>Asks for the counters of every CPU.</summary>
    public static void StatsPerCpu(AttributeWriter writer) =>
        Begin(writer, NetfilterMessage.Conntrack, ConntrackMessageType.GetStatsPerCpu, MessageFlags.Dump, 0).End();

    /// <summary>Asks how full the table is.</summary>
    public static void Stats(AttributeWriter writer) =>
        Begin(writer, NetfilterMessage.Conntrack, ConntrackMessageType.GetStats, 0, 0).End();

    /// <summary>Asks for the expectation counters of every CPU.</summary>
    public static void ExpectationStatsPerCpu(AttributeWriter writer) =>
        Begin(writer, NetfilterMessage.ConntrackExpectation, ConntrackMessageType.ExpectationGetStatsPerCpu, MessageFlags.Dump, 0).End();

    /// <summary>Dumps the expected connections.</summary>
    public static void Expectations(AttributeWriter writer) =>
        Begin(writer, NetfilterMessage.ConntrackExpectation, ConntrackMessageType.ExpectationGet, MessageFlags.Dump, 0).End();

    private static AttributeWriter Begin(AttributeWriter writer, byte subsystem, byte message, ushort flags, byte family)
    {
        writer.Clear();
        writer.Begin(NetfilterMessage.Type(subsystem, message), flags, NetfilterMessage.HeaderSize)[0] = family;
        return writer;
    }
}

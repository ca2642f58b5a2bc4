namespace PacketPath.Netlink.TrafficControl;

/// <summary>Requests for queuing disciplines and classes.</summary>
internal static class TcRequests
{
    /// <summary>Writes a dump of every discipline of the namespace.</summary>
    public static void DumpDisciplines(AttributeWriter writer)
    {
        writer.Begin(RouteMessage.GetQueueDiscipline, MessageFlags.Dump, TcMessage.FixedSize);
        writer.End();
    }

    /// <summary>Writes a dump of the classes of one interface: the kernel wants it named.</summary>
    public static void DumpClasses(AttributeWriter writer, int interfaceIndex)
    {
        BitConverter.TryWriteBytes(writer.Begin(RouteMessage.GetTrafficClass, MessageFlags.Dump, TcMessage.FixedSize)[4..], interfaceIndex);
        writer.End();
    }
}

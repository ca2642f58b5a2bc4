using System.Text;

namespace PacketPath.Netlink.Link;

/// <summary>Requests for links, in the form strict checking asks for.</summary>
internal static class LinkRequests
{
    /// <summary>IFNAMSIZ: longer names are alternative ones.</summary>
    private const int NameSize = 16;

    /// <summary>Writes a dump of every link.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="statistics">False to leave out the protocols' counters, which are the slow ones.</param>
    public static void Dump(AttributeWriter writer, bool statistics)
    {
        writer.Begin(RouteMessage.GetLink, MessageFlags.Dump, LinkMessage.FixedSize);
        Mask(writer, statistics);
        writer.End();
    }

    /// <summary>Writes a request for one link by index.</summary>
    public static void Get(AttributeWriter writer, int index, bool statistics)
    {
        BitConverter.TryWriteBytes(writer.Begin(RouteMessage.GetLink, 0, LinkMessage.FixedSize)[4..], index);
        Mask(writer, statistics);
        writer.End();
    }

    /// <summary>Writes a request for one link by name or alternative name.</summary>
    public static void Get(AttributeWriter writer, string name, bool statistics)
    {
        writer.Begin(RouteMessage.GetLink, 0, LinkMessage.FixedSize);
        Mask(writer, statistics);
        writer.Text(Encoding.UTF8.GetByteCount(name) < NameSize ? LinkAttribute.Name : LinkAttribute.AlternativeName, name);
        writer.End();
    }

    private static void Mask(AttributeWriter writer, bool statistics)
    {
        if (!statistics)
        {
            writer.U32(LinkAttribute.ExtendedMask, LinkAttribute.SkipStatistics);
        }
    }
}

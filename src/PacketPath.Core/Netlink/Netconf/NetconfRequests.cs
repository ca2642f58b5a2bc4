namespace PacketPath.Netlink.Netconf;

/// <summary>Requests for the settings of interfaces, in the form strict checking asks for.</summary>
internal static class NetconfRequests
{
    /// <summary>Writes a dump of every interface's settings for a family.</summary>
    public static void Dump(AttributeWriter writer, byte family)
    {
        writer.Begin(RouteMessage.GetNetconf, MessageFlags.Dump, NetconfMessage.FixedSize)[0] = family;
        writer.End();
    }

    /// <summary>Writes a request for one interface's settings, or those of all together.</summary>
    public static void Get(AttributeWriter writer, byte family, int interfaceIndex)
    {
        writer.Begin(RouteMessage.GetNetconf, 0, NetconfMessage.FixedSize)[0] = family;
        writer.U32(NetconfAttribute.InterfaceIndex, (uint)interfaceIndex);
        writer.End();
    }
}

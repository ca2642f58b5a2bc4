namespace PacketPath.Netlink.Address;

/// <summary>Requests for addresses, in the form strict checking asks for.</summary>
internal static class AddressRequests
{
    /// <summary>Writes a dump, filtered by the kernel.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="family">AF_*; 0 for all.</param>
    /// <param name="interfaceIndex">The interface; 0 for all.</param>
    public static void Dump(AttributeWriter writer, byte family, int interfaceIndex)
    {
        var header = writer.Begin(RouteMessage.GetAddress, MessageFlags.Dump, AddressMessage.FixedSize);
        header[0] = family;
        BitConverter.TryWriteBytes(header[4..], interfaceIndex);
        writer.End();
    }
}

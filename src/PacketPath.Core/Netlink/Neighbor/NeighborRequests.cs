using System.Net;

namespace PacketPath.Netlink.Neighbor;

/// <summary>Requests for neighbors, in the form strict checking asks for.</summary>
internal static class NeighborRequests
{
    /// <summary>Writes a dump, filtered by the kernel.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="family">AF_*; 0 for all.</param>
    /// <param name="interfaceIndex">The interface; 0 for all.</param>
    public static void Dump(AttributeWriter writer, byte family, int interfaceIndex)
    {
        writer.Begin(RouteMessage.GetNeighbor, MessageFlags.Dump, NeighborMessage.FixedSize)[0] = family;
        if (interfaceIndex != 0)
        {
            writer.U32(NeighborAttribute.InterfaceIndex, (uint)interfaceIndex);
        }

        writer.End();
    }

    /// <summary>Writes a request for one entry.</summary>
    public static void Get(AttributeWriter writer, IPAddress address, int interfaceIndex)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var header = writer.Begin(RouteMessage.GetNeighbor, 0, NeighborMessage.FixedSize);
        header[0] = (byte)(length == 4 ? 2 : 10);
        BitConverter.TryWriteBytes(header[4..], interfaceIndex);
        writer.Bytes(NeighborAttribute.Destination, bytes[..length]);
        writer.End();
    }
}

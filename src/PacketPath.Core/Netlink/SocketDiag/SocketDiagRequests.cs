namespace PacketPath.Netlink.SocketDiag;

/// <summary>Requests for sockets (struct inet_diag_req_v2).</summary>
internal static class SocketDiagRequests
{
    /// <summary>sizeof(struct inet_diag_req_v2).</summary>
    public const int FixedSize = 56;

    /// <summary>offsetof(struct inet_diag_req_v2, idiag_states).</summary>
    public const int StatesOffset = 4;

    private static readonly byte Everything = (byte)(
        SocketAttribute.Ask(SocketAttribute.TcpInfo) | SocketAttribute.Ask(SocketAttribute.Congestion)
        | SocketAttribute.Ask(SocketAttribute.TypeOfService) | SocketAttribute.Ask(SocketAttribute.TrafficClass)
        | SocketAttribute.Ask(SocketAttribute.SocketMemory) | SocketAttribute.Ask(SocketAttribute.Shutdown));

    /// <summary>Writes a dump, filtered by the kernel.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="family">AF_*.</param>
    /// <param name="protocol">IPPROTO_*.</param>
    /// <param name="states">A bit for each state wanted.</param>
    /// <param name="filter">The filter's program; null for none.</param>
    /// <param name="bare">True where only the fixed part is wanted: no memory, no TCP_INFO.</param>
    public static void Dump(AttributeWriter writer, byte family, byte protocol, uint states, byte[]? filter, bool bare = false)
    {
        var request = writer.Begin(SocketDiagMessageType.ByFamily, MessageFlags.Dump, FixedSize);
        request[0] = family;
        request[1] = protocol;
        request[2] = bare ? (byte)0 : Everything;
        BitConverter.TryWriteBytes(request[StatesOffset..], states);
        if (filter is not null)
        {
            writer.Bytes(SocketRequestAttribute.Bytecode, filter);
        }

        writer.End();
    }
}

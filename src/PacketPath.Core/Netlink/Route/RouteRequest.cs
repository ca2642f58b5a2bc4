namespace PacketPath.Netlink.Route;

/// <summary>What a lookup asks besides the destination: the fields of a flow that rules and tables can select on.</summary>
internal readonly record struct FlowKey
{
    /// <summary>AF_INET or AF_INET6.</summary>
    public byte Family { get; init; }

    /// <summary>The source address; null where the kernel is to choose.</summary>
    public UInt128? Source { get; init; }

    /// <summary>The egress interface asked for; 0 where any.</summary>
    public int OutputInterface { get; init; }

    /// <summary>The ingress interface; 0 for a packet of this host's own.</summary>
    public int InputInterface { get; init; }

    /// <summary>The firewall mark.</summary>
    public uint Mark { get; init; }

    /// <summary>The type of service or traffic class.</summary>
    public byte Tos { get; init; }

    /// <summary>The user id; null for the asking process's own.</summary>
    public uint? Uid { get; init; }

    /// <summary>The transport protocol; 0 where none is asked.</summary>
    public byte IpProtocol { get; init; }

    /// <summary>The source port; 0 where none is asked.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>The destination port; 0 where none is asked.</summary>
    public ushort DestinationPort { get; init; }
}

/// <summary>Writes RTM_GETROUTE.</summary>
internal static class RouteRequest
{
    /// <summary>Asks how the kernel would route a packet, or (<paramref name="fibMatch"/>) which entry decides it.</summary>
    public static void Lookup(AttributeWriter writer, in FlowKey flow, UInt128 destination, bool fibMatch)
    {
        var width = (byte)IpBits.Width(flow.Family);
        var header = writer.Begin(RouteMessage.GetRoute, 0, RouteEntryReader.HeaderSize);
        header[0] = flow.Family;
        header[1] = width;
        header[2] = flow.Source is null ? (byte)0 : width;
        header[3] = flow.Tos;

        // The IPv6 side refuses RTM_F_LOOKUP_TABLE, and names the table without being asked.
        var flags = (fibMatch ? RouteFlags.FibMatch : 0) | (flow.Family == IpBits.IPv4 ? RouteFlags.LookupTable : 0);
        BitConverter.TryWriteBytes(header[8..], flags);

        Span<byte> address = stackalloc byte[16];
        writer.Bytes(RouteAttribute.Destination, address[..IpBits.Write(destination, flow.Family, address)]);
        if (flow.Source is { } source)
        {
            writer.Bytes(RouteAttribute.Source, address[..IpBits.Write(source, flow.Family, address)]);
        }

        if (flow.OutputInterface != 0)
        {
            writer.U32(RouteAttribute.OutputInterface, (uint)flow.OutputInterface);
        }

        if (flow.InputInterface != 0)
        {
            writer.U32(RouteAttribute.InputInterface, (uint)flow.InputInterface);
        }

        if (flow.Mark != 0)
        {
            writer.U32(RouteAttribute.Mark, flow.Mark);
        }

        if (flow.Uid is { } uid)
        {
            writer.U32(RouteAttribute.Uid, uid);
        }

        if (flow.IpProtocol != 0)
        {
            writer.U8(RouteAttribute.IpProtocol, flow.IpProtocol);
        }

        if (flow.SourcePort != 0)
        {
            writer.U16BigEndian(RouteAttribute.SourcePort, flow.SourcePort);
        }

        if (flow.DestinationPort != 0)
        {
            writer.U16BigEndian(RouteAttribute.DestinationPort, flow.DestinationPort);
        }

        writer.End();
    }

    /// <summary>Asks for every entry of every table of a family.</summary>
    public static void Dump(AttributeWriter writer, byte family)
    {
        writer.Begin(RouteMessage.GetRoute, MessageFlags.Dump, RouteEntryReader.HeaderSize)[0] = family;
        writer.End();
    }
}

using System.Buffers.Binary;

namespace PacketPath.Netlink.Conntrack;

/// <summary>One direction of a connection, with addresses as numbers: an IPv4 address in the low 32 bits.</summary>
internal record struct ConntrackTuple
{
    /// <summary>AF_INET or AF_INET6; 0 where the message has no addresses.</summary>
    public byte Family { get; set; }

    /// <summary>The source address.</summary>
    public UInt128 Source { get; set; }

    /// <summary>The destination address.</summary>
    public UInt128 Destination { get; set; }

    /// <summary>IPPROTO_*.</summary>
    public byte Protocol { get; set; }

    /// <summary>The source port; null where the protocol has none.</summary>
    public ushort? SourcePort { get; set; }

    /// <summary>The destination port; null where the protocol has none.</summary>
    public ushort? DestinationPort { get; set; }

    /// <summary>The ICMP identifier; null for other protocols.</summary>
    public ushort? IcmpId { get; set; }

    /// <summary>The ICMP type; null for other protocols.</summary>
    public byte? IcmpType { get; set; }

    /// <summary>The ICMP code; null for other protocols.</summary>
    public byte? IcmpCode { get; set; }

    /// <summary>The zone of this direction alone; null where both share one.</summary>
    public ushort? Zone { get; set; }

    /// <summary>Decodes the attributes of a tuple.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static ConntrackTuple Read(AttributeReader attributes)
    {
        var tuple = default(ConntrackTuple);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TupleAttribute.Ip:
                    tuple.ReadAddresses(attributes.Nested());
                    break;
                case TupleAttribute.Protocol:
                    tuple.ReadProtocol(attributes.Nested());
                    break;
                case TupleAttribute.Zone:
                    tuple.Zone = attributes.U16BigEndian();
                    break;
            }
        }

        attributes.Finish();
        return tuple;
    }

    /// <summary>Writes the tuple, as much of it as is known.</summary>
    public readonly void Write(AttributeWriter writer, ushort attribute)
    {
        var isIPv6 = Family == (byte)AddressFamily.IPv6;
        var start = writer.BeginNested(attribute);
        var addresses = writer.BeginNested(TupleAttribute.Ip);
        WriteAddress(writer, isIPv6 ? TupleAttribute.IPv6Source : TupleAttribute.IPv4Source, Source, isIPv6);
        WriteAddress(writer, isIPv6 ? TupleAttribute.IPv6Destination : TupleAttribute.IPv4Destination, Destination, isIPv6);
        writer.EndNested(addresses);
        if (Protocol != 0)
        {
            var protocol = writer.BeginNested(TupleAttribute.Protocol);
            writer.U8(TupleAttribute.Number, Protocol);
            if (SourcePort is { } source)
            {
                writer.U16BigEndian(TupleAttribute.SourcePort, source);
            }

            if (DestinationPort is { } destination)
            {
                writer.U16BigEndian(TupleAttribute.DestinationPort, destination);
            }

            writer.EndNested(protocol);
        }

        writer.EndNested(start);
    }

    /// <summary>An address as a number.</summary>
    public static UInt128 Number(ReadOnlySpan<byte> address) =>
        address.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(address) : BinaryPrimitives.ReadUInt128BigEndian(address);

    private static void WriteAddress(AttributeWriter writer, ushort attribute, UInt128 address, bool isIPv6)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        writer.Bytes(attribute, isIPv6 ? bytes : bytes[12..]);
    }

    private void ReadAddresses(AttributeReader attributes)
    {
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TupleAttribute.IPv4Source:
                    Family = (byte)AddressFamily.IPv4;
                    Source = attributes.U32BigEndian();
                    break;
                case TupleAttribute.IPv4Destination:
                    Family = (byte)AddressFamily.IPv4;
                    Destination = attributes.U32BigEndian();
                    break;
                case TupleAttribute.IPv6Source:
                    Family = (byte)AddressFamily.IPv6;
                    Source = Wide(ref attributes);
                    break;
                case TupleAttribute.IPv6Destination:
                    Family = (byte)AddressFamily.IPv6;
                    Destination = Wide(ref attributes);
                    break;
            }
        }

        attributes.Finish();
    }

    private void ReadProtocol(AttributeReader attributes)
    {
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TupleAttribute.Number:
                    Protocol = attributes.U8();
                    break;
                case TupleAttribute.SourcePort:
                    SourcePort = attributes.U16BigEndian();
                    break;
                case TupleAttribute.DestinationPort:
                    DestinationPort = attributes.U16BigEndian();
                    break;
                case TupleAttribute.IcmpId or TupleAttribute.IcmpV6Id:
                    IcmpId = attributes.U16BigEndian();
                    break;
                case TupleAttribute.IcmpType or TupleAttribute.IcmpV6Type:
                    IcmpType = attributes.U8();
                    break;
                case TupleAttribute.IcmpCode or TupleAttribute.IcmpV6Code:
                    IcmpCode = attributes.U8();
                    break;
            }
        }

        attributes.Finish();
    }

    private static UInt128 Wide(ref AttributeReader attributes)
    {
        var bytes = attributes.Struct(16);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

namespace PacketPath.Netlink.Conntrack;

/// <summary>IPCTNL_MSG_CT_NEW, decoded: one connection.</summary>
internal record struct ConntrackMessage
{
    /// <summary>The direction of the first packet.</summary>
    public ConntrackTuple Original { get; set; }

    /// <summary>The direction of the answers.</summary>
    public ConntrackTuple Reply { get; set; }

    /// <summary>The connection that announced this one; null where there is none.</summary>
    public ConntrackTuple? Master { get; set; }

    /// <summary>CTA_ID.</summary>
    public uint Id { get; set; }

    /// <summary>IPS_*.</summary>
    public uint Status { get; set; }

    /// <summary>TCP_CONNTRACK_* or SCTP_CONNTRACK_*; null for other protocols.</summary>
    public byte? ProtocolState { get; set; }

    /// <summary>Seconds left; null where the message does not say.</summary>
    public uint? Timeout { get; set; }

    /// <summary>The mark.</summary>
    public uint Mark { get; set; }

    /// <summary>The zone of both directions.</summary>
    public ushort Zone { get; set; }

    /// <summary>Packets and bytes of the original direction; null without accounting.</summary>
    public (ulong Packets, ulong Bytes)? CountersOriginal { get; set; }

    /// <summary>Packets and bytes of the reply direction; null without accounting.</summary>
    public (ulong Packets, ulong Bytes)? CountersReply { get; set; }

    /// <summary>Nanoseconds since 1970 when the entry was made; null without time stamps.</summary>
    public ulong? Started { get; set; }

    /// <summary>The helper's name; null where there is none.</summary>
    public string? Helper { get; set; }

    /// <summary>The security context; null where there is none.</summary>
    public string? SecurityContext { get; set; }

    /// <summary>The labels in hexadecimal, highest first; null where there are none.</summary>
    public string? Labels { get; set; }

    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ConntrackMessage Read(in NetlinkMessage message)
    {
        message.Fixed(NetfilterMessage.HeaderSize, out var attributes);
        var entry = default(ConntrackMessage);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case ConntrackAttribute.TupleOriginal:
                    entry.Original = ConntrackTuple.Read(attributes.Nested());
                    break;
                case ConntrackAttribute.TupleReply:
                    entry.Reply = ConntrackTuple.Read(attributes.Nested());
                    break;
                case ConntrackAttribute.TupleMaster:
                    entry.Master = ConntrackTuple.Read(attributes.Nested());
                    break;
                case ConntrackAttribute.Status:
                    entry.Status = attributes.U32BigEndian();
                    break;
                case ConntrackAttribute.Timeout:
                    entry.Timeout = attributes.U32BigEndian();
                    break;
                case ConntrackAttribute.Mark:
                    entry.Mark = attributes.U32BigEndian();
                    break;
                case ConntrackAttribute.Id:
                    entry.Id = attributes.U32BigEndian();
                    break;
                case ConntrackAttribute.Zone:
                    entry.Zone = attributes.U16BigEndian();
                    break;
                case ConntrackAttribute.ProtocolInfo:
                    entry.ProtocolState = ReadState(attributes.Nested());
                    break;
                case ConntrackAttribute.CountersOriginal:
                    entry.CountersOriginal = ReadCounters(attributes.Nested());
                    break;
                case ConntrackAttribute.CountersReply:
                    entry.CountersReply = ReadCounters(attributes.Nested());
                    break;
                case ConntrackAttribute.Timestamp:
                    entry.Started = ReadStart(attributes.Nested());
                    break;
                case ConntrackAttribute.Help:
                    entry.Helper = ReadName(attributes.Nested());
                    break;
                case ConntrackAttribute.SecurityContext:
                    entry.SecurityContext = ReadName(attributes.Nested());
                    break;
                case ConntrackAttribute.Labels:
                    entry.Labels = ReadLabels(attributes.Value);
                    break;
            }
        }

        attributes.Finish();
        return entry;
    }

    private static byte? ReadState(AttributeReader attributes)
    {
        byte? state = null;
        while (attributes.Next())
        {
            if (attributes.Type is ConntrackDetail.ProtocolTcp or ConntrackDetail.ProtocolSctp)
            {
                var protocol = attributes.Nested();
                while (protocol.Next())
                {
                    if (protocol.Type == ConntrackDetail.ProtocolState)
                    {
                        state = protocol.U8();
                    }
                }

                protocol.Finish();
            }
        }

        attributes.Finish();
        return state;
    }

    private static (ulong, ulong) ReadCounters(AttributeReader attributes)
    {
        ulong packets = 0;
        ulong bytes = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case ConntrackDetail.Packets:
                    packets = attributes.U64BigEndian();
                    break;
                case ConntrackDetail.Bytes:
                    bytes = attributes.U64BigEndian();
                    break;
                case ConntrackDetail.Packets32:
                    packets = attributes.U32BigEndian();
                    break;
                case ConntrackDetail.Bytes32:
                    bytes = attributes.U32BigEndian();
                    break;
            }
        }

        attributes.Finish();
        return (packets, bytes);
    }

    private static ulong? ReadStart(AttributeReader attributes)
    {
        ulong? start = null;
        while (attributes.Next())
        {
            if (attributes.Type == ConntrackDetail.Start)
            {
                start = attributes.U64BigEndian();
            }
        }

        attributes.Finish();
        return start;
    }

    private static string? ReadName(AttributeReader attributes)
    {
        string? name = null;
        while (attributes.Next())
        {
            if (attributes.Type == ConntrackDetail.Name)
            {
                name = attributes.Text();
            }
        }

        attributes.Finish();
        return name;
    }

    // The kernel hands out words of the machine's order, the lowest bits first.
    private static string? ReadLabels(ReadOnlySpan<byte> value)
    {
        Span<byte> bytes = stackalloc byte[Math.Min(value.Length, 128)];
        value[..bytes.Length].CopyTo(bytes);
        bytes.Reverse();
        var first = bytes.IndexOfAnyExcept((byte)0);
        return first < 0 ? null : "0x" + Convert.ToHexString(bytes[first..]).ToLowerInvariant();
    }
}

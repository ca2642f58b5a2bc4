using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Link;

/// <summary>RTM_NEWLINK, decoded: struct ifinfomsg and its attributes.</summary>
internal sealed record LinkMessage
{
    /// <summary>sizeof(struct ifinfomsg).</summary>
    public const int FixedSize = 16;

    /// <summary>Attributes that a newer kernel has added, as they came.</summary>
    public string[] UnknownAttributes { get; private set; } = [];

    /// <summary>ARPHRD_*.</summary>
    public ushort Type { get; init; }

    /// <summary>The index.</summary>
    public int Index { get; init; }

    /// <summary>IFF_*.</summary>
    public uint Flags { get; init; }

    /// <summary>The name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The alternative names.</summary>
    public string[] AlternativeNames { get; set; } = [];

    /// <summary>The description; null where none.</summary>
    public string? Alias { get; set; }

    /// <summary>The link-layer address; null where none.</summary>
    public string? Address { get; set; }

    /// <summary>The maximum transmission unit.</summary>
    public uint Mtu { get; set; }

    /// <summary>The lower or peer link; 0 where none.</summary>
    public int LinkIndex { get; set; }

    /// <summary>The master; 0 where none.</summary>
    public int MasterIndex { get; set; }

    /// <summary>IF_OPER_*.</summary>
    public byte OperationalState { get; set; }

    /// <summary>The carrier; null where the message has none.</summary>
    public bool? Carrier { get; set; }

    /// <summary>How often the carrier changed.</summary>
    public uint CarrierChanges { get; set; }

    /// <summary>The group.</summary>
    public uint Group { get; set; }

    /// <summary>The queuing discipline; null where none.</summary>
    public string? QueueDiscipline { get; set; }

    /// <summary>The transmit queue's length.</summary>
    public uint TransmitQueueLength { get; set; }

    /// <summary>The number of transmit queues.</summary>
    public uint TransmitQueues { get; set; }

    /// <summary>The number of receive queues.</summary>
    public uint ReceiveQueues { get; set; }

    /// <summary>The kind of virtual link; null for hardware.</summary>
    public string? Kind { get; set; }

    /// <summary>The table of a VRF device; 0 for any other link.</summary>
    public uint VrfTable { get; set; }

    /// <summary>The sysctl disable_ipv6; null where the link has no IPv6 part.</summary>
    public bool? Ipv6Disabled { get; set; }

    /// <summary>The counters; null where the message has none.</summary>
    public InterfaceStatistics? Statistics { get; set; }

    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static LinkMessage Read(in NetlinkMessage message)
    {
        var header = message.Fixed(FixedSize, out var attributes);
        var link = new LinkMessage
        {
            Type = MemoryMarshal.Read<ushort>(header[2..]),
            Index = MemoryMarshal.Read<int>(header[4..]),
            Flags = MemoryMarshal.Read<uint>(header[8..]),
        };
        while (attributes.Next())
        {
            link.ReadAttribute(ref attributes);
        }

        attributes.Finish();
        return link;
    }

    /// <summary>Decodes the index and the name alone.</summary>
    /// <exception cref="NetlinkDecodeException">The message is malformed.</exception>
    public static KeyValuePair<int, string> ReadName(in NetlinkMessage message)
    {
        var header = message.Fixed(FixedSize, out var attributes);
        var name = "";
        while (attributes.Next())
        {
            if (attributes.Type == LinkAttribute.Name)
            {
                name = attributes.Text();
            }
        }

        attributes.Finish();
        return new(MemoryMarshal.Read<int>(header[4..]), name);
    }

    private void ReadAttribute(ref AttributeReader attribute)
    {
        switch (attribute.Type)
        {
            case LinkAttribute.Name:
                Name = attribute.Text();
                break;
            case LinkAttribute.Alias:
                Alias = attribute.Text();
                break;
            case LinkAttribute.Address:
                Address = AddressText.FormatLinkLayer(attribute.Value);
                break;
            case LinkAttribute.Mtu:
                Mtu = attribute.U32();
                break;
            case LinkAttribute.Link:
                LinkIndex = attribute.S32();
                break;
            case LinkAttribute.Master:
                MasterIndex = attribute.S32();
                break;
            case LinkAttribute.OperationalState:
                OperationalState = attribute.U8();
                break;
            case LinkAttribute.Carrier:
                Carrier = attribute.U8() != 0;
                break;
            case LinkAttribute.CarrierChanges:
                CarrierChanges = attribute.U32();
                break;
            case LinkAttribute.Group:
                Group = attribute.U32();
                break;
            case LinkAttribute.QueueDiscipline:
                QueueDiscipline = attribute.Text();
                break;
            case LinkAttribute.TransmitQueueLength:
                TransmitQueueLength = attribute.U32();
                break;
            case LinkAttribute.TransmitQueues:
                TransmitQueues = attribute.U32();
                break;
            case LinkAttribute.ReceiveQueues:
                ReceiveQueues = attribute.U32();
                break;
            case LinkAttribute.Statistics64:
                if (!attribute.Struct(LinkStatistics.Size).IsEmpty)
                {
                    Statistics = LinkStatistics.Read(attribute.Value);
                }

                break;
            case LinkAttribute.LinkInfo:
                (Kind, VrfTable) = ReadInfo(attribute.Nested());
                break;
            case LinkAttribute.PropertyList:
                AlternativeNames = ReadAlternativeNames(attribute.Nested());
                break;
            case LinkAttribute.FamilySpecific:
                Ipv6Disabled = ReadIpv6Disabled(attribute.Nested());
                break;
            case > LinkAttribute.Highest:
                UnknownAttributes = [.. UnknownAttributes, attribute.Raw()];
                break;
        }
    }

    private static (string? Kind, uint VrfTable) ReadInfo(AttributeReader info)
    {
        string? kind = null;
        uint table = 0;
        while (info.Next())
        {
            switch (info.Type)
            {
                case LinkAttribute.InfoKind:
                    kind = info.Text();
                    break;
                case LinkAttribute.InfoData when kind == "vrf":
                    table = ReadVrfTable(info.Nested());
                    break;
            }
        }

        info.Finish();
        return (kind, table);
    }

    private static uint ReadVrfTable(AttributeReader data)
    {
        uint table = 0;
        while (data.Next())
        {
            if (data.Type == LinkAttribute.VrfTable)
            {
                table = data.U32();
            }
        }

        data.Finish();
        return table;
    }

    internal static string[] ReadAlternativeNames(AttributeReader properties)
    {
        var names = new List<string>();
        while (properties.Next())
        {
            if (properties.Type == LinkAttribute.AlternativeName)
            {
                names.Add(properties.Text());
            }
        }

        properties.Finish();
        return [.. names];
    }

    private static bool? ReadIpv6Disabled(AttributeReader families)
    {
        const int Offset = LinkAttribute.DisableIpv6Index * sizeof(int);
        bool? disabled = null;
        while (families.Next())
        {
            if (families.Type != 10)
            {
                continue;
            }

            var inet6 = families.Nested();
            while (inet6.Next())
            {
                if (inet6.Type == LinkAttribute.Inet6Configuration && inet6.Value.Length >= Offset + sizeof(int))
                {
                    disabled = MemoryMarshal.Read<int>(inet6.Value[Offset..]) != 0;
                }
            }

            inet6.Finish();
        }

        families.Finish();
        return disabled;
    }
}

using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Neighbor;

/// <summary>RTM_NEWNEIGH, decoded: struct ndmsg and its attributes.</summary>
internal readonly record struct NeighborMessage
{
    /// <summary>sizeof(struct ndmsg).</summary>
    public const int FixedSize = 12;

    /// <summary>sizeof(struct nda_cacheinfo).</summary>
    public const int CacheInfoSize = 16;

    /// <summary>AF_*.</summary>
    public byte Family { get; init; }

    /// <summary>The interface.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>NUD_*.</summary>
    public ushort State { get; init; }

    /// <summary>NTF_*.</summary>
    public byte Flags { get; init; }

    /// <summary>NTF_EXT_*.</summary>
    public uint FlagsExtended { get; init; }

    /// <summary>RTN_*.</summary>
    public byte Type { get; init; }

    /// <summary>The neighbor's address; null where the message has none.</summary>
    public string? Address { get; init; }

    /// <summary>The link-layer address; null where unresolved.</summary>
    public string? LinkLayerAddress { get; init; }

    /// <summary>Unanswered solicitations.</summary>
    public uint Probes { get; init; }

    /// <summary>RTPROT_*.</summary>
    public byte Protocol { get; init; }

    /// <summary>Attributes that a newer kernel has added, as they came; null where there are none.</summary>
    public string[]? UnknownAttributes { get; init; }

    /// <summary>The ages, in clock ticks; null where the message has none.</summary>
    public NeighborAges? Ages { get; init; }

    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NeighborMessage Read(in NetlinkMessage message)
    {
        var header = message.Fixed(FixedSize, out var attributes);
        string? address = null;
        string? linkLayerAddress = null;
        uint probes = 0;
        uint extended = 0;
        byte protocol = 0;
        NeighborAges? ages = null;
        string[]? unknown = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NeighborAttribute.Destination when header[0] is 2 or 10:
                    address = attributes.Address();
                    break;
                case NeighborAttribute.LinkLayerAddress:
                    linkLayerAddress = AddressText.FormatLinkLayer(attributes.Value);
                    break;
                case NeighborAttribute.Probes:
                    probes = attributes.U32();
                    break;
                case NeighborAttribute.Protocol:
                    protocol = attributes.U8();
                    break;
                case NeighborAttribute.FlagsExtended:
                    extended = attributes.U32();
                    break;
                case NeighborAttribute.CacheInfo:
                    var info = attributes.Struct(CacheInfoSize);
                    if (!info.IsEmpty)
                    {
                        ages = MemoryMarshal.Read<NeighborAges>(info);
                    }

                    break;
                case > NeighborAttribute.Highest:
                    unknown = [.. unknown ?? [], attributes.Raw()];
                    break;
            }
        }

        attributes.Finish();
        return new NeighborMessage
        {
            Family = header[0],
            InterfaceIndex = MemoryMarshal.Read<int>(header[4..]),
            State = MemoryMarshal.Read<ushort>(header[8..]),
            Flags = header[10],
            Type = header[11],
            Address = address,
            LinkLayerAddress = linkLayerAddress,
            Probes = probes,
            Protocol = protocol,
            FlagsExtended = extended,
            Ages = ages,
            UnknownAttributes = unknown,
        };
    }
}

/// <summary>struct nda_cacheinfo: ages in clock ticks of 1/100 second.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NeighborAges(uint Confirmed, uint Used, uint Updated, uint References);

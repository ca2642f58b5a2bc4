using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Address;

/// <summary>RTM_NEWADDR, decoded: struct ifaddrmsg and its attributes.</summary>
internal sealed record AddressMessage
{
    /// <summary>sizeof(struct ifaddrmsg).</summary>
    public const int FixedSize = 8;

    /// <summary>sizeof(struct ifa_cacheinfo).</summary>
    public const int CacheInfoSize = 16;

    /// <summary>The lifetime that never ends.</summary>
    public const uint Forever = uint.MaxValue;

    /// <summary>AF_*.</summary>
    public byte Family { get; init; }

    /// <summary>The prefix length.</summary>
    public byte PrefixLength { get; init; }

    /// <summary>RT_SCOPE_*.</summary>
    public byte Scope { get; init; }

    /// <summary>The interface.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>IFA_F_*, all 32 bits.</summary>
    public uint Flags { get; init; }

    /// <summary>The local address; the peer's on a point-to-point link stands in <see cref="Peer"/>.</summary>
    public string Local { get; init; } = "";

    /// <summary>The far end; null where none.</summary>
    public string? Peer { get; init; }

    /// <summary>The broadcast address; null where none.</summary>
    public string? Broadcast { get; init; }

    /// <summary>The label; null where none.</summary>
    public string? Label { get; init; }

    /// <summary>Seconds of preferred lifetime left.</summary>
    public uint Preferred { get; init; } = Forever;

    /// <summary>Seconds of valid lifetime left.</summary>
    public uint Valid { get; init; } = Forever;

    /// <summary>Decodes a message; null where its family is neither IPv4 nor IPv6.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static AddressMessage? Read(in NetlinkMessage message)
    {
        var header = message.Fixed(FixedSize, out var attributes);
        if (header[0] is not (2 or 10))
        {
            return null;
        }

        string? address = null;
        string? local = null;
        string? broadcast = null;
        string? label = null;
        uint flags = header[2];
        var preferred = Forever;
        var valid = Forever;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case AddressAttribute.Address:
                    address = attributes.Address();
                    break;
                case AddressAttribute.Local:
                    local = attributes.Address();
                    break;
                case AddressAttribute.Broadcast:
                    broadcast = attributes.Address();
                    break;
                case AddressAttribute.Label:
                    label = attributes.Text();
                    break;
                case AddressAttribute.Flags:
                    flags = attributes.U32();
                    break;
                case AddressAttribute.CacheInfo:
                    var info = attributes.Struct(CacheInfoSize);
                    if (!info.IsEmpty)
                    {
                        preferred = MemoryMarshal.Read<uint>(info);
                        valid = MemoryMarshal.Read<uint>(info[4..]);
                    }

                    break;
            }
        }

        attributes.Finish();
        local ??= address;
        return new AddressMessage
        {
            Family = header[0],
            PrefixLength = header[1],
            Scope = header[3],
            InterfaceIndex = MemoryMarshal.Read<int>(header[4..]),
            Flags = flags,
            Local = local ?? "",
            Peer = address == local ? null : address,
            Broadcast = broadcast,
            Label = label,
            Preferred = preferred,
            Valid = valid,
        };
    }
}

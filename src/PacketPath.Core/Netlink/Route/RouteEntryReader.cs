using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Route;

/// <summary>Reads RTM_NEWROUTE.</summary>
internal static class RouteEntryReader
{
    /// <summary>sizeof(struct rtmsg).</summary>
    public const int HeaderSize = 12;

    /// <summary>sizeof(struct rtnexthop).</summary>
    private const int HopHeaderSize = 8;

    /// <summary>sizeof(struct rta_cacheinfo).</summary>
    private const int CacheInfoSize = 32;

    /// <summary>Reads a route message; null where it is none, or of a family other than IPv4 and IPv6.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static RouteEntry? Read(in NetlinkMessage message)
    {
        if (message.Type != RouteMessage.NewRoute)
        {
            return null;
        }

        var header = message.Fixed(HeaderSize, out var attributes);
        var family = header[0];
        if (family is not (IpBits.IPv4 or IpBits.IPv6))
        {
            return null;
        }

        var width = IpBits.Width(family);
        if (header[1] > width || header[2] > width)
        {
            throw new NetlinkDecodeException($"a prefix of {header[1]} or {header[2]} bits in family {family}");
        }

        UInt128 destination = 0, source = 0, gateway = 0;
        UInt128? preferredSource = null;
        byte gatewayFamily = 0, preference = 0;
        uint table = header[4], metric = 0, nextHopId = 0, mtu = 0, locked = 0;
        int output = 0, expires = 0;
        RouteHop[] hops = [];
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case RouteAttribute.Destination:
                    destination = Address(attributes.Value, family);
                    break;
                case RouteAttribute.Source:
                    source = Address(attributes.Value, family);
                    break;
                case RouteAttribute.PreferredSource:
                    preferredSource = Address(attributes.Value, family);
                    break;
                case RouteAttribute.Gateway:
                    (gateway, gatewayFamily) = (Address(attributes.Value, family), family);
                    break;
                case RouteAttribute.Via:
                    (gateway, gatewayFamily) = Via(attributes.Value);
                    break;
                case RouteAttribute.OutputInterface:
                    output = attributes.S32();
                    break;
                case RouteAttribute.Priority:
                    metric = attributes.U32();
                    break;
                case RouteAttribute.Table:
                    table = attributes.U32();
                    break;
                case RouteAttribute.Preference:
                    preference = attributes.U8();
                    break;
                case RouteAttribute.NextHopId:
                    nextHopId = attributes.U32();
                    break;
                case RouteAttribute.Metrics:
                    (mtu, locked) = Metrics(attributes.Nested());
                    break;
                case RouteAttribute.CacheInfo:
                    var cache = attributes.Struct(CacheInfoSize);
                    expires = cache.IsEmpty ? 0 : MemoryMarshal.Read<int>(cache[8..]);
                    break;
                case RouteAttribute.Multipath:
                    hops = Multipath(attributes.Value, family);
                    break;
            }
        }

        attributes.Finish();
        var flags = MemoryMarshal.Read<uint>(header[8..]);
        return new RouteEntry
        {
            Family = family,
            DestinationLength = header[1],
            SourceLength = header[2],
            Tos = header[3],
            Protocol = header[5],
            Scope = header[6],
            Type = (RouteType)header[7],
            Flags = flags,
            Table = table,
            Destination = destination & IpBits.Mask(header[1]),
            Source = source & IpBits.Mask(header[2]),
            PreferredSource = preferredSource,
            Metric = metric,
            Preference = preference,
            NextHopId = nextHopId,
            Mtu = mtu,
            LockedMetrics = locked,
            ExpiresTicks = expires,
            Hops = hops,
            Hop = new RouteHop
            {
                Gateway = gateway,
                GatewayFamily = gatewayFamily,
                Interface = output,
                Flags = flags & RouteFlags.NextHopMask,
                Weight = 1,
            },
        };
    }

    private static UInt128 Address(ReadOnlySpan<byte> value, byte family) =>
        value.Length * 8 == IpBits.Width(family)
            ? IpBits.From(value)
            : throw new NetlinkDecodeException($"an address of {value.Length} bytes in family {family}");

    // struct rtvia: the family, then the address.
    private static (UInt128 Gateway, byte Family) Via(ReadOnlySpan<byte> value)
    {
        if (value.Length < 2)
        {
            throw new NetlinkDecodeException($"a gateway of {value.Length} bytes");
        }

        var family = MemoryMarshal.Read<ushort>(value);
        return family is IpBits.IPv4 or IpBits.IPv6
            ? (Address(value[2..], (byte)family), (byte)family)
            : (0, 0);
    }

    private static (uint Mtu, uint Locked) Metrics(AttributeReader metrics)
    {
        uint mtu = 0, locked = 0;
        while (metrics.Next())
        {
            switch (metrics.Type)
            {
                case RouteMetricAttribute.Mtu:
                    mtu = metrics.U32();
                    break;
                case RouteMetricAttribute.Lock:
                    locked = metrics.U32();
                    break;
            }
        }

        metrics.Finish();
        return (mtu, locked);
    }

    private static RouteHop[] Multipath(ReadOnlySpan<byte> rest, byte family)
    {
        var hops = new List<RouteHop>();
        while (!rest.IsEmpty)
        {
            if (rest.Length < HopHeaderSize)
            {
                throw new NetlinkDecodeException($"{rest.Length} bytes are left where a next hop needs {HopHeaderSize}");
            }

            int length = MemoryMarshal.Read<ushort>(rest);
            if (length < HopHeaderSize || length > rest.Length)
            {
                throw new NetlinkDecodeException($"a next hop of {length} bytes where {rest.Length} are left");
            }

            UInt128 gateway = 0;
            byte gatewayFamily = 0;
            var attributes = new AttributeReader(rest[HopHeaderSize..length]);
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case RouteAttribute.Gateway:
                        (gateway, gatewayFamily) = (Address(attributes.Value, family), family);
                        break;
                    case RouteAttribute.Via:
                        (gateway, gatewayFamily) = Via(attributes.Value);
                        break;
                }
            }

            attributes.Finish();
            hops.Add(new RouteHop
            {
                Gateway = gateway,
                GatewayFamily = gatewayFamily,
                Interface = MemoryMarshal.Read<int>(rest[4..]),
                Flags = rest[2],
                Weight = rest[3] + 1,
            });
            rest = rest[Math.Min(NetlinkHeader.Align(length), rest.Length)..];
        }

        return [.. hops];
    }
}

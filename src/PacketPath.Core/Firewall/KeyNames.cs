using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>The names and types of what meta, ct, rt, socket, ipsec and fib load.</summary>
internal static class KeyNames
{
    /// <summary>A meta key: its name and type, and how many bytes it fills.</summary>
    public static NamedTerm Meta(MetaKey key) => key switch
    {
        MetaKey.Length => Term(key, "meta length", NftType.HostInteger, 4),
        MetaKey.Protocol => Term(key, "meta protocol", NftType.EtherType, 2),
        MetaKey.Priority => Term(key, "meta priority", NftType.ClassId, 4),
        MetaKey.Mark => Term(key, "meta mark", NftType.Mark, 4),
        MetaKey.Iif => Term(key, "iif", NftType.InterfaceIndex, 4),
        MetaKey.Oif => Term(key, "oif", NftType.InterfaceIndex, 4),
        MetaKey.IifName => Term(key, "iifname", NftType.InterfaceName, 16),
        MetaKey.OifName => Term(key, "oifname", NftType.InterfaceName, 16),
        MetaKey.IifType => Term(key, "meta iiftype", NftType.InterfaceType, 2),
        MetaKey.OifType => Term(key, "meta oiftype", NftType.InterfaceType, 2),
        MetaKey.SkUid => Term(key, "meta skuid", NftType.Uid, 4),
        MetaKey.SkGid => Term(key, "meta skgid", NftType.Gid, 4),
        MetaKey.NfTrace => Term(key, "meta nftrace", NftType.Integer, 1),
        MetaKey.RtClassId => Term(key, "meta rtclassid", NftType.Realm, 4),
        MetaKey.SecMark => Term(key, "meta secmark", NftType.HostInteger, 4),
        MetaKey.NfProto => Term(key, "meta nfproto", NftType.NfProto, 1),
        MetaKey.L4Proto => Term(key, "meta l4proto", NftType.InetProto, 1),
        MetaKey.BridgeIifName => Term(key, "meta ibrname", NftType.InterfaceName, 16),
        MetaKey.BridgeOifName => Term(key, "meta obrname", NftType.InterfaceName, 16),
        MetaKey.PacketType => Term(key, "meta pkttype", NftType.PacketType, 1),
        MetaKey.Cpu => Term(key, "meta cpu", NftType.HostInteger, 4),
        MetaKey.IifGroup => Term(key, "iifgroup", NftType.DeviceGroup, 4),
        MetaKey.OifGroup => Term(key, "oifgroup", NftType.DeviceGroup, 4),
        MetaKey.CGroup => Term(key, "meta cgroup", NftType.HostInteger, 4),
        MetaKey.Random => Term(key, "meta random", NftType.Integer, 4),
        MetaKey.SecPath => Term(key, "meta ipsec", NftType.Boolean, 1),
        MetaKey.IifKind => Term(key, "meta iifkind", NftType.InterfaceName, 16),
        MetaKey.OifKind => Term(key, "meta oifkind", NftType.InterfaceName, 16),
        MetaKey.BridgePvid => Term(key, "meta ibrpvid", NftType.HostInteger, 2),
        MetaKey.BridgeVlanProtocol => Term(key, "meta ibrvproto", NftType.EtherType, 2),
        MetaKey.Time => Term(key, "meta time", NftType.Timestamp, 8),
        MetaKey.Day => Term(key, "meta day", NftType.Day, 1),
        MetaKey.Hour => Term(key, "meta hour", NftType.Hour, 4),
        MetaKey.SlaveIndex => Term(key, "meta sdif", NftType.InterfaceIndex, 4),
        MetaKey.SlaveName => Term(key, "meta sdifname", NftType.InterfaceName, 16),
        MetaKey.BridgeRoute => Term(key, "meta broute", NftType.Integer, 1),
        _ => Term(key, $"meta {(uint)key}", NftType.Raw, 4),
    };

    /// <summary>A connection tracking key.</summary>
    public static NamedTerm Conntrack(ConntrackKey key, byte? direction, byte family)
    {
        var isIPv6 = family == Netlink.Nftables.NftFamily.IPv6;
        var (name, type, bytes) = key switch
        {
            ConntrackKey.State => ("state", NftType.CtState, 4),
            ConntrackKey.Direction => ("direction", NftType.CtDirection, 1),
            ConntrackKey.Status => ("status", NftType.CtStatus, 4),
            ConntrackKey.Mark => ("mark", NftType.Mark, 4),
            ConntrackKey.SecMark => ("secmark", NftType.HostInteger, 4),
            ConntrackKey.Expiration => ("expiration", NftType.Time, 4),
            ConntrackKey.Helper => ("helper", NftType.String, 16),
            ConntrackKey.L3Protocol => ("l3proto", NftType.NfProto, 1),
            ConntrackKey.Source => (isIPv6 ? "ip6 saddr" : "ip saddr", isIPv6 ? NftType.IPv6 : NftType.IPv4, isIPv6 ? 16 : 4),
            ConntrackKey.Destination => (isIPv6 ? "ip6 daddr" : "ip daddr", isIPv6 ? NftType.IPv6 : NftType.IPv4, isIPv6 ? 16 : 4),
            ConntrackKey.Protocol => ("protocol", NftType.InetProto, 1),
            ConntrackKey.ProtoSource => ("proto-src", NftType.InetService, 2),
            ConntrackKey.ProtoDestination => ("proto-dst", NftType.InetService, 2),
            ConntrackKey.Labels => ("label", NftType.CtLabel, 16),
            ConntrackKey.Packets => ("packets", NftType.HostInteger, 8),
            ConntrackKey.Bytes => ("bytes", NftType.HostInteger, 8),
            ConntrackKey.AveragePacket => ("avgpkt", NftType.HostInteger, 8),
            ConntrackKey.Zone => ("zone", NftType.HostInteger, 2),
            ConntrackKey.EventMask => ("event", NftType.CtEvent, 4),
            ConntrackKey.SourceIPv4 => ("ip saddr", NftType.IPv4, 4),
            ConntrackKey.DestinationIPv4 => ("ip daddr", NftType.IPv4, 4),
            ConntrackKey.SourceIPv6 => ("ip6 saddr", NftType.IPv6, 16),
            ConntrackKey.DestinationIPv6 => ("ip6 daddr", NftType.IPv6, 16),
            ConntrackKey.Id => ("id", NftType.Integer, 4),
            _ => (((uint)key).ToString(System.Globalization.CultureInfo.InvariantCulture), NftType.Raw, 4),
        };
        var way = direction switch { 0 => "original ", 1 => "reply ", _ => "" };
        return new NamedTerm($"ct {way}{name}", type, bytes, type.HostOrder);
    }

    /// <summary>What a packet's route tells.</summary>
    public static NamedTerm Route(RouteKey key) => key switch
    {
        RouteKey.ClassId => new NamedTerm("rt classid", NftType.Realm, 4, true),
        RouteKey.NextHop4 => new NamedTerm("rt ip nexthop", NftType.IPv4, 4, false),
        RouteKey.NextHop6 => new NamedTerm("rt ip6 nexthop", NftType.IPv6, 16, false),
        RouteKey.TcpMss => new NamedTerm("rt mtu", NftType.HostInteger, 2, true),
        RouteKey.Ipsec => new NamedTerm("rt ipsec", NftType.Boolean, 1, false),
        _ => new NamedTerm($"rt {(uint)key}", NftType.Raw, 4, false),
    };

    /// <summary>What a packet's socket tells.</summary>
    public static NamedTerm Socket(SocketExpression socket) => socket.Key switch
    {
        SocketKey.Transparent => new NamedTerm("socket transparent", NftType.Integer, 1, false),
        SocketKey.Mark => new NamedTerm("socket mark", NftType.Mark, 4, true),
        SocketKey.Wildcard => new NamedTerm("socket wildcard", NftType.Integer, 1, false),
        SocketKey.CGroupV2 => new NamedTerm($"socket cgroupv2 level {socket.Level}", NftType.CGroup, 8, true),
        _ => new NamedTerm($"socket {(uint)socket.Key}", NftType.Raw, 4, false),
    };

    /// <summary>What a packet's IPsec state tells.</summary>
    public static NamedTerm Ipsec(IpsecExpression ipsec)
    {
        var way = ipsec.Direction == 0 ? "in" : "out";
        var prefix = ipsec.SpNumber == 0 ? $"ipsec {way} " : $"ipsec {way} spnum {ipsec.SpNumber} ";
        return ipsec.Key switch
        {
            IpsecKey.DestinationIPv4 => new NamedTerm(prefix + "ip daddr", NftType.IPv4, 4, false),
            IpsecKey.DestinationIPv6 => new NamedTerm(prefix + "ip6 daddr", NftType.IPv6, 16, false),
            IpsecKey.SourceIPv4 => new NamedTerm(prefix + "ip saddr", NftType.IPv4, 4, false),
            IpsecKey.SourceIPv6 => new NamedTerm(prefix + "ip6 saddr", NftType.IPv6, 16, false),
            IpsecKey.RequestId => new NamedTerm(prefix + "reqid", NftType.HostInteger, 4, true),
            IpsecKey.Spi => new NamedTerm(prefix + "spi", NftType.HostInteger, 4, true),
            _ => new NamedTerm(prefix + (uint)ipsec.Key, NftType.Raw, 4, false),
        };
    }

    /// <summary>What a FIB lookup answers.</summary>
    public static NamedTerm Fib(FibExpression fib)
    {
        var inputs = new List<string>(4);
        AddIf(FibFlag.Source, "saddr");
        AddIf(FibFlag.Destination, "daddr");
        AddIf(FibFlag.Mark, "mark");
        AddIf(FibFlag.Iif, "iif");
        AddIf(FibFlag.Oif, "oif");
        var name = "fib " + string.Join(" . ", inputs);
        var isPresence = fib.Flags.HasFlag(FibFlag.Present);
        return fib.Result switch
        {
            FibResult.Oif when isPresence => new NamedTerm(name + " oif", NftType.Boolean, 1, false),
            FibResult.Oif => new NamedTerm(name + " oif", NftType.InterfaceIndex, 4, true),
            FibResult.OifName when isPresence => new NamedTerm(name + " oifname", NftType.Boolean, 1, false),
            FibResult.OifName => new NamedTerm(name + " oifname", NftType.InterfaceName, 16, false),
            FibResult.AddressType => new NamedTerm(name + " type", NftType.FibAddressType, 4, true),
            _ => new NamedTerm($"{name} {(uint)fib.Result}", NftType.Raw, 4, false),
        };

        void AddIf(FibFlag flag, string word)
        {
            if (fib.Flags.HasFlag(flag))
            {
                inputs.Add(word);
            }
        }
    }

    private static NamedTerm Term(MetaKey key, string name, NftType type, int bytes) =>
        new(name, type, bytes, type.HostOrder) { Meta = key };
}

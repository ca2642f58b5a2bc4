using System.Net;
using PacketPath.HostState.Routing;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.Core.Tests.Routing;

/// <summary>A host made of words, for tests of the routing model: eth0 (1), eth1 (2), eth2 (3, down), lo (9), in group 0.</summary>
internal sealed class ModelHost
{
    private readonly byte _family;
    private readonly List<RuleEntry> _rules = [];
    private readonly List<RouteEntry> _routes = [];
    private readonly List<RoutingAddress> _addresses = [];
    private readonly List<RoutingInterface> _interfaces =
    [
        new() { Index = 1, Name = "eth0", Flags = 1 },
        new() { Index = 2, Name = "eth1", Flags = 1, Group = 5 },
        new() { Index = 3, Name = "eth2", Flags = 0 },
        new() { Index = 9, Name = "lo", Flags = 9 },
    ];

    private ModelHost(byte family) => _family = family;

    /// <summary>An IPv4 host with the three rules every one begins with.</summary>
    public static ModelHost IPv4() => new ModelHost(IpBits.IPv4).Rule(0, 255).Rule(32766, 254).Rule(32767, 253);

    /// <summary>An IPv6 host with the two rules every one begins with.</summary>
    public static ModelHost IPv6() => new ModelHost(IpBits.IPv6).Rule(0, 255).Rule(32766, 254);

    public static UInt128 Bits(string address) => IpBits.From(IPAddress.Parse(address));

    public ModelHost Interface(RoutingInterface item)
    {
        _interfaces.Add(item);
        return this;
    }

    public ModelHost Rule(uint priority, uint table, Func<RuleEntry, RuleEntry>? more = null) => Rule(priority, RuleAction.ToTable, table, more);

    public ModelHost Rule(uint priority, RuleAction action, uint table = 0, Func<RuleEntry, RuleEntry>? more = null)
    {
        var rule = new RuleEntry { Family = _family, Priority = priority, Action = action, Table = table };
        _rules.Add(more?.Invoke(rule) ?? rule);
        return this;
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="prefix">In CIDR form.</param>
    /// <param name="table">The table.</param>
    /// <param name="dev">The interface.</param>
    /// <param name="more">The rest.</param>
    public ModelHost Route(string prefix, uint table = 254, int dev = 1, Func<RouteEntry, RouteEntry>? more = null)
    {
        var slash = prefix.IndexOf('/');
        var entry = new RouteEntry
        {
            Family = _family,
            Destination = Bits(prefix[..slash]),
            DestinationLength = int.Parse(prefix[(slash + 1)..]),
            Table = table,
            Type = RouteType.Unicast,
            Hop = new RouteHop { Interface = dev, Weight = 1 },
        };
        _routes.Add(more?.Invoke(entry) ?? entry);
        return this;
    }

    public ModelHost Address(string cidr, int dev, uint flags = 0)
    {
        var slash = cidr.IndexOf('/');
        _addresses.Add(new RoutingAddress
        {
            Family = _family,
            Interface = dev,
            Local = Bits(cidr[..slash]),
            Prefix = Bits(cidr[..slash]),
            PrefixLength = int.Parse(cidr[(slash + 1)..]),
            Flags = flags,
        });
        return this;
    }

    public RoutingTables Build(uint ownUid = 1000) => new(_family, _rules, _routes, new RoutingHost(_interfaces, _addresses), ownUid);

    public PacketRoute Ask(string destination, Func<FlowKey, FlowKey>? more = null)
    {
        var flow = new FlowKey { Family = _family };
        return Build().Decide(more?.Invoke(flow) ?? flow, Bits(destination)).Template(null);
    }

    /// <summary>The prefix and table that win, or the outcome where none does.</summary>
    public string Winner(string destination, Func<FlowKey, FlowKey>? more = null)
    {
        var route = Ask(destination, more);
        return route.DestinationPrefix is null ? route.Outcome.ToString() : $"{route.DestinationPrefix} {route.Table}";
    }

    /// <summary>The losers and their reasons.</summary>
    public string[] Losers(string destination, Func<FlowKey, FlowKey>? more = null) =>
        [.. Ask(destination, more).Alternatives.Select(a => $"{a.DestinationPrefix} {a.Table} {a.Reason}")];
}

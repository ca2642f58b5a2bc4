using System.Text.Json;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Oracles;

public class RouteListOracleTests
{
    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void TablesAreThoseOfIp(bool v6)
    {
        var made = new RandomTables(21, v6);
        using var network = RouteLab.Build(
            "ip route add 10.99.0.0/16 nexthop via 10.1.0.2 weight 3 nexthop via 10.2.0.2 weight 2",
            "ip -6 route add 2001:db8:99::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2");
        network.Exec("host", $"ip {(v6 ? "-6 " : "")}-force -batch - 2>/dev/null <<END\n{string.Join('\n', made.Commands())}\nEND");
        var json = network.MustExec("host", $"ip {(v6 ? "-6" : "-4")} -j -d route show table all").Output;
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RouteTable.Open(networkNamespace);
        var routes = table.List(v6 ? AddressFamily.IPv6 : AddressFamily.IPv4).ToArray();

        using var document = JsonDocument.Parse(json);
        var expected = document.RootElement.EnumerateArray().Select(r => Line(r, v6)).Order(StringComparer.Ordinal).ToArray();
        RouteOracle.AssertAgree(expected, [.. routes.Select(Line).Order(StringComparer.Ordinal)]);
        Assert.True(routes.Length > 40);
    }

    private static string Line(JsonElement route, bool v6)
    {
        var refuses = RouteOracle.Text(route, "type") is "blackhole" or "prohibit" or "unreachable" or "throw";
        var first = route.TryGetProperty("nexthops", out var hops) ? hops[0] : route;
        return $"{RouteOracle.Prefix(RouteOracle.Text(route, "dst")!, v6)} {RouteOracle.Text(route, "type")} via {RouteOracle.Gateway(first)} dev {(refuses ? "" : RouteOracle.Text(first, "dev"))} "
            + $"table {RouteOracle.Text(route, "table")} metric {RouteOracle.Text(route, "metric") ?? "0"} proto {RouteOracle.Text(route, "protocol")} scope {RouteOracle.Text(route, "scope")} src {RouteOracle.Text(route, "prefsrc")} "
            + $"members {(hops.ValueKind == JsonValueKind.Array ? hops.GetArrayLength() : 0)}";
    }

    private static string Line(PacketRoute route) =>
        $"{route.DestinationPrefix} {route.TypeOfRoute.ToString().ToLowerInvariant()} via {route.NextHop} dev {route.InterfaceAlias} "
        + $"table {route.Table} metric {route.RouteMetric} proto {route.RouteProtocol} scope {route.Scope} src {route.PreferredSource} "
        + $"members {route.MultipathMembers.Length}";
}

using System.Net;
using System.Text.Json;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Oracles;

/// <summary>Packets that come in: what the interfaces do with them equals <c>ip netconf</c>, what becomes of them <c>ip route get ... iif</c>.</summary>
public class InputRouteOracleTests
{
    private const string Source = "10.1.0.2";
    private const string Stranger = "10.2.0.77";

    private static PacketRoute Ask(RouteTable table, string destination, string source, string input = "eth0") => table.Resolve(
        new RouteQuery { Destination = IPAddress.Parse(destination), Source = IPAddress.Parse(source), InputInterface = input });

    private static bool KernelTakes(LabNetwork network, string destination, string source) =>
        network.Exec("host", $"ip route get {destination} from {source} iif eth0").ExitCode == 0;

    [RootFact]
    public void ForwardingAndReversePathFilters()
    {
        using var network = RouteLab.Build(
            "sysctl -qw net.ipv4.conf.eth1.forwarding=1 net.ipv4.conf.eth1.rp_filter=1 net.ipv4.conf.eth2.rp_filter=2 net.ipv6.conf.all.forwarding=1");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var interfaces = InterfaceTable.Open(networkNamespace);
        Verify();
        Assert.Equal([ReversePathFilter.Off, ReversePathFilter.Strict, ReversePathFilter.Loose], new[] { "eth0", "eth1", "eth2" }.Select(name => interfaces.Find(name)!.ReversePathFilter!.Value));

        network.MustExec("host", "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=1 net.ipv6.conf.all.forwarding=0");
        Verify();
        Assert.Equal(ReversePathFilter.Strict, interfaces.Find("eth0")!.ReversePathFilter);

        void Verify()
        {
            var oracle = Netconf(network);
            var all = Filter(oracle[("inet", "all")]);
            foreach (var link in interfaces.List())
            {
                var own = oracle[("inet", link.InterfaceAlias)];
                Assert.Equal(own.GetProperty("forwarding").GetBoolean(), link.Ipv4Forwarding);
                Assert.Equal(oracle[("inet6", "all")].GetProperty("forwarding").GetBoolean(), link.Ipv6Forwarding);
                Assert.Equal((ReversePathFilter)Math.Max(all, Filter(own)), link.ReversePathFilter);
                var one = interfaces.Find(link.InterfaceAlias)!;
                Assert.Equal((link.Ipv4Forwarding, link.Ipv6Forwarding, link.ReversePathFilter), (one.Ipv4Forwarding, one.Ipv6Forwarding, one.ReversePathFilter));
            }
        }
    }

    [RootFact]
    public void AnInterfaceThatPassesNothingOn()
    {
        using var network = RouteLab.Build("ip route add 10.50.0.0/16 via 10.2.0.2", "ip -6 route add 2001:db8:50::/48 via 2001:db8:2::2");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RouteTable.Open(networkNamespace);

        Assert.False(KernelTakes(network, "10.50.0.1", Source));
        var stopped = Ask(table, "10.50.0.1", Source);
        Assert.Equal((RouteOutcome.ForwardingDisabled, "eth0", false, "EHOSTUNREACH"), (stopped.Outcome, stopped.InputInterface, stopped.InputForwarding, stopped.ErrorName));
        Assert.Equal("10.50.0.0/16", stopped.DestinationPrefix);
        Assert.Empty(stopped.NotObserved);
        Assert.Null(stopped.SourceAddressState);
        Assert.Equal(RouteOutcome.ForwardingDisabled, Ask(table, "2001:db8:50::1", "2001:db8:1::2").Outcome);
        Assert.Equal(RouteOutcome.Usable, Ask(table, "10.1.0.1", Source).Outcome);
        Assert.Equal(RouteOutcome.Usable, Ask(table, "2001:db8:1::1", "2001:db8:1::2").Outcome);
        Assert.Equal(RouteOutcome.Missing, Ask(table, "192.0.2.1", Source).Outcome);

        network.MustExec("host", "sysctl -qw net.ipv4.conf.eth0.forwarding=1 net.ipv6.conf.all.forwarding=1");
        Assert.True(KernelTakes(network, "10.50.0.1", Source));
        Assert.Equal((RouteOutcome.Usable, true, "eth1"), (Ask(table, "10.50.0.1", Source).Outcome, Ask(table, "10.50.0.1", Source).InputForwarding, Ask(table, "10.50.0.1", Source).InterfaceAlias));
        Assert.Equal(RouteOutcome.Usable, Ask(table, "2001:db8:50::1", "2001:db8:1::2").Outcome);
    }

    [RootFact]
    public void ForwardingForcedForOneInterface()
    {
        using var network = RouteLab.Build("ip -6 route add 2001:db8:50::/48 via 2001:db8:2::2");
        if (network.Exec("host", "sysctl -qw net.ipv6.conf.eth0.force_forwarding=1").ExitCode != 0)
        {
            // A kernel before 6.17 has no such switch, and nothing to be told apart.
            Assert.NotEqual(0, network.Exec("host", "test -e /proc/sys/net/ipv6/conf/eth0/force_forwarding").ExitCode);
            return;
        }

        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RouteTable.Open(networkNamespace);
        using var interfaces = InterfaceTable.Open(networkNamespace);
        Assert.Equal((true, false), (interfaces.Find("eth0")!.Ipv6Forwarding, interfaces.Find("eth1")!.Ipv6Forwarding));
        Assert.Equal(RouteOutcome.Usable, Ask(table, "2001:db8:50::1", "2001:db8:1::2").Outcome);
        Assert.Equal(RouteOutcome.ForwardingDisabled, Ask(table, "2001:db8:50::1", "2001:db8:2::2", "eth1").Outcome);
    }

    [RootTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void SourcesThatDoNotLeadBack(int filter)
    {
        using var network = RouteLab.Build($"sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth0.rp_filter={filter}", "ip route add 10.40.0.0/16 nexthop via 10.1.0.2 nexthop via 10.2.0.2", "ip route add blackhole 10.41.0.0/16");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RouteTable.Open(networkNamespace);
        foreach (var destination in (string[])["10.2.0.9", "10.1.0.1"])
        {
            foreach (var source in (string[])[Source, Stranger, "192.0.2.7", "10.40.0.7", "10.41.0.7"])
            {
                var route = Ask(table, destination, source);
                Assert.Equal(KernelTakes(network, destination, source) ? RouteOutcome.Usable : RouteOutcome.ReturnPathFiltered, route.Outcome);
                Assert.Equal(((ReversePathFilter)filter, "eth0"), (route.InputReversePathFilter, route.InputInterface));
                Assert.Empty(route.NotObserved);
            }
        }

        Assert.Equal(("10.2.0.0/24", "eth1"), (Ask(table, "10.2.0.9", Stranger).ReturnPrefix, Ask(table, "10.2.0.9", Stranger).ReturnInterface));
        Assert.Equal(filter == 1 ? RouteOutcome.ReturnPathFiltered : RouteOutcome.Usable, Ask(table, "10.2.0.9", Stranger).Outcome);
    }

    [RootTheory]
    [InlineData("fwmark 0x5", "mark 0x5")]
    [InlineData("from 10.1.0.1", "source 10.1.0.1")]
    [InlineData("uidrange 2000-2999", "user 2500")]
    [InlineData("ipproto tcp dport 443", "protocol tcp|destination port 443")]
    public void TheSameLookupWithoutWhatTheRuleSelects(string selector, string leftOut)
    {
        using var network = RouteLab.Build("ip route add default via 10.2.0.2", "ip route add prohibit default table 100", $"ip rule add {selector} lookup 100 pref 100");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RouteTable.Open(networkNamespace);
        var query = new RouteQuery
        {
            Destination = IPAddress.Parse("203.0.113.1"),
            Source = IPAddress.Parse("10.1.0.1"),
            Mark = 5,
            Uid = 2500,
            Protocol = TransportProtocol.Tcp,
            DestinationPort = 443,
        };
        var route = table.Resolve(query);
        Assert.Equal((RouteOutcome.Prohibit, "100", "EACCES"), (route.Outcome, route.Table, route.ErrorName));
        var plain = Assert.IsType<PlainRouteLookup>(route.PlainLookup);
        Assert.Equal(leftOut.Split('|'), plain.LeftOut);
        Assert.Equal((RouteOutcome.Usable, "0.0.0.0/0", "10.2.0.2", "eth1", "main", (string?)null), (plain.Outcome, plain.DestinationPrefix, plain.NextHop, plain.InterfaceAlias, plain.Table, plain.ErrorName));

        network.MustExec("host", "ip route del default");
        Assert.Equal((RouteOutcome.Missing, "ENETUNREACH"), (table.Resolve(query).PlainLookup!.Outcome, table.Resolve(query).PlainLookup!.ErrorName));
        network.MustExec("host", "ip rule del pref 100");
        Assert.Null(table.Resolve(query).PlainLookup);
    }

    private static Dictionary<(string Family, string Interface), JsonElement> Netconf(LabNetwork network) =>
        JsonDocument.Parse(network.MustExec("host", "ip -j netconf").Output).RootElement.EnumerateArray()
            .ToDictionary(one => (one.GetProperty("family").GetString()!, one.GetProperty("interface").GetString()!));

    private static int Filter(JsonElement settings) => settings.GetProperty("rp_filter").GetString() switch { "off" => 0, "strict" => 1, _ => 2 };
}

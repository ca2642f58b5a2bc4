using System.Net;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Interfaces and neighbors as PacketPath reads them equal those that <c>ip</c> shows.</summary>
public class HostStateOracleTests
{
    private const string Furnish = """
        set -e
        ip link add br0 type bridge
        ip link add p0 type veth peer name p1
        ip link set p1 master br0
        ip link set p0 mtu 1400 txqueuelen 500 group 7 alias 'uplink to b'
        ip link property add dev p0 altname uplink altname a-name-longer-than-fifteen-characters
        ip addr add 10.7.0.1/24 brd + dev p0 label p0:web
        ip addr add 10.7.0.2/24 dev p0
        ip addr add 10.7.0.5 peer 10.9.0.1/32 dev p0
        ip addr add 2001:db8:7::1/64 dev p0 nodad
        ip addr add 2001:db8:7::2/64 dev p0 nodad noprefixroute valid_lft 4000 preferred_lft 0
        ip link set p0 up
        ip link set p1 up
        ip neigh add 10.7.0.10 lladdr 02:00:00:00:00:02 dev p0 nud permanent
        ip neigh add 10.7.0.11 lladdr 02:00:00:00:00:03 dev p0 nud permanent protocol bgp
        ip neigh add 10.7.0.12 dev p0 nud failed
        ip neigh add 10.7.0.13 lladdr 02:00:00:00:00:06 dev p0 nud permanent extern_learn
        ip neigh add fe80::7 lladdr 02:00:00:00:00:07 dev p0 nud permanent router
        ip neigh add fe80::8 lladdr 02:00:00:00:00:08 dev p0 nud noarp
        ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:09 dev eth0 nud reachable
        """;

    public static TheoryData<string> Scenarios => [.. ScenarioLibrary.Names()];

    [RootFact]
    public void AFurnishedHost()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", Furnish);
        AssertAgree(network);

        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var interfaces = InterfaceTable.Open(networkNamespace);
        var one = interfaces.Find("a-name-longer-than-fifteen-characters");
        Assert.Equal("p0", one?.InterfaceAlias);
        Assert.Equal("veth", one?.Driver);
        Assert.Equal(one?.Addresses.Length, interfaces.List().Single(link => link.InterfaceAlias == "p0").Addresses.Length);
        Assert.Equal("p0", interfaces.Find(one!.InterfaceIndex)?.InterfaceAlias);
        Assert.Equal(6, one.Addresses.Length);
        Assert.Equal(AddressState.Deprecated, one.Addresses.Single(address => address.IPAddress == "2001:db8:7::2").State);
        Assert.Equal("10.9.0.1", one.Addresses.Single(address => address.IPAddress == "10.7.0.5").PeerAddress);
        Assert.Equal("br0", interfaces.Find("p1")?.Master);
        Assert.Null(interfaces.Find("p0")?.Master);
        Assert.False(interfaces.Find("br0")?.AdminUp);
        Assert.Null(interfaces.Find("br0")?.Carrier);
    }

    [RootFact]
    public void OneNeighborAtATime()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", Furnish);
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var interfaces = InterfaceTable.Open(networkNamespace);
        using var neighbors = NeighborTable.Open(networkNamespace);
        var p0 = interfaces.Find("p0")!.InterfaceIndex;
        var eth0 = interfaces.Find("eth0")!.InterfaceIndex;

        foreach (var entry in neighbors.List(null, p0).Where(entry => entry.State == NeighborState.Permanent))
        {
            var found = neighbors.Find(IPAddress.Parse(entry.IPAddress), p0);
            Assert.Equal(entry with { ObservedAt = default, UsedSeconds = 0, UpdatedSeconds = 0, ConfirmedSeconds = 0, Flags = [] },
                found with { ObservedAt = default, UsedSeconds = 0, UpdatedSeconds = 0, ConfirmedSeconds = 0, Flags = [] });
            Assert.Equal(entry.Flags, found.Flags);
            Assert.InRange(found.UpdatedSeconds!.Value, 0, 120);
        }

        Assert.Equal(["10.1.0.2"], neighbors.List(AddressFamily.IPv4, eth0).Where(entry => entry.State != NeighborState.NotRequired).Select(entry => entry.IPAddress));
        Assert.All(neighbors.List(AddressFamily.IPv6, 0), entry => Assert.Equal(AddressFamily.IPv6, entry.AddressFamily));
        var absent = neighbors.Find(IPAddress.Parse("10.7.0.77"), p0);
        Assert.Equal((NeighborState.Absent, "NONE", "p0", "10.7.0.77"), (absent.State, absent.NudState, absent.InterfaceAlias, absent.IPAddress));
        var failure = Assert.Throws<PacketPath.Netlink.NetlinkException>(() => neighbors.Find(IPAddress.Loopback, 9999));
        Assert.Equal("ENODEV", failure.ErrorName);
    }

    [RootFact]
    public void ThingsThatVanishWhileTheTableIsOpen()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var interfaces = InterfaceTable.Open(networkNamespace);
        using var neighbors = NeighborTable.Open(networkNamespace);
        var index = interfaces.Find("eth0")!.InterfaceIndex;
        network.MustExec("a", "ip link del eth0");
        Assert.Null(interfaces.Find("eth0"));
        Assert.Null(interfaces.Find(index));
        Assert.Empty(neighbors.List(null, index));
        network.Dispose();
        Assert.Equal(["lo"], interfaces.List().Select(link => link.InterfaceAlias));
        Assert.Equal("lo", networkNamespace.Run(() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Single().Name));
    }

    [RootFact]
    public void SwitchedOffIpv6()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "sysctl -q net.ipv6.conf.eth0.disable_ipv6=1");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var interfaces = InterfaceTable.Open(networkNamespace);
        Assert.True(interfaces.Find("eth0")!.Ipv6Disabled);
        Assert.False(interfaces.Find("lo")!.Ipv6Disabled);
        Assert.False(interfaces.List().Single(link => link.InterfaceAlias == "lo").Ipv6Disabled);
    }

    [RootTheory]
    [MemberData(nameof(Scenarios))]
    public void EveryLabNetwork(string scenario)
    {
        using var network = LabNetwork.Build(LabScenarioReader.ReadFile(ScenarioLibrary.Files().Single(file => Path.GetFileNameWithoutExtension(file) == scenario)));
        AssertAgree(network);
    }

    private static void AssertAgree(LabNetwork network)
    {
        Assert.NotEmpty(network.Nodes);
        foreach (var name in network.Nodes.Values)
        {
            using var networkNamespace = NetworkNamespace.Open(name);
            using var interfaces = InterfaceTable.Open(networkNamespace);
            using var neighbors = NeighborTable.Open(networkNamespace);
            Assert.Equal(name, networkNamespace.Label);
            IpOracle.AssertAgree(() => IpOracle.Interfaces(name), () => IpOracle.Interfaces(interfaces.List()));
            IpOracle.AssertAgree(() => IpOracle.Neighbors(name), () => IpOracle.Neighbors(neighbors.List(null, 0)));
        }
    }
}

using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

public class LabNetworkTests
{
    [RootFact]
    public void NodesReachEachOther()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        var addresses = network.MustExec("a", "ip -o -6 address show dev eth0").Output;
        Assert.Contains("fd01::1/64", addresses);
        Assert.DoesNotContain("tentative", addresses);
        Assert.Contains("src 10.1.0.1", network.MustExec("a", "ip route get 10.1.0.2").Output);
    }

    [RootFact]
    public void LinksAreInServiceWhenTheBuildReturns()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        foreach (var node in network.Nodes.Keys)
        {
            Assert.Contains("state UP", network.MustExec(node, "ip link show dev eth0").Output);
        }
    }

    [RootFact]
    public void ARouterForwardsAndASwitchConnects()
    {
        var topology = new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a", Routes = ["default via 10.1.0.254", "default via fd01::fe"] },
                new LabNode { Name = "lan", IsSwitch = true },
                new LabNode { Name = "r", Forwarding = true },
                new LabNode { Name = "b", Routes = ["-6 default via fd02::fe", "default via 10.2.0.254"] },
            ],
            Links =
            [
                Topologies.Link("a:eth0", "lan:p1", "10.1.0.1/24 fd01::1/64", ""),
                Topologies.Link("r:eth0", "lan:p2", "10.1.0.254/24 fd01::fe/64", ""),
                Topologies.Link("r:eth1", "b:eth0", "10.2.0.254/24 fd02::fe/64", "10.2.0.1/24 fd02::1/64", mtu: 1400),
            ],
        };
        using var network = LabNetwork.Build(topology);
        Assert.Contains("via 10.1.0.254", network.MustExec("a", "ip route get 10.2.0.1").Output);
        Assert.Contains("via fd02::fe", network.MustExec("b", "ip -6 route get fd01::1").Output);
        Assert.Contains("mtu 1400", network.MustExec("b", "ip link show dev eth0").Output);
        Assert.Equal("1\n", network.MustExec("r", "cat /proc/sys/net/ipv6/conf/eth0/forwarding").Output);
        Assert.Equal("0\n", network.MustExec("a", "cat /proc/sys/net/ipv4/ip_forward").Output);
        Assert.Equal(2, network.MustExec("lan", "ip -o link show master br0").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [RootFact]
    public void SettingsOfAnInterfaceAreSetWhenItIsThere()
    {
        var pair = Topologies.Pair();
        var node = pair.Nodes[0] with
        {
            Sysctls = new Dictionary<string, string> { ["net.ipv4.neigh.eth0.retrans_time_ms"] = "400", ["net.ipv4.ip_default_ttl"] = "42" },
        };
        using var network = LabNetwork.Build(pair with { Nodes = [node, pair.Nodes[1]] });
        Assert.Equal("400\n42\n", network.MustExec("a", "cat /proc/sys/net/ipv4/neigh/eth0/retrans_time_ms /proc/sys/net/ipv4/ip_default_ttl").Output);
    }

    [RootFact]
    public void AnUnknownSettingIsNamed()
    {
        var pair = Topologies.Pair();
        var node = pair.Nodes[0] with { Sysctls = new Dictionary<string, string> { ["net.ipv4.no_such_thing"] = "1" } };
        var failure = Assert.Throws<LabException>(() => LabNetwork.Build(pair with { Nodes = [node, pair.Nodes[1]] }));
        Assert.Contains("net.ipv4.no_such_thing", failure.Message);
        Assert.Contains("'a'", failure.Message);
    }

    [RootFact]
    public void DisposeRemovesNamespacesAndProcesses()
    {
        string[] names;
        using (var network = LabNetwork.Build(Topologies.Pair()))
        {
            names = [.. network.Nodes.Values];
            Assert.All(names, name => Assert.True(File.Exists("/run/netns/" + name)));
            network.MustExec("a", "sleep 300 > /dev/null 2>&1 &");
            Assert.NotEmpty(HostState.ProcessesIn(names[0]));
        }

        Assert.All(names, name => Assert.False(File.Exists("/run/netns/" + name)));
        Assert.DoesNotContain(Directory.GetFiles("/run/packetpath/labs"), f => names[0].Contains(Path.GetFileName(f), StringComparison.Ordinal));
    }

    [RootFact]
    public void AFailedBuildLeavesNothingAndSaysWhy()
    {
        var pair = Topologies.Pair();
        var marker = $"m{Environment.ProcessId}";
        var broken = pair with { Nodes = [new LabNode { Name = marker, Routes = ["default via 192.0.2.1"] }], Links = [] };
        var failure = Assert.Throws<LabException>(() => LabNetwork.Build(broken));
        Assert.Contains("192.0.2.1", failure.Advice);
        Assert.Empty(Directory.GetFiles("/run/netns", "*-" + marker));
    }

    [RootFact]
    public void AFailedCommandIsQuotedWithItsNode()
    {
        var pair = Topologies.Pair();
        var failure = Assert.Throws<LabException>(() => LabNetwork.Build(
            pair with { Nodes = [pair.Nodes[0] with { Commands = ["echo no such luck >&2; exit 3"] }, pair.Nodes[1]] }));
        Assert.Contains("'a'", failure.Message);
        Assert.Contains("exit code 3", failure.Message);
        Assert.Contains("no such luck", failure.Message);
    }

    [RootFact]
    public void CancellingABuildLeavesNothing()
    {
        using var stop = new CancellationTokenSource();
        var pair = Topologies.Pair();
        var marker = $"c{Environment.ProcessId}";
        var slow = pair with { Nodes = [new LabNode { Name = marker, Commands = ["exec sleep 300"] }], Links = [] };
        stop.CancelAfter(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() => LabNetwork.Build(slow, stop.Token));
        Assert.Empty(Directory.GetFiles("/run/netns", "*-" + marker));
    }

    [RootFact]
    public void NetworksBuiltSideBySideDoNotMeet()
    {
        var networks = new LabNetwork[4];
        try
        {
            Parallel.For(0, networks.Length, i => networks[i] = LabNetwork.Build(Topologies.Pair()));
            Assert.Equal(8, networks.SelectMany(n => n.Nodes.Values).Distinct().Count());
            Assert.All(networks, n => Assert.Contains("10.1.0.1", n.MustExec("a", "ip -4 -o address").Output));
        }
        finally
        {
            foreach (var network in networks)
            {
                network?.Dispose();
            }
        }
    }

    [RootFact]
    public void TheHostsOwnNamespaceIsUntouched()
    {
        var before = HostState.Snapshot();
        using (var network = LabNetwork.Build(Topologies.Pair()))
        {
            network.MustExec("a", "nft add table inet t && ip rule add priority 77 lookup 77 && ip route add blackhole 198.51.100.0/24");
            Assert.Equal(before, HostState.Snapshot());
        }

        Assert.Equal(before, HostState.Snapshot());
    }
}

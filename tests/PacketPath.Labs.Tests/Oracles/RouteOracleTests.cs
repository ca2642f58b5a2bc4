using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Oracles;

public class RouteOracleTests
{
    private static readonly string[] Mixed =
    [
        "ip route add default via 10.1.0.2 metric 100",
        "ip route add default via 10.2.0.2 metric 200",
        "ip route add 10.20.0.0/16 via 10.1.0.2 src 10.1.0.1 proto static mtu lock 1400",
        "ip route add 10.30.0.0/16 via 10.1.0.2",
        "ip route add 10.30.0.0/16 tos 0x10 via 10.2.0.2",
        "ip route add 10.40.0.0/16 nexthop via 10.1.0.2 weight 3 nexthop via 10.2.0.2",
        "ip route add blackhole 10.50.0.0/16",
        "ip route add prohibit 10.51.0.0/16",
        "ip route add unreachable 10.52.0.0/16",
        "ip route add throw 10.53.0.0/16 table 100",
        "ip route add default via 10.2.0.2 table 100",
        "ip route add 10.60.0.0/16 via inet6 2001:db8:1::2 dev eth0",
        "ip nexthop add id 7 via 10.2.0.2 dev eth1",
        "ip route add 10.70.0.0/16 nhid 7",
        "ip nexthop add id 8 blackhole",
        "ip route add 10.71.0.0/16 nhid 8",
        "ip -6 route add default via 2001:db8:1::2 metric 100",
        "ip -6 route add default via 2001:db8:2::2 metric 200",
        "ip -6 route add default from 2001:db8:2::/64 via 2001:db8:2::2 dev eth1 metric 50",
        "ip -6 route add 2001:db8:20::/48 via 2001:db8:1::2 mtu 1300",
        "ip -6 route add 2001:db8:40::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2",
        "ip -6 route add blackhole 2001:db8:50::/48",
        "ip -6 route add prohibit 2001:db8:51::/48",
        "ip -6 route add unreachable 2001:db8:52::/48",
        "ip -6 route add throw 2001:db8:53::/48 table 100",
        "ip -6 route add default via 2001:db8:2::2 table 100",
        "ip rule add fwmark 0x1 lookup 100 pref 100",
        "ip -6 rule add fwmark 0x1 lookup 100 pref 100",
        "ip rule add uidrange 2000-2999 lookup 100 pref 110",
        "ip rule add tos 0x08 lookup 100 pref 120",
        "ip rule add ipproto tcp dport 443 lookup 100 pref 130",
        "ip rule add from 10.2.0.1 lookup 100 pref 140",
        "ip rule add iif eth0 to 10.80.0.0/16 lookup 100 pref 150",
        "ip rule add to 10.90.0.0/16 prohibit pref 160",
        "ip rule add to 10.91.0.0/16 blackhole pref 161",
        "ip rule add to 10.92.0.0/16 unreachable pref 162",
        "ip -6 rule add to 2001:db8:90::/48 prohibit pref 160",
        "ip -6 rule add to 2001:db8:91::/48 blackhole pref 161",
        "ip -6 rule add to 2001:db8:92::/48 unreachable pref 162",
        "ip rule add fwmark 0x2 lookup main suppress_prefixlength 0 pref 170",
        "ip rule add fwmark 0x2 lookup 100 pref 171",
        "sysctl -qw net.ipv4.conf.all.forwarding=1",
        "sysctl -qw net.ipv6.conf.all.forwarding=1",
    ];

    // Each question, and what PacketPath must name beyond what ip tells: outcome, prefix, rule.
    private static readonly (string Question, string Named)[] Questions =
    [
        ("203.0.113.1", "Usable 0.0.0.0/0 32766"),
        ("10.1.0.1", "Usable 10.1.0.1/32 0"),
        ("10.1.0.9", "Usable 10.1.0.0/24 32766"),
        ("10.1.0.255", "Usable 10.1.0.255/32 0"),
        ("127.0.0.1", "Usable 127.0.0.1/32 0"),
        ("127.9.9.9", "Usable 127.0.0.0/8 0"),
        ("224.0.0.5 oif eth0", "Usable  "),
        ("10.20.1.1", "Usable 10.20.0.0/16 32766"),
        ("10.30.1.1", "Usable 10.30.0.0/16 32766"),
        ("10.30.1.1 tos 0x10", "Usable 10.30.0.0/16 32766"),
        ("10.40.1.1", "Usable 10.40.0.0/16 32766"),
        ("10.50.1.1", "Blackhole 10.50.0.0/16 32766"),
        ("10.51.1.1", "Prohibit 10.51.0.0/16 32766"),
        ("10.52.1.1", "Unreachable 10.52.0.0/16 32766"),
        ("10.53.1.1 mark 1", "Usable 0.0.0.0/0 32766"),
        ("203.0.113.1 mark 1", "Usable 0.0.0.0/0 100"),
        ("203.0.113.1 mark 2", "Usable 0.0.0.0/0 171"),
        ("10.20.1.1 mark 2", "Usable 10.20.0.0/16 170"),
        ("203.0.113.1 uid 2500", "Usable 0.0.0.0/0 110"),
        ("203.0.113.1 uid 3000", "Usable 0.0.0.0/0 32766"),
        ("203.0.113.1 tos 0x08", "Usable 0.0.0.0/0 120"),
        ("203.0.113.1 ipproto tcp dport 443", "Usable 0.0.0.0/0 130"),
        ("203.0.113.1 ipproto udp dport 443", "Usable 0.0.0.0/0 32766"),
        ("203.0.113.1 from 10.2.0.1", "Usable 0.0.0.0/0 140"),
        ("203.0.113.1 from 10.1.0.1", "Usable 0.0.0.0/0 32766"),
        ("203.0.113.1 from 192.0.2.77", "SourceInvalid 0.0.0.0/0 32766"),
        ("203.0.113.1 oif eth1", "Usable 0.0.0.0/0 32766"),
        ("10.80.1.1 from 10.1.0.2 iif eth0", "Usable 0.0.0.0/0 150"),
        ("10.60.1.1", "Usable 10.60.0.0/16 32766"),
        ("10.70.1.1", "Usable 10.70.0.0/16 32766"),
        ("10.71.1.1", "Blackhole 10.71.0.0/16 32766"),
        ("10.90.1.1", "RuleProhibit  160"),
        ("10.91.1.1", "RuleBlackhole  161"),
        ("10.92.1.1", "RuleUnreachable  162"),
        ("2001:db8:ffff::1", "Usable ::/0 32766"),
        ("2001:db8:ffff::1 from 2001:db8:2::1", "Usable ::/0 32766"),
        ("2001:db8:ffff::1 oif eth1", "Usable ::/0 32766"),
        ("2001:db8:ffff::1 mark 1", "Usable ::/0 100"),
        ("2001:db8:53::1 mark 1", "Usable ::/0 32766"),
        ("2001:db8:1::1", "Usable 2001:db8:1::1/128 0"),
        ("2001:db8:1::9", "Usable 2001:db8:1::/64 32766"),
        ("::1", "Usable ::1/128 0"),
        ("ff02::1 oif eth0", "Usable ff00::/8 0"),
        ("fe80::1 oif eth1", "Usable fe80::/64 32766"),
        ("2001:db8:20::1", "Usable 2001:db8:20::/48 32766"),
        ("2001:db8:40::1", "Usable 2001:db8:40::/48 32766"),
        ("2001:db8:50::1", "Blackhole 2001:db8:50::/48 32766"),
        ("2001:db8:51::1", "Prohibit 2001:db8:51::/48 32766"),
        ("2001:db8:52::1", "Unreachable 2001:db8:52::/48 32766"),
        ("2001:db8:90::1", "RuleProhibit  160"),
        ("2001:db8:91::1", "RuleBlackhole  161"),
        ("2001:db8:92::1", "RuleUnreachable  162"),
    ];

    [RootFact]
    public void LookupsAgreeAndNameWhatDecided()
    {
        using var network = RouteLab.Build(Mixed);
        var questions = Questions.Select(q => q.Question).ToArray();
        var (lines, routes) = RouteOracle.Ask(network, "host", questions);
        RouteOracle.AssertAgree(RouteOracle.AskIp(network, "host", questions), lines);
        Assert.Equal(
            Questions.Select(q => $"{q.Question}: {q.Named}"),
            questions.Zip(routes, (q, r) => $"{q}: {r.Outcome} {r.DestinationPrefix} {r.Rule?.Priority}"));
        Assert.All(routes, r => Assert.Empty(r.NotObserved));
    }

    [RootFact]
    public void OneAtATimeIsTheSameAsMany()
    {
        using var network = RouteLab.Build(Mixed);
        var questions = Questions.Select(q => q.Question).ToArray();
        var (lines, _) = RouteOracle.Ask(network, "host", [.. Enumerable.Range(0, 7).SelectMany(_ => questions)]);
        Assert.Equal(Enumerable.Range(0, 7).SelectMany(_ => lines[..questions.Length]), lines);
        Assert.Equal(lines[..questions.Length], questions.Select(q => RouteOracle.Ask(network, "host", [q]).Lines[0]));
    }

    [RootFact]
    public void WithoutRulesOfItsOwn()
    {
        // The kernel then searches local and main as one, and ip names that main; the entry stands in local.
        using var network = RouteLab.Build("ip route add default via 10.1.0.2", "ip -6 route add default via 2001:db8:1::2");
        string[] questions = ["10.1.0.1", "127.0.0.1", "127.9.9.9", "10.1.0.255", "10.1.0.9", "203.0.113.1", "2001:db8:1::1", "2001:db8:9::9"];
        var (lines, routes) = RouteOracle.Ask(network, "host", questions);
        var fromIp = RouteOracle.AskIp(network, "host", questions);
        RouteOracle.AssertAgree([.. fromIp.Select((l, i) => i < 4 ? l.Replace("table main", "table local") : l)], lines);
        Assert.Equal([0, 0, 0, 0, 32766, 32766, 0, 32766], routes.Select(r => r.Rule!.Priority));
        Assert.All(routes, r => Assert.Empty(r.NotObserved));
    }

    [RootFact]
    public void ThePicturesOfLosers()
    {
        using var network = RouteLab.Build([.. Mixed, "ip link set eth2 down"]);
        string[] Losers(string question) => [.. RouteOracle.Ask(network, "host", [question]).Routes[0].Alternatives.Select(a => $"{a.DestinationPrefix} {a.Table} {a.Reason}")];
        Assert.Equal(["0.0.0.0/0 100 TableNotReached", "0.0.0.0/0 main HigherMetric"], Losers("203.0.113.1").Order(StringComparer.Ordinal));
        Assert.Equal(["0.0.0.0/0 100 TableNotReached", "0.0.0.0/0 main HigherMetric", "10.3.0.0/24 main InterfaceDown"], Losers("10.3.0.2").Order(StringComparer.Ordinal));
        Assert.Contains("10.53.0.0/16 100 Thrown", Losers("10.53.1.1 mark 1"));
        Assert.Contains("0.0.0.0/0 main Suppressed", Losers("203.0.113.1 mark 2"));
        Assert.Contains("10.30.0.0/16 main TosMismatch", Losers("10.30.1.1"));
        Assert.Contains("0.0.0.0/0 main OtherInterface", Losers("203.0.113.1 oif eth1"));
        Assert.Contains("::/0 main SourceMismatch", Losers("2001:db8:ffff::1"));
        Assert.Contains("::/0 main TableNotReached", Losers("2001:db8:90::1"));
    }

    [RootTheory]
    [InlineData(1)]
    [InlineData(0)]
    public void ALinkWithoutCarrier(int ignored)
    {
        using var network = RouteLab.Build(
            $"sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown={ignored} net.ipv6.conf.all.ignore_routes_with_linkdown={ignored}",
            $"sysctl -qw net.ipv6.conf.eth2.ignore_routes_with_linkdown={ignored} net.ipv4.conf.eth2.ignore_routes_with_linkdown={ignored}",
            "ip route add default via 10.1.0.2",
            "ip -6 route add default via 2001:db8:1::2");
        network.MustExec("peer", "ip link set eth0 down");
        string[] questions = ["10.3.0.9", "2001:db8:3::9"];
        LinkState.WaitForNoCarrier(network, "host", "eth2");
        var (lines, routes) = RouteOracle.Ask(network, "host", questions);
        RouteOracle.AssertAgree(RouteOracle.AskIp(network, "host", questions), lines);
        Assert.All(routes, r => Assert.Empty(r.NotObserved));
        if (ignored == 1)
        {
            Assert.All(routes, r => Assert.Contains(r.Alternatives, a => a.Reason == AlternativeReason.LinkDown && a.InterfaceAlias == "eth2"));
        }
        else
        {
            Assert.All(routes, r => Assert.Equal("eth2", r.InterfaceAlias));
            Assert.All(routes, r => Assert.Equal(["LinkDown"], r.NextHopFlags));
        }
    }

    [RootFact]
    public void ChangesAreSeen()
    {
        using var network = RouteLab.Build("ip route add default via 10.1.0.2");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RouteTable.Open(networkNamespace);
        PacketRoute Ask() => table.Resolve(RouteOracle.Query("203.0.113.1"));
        Assert.Equal("0.0.0.0/0", Ask().DestinationPrefix);
        network.MustExec("host", "ip route add 203.0.113.0/24 via 10.1.0.2");
        Assert.Equal("203.0.113.0/24", Ask().DestinationPrefix);
        Assert.Equal(AlternativeReason.LessSpecific, Assert.Single(Ask().Alternatives).Reason);
        network.MustExec("host", "ip rule add to 203.0.113.0/24 prohibit pref 5");
        Assert.Equal((RouteOutcome.RuleProhibit, 5L), (Ask().Outcome, Ask().Rule!.Priority));
        network.MustExec("host", "ip rule del pref 5; ip link set eth0 down");
        Assert.Equal(RouteOutcome.Missing, Ask().Outcome);
        Assert.Contains("0.0.0.0/0", network.MustExec("host", "ip link set eth0 up; ip route add default via 10.1.0.2; ip -j route get fibmatch 203.0.113.1").Output.Replace("default", "0.0.0.0/0"));
        Assert.Equal(RouteOutcome.Usable, Ask().Outcome);
    }

    [RootFact]
    public void SourcesAndTheirState()
    {
        using var network = RouteLab.Build(
            "ip -6 route add default via 2001:db8:1::2",
            "ip -6 addr add 2001:db8:1::dead/64 dev eth0 preferred_lft 0");
        PacketRoute Ask(string question) => RouteOracle.Ask(network, "host", [question]).Routes[0];
        Assert.Equal(AddressState.Valid, Ask("2001:db8:9::1").SourceAddressState);
        Assert.Equal(AddressState.Deprecated, Ask("2001:db8:9::1 from 2001:db8:1::dead").SourceAddressState);
        var missing = Ask("2001:db8:9::1 from 2001:db8:1::77");
        Assert.Equal((AddressState.Missing, RouteOutcome.SourceInvalid), (missing.SourceAddressState, missing.Outcome));
        Assert.Equal(AddressState.Valid, Ask("127.0.0.1 from 127.0.0.9").SourceAddressState);
        Assert.Equal("2001:db8:1::2", Ask("2001:db8:9::1").NeighborAddress);
        Assert.Equal("2001:db8:1::9", Ask("2001:db8:1::9").NeighborAddress);
        Assert.Null(Ask("2001:db8:1::1").NeighborAddress);
        Assert.False(Ask("2001:db8:9::1").Ipv6Disabled);
        Assert.Null(Ask("10.1.0.2").Ipv6Disabled);
        network.MustExec("host", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
        Assert.True(Ask("2001:db8:9::1").Ipv6Disabled);
    }

    [RootFact]
    public void ALearnedMtuExpires()
    {
        using var network = RouteLab.Build("ip route add default via 10.1.0.2", "ip -6 route add default via 2001:db8:1::2");
        network.MustExec("r1", "ip link add far type veth peer name beyond; ip link set far mtu 1300 up; ip link set beyond up; ip addr add 192.0.2.1/24 dev far; ip -6 addr add 2001:db8:77::1/64 dev far nodad; ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev far; ip neigh add 2001:db8:77::9 lladdr 02:00:00:00:00:09 dev far");
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        networkNamespace.Run(() =>
        {
            using var v4 = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            v4.DontFragment = true;
            v4.SendTo(new byte[1400], new System.Net.IPEndPoint(System.Net.IPAddress.Parse("192.0.2.9"), 9));
            using var v6 = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            v6.SendTo(new byte[1400], new System.Net.IPEndPoint(System.Net.IPAddress.Parse("2001:db8:77::9"), 9));
            return 0;
        });
        using var table = RouteTable.Open(networkNamespace);
        foreach (var target in new[] { "192.0.2.9", "2001:db8:77::9" })
        {
            PacketRoute? learned = null;
            Assert.True(
                SpinWait.SpinUntil(() => (learned = table.Resolve(RouteOracle.Query(target))).IsCached, TimeSpan.FromSeconds(5)),
                $"no MTU was learned for {target}");
            Assert.Equal(1300, learned!.Mtu);
            Assert.InRange(learned.CacheExpiresSeconds!.Value, 1, 600);
            Assert.Empty(learned.NotObserved);
            Assert.False(table.Resolve(RouteOracle.Query(target.Replace("9", "8"))).IsCached);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>What the probe finds on real kernels' paths equals the topology, and tracepath where that ends.</summary>
public sealed partial class MtuProbeLabTests
{
    private const string Big4 = "icmp type destination-unreachable icmp code frag-needed";
    private const string Big6 = "icmpv6 type packet-too-big";

    [RootTheory]
    [InlineData(false, MtuMethod.Auto)]
    [InlineData(true, MtuMethod.Auto)]
    [InlineData(false, MtuMethod.Udp)]
    [InlineData(true, MtuMethod.Udp)]
    [InlineData(false, MtuMethod.Icmp)]
    [InlineData(true, MtuMethod.Icmp)]
    public void A_clear_path(bool ipv6, MtuMethod method)
    {
        using var network = Path();
        var result = Probe(network, ipv6, method);
        Assert.Equal((MtuOutcome.Clear, 1500, 4), (result.Outcome, result.PathMtu, result.Hops.Length));
        Assert.Equal(Routers(ipv6), result.Hops.Select(h => h.Address));
        Assert.DoesNotContain(result.Hops, h => h.IsAsymmetric);
        Assert.True(result.Hops[^1].IsTarget);
        Assert.Equal(CaptureStatus.Complete, result.CaptureStatus);
        Assert.Equal(Tracepath(network, ipv6), result.PathMtu);
    }

    [RootTheory]
    [InlineData(false, 1, 1400)]
    [InlineData(true, 1, 1400)]
    [InlineData(false, 2, 1333)]
    [InlineData(true, 2, 1333)]
    [InlineData(false, 3, 1281)]
    [InlineData(true, 3, 1281)]
    public void A_narrow_link_that_is_reported_equals_tracepath(bool ipv6, int link, int mtu)
    {
        using var network = Path((link, mtu));
        var result = Probe(network, ipv6);
        Assert.Equal((MtuOutcome.Reduced, mtu), (result.Outcome, result.PathMtu));
        Assert.All(result.PacketTooBig, r => Assert.Equal((PacketTooBigJudgement.Believed, true, mtu, Routers(ipv6)[link - 1]), (r.Judgement, r.ReachedSocket, r.Mtu, r.From)));
        Assert.Equal(1500, link > 1 ? result.Hops[link - 2].MtuAfter : 1500);
        Assert.Equal(mtu, result.Hops[link - 1].MtuAfter);
        Assert.Equal(Tracepath(network, ipv6), result.PathMtu);
    }

    [RootTheory]
    [InlineData(false, 1, 1400, MtuMethod.Auto)]
    [InlineData(true, 1, 1400, MtuMethod.Auto)]
    [InlineData(false, 3, 1499, MtuMethod.Auto)]
    [InlineData(true, 3, 1281, MtuMethod.Auto)]
    [InlineData(false, 2, 1456, MtuMethod.Udp)]
    [InlineData(true, 2, 1456, MtuMethod.Udp)]
    [InlineData(false, 2, 1456, MtuMethod.Tcp)]
    [InlineData(true, 2, 1456, MtuMethod.Tcp)]
    public void A_black_hole_across_three_routers_is_placed_within_four_seconds(bool ipv6, int link, int mtu, MtuMethod method)
    {
        using var network = Path((link, mtu));
        network.Exec("r" + link, Nft("output", $"{Big4} drop", $"{Big6} drop"));
        using var far = NetworkNamespace.Open(network.NamespaceOf("b"));
        using var listener = far.Run(() =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 443));
            socket.Listen(64);
            return socket;
        });
        var result = Probe(network, ipv6, method);
        Assert.Equal((MtuOutcome.BlackHole, mtu), (result.Outcome, result.PathMtu));
        Assert.Equal((link, Routers(ipv6)[link - 1], link + 1), (result.BlackHoleHop!.LastGoodTtl, result.BlackHoleHop.LastGood, result.BlackHoleHop.FirstBadTtl));
        Assert.InRange(result.ElapsedMilliseconds, 0, 4000);
        Assert.InRange(result.PacketsSent, 1, 200);
        Assert.Equal(PacketTooBigJudgement.Missing, Assert.Single(result.PacketTooBig).Judgement);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reports_dropped_by_this_host_are_seen_on_the_wire_only(bool ipv6)
    {
        using var network = Path((2, 1400));
        network.Exec("a", Nft("input", $"{Big4} drop", $"{Big6} drop"));
        var result = Probe(network, ipv6);
        Assert.Equal((MtuOutcome.BlackHole, 1400), (result.Outcome, result.PathMtu));
        Assert.NotEmpty(result.PacketTooBig);
        Assert.All(result.PacketTooBig, r => Assert.Equal((false, 1400, Routers(ipv6)[1]), (r.ReachedSocket, r.Mtu, r.From)));
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_way_back_is_measured_apart(bool ipv6)
    {
        using var network = Path();
        network.Exec("r2", Nft("forward", $"{(ipv6 ? "ip6" : "ip")} saddr {Far(ipv6)} meta length > 1377 drop"));
        var result = Probe(network, ipv6);
        Assert.Equal((MtuOutcome.BlackHole, 1500, 1377, MtuDirection.Reverse, true), (result.Outcome, result.PathMtu, result.ReversePathMtu, result.LimitDirection, result.DirectionsSeparated));
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_firewall_of_this_host_that_refuses_large_packets_is_a_local_limit(bool ipv6)
    {
        using var network = Path();
        network.Exec("a", Nft("output", "meta length > 1300 drop"));
        var result = Probe(network, ipv6);
        Assert.Equal((MtuOutcome.LocalLimit, 1300, "EPERM"), (result.Outcome, result.PathMtu, result.SocketError));
    }

    [RootFact]
    public void A_target_without_a_route_is_unreachable()
    {
        using var network = Path();
        network.Exec("r3", "ip route add unreachable 203.0.113.0/24");
        network.Exec("r1", "ip route add 203.0.113.0/24 via 10.0.2.2; ip -n " + network.NamespaceOf("r2") + " route add 203.0.113.0/24 via 10.0.3.2");
        var result = Assert.Single(Run(network, MtuMethod.Auto, "203.0.113.9"));
        Assert.Equal((MtuOutcome.Unreachable, null), (result.Outcome, result.PathMtu));
        Assert.Contains(result.ErrorQueue, e => e is { Type: 3, Code: 1, OffenderIsLocal: false });
    }

    private static string[] Routers(bool ipv6) =>
        ipv6 ? ["fd01::2", "fd02::2", "fd03::2", "fd04::2"] : ["10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.4.2"];

    private static string Far(bool ipv6) => Routers(ipv6)[^1];

    private static string Nft(string hook, params string[] rules) =>
        $"nft -f - <<'RULES'\ntable inet lab {{\n chain c {{\n  type filter hook {hook} priority 0\n  {string.Join("\n  ", rules)}\n }}\n}}\nRULES";

    // a - r1 - r2 - r3 - b; link 0 is the first.
    private static LabNetwork Path(params (int Link, int Mtu)[] narrow)
    {
        string[] nodes = ["a", "r1", "r2", "r3", "b"];
        int? MtuOf(int link) => narrow.FirstOrDefault(n => n.Link == link) is { Mtu: > 0 } found ? found.Mtu : null;
        return LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a", Routes = ["default via 10.0.1.2", "-6 default via fd01::2"] },
                Router("r1", "10.0.3.0/24 via 10.0.2.2", "10.0.4.0/24 via 10.0.2.2", "-6 fd03::/64 via fd02::2", "-6 fd04::/64 via fd02::2"),
                Router("r2", "10.0.1.0/24 via 10.0.2.1", "10.0.4.0/24 via 10.0.3.2", "-6 fd01::/64 via fd02::1", "-6 fd04::/64 via fd03::2"),
                Router("r3", "10.0.1.0/24 via 10.0.3.1", "10.0.2.0/24 via 10.0.3.1", "-6 fd01::/64 via fd03::1", "-6 fd02::/64 via fd03::1"),
                new LabNode { Name = "b", Routes = ["default via 10.0.4.1", "-6 default via fd04::1"] },
            ],
            Links = [.. Enumerable.Range(0, 4).Select(i => Topologies.Link(
                $"{nodes[i]}:{(i == 0 ? "eth0" : "eth1")}", $"{nodes[i + 1]}:eth0", $"10.0.{i + 1}.1/24 fd0{i + 1}::1/64", $"10.0.{i + 1}.2/24 fd0{i + 1}::2/64", MtuOf(i)))],
        });
    }

    private static LabNode Router(string name, params string[] routes) => new() { Name = name, Forwarding = true, Routes = routes };

    private static MtuProbeResult Probe(LabNetwork network, bool ipv6, MtuMethod method = MtuMethod.Auto) => Assert.Single(Run(network, method, Far(ipv6)));

    private static MtuProbeResult[] Run(LabNetwork network, MtuMethod method, string target)
    {
        using var ns = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return [.. MtuProbe.Run(new MtuProbeOptions { Namespace = ns, Method = method }, [new MtuTarget(target, IPAddress.Parse(target), 33434, 443)], limit.Token)];
    }

    // "Resume: pmtu 1400 hops 4 back 4"
    private static int Tracepath(LabNetwork network, bool ipv6)
    {
        var said = network.Exec("a", $"tracepath -n {(ipv6 ? "-6" : "-4")} {Far(ipv6)}").Output;
        var match = Resume().Match(said);
        Assert.True(match.Success, said);
        return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Resume: pmtu (\d+)")]
    private static partial Regex Resume();
}

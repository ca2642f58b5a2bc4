using System.Globalization;
using PacketPath.Module.Tests;

namespace PacketPath.Labs.Tests.Capture;

/// <summary>Compare-PacketCapture on files that tcpdump wrote: counts and fields are tcpdump's.</summary>
public sealed class CompareOracleTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packetpath-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [TcpdumpTheory]
    [InlineData("10.0.0.5", "203.0.113.10", "203.0.113.1")]
    [InlineData("fd00::5", "2001:db8::10", "2001:db8::1")]
    public void Two_files_of_tcpdump_with_a_translating_router_between(string client, string server, string outside)
    {
        using var network = Translating();
        var files = new[] { ("client", "eth0"), ("router", "eth1"), ("server", "eth0") }.Select(p => (Node: p.Item1, Interface: p.Item2, File: Path.Combine(_folder, p.Item1 + ".pcap"))).ToArray();
        foreach (var (node, link, file) in files)
        {
            // Started by the shell in the background; it ends by itself once it has the four packets of the two connections, refused both.
            network.MustExec(node, $"timeout 20 tcpdump -n -i {link} --immediate-mode -U -c 4 -w '{file}' 'tcp port 81' >/dev/null 2>'{file}.log' &\nuntil grep -q listening '{file}.log'; do :; done");
        }

        for (var i = 0; i < 2; i++)
        {
            engine.Invoke($"Test-SynPath {server} -Port 81 -NetNamespace {network.NamespaceOf("client")} -NoCapture -TimeoutSeconds 5").AssertClean();
        }

        foreach (var (node, _, file) in files)
        {
            network.MustExec(node, $"until grep -q '4 packets captured' '{file}.log'; do :; done");
        }

        var flows = engine.Invoke("Compare-PacketCapture -Path $files -SameClock", "files", files.Select(f => f.File).ToArray()).AssertClean().Of<PacketFlowComparison>();

        Assert.Equal(2, flows.Length);
        Assert.All(flows, f => Assert.Equal((FlowOutcome.Complete, 1, 0, 1, 0, client, server, 81), (f.Outcome, f.ForwardPackets, f.ForwardLost, f.ReplyPackets, f.ReplyLost, f.SourceAddress, f.DestinationAddress, f.DestinationPort)));
        foreach (var (node, _, file) in files)
        {
            var lines = network.MustExec(node, $"tcpdump -n -tt --nano -S -v -r '{file}' 2>/dev/null | paste -sd' ' | sed 's/ \\([0-9]\\{{10\\}}\\.[0-9]\\{{9\\}} \\)/\\n\\1/g'").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(4, lines.Length);
            Assert.Equal(lines.Length, flows.Sum(f => f.Points.Single(p => p.Name == node + ".pcap") is var p ? p.ForwardPackets + p.ReplyPackets : 0));
            foreach (var point in flows.Select(f => f.Points.Single(p => p.Name == node + ".pcap")))
            {
                Assert.Equal((node == "client" ? client : outside, server), (point.SourceAddress, point.DestinationAddress));
                Assert.Contains(lines, line => line.Contains(string.Create(CultureInfo.InvariantCulture, $"{point.SourceAddress}.{point.SourcePort} > {server}.81: Flags [S]"), StringComparison.Ordinal));
            }
        }

        Assert.All(flows, f => Assert.Equal("Ttl 64 > 63", Assert.Single(f.Crossings[0].Rewrites, r => r.Field == "Ttl").ToString()));
        Assert.All(flows.SelectMany(f => f.Crossings), c => Assert.InRange(c.MedianDelayMilliseconds!.Value, 0, 1000));
    }

    private static LabNetwork Translating() => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "client", Routes = ["default via 10.0.0.1", "default via fd00::1"] },
            new LabNode
            {
                Name = "router",
                Forwarding = true,
                Commands =
                [
                    "nft add table inet nat",
                    "nft 'add chain inet nat postrouting { type nat hook postrouting priority 100; }'",
                    "nft add rule inet nat postrouting oifname eth1 masquerade",
                ],
            },
            new LabNode { Name = "server" },
        ],
        Links =
        [
            new LabLink { A = End("client", "eth0", "10.0.0.5/24", "fd00::5/64"), B = End("router", "eth0", "10.0.0.1/24", "fd00::1/64") },
            new LabLink { A = End("router", "eth1", "203.0.113.1/24", "2001:db8::1/64"), B = End("server", "eth0", "203.0.113.10/24", "2001:db8::10/64") },
        ],
    });

    private static LabLinkEnd End(string node, string link, params string[] addresses) => new() { Node = node, Interface = link, Addresses = addresses };
}

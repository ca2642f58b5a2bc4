using System.Net;
using System.Text;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;
using PacketPath.Tls;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>A router that reads the server name in the ClientHello, as devices on the way do.</summary>
public sealed class TlsFilterTests
{
    private const string Blocked = "b.example";
    private const int TcpHeaderWithTimestamps = 32;

    [RootTheory]
    [InlineData("reject with tcp reset", TlsOutcome.Reset, false)]
    [InlineData("reject with tcp reset", TlsOutcome.Reset, true)]
    [InlineData("drop", TlsOutcome.TimedOut, false)]
    [InlineData("drop", TlsOutcome.TimedOut, true)]
    public async Task A_router_that_filters_by_name_is_shown(string verdict, TlsOutcome outcome, bool ipv6)
    {
        using var network = Routed();
        network.MustExec("r", $"nft 'add table inet edge; add chain inet edge forward {{ type filter hook forward priority 0; }}; add rule inet edge forward tcp dport 443 @th,{8 * (TcpHeaderWithTimestamps + await OffsetAsync())},{8 * Blocked.Length} 0x{Convert.ToHexString(Encoding.ASCII.GetBytes(Blocked))} {verdict}'");
        using var ns = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var address = ipv6 ? "fd02::2" : "10.0.2.2";
        var options = new TlsProbeOptions { Namespace = ns, ServerNames = [Blocked], ControlName = "a.example", Timeout = TimeSpan.FromSeconds(0.4), Trust = TlsTrust.WithFiles([network.AuthorityPath!]) };
        var result = Assert.Single(TlsProbe.Run(options, [new TlsTarget(address, IPAddress.Parse(address), 443)], limit.Token));
        Assert.Equal((outcome, TlsStage.AfterClientHello), (result.Handshakes[0].Outcome, result.Handshakes[0].Reached));
        Assert.Equal(TlsOutcome.Completed, Assert.Single(result.Handshakes, h => h.IsControl).Outcome);

        var found = Resolver.Resolve([result]).First();
        Assert.Equal(("TlsServerNameBlocked", Confidence.Proven), (found.FaultId, found.Confidence));
        if (outcome == TlsOutcome.TimedOut)
        {
            Assert.False(result.Handshakes[0].IsAcknowledged);
        }
        else
        {
            // The router's own RST has not crossed the router.
            Assert.Equal(CaptureStatus.Complete, result.CaptureStatus);
            Assert.Equal((63, 64), (Ttl(result, "SYN"), Ttl(result, "RST")));
            Assert.Contains(found.Evidence, e => e.Observation.Contains("it was made elsewhere", StringComparison.Ordinal));
        }
    }

    private static int Ttl(TlsServerNameResult result, string flag) => result.Handshakes[0].Packets.First(p => p.IsFromPeer && p.Flags.Contains(flag, StringComparison.Ordinal)).Ttl;

    private static LabNetwork Routed() => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "a", Routes = ["default via 10.0.1.1", "-6 default via fd01::1"] },
            new LabNode { Name = "r", Forwarding = true },
            new LabNode
            {
                Name = "b",
                Routes = ["default via 10.0.2.1", "-6 default via fd02::1"],
                Services = [new LabService { Kind = LabServiceKind.Tls, Port = 443, Tls = new LabTls { Certificates = [new LabCertificate { Names = ["a.example", Blocked] }] } }],
            },
        ],
        Links =
        [
            Topologies.Link("a:eth0", "r:eth0", "10.0.1.2/24 fd01::2/64", "10.0.1.1/24 fd01::1/64"),
            Topologies.Link("r:eth1", "b:eth0", "10.0.2.1/24 fd02::1/64", "10.0.2.2/24 fd02::2/64"),
        ],
    });

    /// <summary>Where in a ClientHello of this host the name stands.</summary>
    private static async Task<int> OffsetAsync()
    {
        using var sink = new Sink();
        await TlsHandshaker.RunAsync(sink, new TlsHandshakeOptions { ServerName = Blocked, Timeout = TimeSpan.FromSeconds(5) }, CancellationToken.None);
        var at = sink.ToArray().AsSpan().IndexOf(Encoding.ASCII.GetBytes(Blocked));
        Assert.InRange(at, 50, 255 - TcpHeaderWithTimestamps - Blocked.Length);
        return at;
    }

    /// <summary>Takes what is written, and has nothing to read.</summary>
    private sealed class Sink : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);
    }
}

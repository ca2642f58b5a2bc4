using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;
using PacketPath.Tls;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>The lab's TLS service does for each name what its scenario says, and the probe sees that.</summary>
public sealed class TlsServiceTests
{
    private static readonly (string Name, LabTlsAnswer Answer, TlsOutcome Outcome, TlsStage Reached, string? Alert)[] Answers =
    [
        ("alert.example", LabTlsAnswer.Alert, TlsOutcome.Alert, TlsStage.AfterClientHello, "unrecognized_name"),
        ("failure.example", LabTlsAnswer.HandshakeFailure, TlsOutcome.Alert, TlsStage.AfterClientHello, "handshake_failure"),
        ("silence.example", LabTlsAnswer.Silence, TlsOutcome.TimedOut, TlsStage.AfterClientHello, null),
        ("reset.example", LabTlsAnswer.Reset, TlsOutcome.Reset, TlsStage.AfterClientHello, null),
        ("close.example", LabTlsAnswer.Close, TlsOutcome.Closed, TlsStage.AfterClientHello, null),
        ("plain.example", LabTlsAnswer.PlainText, TlsOutcome.NotTls, TlsStage.AfterClientHello, null),
        ("stall.example", LabTlsAnswer.Stall, TlsOutcome.TimedOut, TlsStage.AfterServerHello, null),
    ];

    [RootFact]
    public void Each_name_gets_its_answer()
    {
        var tls = new LabTls
        {
            Certificates = [new LabCertificate { Names = ["first.example"] }, new LabCertificate { Names = ["second.example", "*.second.example"] }],
            Answers = Answers.ToDictionary(a => a.Name, a => a.Answer, StringComparer.OrdinalIgnoreCase),
            Alpn = ["h2"],
        };
        var pair = Topologies.Pair();
        using var network = LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = [new LabService { Kind = LabServiceKind.Tls, Port = 443, Tls = tls }] }] });
        using var ns = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var options = new TlsProbeOptions
        {
            Namespace = ns,
            ServerNames = [.. Answers.Select(a => a.Name), "first.example", "x.second.example", "unknown.example"],
            Alpn = ["h2"],
            Timeout = TimeSpan.FromSeconds(1.5),
            Trust = TlsTrust.WithFiles([network.AuthorityPath!]),
        };
        const string address = "fd01::2";
        var result = Assert.Single(TlsProbe.Run(options, [new TlsTarget(address, IPAddress.Parse(address), 443)], limit.Token));
        foreach (var (name, _, outcome, reached, alert) in Answers)
        {
            var seen = result.Handshakes.Single(h => h.ServerName == name && !h.IsRepetition);
            Assert.Equal((name, outcome, reached, alert), (seen.ServerName, seen.Outcome, seen.Reached, seen.Alert));
            var again = result.Handshakes.SingleOrDefault(h => h.ServerName == name && h.IsRepetition);
            Assert.Equal(outcome is TlsOutcome.Reset or TlsOutcome.Closed or TlsOutcome.TimedOut, again is not null);
        }

        Assert.DoesNotContain(result.Handshakes, h => h.IsControl);
        string[] Served(string name) => result.Handshakes.Single(h => h.ServerName == name).Certificate!.SubjectAlternativeNames;
        Assert.Equal(["first.example"], Served("first.example"));
        Assert.Equal(["second.example", "*.second.example"], Served("x.second.example"));
        Assert.Equal(["first.example"], Served("unknown.example"));
        Assert.All(result.Handshakes.Where(h => h.Outcome == TlsOutcome.Completed), h => Assert.Equal(("h2", 0), (h.Alpn, h.Certificate!.ChainErrors.Length)));

        network.Dispose();
        Assert.False(File.Exists(options.Trust.Files.Single()), "the authority's file outlives the lab");
    }
}

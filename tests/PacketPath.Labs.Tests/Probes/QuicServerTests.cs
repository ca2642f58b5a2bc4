using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>Servers of other makers answer as ours does, and a client of another maker sees the same.</summary>
public partial class QuicServerTests
{
    private const string Name = "lab.example";
    private const string Other = "other.example";
    private const string Completed = "QUIC handshake has completed";
    private const string Server = "10.1.0.2";
    private const int GtlsPort = 4433;
    private const int RetryPort = 4434;
    private const int CaddyPort = 8443;

    [PeerFact("gtlsserver", "gtlsclient", "caddy")]
    public void ServersOfOtherMakersAreReadAsTheirOwnClientReadsThem()
    {
        var folder = Directory.CreateTempSubdirectory("packetpath-quic-");
        try
        {
            Certificate(folder.FullName);
            using var network = Build(folder.FullName);
            using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
            AgreesOnVersions(network, folder.FullName, inside, GtlsPort);
            AgreesOnVersions(network, folder.FullName, inside, CaddyPort);

            foreach (var port in new[] { GtlsPort, CaddyPort })
            {
                var taken = Probe(inside, port, Name);
                Assert.Equal((QuicUdpOutcome.Answered, QuicHandshakeOutcome.ServerHello), (taken.UdpOutcome, taken.Handshake!.Outcome));
                Assert.StartsWith("TLS_", taken.Handshake.CipherSuite, StringComparison.Ordinal);
                Assert.Equal(0, taken.DatagramsForeign);
                Assert.Contains(Completed, Client(network, folder.FullName, Name, port, "").Output, StringComparison.Ordinal);
            }

            var retried = Probe(inside, RetryPort, Name).Handshake!;
            Assert.Equal((true, QuicHandshakeOutcome.ServerHello), (retried.WasRetried, retried.Outcome));

            // Neither takes a protocol it does not know; caddy has one certificate, and none for another name.
            Assert.Equal((QuicHandshakeOutcome.Closed, "no_application_protocol"), Refusal(Probe(inside, CaddyPort, Name, "nonsense")));
            Assert.Equal((QuicHandshakeOutcome.Closed, "internal_error"), Refusal(Probe(inside, CaddyPort, Other)));
            Assert.DoesNotContain(Completed, Client(network, folder.FullName, Other, CaddyPort, "").Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (QuicHandshakeOutcome, string?) Refusal(QuicPathResult result) => (result.Handshake!.Outcome, result.Handshake.Alert);

    private static void AgreesOnVersions(LabNetwork network, string folder, NetworkNamespace inside, int port)
    {
        var theirs = VersionLine().Matches(Client(network, folder, Name, port, "-v 0x1a2a3a4a").Output).Select(m => Convert.ToUInt32(m.Groups[1].Value, 16))
            .Where(v => (v & 0x0f0f0f0f) != 0x0a0a0a0a).Select(PacketPath.Quic.QuicVersions.Name);
        var ours = Probe(inside, port, null);
        Assert.NotEmpty(ours.Versions);
        Assert.Equal(theirs.Order(StringComparer.Ordinal), ours.Versions.Order(StringComparer.Ordinal));
    }

    // The client sends the name it was told to connect to: a mount namespace of its own gives the names their address.
    private static CommandResult Client(LabNetwork network, string folder, string name, int port, string options) => network.Exec(
        "a",
        $"unshare -m sh -c 'mount --bind {folder}/hosts /etc/hosts; exec gtlsclient --timeout=1s --handshake-timeout=1s --exit-on-all-streams-close {options} {name} {port} https://{name}:{port}/ 2>&1'",
        TimeSpan.FromSeconds(10));

    private static QuicPathResult Probe(NetworkNamespace inside, int port, string? serverName, string protocol = "h3")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var options = new QuicProbeOptions { Namespace = inside, ServerName = serverName, ApplicationProtocols = [protocol], Timeout = TimeSpan.FromSeconds(2) };
        return Assert.Single(QuicProbe.Run(options, [new QuicTarget(Server, IPAddress.Parse(Server), port)], limit.Token));
    }

    private static LabNetwork Build(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "hosts"), $"{Server} {Name} {Other}\n");
        File.WriteAllText(Path.Combine(folder, "Caddyfile"), $$"""
            {
              admin off
              skip_install_trust
              auto_https disable_redirects
              http_port 8080
              https_port {{CaddyPort}}
            }
            https://{{Name}}:{{CaddyPort}} {
              tls {{folder}}/cert.pem {{folder}}/key.pem
              respond "hello"
            }
            """);
        return LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a" },
                new LabNode
                {
                    Name = "b",
                    Services =
                    [
                        Gtls(folder, GtlsPort, ""),
                        Gtls(folder, RetryPort, "-V"),
                        new LabService
                        {
                            Kind = LabServiceKind.Command,
                            Run = $"HOME={folder} XDG_DATA_HOME={folder} XDG_CONFIG_HOME={folder} exec caddy run --config {folder}/Caddyfile --adapter caddyfile 2>&1",
                            Ready = new LabReadiness { TcpPort = CaddyPort, TimeoutSeconds = 30 },
                        },
                    ],
                },
            ],
            Links = [Topologies.Link("a:eth0", "b:eth0", "10.1.0.1/24", Server + "/24")],
        });
    }

    private static LabService Gtls(string folder, int port, string options)
    {
        var ready = Path.Combine(folder, $"ready-{port}");
        return new LabService
        {
            Kind = LabServiceKind.Command,
            Run = $"cd {folder}; gtlsserver -q {options} {Server} {port} key.pem cert.pem & until ss -Hlun sport = :{port} | grep -q .; do kill -0 $! || exit 1; done; touch {ready}; wait",
            Ready = new LabReadiness { File = ready, TimeoutSeconds = 20 },
        };
    }

    private static void Certificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    [GeneratedRegex("VN v=0x([0-9a-f]{8})")]
    private static partial Regex VersionLine();
}

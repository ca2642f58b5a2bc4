using System.Globalization;
using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>Proxies of other makers are read as curl reads them, and the environment decides as it does for curl.</summary>
public class ProxyServerTests
{
    private const int SquidPort = 3128;
    private const int TinyPort = 8888;
    private const string Secret = "Aig4wai0";

    [PeerFact("squid", "tinyproxy", "curl")]
    public void StatusesAreThoseThatCurlSees()
    {
        var folder = Directory.CreateTempSubdirectory("packetpath-proxy-");
        var instance = $"packetpath{Environment.ProcessId}";
        try
        {
            using var network = Build(folder.FullName, instance);
            using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
            foreach (var proxy in new[] { "10.1.0.2", "[fd01::2]" })
            {
                // A port that is allowed and answers, one that is not allowed, one that is allowed and closed.
                Agree(network, inside, $"http://{proxy}:{SquidPort}", "10.2.0.2:443", 200, ProxyOutcome.TunnelOpen);
                Agree(network, inside, $"http://{proxy}:{SquidPort}", "[fd02::2]:443", 200, ProxyOutcome.TunnelOpen);
                Agree(network, inside, $"http://{proxy}:{SquidPort}", "10.2.0.2:8443", 403, ProxyOutcome.Denied);
                Agree(network, inside, $"http://{proxy}:{SquidPort}", "10.2.0.2:444", 503, ProxyOutcome.GatewayFailure);
                Agree(network, inside, $"http://{proxy}:{TinyPort}", "10.2.0.2:443", 407, ProxyOutcome.AuthenticationRequired);
                Agree(network, inside, $"http://ops:wrong@{proxy}:{TinyPort}", "10.2.0.2:443", 401, ProxyOutcome.Denied);
                Agree(network, inside, $"http://ops:{Secret}@{proxy}:{TinyPort}", "10.2.0.2:443", 200, ProxyOutcome.TunnelOpen);
                Agree(network, inside, $"http://ops:{Secret}@{proxy}:{TinyPort}", "10.2.0.2:8443", 403, ProxyOutcome.Denied);
                Agree(network, inside, $"http://ops:{Secret}@{proxy}:{TinyPort}", "10.2.0.2:444", 500, ProxyOutcome.GatewayFailure);
            }

            var denied = Ask(inside, $"http://10.1.0.2:{SquidPort}", "10.2.0.2:8443");
            Assert.Contains(denied.Headers, h => h.Name == "X-Squid-Error" && h.Value.StartsWith("ERR_ACCESS_DENIED", StringComparison.Ordinal));
            Assert.Equal(["Basic"], Ask(inside, $"http://10.1.0.2:{TinyPort}", "10.2.0.2:443").AuthenticationSchemes);

            foreach (var proxy in new[] { $"http://10.1.0.2:{SquidPort}", $"http://ops:{Secret}@10.1.0.2:{TinyPort}" })
            {
                var through = Ask(inside, proxy, "10.2.0.2:443", "www.lab.example").TunnelTls!;
                Assert.Equal((TlsOutcome.Completed, true, "CN=www.lab.example"), (through.Outcome, through.CoversName, through.Certificate!.Subject));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
            foreach (var left in Directory.GetFiles("/dev/shm", instance + "-*"))
            {
                File.Delete(left);
            }
        }
    }

    [PeerFact("curl")]
    public void ExceptionsAreThoseThatCurlMakes()
    {
        (string Host, string List)[] cases =
        [
            ("www.lab.example", "lab.example"),
            ("www.lab.example", ".lab.example"),
            ("lab.example", ".lab.example"),
            ("badlab.example", "lab.example"),
            ("www.lab.example", "other.example, LAB.example"),
            ("www.lab.example", "other.example lab.example."),
            ("www.lab.example", "*"),
            ("www.lab.example", "www*"),
            ("www.lab.example", ""),
            ("10.9.0.7", "10.9.0.0/16"),
            ("10.9.0.7", "10.9.0.8/29"),
            ("10.9.0.7", "10.9.0.7"),
            ("10.9.0.7", "9.0.7"),
        ];
        using var network = LabNetwork.Build(Topologies.Pair());
        var proxied = 0;
        foreach (var (host, list) in cases)
        {
            // Nothing listens at the proxy's port: curl's error tells whom it asked.
            const string proxy = "http://10.1.0.2:9";
            var theirs = network.Exec(
                "a", $"env -u NO_PROXY https_proxy={proxy} no_proxy='{list}' curl -gsv -m 5 --resolve '{host}:443:10.1.0.1' 'https://{host}/' 2>&1", TimeSpan.FromSeconds(20)).Output;
            var choice = ProxyEnvironment.Choose(TunnelTarget.Parse(host), name => name switch { "https_proxy" => proxy, "no_proxy" => list, _ => null });
            Assert.Contains("Trying", theirs, StringComparison.Ordinal);
            Assert.True(theirs.Contains(" 10.1.0.2:9...", StringComparison.Ordinal) == choice.Address is not null, $"{host} with '{list}': {theirs}");
            proxied += choice.Address is null ? 0 : 1;
        }

        Assert.InRange(proxied, 1, cases.Length - 1);
    }

    private static void Agree(LabNetwork network, NetworkNamespace inside, string proxy, string target, int status, ProxyOutcome outcome)
    {
        var theirs = network.Exec("a", $"curl -gsp -m 10 -o /dev/null -w '%{{http_connect}}' -x '{proxy}' 'http://{target}/'", TimeSpan.FromSeconds(20)).Output.Trim();
        var ours = Ask(inside, proxy, target);
        Assert.Equal((theirs, outcome), ((ours.StatusCode ?? 0).ToString("000", CultureInfo.InvariantCulture), ours.Outcome));
        Assert.Equal(status, ours.StatusCode);
        Assert.DoesNotContain(Secret, System.Text.Json.JsonSerializer.Serialize(ours));
    }

    private static ProxyConnectResult Ask(NetworkNamespace inside, string proxy, string target, string? serverName = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var address = ProxyAddress.Parse(proxy);
        var options = new ProxyProbeOptions { Namespace = inside, Timeout = TimeSpan.FromSeconds(10), ServerName = serverName };
        return Assert.Single(ProxyProbe.Run(options, [new ProxyTarget(TunnelTarget.Parse(target), address, address.Host.Address!)], limit.Token));
    }

    private static LabNetwork Build(string folder, string instance)
    {
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.WriteAllText(Path.Combine(folder, "squid.conf"), $"""
            http_port {SquidPort}
            acl allowed port 443 444
            http_access deny !allowed
            http_access allow all
            cache deny all
            memory_cache_shared off
            pid_filename none
            access_log none
            cache_log /dev/null
            shutdown_lifetime 0 seconds
            forward_max_tries 1
            connect_timeout 2 seconds
            visible_hostname proxy.lab
            coredump_dir {folder}
            """);
        File.WriteAllText(Path.Combine(folder, "tinyproxy.conf"), $"""
            Port {TinyPort}
            Timeout 10
            LogLevel Critical
            LogFile "{folder}/tinyproxy.log"
            BasicAuth ops {Secret}
            ConnectPort 443
            ConnectPort 444
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
                        new LabService { Kind = LabServiceKind.Command, Run = $"exec squid -n {instance} -N -f {folder}/squid.conf", Ready = new LabReadiness { TcpPort = SquidPort } },
                        new LabService { Kind = LabServiceKind.Command, Run = $"exec tinyproxy -d -c {folder}/tinyproxy.conf", Ready = new LabReadiness { TcpPort = TinyPort } },
                    ],
                },
                new LabNode
                {
                    Name = "c",
                    Services = [new LabService { Kind = LabServiceKind.Tls, Port = 443, Tls = new LabTls { Certificates = [new LabCertificate { Names = ["www.lab.example"] }] } }],
                },
            ],
            Links =
            [
                Topologies.Link("a:eth0", "b:eth0", "10.1.0.1/24 fd01::1/64", "10.1.0.2/24 fd01::2/64"),
                Topologies.Link("b:eth1", "c:eth0", "10.2.0.1/24 fd02::1/64", "10.2.0.2/24 fd02::2/64"),
            ],
        });
    }
}

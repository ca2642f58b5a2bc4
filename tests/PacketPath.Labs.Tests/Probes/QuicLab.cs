using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>One network for every answer QUIC can meet: a host, two routers, a far host; each port of the far host is a case of its own.</summary>
public sealed class QuicLab : IDisposable
{
    public const int Both = 443;
    public const int QuicOnly = 444;
    public const int TcpOnly = 445;
    public const int RouterDrops = 446;
    public const int RouterProhibits = 447;
    public const int RouterRejects = 448;
    public const int TargetDrops = 449;
    public const int Names = 450;
    public const int OutputDrops = 451;
    public const int OutputRejects = 452;
    public const int Echo = 453;
    public const int Retry = 454;
    public const int InputDrops = 455;

    private const string HereRules =
        """
        table inet here {
          chain output {
            type filter hook output priority 0
            udp dport 451 drop
            udp dport 452 reject with icmpx port-unreachable
          }
          chain input {
            type filter hook input priority 0
            udp sport 455 drop
          }
        }
        """;

    private const string RouterRules =
        """
        table inet edge {
          chain forward {
            type filter hook forward priority 0
            udp dport 446 drop
            udp dport 447 reject with icmpx admin-prohibited
            udp dport 448 reject with icmpx port-unreachable
          }
        }
        """;

    private const string FarRules =
        """
        table inet far {
          chain input {
            type filter hook input priority 0
            udp dport 449 drop
          }
        }
        """;

    public QuicLab()
    {
        if (LabPrivilege.Missing() is not null)
        {
            return;
        }

        Network = LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a", Routes = ["default via 10.0.1.254", "-6 default via fd01::ff"], Commands = [Nft(HereRules)] },
                new LabNode { Name = "r1", Forwarding = true, Routes = ["10.0.3.0/24 via 10.0.2.2", "-6 fd03::/64 via fd02::2"], Commands = [Nft(RouterRules)] },
                new LabNode { Name = "r2", Forwarding = true, Routes = ["10.0.1.0/24 via 10.0.2.1", "-6 fd01::/64 via fd02::1"] },
                new LabNode { Name = "b", Routes = ["default via 10.0.3.254", "-6 default via fd03::ff"], Commands = [Nft(FarRules)], Services = [.. Services()] },
            ],
            Links =
            [
                Topologies.Link("a:eth0", "r1:eth0", "10.0.1.1/24 fd01::1/64", "10.0.1.254/24 fd01::ff/64"),
                Topologies.Link("r1:eth1", "r2:eth0", "10.0.2.1/24 fd02::1/64", "10.0.2.2/24 fd02::2/64"),
                Topologies.Link("r2:eth1", "b:eth0", "10.0.3.254/24 fd03::ff/64", "10.0.3.1/24 fd03::1/64"),
            ],
        });
        Namespace = NetworkNamespace.Open(Network.NamespaceOf("a"));
    }

    public LabNetwork Network { get; } = null!;

    public NetworkNamespace Namespace { get; } = null!;

    public static string Far(bool ipv6) => ipv6 ? "fd03::1" : "10.0.3.1";

    public static string FirstRouter(bool ipv6) => ipv6 ? "fd01::ff" : "10.0.1.254";

    public QuicPathResult Probe(bool ipv6, int port, Func<QuicProbeOptions, QuicProbeOptions>? change = null) => Probe(Far(ipv6), port, change);

    public QuicPathResult Probe(string address, int port, Func<QuicProbeOptions, QuicProbeOptions>? change = null)
    {
        var options = new QuicProbeOptions { Namespace = Namespace, Timeout = TimeSpan.FromSeconds(1) };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Assert.Single(QuicProbe.Run(change?.Invoke(options) ?? options, [new QuicTarget(address, IPAddress.Parse(address), port)], limit.Token));
    }

    public void Dispose()
    {
        Namespace?.Dispose();
        Network?.Dispose();
    }

    private static IEnumerable<LabService> Services()
    {
        foreach (var port in new[] { Both, TcpOnly, RouterDrops, RouterProhibits, RouterRejects, TargetDrops, Names, OutputDrops, OutputRejects, InputDrops, Echo })
        {
            yield return new LabService { Kind = LabServiceKind.TcpAccept, Port = port };
        }

        foreach (var port in new[] { Both, QuicOnly, RouterDrops, RouterProhibits, RouterRejects, OutputDrops, OutputRejects, InputDrops })
        {
            yield return new LabService { Kind = LabServiceKind.Quic, Port = port };
        }

        yield return new LabService { Kind = LabServiceKind.Quic, Port = Names, SilentNames = ["blocked.example"], RefusedNames = ["refused.example"] };
        yield return new LabService { Kind = LabServiceKind.Quic, Port = Retry, Retry = true };
        yield return new LabService { Kind = LabServiceKind.UdpEcho, Port = Echo };
    }

    private static string Nft(string rules) => $"nft -f - <<'RULES'\n{rules}\nRULES";
}

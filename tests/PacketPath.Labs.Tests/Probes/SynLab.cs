using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>One network for every row of the SYN differential: a host, a router, a far host; each port of the far host is a row of its own.</summary>
public sealed class SynLab : IDisposable
{
    public const int Open = 80;
    public const int Closed = 81;
    public const int FarPortUnreachable = 82;
    public const int FarProhibited = 83;
    public const int FarSilent = 84;
    public const int TranslatedSilent = 85;
    public const int TranslatedClosed = 86;
    public const int OutputDrop = 90;
    public const int OutputReject = 91;
    public const int OutputReset = 92;
    public const int OutputForgedHostUnreachable = 93;
    public const int InputDrop = 94;
    public const int InputReset = 95;
    public const int InputReject = 96;

    private const string FarRules =
        """
        table inet far {
          chain input {
            type filter hook input priority 0
            tcp dport 82 reject with icmpx port-unreachable
            tcp dport 83 reject with icmpx admin-prohibited
            tcp dport { 84, 85 } drop
          }
        }
        """;

    private const string HereRules =
        """
        table inet here {
          chain output {
            type filter hook output priority 0
            tcp dport 90 drop
            tcp dport 91 reject with icmpx port-unreachable
            tcp dport 92 reject with tcp reset
            tcp dport 93 reject with icmpx host-unreachable
          }
          chain input {
            type filter hook input priority 0
            tcp sport 94 drop
            tcp sport 95 reject with tcp reset
            tcp sport 96 reject with icmpx port-unreachable
          }
          chain translate {
            type nat hook postrouting priority 100
            meta nfproto ipv4 tcp dport { 85, 86 } snat ip to 10.0.1.1:2000-2999
            meta nfproto ipv6 tcp dport { 85, 86 } snat ip6 to [fd01::1]:2000-2999
          }
        }
        """;

    private readonly List<Socket> _listeners = [];

    public SynLab()
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
                new LabNode { Name = "r", Forwarding = true, Routes = ["198.51.100.0/24 via 10.0.2.1", "-6 2001:db8:5::/48 via fd02::1"] },
                new LabNode { Name = "b", Forwarding = true, Routes = ["default via 10.0.2.254", "-6 default via fd02::ff"], Commands = [Nft(FarRules)] },
            ],
            Links =
            [
                Topologies.Link("a:eth0", "r:eth0", "10.0.1.1/24 fd01::1/64", "10.0.1.254/24 fd01::ff/64"),
                Topologies.Link("r:eth1", "b:eth0", "10.0.2.254/24 fd02::ff/64", "10.0.2.1/24 fd02::1/64"),
            ],
        });
        Namespace = NetworkNamespace.Open(Network.NamespaceOf("a"));
        using var far = NetworkNamespace.Open(Network.NamespaceOf("b"));
        foreach (var port in new[] { Open, InputDrop, InputReset, InputReject })
        {
            _listeners.Add(far.Run(() => Listen(IPAddress.Any, port)));
            _listeners.Add(far.Run(() => Listen(IPAddress.IPv6Any, port)));
        }
    }

    public LabNetwork Network { get; } = null!;

    public NetworkNamespace Namespace { get; } = null!;

    public static string Far(bool ipv6) => ipv6 ? "fd02::1" : "10.0.2.1";

    public static string Here(bool ipv6) => ipv6 ? "fd01::1" : "10.0.1.1";

    public static string Router(bool ipv6) => ipv6 ? "fd01::ff" : "10.0.1.254";

    public SynPathResult Probe(string address, int port, Func<SynProbeOptions, SynProbeOptions>? change = null)
    {
        var options = new SynProbeOptions { Namespace = Namespace, Timeout = TimeSpan.FromSeconds(1.4) };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Assert.Single(SynProbe.Run(change?.Invoke(options) ?? options, [new SynTarget(address, IPAddress.Parse(address), port)], limit.Token));
    }

    public void Dispose()
    {
        _listeners.ForEach(l => l.Dispose());
        Namespace?.Dispose();
        Network?.Dispose();
    }

    private static string Nft(string rules) => $"nft -f - <<'RULES'\n{rules}\nRULES";

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen(512);
        return socket;
    }
}

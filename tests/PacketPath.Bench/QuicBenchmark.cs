using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>Test-QuicPath to a QUIC service of the neighbor, warm, beside a bare datagram that asks the same; then 200 silent targets in one call.</summary>
internal sealed class QuicBenchmark : IBenchmark
{
    private const int WarmCalls = 20;
    private const int Calls = 100;
    private const int Port = 443;
    private const int SilentPort = 444;
    private const int Targets = 200;
    private const string Peer = "10.9.0.2";

    public string Name => "quic";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = Build();
        engine.Set("ns", network.NamespaceOf("a"));
        foreach (string name in new[] { "", " -ServerName lab.example" })
        {
            string call = $"Test-QuicPath -TargetName {Peer} -Port {Port}{name} -NetNamespace $ns";
            _ = engine.Invoke($"1..{WarmCalls} | ForEach-Object {{ $r = {call}; if (-not $r.QuicAnswered -or $r.TcpOutcome -ne 'Open' -or ($r.Handshake -and $r.Handshake.Outcome -ne 'ServerHello')) {{ throw \"$r\" }} }}");
            Paired times = Paired.Measure(Calls, () => engine.Time($"{call} | Out-Null"), () => Bare(network.NamespaceOf("a")));
            double overhead = times.OursMedian - times.TheirsMedian;
            yield return new BenchResult(
                $"`Test-QuicPath{name}` on the link, warm, with TCP beside it and its capture, over a bare datagram", $"{times.OursMedian:F1} ms", $"{times.TheirsMedian:F2} ms", overhead, 20, "ms");
        }

        string silent = $"$r = @(1..{Targets} | ForEach-Object {{ '10.9.1.' + $_ }} | Test-QuicPath -Port {SilentPort} -TimeoutSeconds 1 -ThrottleLimit {Targets} -NetNamespace $ns)";
        _ = engine.Invoke($"{silent}; if ($r.Count -ne {Targets} -or $r.UdpOutcome -ne 'Silent') {{ throw \"$($r.Count)\" }}");
        double beyond = engine.Time(silent) - 1000;
        yield return new BenchResult($"{Targets} silent targets in one `Test-QuicPath` call, with their controls and walks, time beyond the timeout", $"{beyond:F0} ms", "-", beyond, 2000, "ms");
    }

    private static double Bare(string netNamespace)
    {
        using NetworkNamespace ns = NetworkNamespace.Open(netNamespace);
        using Socket socket = ns.Run(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        byte[] packet = new byte[1200];
        Convert.FromHexString("c01a2a3a4a08010203040506070808a1a2a3a4a5a6a7a8").CopyTo(packet, 0);
        byte[] answer = new byte[1500];
        long start = Stopwatch.GetTimestamp();
        socket.Connect(IPAddress.Parse(Peer), Port);
        socket.Send(packet);
        _ = socket.Receive(answer);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static LabNetwork Build() => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "a", Routes = ["10.9.1.0/24 via 10.9.0.2"] },
            new LabNode
            {
                Name = "b",
                Commands = ["ip route add local 10.9.1.0/24 dev lo", "nft 'add table inet q; add chain inet q i { type filter hook input priority 0; }; add rule inet q i meta l4proto udp ip daddr 10.9.1.0/24 drop'"],
                Services =
                [
                    new LabService { Kind = LabServiceKind.Quic, Port = Port },
                    new LabService { Kind = LabServiceKind.TcpAccept, Port = Port },
                    new LabService { Kind = LabServiceKind.TcpAccept, Port = SilentPort },
                ],
            },
        ],
        Links =
        [
            new LabLink
            {
                A = new LabLinkEnd { Node = "a", Interface = "eth0", Addresses = ["10.9.0.1/24"] },
                B = new LabLinkEnd { Node = "b", Interface = "eth0", Addresses = ["10.9.0.2/24"] },
            },
        ],
    });
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>Test-DnsTruncation on a healthy name server of another node, beside one bare query over UDP from the same namespace.</summary>
internal sealed class DnsBenchmark : IBenchmark
{
    private const int Rounds = 40;
    private const double Limit = 20;
    private const string Server = "10.9.1.2";

    public string Name => "dns";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = Build();
        using var here = NetworkNamespace.Open(network.NamespaceOf("a"));
        engine.Set("ns", network.NamespaceOf("a"));
        const string call = $"Test-DnsTruncation www.lab -Server {Server} -NetNamespace $ns";
        _ = engine.Invoke($"$r = {call}; if ($r.Outcome -ne 'Whole' -or $r.Exchanges.Count -ne 3 -or $r.CaptureStatus -ne 'Complete') {{ throw \"$r\" }}");
        using var bare = here.Run(() =>
        {
            var socket = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
            socket.Connect(new IPEndPoint(IPAddress.Parse(Server), 53));
            return socket;
        });
        var paired = Paired.Measure(Rounds, () => engine.Time($"{call} | Out-Null"), () => Query(bare));
        double overhead = paired.OursMedian - paired.TheirsMedian;
        yield return new BenchResult(
            $"`Test-DnsTruncation`, three sizes side by side, watched on the wire, over one bare query, warm, medians of {Rounds}",
            $"{paired.OursMedian:F1} ms", $"{paired.TheirsMedian:F2} ms (bare query)", overhead, Limit, "ms");
    }

    private static double Query(Socket socket)
    {
        byte[] query = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, .. "www"u8, 3, .. "lab"u8, 0, 0, 1, 0, 1];
        byte[] answer = new byte[512];
        long started = Stopwatch.GetTimestamp();
        socket.Send(query);
        socket.Receive(answer);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static LabNetwork Build() => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "a" },
            new LabNode
            {
                Name = "b",
                Services =
                [
                    new LabService
                    {
                        Kind = LabServiceKind.Dns, Port = 53, Address = Server,
                        Dns = new LabDns { Records = new Dictionary<string, IReadOnlyList<string>> { ["www.lab"] = ["A 192.0.2.80"] } },
                    },
                ],
            },
        ],
        Links =
        [
            new LabLink
            {
                A = new LabLinkEnd { Node = "a", Interface = "eth0", Addresses = ["10.9.1.1/24"] },
                B = new LabLinkEnd { Node = "b", Interface = "eth0", Addresses = [$"{Server}/24"] },
            },
        ],
    });
}

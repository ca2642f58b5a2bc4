using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>Test-ProxyConnect through a healthy proxy of the link, beside a bare CONNECT on a bare socket, and 200 targets in one call.</summary>
internal sealed class ProxyBenchmark : IBenchmark
{
    private const int WarmCalls = 20;
    private const int Calls = 100;
    private const int Targets = 200;
    private const double OverheadLimit = 20;
    private const double ManyLimit = 4000;
    private const string Proxy = "10.8.1.2";
    private const string Target = "10.8.2.2:443";
    private const int Port = 3128;

    public string Name => "proxy";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = Build();
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        engine.Set("ns", network.NamespaceOf("a"));
        string call = $"Test-ProxyConnect {Target} -Proxy http://{Proxy}:{Port} -NetNamespace $ns";
        _ = engine.Invoke($"1..{WarmCalls} | ForEach-Object {{ $r = {call}; if ($r.Outcome -ne 'TunnelOpen' -or $r.TcpPath.CaptureStatus -ne 'Complete') {{ throw \"$r\" }} }}");
        double[] ours = new double[Calls], bare = new double[Calls];
        for (int i = 0; i < Calls; i++)
        {
            bare[i] = Bare(inside);
            ours[i] = engine.Time($"{call} | Out-Null");
        }

        double overhead = Paired.Median([.. ours.Order()]) - Paired.Median([.. bare.Order()]);
        yield return new BenchResult(
            $"`Test-ProxyConnect` through a healthy proxy, warm, with its capture, beyond a bare CONNECT, median of {Calls}",
            $"{Paired.Median([.. ours.Order()]):F1} ms (95%: {ours.Order().ElementAt(Calls * 95 / 100):F1})", $"{Paired.Median([.. bare.Order()]):F1} ms", overhead, OverheadLimit, "ms");

        string many = $"1..{Targets} | ForEach-Object {{ '{Target}' }} | Test-ProxyConnect -Proxy http://{Proxy}:{Port} -NetNamespace $ns";
        _ = engine.Invoke($"$r = @({many}); if ($r.Count -ne {Targets} -or ($r.Outcome -ne 'TunnelOpen')) {{ throw \"$($r.Count) $($r.Outcome)\" }}");
        double worst = Enumerable.Range(0, 3).Max(_ => engine.Time($"{many} | Out-Null"));
        yield return new BenchResult($"{Targets} targets in one `Test-ProxyConnect` call, worst of 3", $"{worst:F0} ms", "-", worst, ManyLimit, "ms");
    }

    private static double Bare(NetworkNamespace inside)
    {
        using var socket = inside.Run(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        byte[] answer = new byte[1024];
        long start = Stopwatch.GetTimestamp();
        socket.Connect(IPAddress.Parse(Proxy), Port);
        socket.Send("CONNECT 10.8.2.2:443 HTTP/1.1\r\nHost: 10.8.2.2:443\r\n\r\n"u8);
        int got = socket.Receive(answer);
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return answer.AsSpan(0, got).StartsWith("HTTP/1.1 200"u8) ? time : throw new InvalidOperationException("The proxy did not tunnel.");
    }

    private static LabNetwork Build() => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "a" },
            new LabNode { Name = "p", Services = [new LabService { Kind = LabServiceKind.Proxy, Port = Port, Backlog = 1024 }] },
            new LabNode { Name = "b", Services = [new LabService { Kind = LabServiceKind.TcpAccept, Port = 443, Backlog = 1024 }] },
        ],
        Links =
        [
            Link("a", "eth0", "10.8.1.1/24", "p", "eth0", "10.8.1.2/24"),
            Link("p", "eth1", "10.8.2.1/24", "b", "eth0", "10.8.2.2/24"),
        ],
    });

    private static LabLink Link(string a, string aInterface, string aAddress, string b, string bInterface, string bAddress) => new()
    {
        A = new LabLinkEnd { Node = a, Interface = aInterface, Addresses = [aAddress] },
        B = new LabLinkEnd { Node = b, Interface = bInterface, Addresses = [bAddress] },
    };
}

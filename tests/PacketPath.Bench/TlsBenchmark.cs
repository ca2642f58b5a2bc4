using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>Test-TlsServerName on a healthy peer of the link, beside a bare handshake of SslStream.</summary>
internal sealed class TlsBenchmark : IBenchmark
{
    private const int Calls = 60;
    private const double Limit = 20;
    private const string Peer = "10.1.0.2";
    private const string Name1 = "a.example";

    public string Name => "tls";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a" },
                new LabNode { Name = "b", Services = [new LabService { Kind = LabServiceKind.Tls, Port = 443, Tls = new LabTls { Certificates = [new LabCertificate { Names = [Name1] }] } }] },
            ],
            Links =
            [
                new LabLink
                {
                    A = new LabLinkEnd { Node = "a", Interface = "eth0", Addresses = ["10.1.0.1/24"] },
                    B = new LabLinkEnd { Node = "b", Interface = "eth0", Addresses = [$"{Peer}/24"] },
                },
            ],
        });
        engine.Set("ns", network.NamespaceOf("a"));
        engine.Set("ca", network.AuthorityPath!);
        const string call = $"Test-TlsServerName -TargetName {Peer} -ServerName {Name1} -TrustedCertificate $ca -NetNamespace $ns";
        _ = engine.Invoke($"$r = {call}; $h = $r.Handshakes[0]; if ($h.Outcome -ne 'Completed' -or -not $h.CoversName -or $h.Certificate.ChainErrors -or $r.CaptureStatus -ne 'Complete') {{ throw \"$r, capture $($r.CaptureStatus)\" }}");
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        Paired times = Paired.Measure(Calls, () => engine.Time($"{call} | Out-Null"), () => Bare(inside));
        double overhead = times.OursMedian - times.TheirsMedian;
        yield return new BenchResult(
            $"`Test-TlsServerName` on the link with its capture, warm, beyond a bare handshake of SslStream, median of {Calls}",
            $"{times.OursMedian:F1} ms (95%: {times.Ours[Calls * 95 / 100]:F1})", $"{times.TheirsMedian:F1} ms", overhead, Limit, "ms");
    }

    private static double Bare(NetworkNamespace inside)
    {
        long start = Stopwatch.GetTimestamp();
        using Socket socket = inside.Run(static () => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        socket.Connect(IPAddress.Parse(Peer), 443);
        using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
        tls.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = Name1, RemoteCertificateValidationCallback = static (_, _, _, _) => true });
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

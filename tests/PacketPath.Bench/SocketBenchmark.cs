using System.Diagnostics;

namespace PacketPath.Bench;

/// <summary>20,000 connected sockets, 10,000 in each of two processes, through Get-SocketEntry with their owners, and through <c>ss -tan</c>, which names none.</summary>
internal sealed class SocketBenchmark : IBenchmark
{
    private const int Count = 20_000;
    private const int Rounds = 11;
    private const double Limit = 1.0;
    private const string Holder = """
        import os, signal, socket, sys
        n = int(sys.argv[1])
        listener = socket.socket()
        listener.bind(('127.0.0.1', 9000))
        listener.listen(4096)
        ready, done = os.pipe()
        held = []
        if os.fork() == 0:
            for _ in range(n): held.append(listener.accept()[0])
            os.write(done, b'x')
        else:
            listener.close()
            for _ in range(n):
                client = socket.socket()
                client.connect(('127.0.0.1', 9000))
                held.append(client)
            os.read(ready, 1)
            print('ready', flush=True)
        signal.pause()
        """;

    public string Name => "sockets";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        using var script = new LinesFile([Holder]);
        using var holder = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", network.Namespace, "python3", script.Path, $"{Count / 2}"]) { RedirectStandardOutput = true })!;
        try
        {
            if (holder.StandardOutput.ReadLine() != "ready")
            {
                throw new InvalidOperationException("The sockets could not be made: is python3 there, and are 10,100 descriptors allowed?");
            }

            engine.Set("ns", network.Namespace);
            engine.Set("count", Count);
            const string connected = "@(Get-SocketEntry -NetNamespace $ns -Protocol Tcp | Where-Object { $_.State -eq 'Established' -and $_.OwningProcessName -like 'python*' }).Count";
            if ((int)engine.Invoke(connected)[0].BaseObject != Count)
            {
                throw new InvalidOperationException($"{engine.Invoke(connected)[0]} sockets of {Count}.");
            }

            Paired times = Paired.Measure(
                Rounds,
                () => engine.Time("@(Get-SocketEntry -NetNamespace $ns -Protocol Tcp).Count"),
                () => Tool.Time("ip", "netns", "exec", network.Namespace, "ss", "-tan"));
            yield return new BenchResult(
                "20,000 sockets with their processes, Get-SocketEntry against ss -tan without",
                $"{times.OursMedian:F0} ms", $"{times.TheirsMedian:F0} ms", times.OursMedian / times.TheirsMedian, Limit, "x");
            Paired bare = Paired.Measure(
                Rounds,
                () => engine.Time("@(Get-SocketEntry -NetNamespace $ns -Protocol Tcp -NoProcess).Count"),
                () => Tool.Time("ip", "netns", "exec", network.Namespace, "ss", "-tan"));
            yield return new BenchResult(
                "20,000 sockets, Get-SocketEntry -NoProcess against ss -tan",
                $"{bare.OursMedian:F0} ms", $"{bare.TheirsMedian:F0} ms", bare.OursMedian / bare.TheirsMedian, Limit, "x");
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
            holder.WaitForExit();
        }
    }
}

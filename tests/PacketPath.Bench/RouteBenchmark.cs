namespace PacketPath.Bench;

/// <summary>10,000 destinations through Get-PacketRoute, and through <c>ip -json -batch</c>.</summary>
internal sealed class RouteBenchmark : IBenchmark
{
    private const int Count = 10_000;
    private const int Prefixes = 500;
    private const int Rounds = 25;
    private const double Limit = 0.5;

    public string Name => "routes";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        network.Batch(Enumerable.Range(0, Prefixes).Select(i => $"route add 10.{100 + (i % 100)}.{i / 100 * 8}.0/21 via 10.1.0.2 metric {i % 3}"));
        string[] destinations = Destinations(Count);
        engine.Set("destinations", destinations);
        engine.Set("ns", network.Namespace);
        int answers = engine.Invoke("$destinations | Get-PacketRoute -NetNamespace $ns").Count;
        if (answers != Count)
        {
            throw new InvalidOperationException($"{answers} answers to {Count} questions.");
        }

        using var batch = new LinesFile(destinations.Select(d => $"route get {d}"));
        foreach ((string how, string script) in new[]
        {
            ("as an argument", "Get-PacketRoute $destinations -NetNamespace $ns | Out-Null"),
            ("through the pipeline", "$destinations | Get-PacketRoute -NetNamespace $ns | Out-Null"),
        })
        {
            Paired times = Paired.Measure(
                Rounds, () => engine.Time(script), () => Tool.Time("ip", "-n", network.Namespace, "-json", "-batch", batch.Path));
            yield return new BenchResult(
                $"10,000 destinations {how}, Get-PacketRoute against ip -json -batch",
                $"{times.OursMedian:F0} ms", $"{times.TheirsMedian:F0} ms", times.OursMedian / times.TheirsMedian, Limit, "x");
        }
    }

    /// <summary>Addresses spread over the routed prefixes and beyond, the same in every run.</summary>
    internal static string[] Destinations(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => $"10.{random.Next(90, 210)}.{random.Next(256)}.{random.Next(1, 255)}")];
    }
}

namespace PacketPath.Bench;

/// <summary>A neighbor table of 50,000 entries through Get-NeighborEntry, and through <c>ip -json neigh</c>.</summary>
internal sealed class NeighborBenchmark : IBenchmark
{
    private const int Count = 50_000;
    private const int Rounds = 11;
    private const double Limit = 1.0;

    public string Name => "neighbors";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        network.Batch(Enumerable.Range(0, Count).Select(i =>
            $"neigh add 10.{64 + (i >> 16)}.{(i >> 8) & 255}.{i & 255} lladdr 02:00:00:{i >> 16:x2}:{(i >> 8) & 255:x2}:{i & 255:x2} dev eth0 nud permanent"));
        engine.Set("ns", network.Namespace);
        int entries = engine.Invoke("Get-NeighborEntry -NetNamespace $ns -State Permanent").Count;
        if (entries != Count)
        {
            throw new InvalidOperationException($"{entries} entries of {Count}.");
        }

        Paired times = Paired.Measure(
            Rounds,
            () => engine.Time("@(Get-NeighborEntry -NetNamespace $ns).Count"),
            () => Tool.Time("ip", "-n", network.Namespace, "-json", "neigh"));
        yield return new BenchResult(
            "50,000 neighbors, Get-NeighborEntry against ip -json neigh",
            $"{times.OursMedian:F0} ms", $"{times.TheirsMedian:F0} ms", times.OursMedian / times.TheirsMedian, Limit, "x");
    }
}

namespace PacketPath.Bench;

/// <summary>Get-QueueStats in a namespace with a small tree of disciplines, warm, beside <c>tc</c> and <c>nstat</c>, which tell two parts of it.</summary>
internal sealed class QueueBenchmark : IBenchmark
{
    private const int Rounds = 31;
    private const double Limit = 5;

    public string Name => "queues";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        foreach (string command in new[]
        {
            "qdisc add dev eth0 root handle 1: htb default 10",
            "class add dev eth0 parent 1: classid 1:1 htb rate 10mbit",
            "class add dev eth0 parent 1:1 classid 1:10 htb rate 1mbit",
            "qdisc add dev eth0 parent 1:10 handle 10: pfifo limit 100",
        })
        {
            _ = Tool.Time("tc", ["-n", network.Namespace, .. command.Split(' ')]);
        }

        engine.Set("ns", network.Namespace);
        int rows = engine.Invoke("Get-QueueStats -NetNamespace $ns -All").Count;
        if (rows < 60)
        {
            throw new InvalidOperationException($"{rows} rows.");
        }

        Paired times = Paired.Measure(
            Rounds,
            () => engine.Time("@(Get-QueueStats -NetNamespace $ns -All).Count"),
            () => Tool.Time("tc", "-n", network.Namespace, "-s", "-j", "qdisc") + Tool.Time("ip", "netns", "exec", network.Namespace, "nstat", "-asz"));
        yield return new BenchResult(
            "`Get-QueueStats -All` of a namespace, warm, median; tc -s qdisc and nstat beside it",
            $"{times.OursMedian:F1} ms", $"{times.TheirsMedian:F1} ms", times.OursMedian, Limit, "ms");
    }
}

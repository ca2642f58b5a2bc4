namespace PacketPath.Bench;

/// <summary>Trace-PacketPath: a healthy target warm, a fault of this host, and a hundred silent targets against one.</summary>
internal sealed class TraceBenchmark : IBenchmark
{
    private const int WarmCalls = 10;
    private const int Calls = 50;
    private const int Port = 8080;
    private const double HealthyLimit = 150;
    private const double FaultLimit = 1_200;
    private const double ManyLimit = 1.5;

    public string Name => "trace";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        using var listener = network.Listen(Port);
        network.Batch(["route add blackhole 10.99.0.0/16"]);
        engine.Set("ns", network.Namespace);
        var healthy = $"Trace-PacketPath {BenchNetwork.Peer} -Port {Port} -NetNamespace $ns";
        _ = engine.Invoke($"1..{WarmCalls} | ForEach-Object {{ $t = {healthy}; if ($t.Verdict.FaultId -ne 'NoFault') {{ throw $t.Verdict.Summary }} }}");
        double[] times = [.. Enumerable.Range(0, Calls).Select(_ => engine.Time($"{healthy} | Out-Null")).Order()];
        double median = Paired.Median(times);
        yield return new BenchResult($"Trace-PacketPath of a healthy target, warm, median of {Calls}", $"{median:F1} ms (95%: {times[Calls * 95 / 100]:F1})", "-", median, HealthyLimit, "ms");

        var broken = "Trace-PacketPath 10.99.0.1 -NetNamespace $ns";
        _ = engine.Invoke($"$t = {broken}; if ($t.Verdict.FaultId -ne 'RouteBlackhole') {{ throw $t.Verdict.Summary }}");
        double[] faults = [.. Enumerable.Range(0, Calls).Select(_ => engine.Time($"{broken} | Out-Null")).Order()];
        yield return new BenchResult($"Trace-PacketPath of a blackhole route, warm, worst of {Calls}", $"{faults[^1]:F1} ms", "-", faults[^1], FaultLimit, "ms");

        engine.Set("one", "10.200.0.1");
        engine.Set("many", Enumerable.Range(1, 100).Select(static i => $"10.200.0.{i}").ToArray());
        _ = engine.Invoke("Trace-PacketPath $one -NetNamespace $ns | Out-Null");
        double one = engine.Time("if (@(Trace-PacketPath $one -NetNamespace $ns).Count -ne 1) { throw 'the trace is missing' }");
        double many = engine.Time("if (@(Trace-PacketPath $many -NetNamespace $ns).Count -ne 100) { throw 'traces are missing' }");
        yield return new BenchResult("100 silent targets in one Trace-PacketPath, against one", $"{many:F0} ms", $"{one:F0} ms", many / one, ManyLimit, "times");
    }
}

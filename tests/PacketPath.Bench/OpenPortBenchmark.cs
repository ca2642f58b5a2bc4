namespace PacketPath.Bench;

/// <summary>Test-SynPath to an open port of the neighbor, warm, with its capture.</summary>
internal sealed class OpenPortBenchmark : IBenchmark
{
    private const int WarmCalls = 20;
    private const int Calls = 100;
    private const int Port = 8080;
    private const double Limit = 15;

    public string Name => "open";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        using var listener = network.Listen(Port);
        engine.Set("ns", network.Namespace);
        string call = $"Test-SynPath -TargetName {BenchNetwork.Peer} -Port {Port} -NetNamespace $ns";
        _ = engine.Invoke($"1..{WarmCalls} | ForEach-Object {{ $r = {call}; if ($r.Outcome -ne 'Open' -or $r.CaptureStatus -ne 'Complete' -or -not $r.Replies) {{ throw \"$($r.Outcome), capture $($r.CaptureStatus)\" }} }}");
        double[] times = [.. Enumerable.Range(0, Calls).Select(_ => engine.Time($"{call} | Out-Null")).Order()];
        double median = Paired.Median(times);
        yield return new BenchResult($"Test-SynPath to an open port on the link, warm, median of {Calls}", $"{median:F1} ms (95%: {times[Calls * 95 / 100]:F1})", "-", median, Limit, "ms");
    }
}

using System.Management.Automation;

namespace PacketPath.Bench;

/// <summary>1,000 targets that stay silent, in one Test-SynPath call.</summary>
internal sealed class SilentBenchmark : IBenchmark
{
    private const int Count = 1_000;
    private const int Rounds = 3;
    private const double TimeoutSeconds = 2;
    private const double Limit = 1_000;

    public string Name => "silent";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        engine.Set("ns", network.Namespace);
        engine.Set("timeout", TimeoutSeconds);
        engine.Set("targets", Enumerable.Range(0, Count).Select(i => $"10.200.{i / 250}.{1 + (i % 250)}").ToArray());
        const string script = "Test-SynPath -TargetName $targets -Port 443 -TimeoutSeconds $timeout -NetNamespace $ns";
        foreach (PSObject result in engine.Invoke(script + " | Where-Object Outcome -ne NoReply"))
        {
            throw new InvalidOperationException($"A silent target gave {result.Properties["Outcome"].Value}.");
        }

        double[] times = [.. Enumerable.Range(0, Rounds).Select(_ => engine.Time($"if (@({script}).Count -ne {Count}) {{ throw 'results are missing' }}")).Order()];
        double over = times[^1] - (TimeoutSeconds * 1000);
        yield return new BenchResult($"1,000 silent targets, time beyond the timeout of {TimeoutSeconds:F0} s (worst of {Rounds})", $"{times[^1]:F0} ms in all", "-", over, Limit, "ms");
    }
}

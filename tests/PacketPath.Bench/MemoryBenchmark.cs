using System.Diagnostics;

namespace PacketPath.Bench;

/// <summary>Memory while 200,000 routes stream through the pipeline: it must not grow with their number.</summary>
internal sealed class MemoryBenchmark : IBenchmark
{
    private const int Count = 200_000;
    private const int SampleEvery = 20_000;
    private const double Limit = 16;
    private const double Megabyte = 1024 * 1024;

    public string Name => "memory";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = new BenchNetwork();
        List<(double Heap, double WorkingSet)> samples = [];
        engine.Set("ns", network.Namespace);
        engine.Set("stream", Stream(samples));
        _ = engine.Invoke("$stream | Get-PacketRoute -NetNamespace $ns | Out-Null");

        // The first sample stands for a pipeline that runs; what comes after it is growth.
        double heap = samples.Max(s => s.Heap) - samples[0].Heap;
        double workingSet = samples.Max(s => s.WorkingSet) - samples[0].WorkingSet;
        yield return new BenchResult(
            "200,000 routes streamed, growth of the live heap", $"{heap:F1} MB (working set {workingSet:+0.0;-0.0;0} MB)", "-", Math.Max(0, heap), Limit, "MB");
    }

    private static IEnumerable<string> Stream(List<(double Heap, double WorkingSet)> samples)
    {
        int sent = 0;
        foreach (string destination in RouteBenchmark.Destinations(Count))
        {
            yield return destination;
            if (++sent % SampleEvery == 0)
            {
                double heap = GC.GetTotalMemory(forceFullCollection: true) / Megabyte;
                using var self = Process.GetCurrentProcess();
                samples.Add((heap, self.WorkingSet64 / Megabyte));
            }
        }
    }
}

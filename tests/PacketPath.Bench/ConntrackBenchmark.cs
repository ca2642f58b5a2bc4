using System.Diagnostics;
using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>A table of 200,000 tracked connections through Get-ConntrackEntry, and through <c>conntrack -L</c>; the memory it takes; the counters.</summary>
internal sealed class ConntrackBenchmark : IBenchmark
{
    private const int Count = 200_000;
    private const int Percent = 77;
    private const int Rounds = 5;
    private const int SampleEvery = 20_000;
    private const double Limit = 1.0;
    private const double MemoryLimit = 64;
    private const double StatsLimit = 5;
    private const double Megabyte = 1024 * 1024;

    public string Name => "conntrack";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode
                {
                    Name = "a",
                    Commands =
                    [
                        "nft add table inet bench",
                        "nft 'add chain inet bench input { type filter hook input priority 0; }'",
                        "nft add rule inet bench input iifname lo tcp dport 19000-65535 drop",
                        "nft add rule inet bench input ct state invalid drop",
                    ],
                    Services = [new LabService { Kind = LabServiceKind.TrackedFlows, Percent = Percent }],
                },
            ],
        });
        var place = network.NamespaceOf("a");
        engine.Set("ns", place);
        const string count = "$n = 0; Get-ConntrackEntry -NetNamespace $ns | ForEach-Object { $n++ }; ";
        var counted = (int)engine.Invoke(count + "$n")[0].BaseObject;
        if (counted < Count)
        {
            throw new InvalidOperationException($"{counted} connections are tracked, {Count} are wanted.");
        }

        List<double> samples = [];
        engine.Set("samples", samples);
        using (var self = Process.GetCurrentProcess())
        {
            engine.Set("sample", (Action)(() =>
            {
                self.Refresh();
                samples.Add(self.WorkingSet64 / Megabyte);
            }));
            _ = engine.Invoke($"$sample.Invoke(); $n = 0; Get-ConntrackEntry -NetNamespace $ns | ForEach-Object {{ if (++$n % {SampleEvery} -eq 0) {{ $sample.Invoke() }} }}");
        }

        var growth = samples.Max() - samples[0];
        Paired times = Paired.Measure(
            Rounds,
            () => engine.Time("Get-ConntrackEntry -NetNamespace $ns | & { begin { $n = 0 } process { $n++ } end { $n } }"),
            () => Tool.Time("ip", "netns", "exec", place, "conntrack", "-L"));
        yield return new BenchResult(
            $"{counted:N0} connections, Get-ConntrackEntry against conntrack -L",
            $"{times.OursMedian:F0} ms", $"{times.TheirsMedian:F0} ms", times.OursMedian / times.TheirsMedian, Limit, "x");
        yield return new BenchResult("the same, growth of the working set", $"{growth:F1} MB", "-", Math.Max(0, growth), MemoryLimit, "MB");

        var stats = Enumerable.Range(0, 60).Select(_ => engine.Time("Get-ConntrackStats -NetNamespace $ns")).Skip(20).Order().ToList();
        yield return new BenchResult("Get-ConntrackStats, warm, median", $"{Paired.Median(stats):F1} ms", "-", Paired.Median(stats), StatsLimit, "ms");
    }
}

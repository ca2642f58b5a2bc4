namespace PacketPath.Bench;

/// <summary>ConvertTo-PacketReport: a hundred traces, with all their evidence, into one file.</summary>
internal sealed class ReportBenchmark : IBenchmark
{
    private const int Rounds = 5;
    private const double Limit = 1000;
    private const double MostMegabytes = 100;
    private const double Megabyte = 1024 * 1024;

    public string Name => "report";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("packetpath-bench-").FullName, "report.html");
        try
        {
            engine.Set("path", path);
            int count = engine.Invoke("$traces = @(1..100 | ForEach-Object { Trace-PacketPath 127.0.0.1 -Port $_ }); $traces.Count").Count;
            const string Write = "$traces | ConvertTo-PacketReport -Path $path";
            _ = engine.Time(Write);
            double worst = Enumerable.Range(0, Rounds).Max(_ => engine.Time(Write));
            double size = new FileInfo(path).Length / Megabyte;
            yield return new BenchResult("100 traces into one page, `ConvertTo-PacketReport -Path`, worst of five", $"{worst:F0} ms ({size:F1} MB)", "-", count == 1 ? worst : double.MaxValue, Limit, "ms");

            long before = GC.GetTotalAllocatedBytes(precise: true);
            _ = engine.Time(Write);
            double allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / Megabyte;
            yield return new BenchResult("the same, memory allocated", $"{allocated:F0} MB", "-", allocated, MostMegabytes, "MB");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}

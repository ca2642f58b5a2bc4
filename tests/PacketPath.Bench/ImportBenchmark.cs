namespace PacketPath.Bench;

/// <summary>What importing the module adds to the life of a fresh process.</summary>
internal sealed class ImportBenchmark(string root) : IBenchmark
{
    private const int Rounds = 15;
    private const double Limit = 150;

    public string Name => "import";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        string shell = Path.Combine(root, "tools", "pwsh");
        string manifest = Path.Combine(root, "PacketPath.psd1");
        Paired times = Paired.Measure(
            Rounds,
            () => Tool.Time(shell, "-NoProfile", "-NonInteractive", "-Command", $"Import-Module -Name '{manifest}'; exit 0"),
            () => Tool.Time(shell, "-NoProfile", "-NonInteractive", "-Command", "exit 0"));
        yield return new BenchResult(
            "Import-Module in a fresh process, against the same without it",
            $"{times.OursMedian:F0} ms", $"{times.TheirsMedian:F0} ms", times.OursMedian - times.TheirsMedian, Limit, "ms");
    }
}

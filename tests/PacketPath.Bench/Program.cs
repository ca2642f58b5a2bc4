using System.Globalization;
using PacketPath.Bench;
using PacketPath.Labs;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string root = FindRoot();
IBenchmark[] all =
[
    new RouteBenchmark(),
    new NeighborBenchmark(),
    new SilentBenchmark(),
    new OpenPortBenchmark(),
    new TraceBenchmark(),
    new ImportBenchmark(root),
    new MemoryBenchmark(),
    new FirewallBenchmark(),
    new ConntrackBenchmark(),
    new MtuBenchmark(),
    new DnsBenchmark(),
    new ProxyBenchmark(),
    new QuicBenchmark(),
    new TlsBenchmark(),
    new SocketBenchmark(),
    new QueueBenchmark(),
    new CompareBenchmark(),
    new ReportBenchmark(),
];
IBenchmark[] chosen = args.Length == 0 ? all : Array.FindAll(all, b => args.Contains(b.Name));
if (chosen.Length == 0 || args.Except(all.Select(b => b.Name)).Any())
{
    Console.Error.WriteLine($"usage: PacketPath.Bench [{string.Join('|', all.Select(b => b.Name))} ...]");
    return 2;
}

if (LabPrivilege() is { } missing)
{
    Console.Error.WriteLine($"The benchmarks build networks: {missing}");
    return 2;
}

List<BenchResult> results = [];
using (var engine = new Engine(Path.Combine(root, "PacketPath.psd1")))
{
    foreach (IBenchmark benchmark in chosen)
    {
        Console.Error.WriteLine($"Bench: {benchmark.Name} ...");
        results.AddRange(benchmark.Run(engine));
    }
}

Console.WriteLine(Machine.Describe());
Console.WriteLine();
Console.WriteLine("| measured | PacketPath | standard tool | result | limit | |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (BenchResult result in results)
{
    string format = result.Unit == "x" ? "F2" : "F1";
    Console.WriteLine(
        $"| {result.Name} | {result.Ours} | {result.Theirs} | {result.Measured.ToString(format, null)} {result.Unit} | {result.Limit:0.##} {result.Unit} | {(result.Passed ? "ok" : "MISSED")} |");
}

return results.TrueForAll(r => r.Passed) ? 0 : 1;

static string? LabPrivilege()
{
    try
    {
        using var probe = LabNetwork.Build(new LabTopology { Nodes = [new LabNode { Name = "probe" }] });
        return null;
    }
    catch (LabException e)
    {
        return $"{e.Message} {e.Advice}";
    }
}

static string FindRoot()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "PacketPath.psd1")))
        {
            return folder.FullName;
        }
    }

    throw new InvalidOperationException($"No PacketPath.psd1 above {AppContext.BaseDirectory}.");
}

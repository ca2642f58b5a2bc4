using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>Invoke-MtuProbe on a clear path, and on a black hole across three routers beside tracepath.</summary>
internal sealed class MtuBenchmark : IBenchmark
{
    private const int WarmCalls = 10;
    private const int Calls = 30;
    private const int HoleCalls = 3;

    // Three round trips and 50 ms; on this network a round trip is well under a millisecond.
    private const double ClearLimit = 50;
    private const double HoleLimit = 4000;
    private const string Target = "10.9.4.2";

    // In tracepath's favour: by default it would go on to hop 30, three seconds each.
    private const string Hops = "8";

    public string Name => "mtu";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        using var network = Build();
        string here = network.NamespaceOf("a");
        engine.Set("ns", here);
        const string call = $"Invoke-MtuProbe -TargetName {Target} -NetNamespace $ns";
        _ = engine.Invoke($"1..{WarmCalls} | ForEach-Object {{ $r = {call}; if ($r.Outcome -ne 'Clear' -or $r.PathMtu -ne 1500 -or $r.Hops.Count -ne 4) {{ throw \"$r\" }} }}");
        double[] times = [.. Enumerable.Range(0, Calls).Select(_ => engine.Time($"{call} | Out-Null")).Order()];
        double clear = Paired.Median(times);
        yield return new BenchResult($"`Invoke-MtuProbe` on a clear path across three routers, warm, median of {Calls}", $"{clear:F1} ms (95%: {times[Calls * 95 / 100]:F1})", "-", clear, ClearLimit, "ms");

        Tool.Run("ip", "-n", network.NamespaceOf("r2"), "link", "set", "eth1", "mtu", "1400");
        Tool.Run("ip", "-n", network.NamespaceOf("r3"), "link", "set", "eth0", "mtu", "1400");
        network.Exec("r2", "nft 'add table ip lab; add chain ip lab out { type filter hook output priority 0; }; add rule ip lab out icmp type destination-unreachable drop'");
        _ = engine.Invoke($"$r = {call}; if ($r.Outcome -ne 'BlackHole' -or $r.PathMtu -ne 1400 -or $r.BlackHoleHop.LastGood -ne '10.9.2.2') {{ throw \"$r\" }}");
        double[] holes = [.. Enumerable.Range(0, HoleCalls).Select(_ => engine.Time($"{call} | Out-Null")).Order()];
        double worst = holes[^1];
        yield return new BenchResult($"black hole across three routers, measured and placed, worst of {HoleCalls}", $"{worst:F0} ms", "-", worst, HoleLimit, "ms");

        double theirs = Tool.Time("ip", "netns", "exec", here, "tracepath", "-n", "-m", Hops, Target);
        yield return new BenchResult($"the same black hole, `Invoke-MtuProbe` against `tracepath -n -m {Hops}`", $"{worst:F0} ms", $"{theirs:F0} ms", worst / theirs, 0.2, "x");
    }

    // a - r1 - r2 - r3 - b
    private static LabNetwork Build()
    {
        string[] nodes = ["a", "r1", "r2", "r3", "b"];
        return LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a", Routes = ["default via 10.9.1.2"] },
                new LabNode { Name = "r1", Forwarding = true, Routes = ["10.9.3.0/24 via 10.9.2.2", "10.9.4.0/24 via 10.9.2.2"] },
                new LabNode { Name = "r2", Forwarding = true, Routes = ["10.9.1.0/24 via 10.9.2.1", "10.9.4.0/24 via 10.9.3.2"] },
                new LabNode { Name = "r3", Forwarding = true, Routes = ["10.9.1.0/24 via 10.9.3.1", "10.9.2.0/24 via 10.9.3.1"] },
                new LabNode { Name = "b", Routes = ["default via 10.9.4.1"] },
            ],
            Links = [.. Enumerable.Range(0, 4).Select(i => new LabLink
            {
                A = new LabLinkEnd { Node = nodes[i], Interface = i == 0 ? "eth0" : "eth1", Addresses = [$"10.9.{i + 1}.1/24"] },
                B = new LabLinkEnd { Node = nodes[i + 1], Interface = "eth0", Addresses = [$"10.9.{i + 1}.2/24"] },
            })],
        });
    }
}

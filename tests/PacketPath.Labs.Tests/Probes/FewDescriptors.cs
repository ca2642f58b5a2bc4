using System.Diagnostics;
using System.Globalization;
using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>A process of its own that probes 400 silent targets, short of descriptors for a while, and tells how many got no reply and how long that took.</summary>
internal static class FewDescriptors
{
    public const string Argument = "probe-with-few-descriptors";
    private const int Targets = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What the process does.</summary>
    public static int Run(string netNamespace)
    {
        using var network = NetworkNamespace.Open(netNamespace);
        var limit = File.ReadLines("/proc/self/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        var targets = Enumerable.Range(0, Targets).Select(_ => new SynTarget("silent", IPAddress.Parse(SynLab.Far(false)), SynLab.FarSilent)).ToArray();
        using var probe = new SynProbe(new SynProbeOptions { Namespace = network, Timeout = TimeSpan.FromSeconds(1), Capture = false });
        probe.Add(targets[0]);
        if (!probe.TryTake(Patience, CancellationToken.None, out _))
        {
            return 1;
        }

        var highest = Directory.GetFiles("/proc/self/fd").Max(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture));
        Limit((highest + 40).ToString(CultureInfo.InvariantCulture));
        var clock = Stopwatch.StartNew();
        Array.ForEach(targets, probe.Add);
        probe.CompleteAdding();
        var silent = 0;
        for (var answered = 0; answered < Targets; answered++)
        {
            if (!probe.TryTake(Patience, CancellationToken.None, out var output))
            {
                return 1;
            }

            silent += output.Result?.Outcome == SynOutcome.NoReply ? 1 : 0;
            if (answered == 0)
            {
                Limit(limit);
            }
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{silent} {clock.Elapsed.TotalSeconds}"));
        return 0;
    }

    private static void Limit(string soft)
    {
        using var process = Process.Start("prlimit", ["--pid", $"{Environment.ProcessId}", $"--nofile={soft}:"]);
        process.WaitForExit();
    }
}

using System.Diagnostics;
using System.Management.Automation;
using System.Text;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Ctrl-C while Get-FirewallHook reads and words a ruleset that takes it long.</summary>
public sealed class FirewallStopTests
{
    private const int Rules = 20_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [RootTheory]
    [InlineData("Get-FirewallHook")]
    [InlineData("Get-FirewallHook 10.1.0.2 443")]
    public void ALargeRulesetStopsAtOnce(string command)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        var rules = new StringBuilder("table inet lab {\n chain out {\n  type filter hook output priority 0\n");
        for (var i = 0; i < Rules; i++)
        {
            rules.Append(null, $"  ip daddr 10.{i >> 8}.{i & 255}.0/24 tcp dport 443 ct state new counter accept\n");
        }

        var file = Path.GetTempFileName();
        File.WriteAllText(file, rules.Append(" }\n}\n").ToString());
        network.MustExec("a", $"nft -f {file}; rm {file}");

        var script = $"{command} -NetNamespace {network.NamespaceOf("a")}";
        var whole = TimeWhole(script);
        var clock = new StopClock();
        for (var round = 0; round < 5; round++)
        {
            using var runspace = EngineFixture.OpenWithModule();
            using var underWay = new ManualResetEventSlim();
            runspace.SessionStateProxy.SetVariable("underWay", underWay);
            using var shell = PowerShell.Create(runspace);
            var run = shell.AddScript($"$underWay.Set(); while ($true) {{ {script} }}").BeginInvoke();
            Assert.True(underWay.Wait(Limit), "The pipeline never got under way.");

            // Each round stops it further on: while it receives, words, and filters.
            Assert.False(run.AsyncWaitHandle.WaitOne(whole * round / 6), "The pipeline ended by itself.");
            clock.Time(shell.Stop);
            Assert.True(run.IsCompleted);
        }

        clock.AssertWithinLimit();
    }

    private static TimeSpan TimeWhole(string script)
    {
        using var runspace = EngineFixture.OpenWithModule();
        using var shell = PowerShell.Create(runspace);
        var watch = Stopwatch.StartNew();
        var hook = Assert.IsType<FirewallHook>(Assert.Single(shell.AddScript(script).Invoke()).BaseObject);
        Assert.NotEmpty(hook.Rules);
        Assert.Empty(shell.Streams.Error);
        return watch.Elapsed;
    }
}

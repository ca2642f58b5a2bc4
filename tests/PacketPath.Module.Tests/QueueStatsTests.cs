using System.Management.Automation;

namespace PacketPath.Module.Tests;

/// <summary>Get-QueueStats as a user meets it, on the namespace at hand: no privilege needed.</summary>
public sealed class QueueStatsTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Everything_there_is()
    {
        var all = engine.Invoke("Get-QueueStats -All").AssertClean().Of<QueueStats>();

        var loopback = Assert.Single(all, row => row is { Kind: QueueKind.Interface, Name: "lo" });
        Assert.Equal(("lo", false), (loopback.InterfaceAlias, loopback.IsHostWide));
        Assert.Contains(loopback.Counters, counter => counter.Name == "rx_dropped");
        Assert.Contains(all, row => row is { Kind: QueueKind.Qdisc, InterfaceAlias: "lo", Name: "noqueue", Parent: "root" });
        Assert.All(all.Where(row => row.Kind == QueueKind.Softnet), row => Assert.True(row.IsHostWide && row.ReceivedPackets is not null));
        Assert.Contains(all, row => row.Kind == QueueKind.Softnet && row.Name == "cpu 0");
        Assert.Contains(all, row => row is { Kind: QueueKind.Protocol, Name: "TcpExtListenOverflows" });
        Assert.All(all, row => Assert.True(row.ObservedAt.Kind == DateTimeKind.Utc && row.ComputerName == Environment.MachineName && row.Sample is null));
    }

    [Fact]
    public void Only_what_tells_of_losses_by_default()
    {
        Assert.All(
            engine.Invoke("Get-QueueStats -Kind Softnet, Protocol, Interface, InterfaceQueue").AssertClean().Of<QueueStats>(),
            row => Assert.True(row.BacklogPackets > 0 || row.Counters.Any(counter => counter.Meaning is CounterMeaning.Drop or CounterMeaning.Error && counter.Value > 0)));
        Assert.Empty(engine.Invoke("Get-QueueStats -Kind Ring").AssertClean().Output);
    }

    [Fact]
    public void An_interface_leaves_out_what_belongs_to_none()
    {
        Assert.All(engine.Invoke("Get-QueueStats l* -All").AssertClean().Of<QueueStats>(), row => Assert.StartsWith("l", row.InterfaceAlias));
        Assert.Contains(engine.Invoke("Get-QueueStats lo -All -Kind Qdisc, Softnet").AssertClean().Of<QueueStats>(), row => row.Kind == QueueKind.Softnet);
        Assert.Equal("lo", engine.Invoke("Get-PacketInterface lo | Get-QueueStats -Kind Interface -All").One<QueueStats>().InterfaceAlias);
        Assert.Equal("lo", engine.Invoke("[pscustomobject]@{ InterfaceAlias = 'lo' } | Get-QueueStats -Kind Interface -All").One<QueueStats>().Name);
        Assert.Empty(engine.Invoke("[pscustomobject]@{ InterfaceAlias = $null } | Get-QueueStats -All").AssertClean().Output);
    }

    [Fact]
    public void Samples_tell_changes_and_rates()
    {
        var rows = engine.Invoke("Get-QueueStats lo -Kind Interface -All -IntervalSeconds 0.1 -SampleCount 3").AssertClean().Of<QueueStats>();

        Assert.Equal([1, 2, 3], rows.Select(row => row.Sample!.Value));
        Assert.All(rows, row => Assert.InRange(row.IntervalSeconds!.Value, 0.01, 20));
        Assert.All(rows, row => Assert.True(row is { DropsDelta: >= 0, DropsPerSecond: >= 0, SentBitsPerSecond: >= 0, ReceivedPacketsPerSecond: >= 0 }));
        Assert.All(rows[0].Counters.Where(counter => counter.Meaning != CounterMeaning.State), counter => Assert.True(counter is { Delta: >= 0, PerSecond: >= 0 }));
    }

    [Fact]
    public void Interfaces_that_are_piped_in_are_sampled_together()
    {
        var rows = engine.Invoke("'lo', 'lo' | ForEach-Object { [pscustomobject]@{ InterfaceAlias = $_ } } | Get-QueueStats -Kind Interface -All -IntervalSeconds 0.05").AssertClean();
        Assert.Equal(1, rows.One<QueueStats>().Sample);
    }

    [Fact]
    public void An_interface_that_is_not_there()
    {
        var result = engine.Invoke("Get-QueueStats nosuch, lo -Kind Interface -All");
        Assert.Equal("lo", Assert.Single(result.Of<QueueStats>()).Name);
        var error = Assert.Single(result.Errors);
        Assert.Equal("InterfaceNotFound,PacketPath.Commands.GetQueueStatsCommand", error.FullyQualifiedErrorId);
        Assert.Equal((ErrorCategory.ObjectNotFound, (object)"nosuch"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.Contains("lo", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-IntervalSeconds 0")]
    [InlineData("-IntervalSeconds -1")]
    [InlineData("-IntervalSeconds nan")]
    [InlineData("-SampleCount -1")]
    [InlineData("-Kind Nothing")]
    public void Bad_input_is_refused(string parameters)
    {
        var result = engine.Invoke($"Get-QueueStats {parameters}");
        Assert.Empty(result.Output);
        Assert.EndsWith("GetQueueStatsCommand", (result.Failure ?? Assert.Single(result.Errors)).FullyQualifiedErrorId);
    }

    [Fact]
    public void A_namespace_that_is_not_there()
    {
        var error = Assert.Single(engine.Invoke("Get-QueueStats -NetNamespace no-such-namespace").Errors);
        Assert.Equal("NetNamespaceNotFound,PacketPath.Commands.GetQueueStatsCommand", error.FullyQualifiedErrorId);
        Assert.Equal("no-such-namespace", error.TargetObject);
    }

    [Theory]
    [InlineData("Get-QueueStats l", "lo")]
    [InlineData("Get-QueueStats -Kind Soft", "Softnet")]
    public void Completions(string line, string completion)
    {
        var matches = engine.Invoke("(TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches | ForEach-Object CompletionText", "line", line).AssertClean();
        Assert.Contains(completion, matches.Of<string>());
    }

    [Fact]
    public void Saved_readings_around_a_probe_are_evidence()
    {
        var result = engine.Invoke("""
            $text = [Management.Automation.PSSerializer]::Serialize(@(Get-QueueStats lo -All), 5)
            $rows = [Management.Automation.PSSerializer]::Deserialize($text)
            @($rows) | Resolve-PacketFailure
            $rows | ForEach-Object { $_.pstypenames[0] }
            """).AssertClean();
        Assert.NotEmpty(result.Output);
        Assert.All(result.Of<string>(), name => Assert.Equal("Deserialized.PacketPath.QueueStats", name));
    }
}

using System.Text.RegularExpressions;
using PacketPath.Core.Tests.Tracing;

namespace PacketPath.Module.Tests.Report;

/// <summary>ConvertTo-PacketReport as a user meets it.</summary>
public sealed class PacketReportTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private const string RoundTrip = "ForEach-Object { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($_)) }";
    private readonly string _folder = Directory.CreateTempSubdirectory("packetpath-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_page_is_one_string()
    {
        var page = engine.Invoke("$e | ConvertTo-PacketReport -Title 'A < B'", "e", SampleTraces.All()).One<string>();

        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("<title>A &lt; B</title>", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
        Assert.Equal(SampleTraces.All().Length, Regex.Count(page, "<section class=\"card case "));
    }

    [Fact]
    public void Saved_objects_give_the_page_that_live_ones_give()
    {
        // The verdicts, the evidence and the traces, each by itself.
        foreach (var what in new[] { "$e", "$e.Verdict", "$e.Evidence" })
        {
            var live = engine.Invoke($"{what} | ConvertTo-PacketReport", "e", SampleTraces.All()).One<string>();
            var saved = engine.Invoke($"{what} | {RoundTrip} | ConvertTo-PacketReport", "e", SampleTraces.All()).One<string>();

            Assert.Equal(WithoutTime(live), WithoutTime(saved));
        }
    }

    [Fact]
    public void A_captured_packet_is_drawn_live_and_saved()
    {
        var packet = new PacketRecord { TimestampNanoseconds = 5, SourceAddress = "192.0.2.5", SourcePort = 40000, DestinationAddress = "203.0.113.10", DestinationPort = 443, TcpFlags = "SYN", Length = 74, Summary = "SYN mss 1460" };
        var live = engine.Invoke("$p | ConvertTo-PacketReport", "p", packet).One<string>();

        Assert.Contains("SYN mss 1460", live, StringComparison.Ordinal);
        Assert.Equal(WithoutTime(live), WithoutTime(engine.Invoke($"$p | {RoundTrip} | ConvertTo-PacketReport", "p", packet).One<string>()));
    }

    [Fact]
    public void Compared_flows_have_a_table_live_and_saved()
    {
        var flow = new PacketFlowComparison { Protocol = TransportProtocol.Tcp, SourceAddress = "192.0.2.5", SourcePort = 40000, DestinationAddress = "203.0.113.10", DestinationPort = 443, ForwardPackets = 3, ForwardLost = 3, StoppedAfter = "client", Points = [new FlowPoint { Name = "client" }, new FlowPoint { Name = "server" }], Crossings = [new FlowCrossing { From = "client", To = "server", Sent = 3 }] };
        var live = engine.Invoke("$f | ConvertTo-PacketReport", "f", flow).One<string>();

        Assert.Contains("client › server", live, StringComparison.Ordinal);
        Assert.Contains("3, 3 lost", live, StringComparison.Ordinal);
        Assert.Equal(WithoutTime(live), WithoutTime(engine.Invoke($"$f | {RoundTrip} | ConvertTo-PacketReport", "f", flow).One<string>()));
    }

    [Fact]
    public void A_lab_s_result_stands_for_what_its_pipeline_wrote()
    {
        var trace = SampleTraces.Refused();
        var lab = new PacketLabResult { Scenario = "RemoteRefused-IPv4", Actual = trace.Verdict, Output = [trace.Evidence[0], "text", trace.Verdict] };

        var page = engine.Invoke("$lab | ConvertTo-PacketReport", "lab", lab).One<string>();

        Assert.Contains("RemoteRefused", page, StringComparison.Ordinal);
        Assert.Contains("Packets of the attempt", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_written_and_handed_on_where_asked()
    {
        var path = Path.Combine(_folder, "page.html");

        Assert.Empty(engine.Invoke("$e | ConvertTo-PacketReport -Path $path", new Dictionary<string, object?> { ["e"] = SampleTraces.All(), ["path"] = path }).AssertClean().Output);
        var bytes = File.ReadAllBytes(path);
        Assert.Equal("<!DOCTYPE"u8.ToArray(), bytes[..9]);
        File.WriteAllText(path, new string('x', bytes.Length * 2));
        var file = engine.Invoke("$e | ConvertTo-PacketReport $path -PassThru", new Dictionary<string, object?> { ["e"] = SampleTraces.Refused(), ["path"] = path }).One<FileInfo>();
        Assert.Equal(path, file.FullName);
        Assert.EndsWith("</html>\n", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_is_stopped_leaves_the_file_that_was_there()
    {
        var path = Path.Combine(_folder, "kept.html");
        File.WriteAllText(path, "before");
        var trace = SampleTraces.Silent();
        object[] many = [.. Enumerable.Range(1, 20_000).Select(port => (object)(trace with { RemotePort = port }))];
        using var runspace = EngineFixture.OpenWithModule();
        runspace.SessionStateProxy.SetVariable("many", many);
        runspace.SessionStateProxy.SetVariable("path", path);
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        var run = shell.AddScript("ConvertTo-PacketReport -InputObject $many -Path $path").BeginInvoke();

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Task.Run(shell.Stop).WaitAsync(EngineFixture.Limit);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed.TotalSeconds:0.0} s to stop.");
        Assert.True(run.IsCompleted);
        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Equal("before", File.ReadAllText(path));
    }

    [Fact]
    public void With_WhatIf_nothing_is_written()
    {
        var path = Path.Combine(_folder, "never.html");

        engine.Invoke("$e | ConvertTo-PacketReport -Path $path -WhatIf", new Dictionary<string, object?> { ["e"] = SampleTraces.Refused(), ["path"] = path }).AssertClean();

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_an_error_with_advice()
    {
        var path = Path.Combine(_folder, "no-such-folder", "page.html");

        var error = Assert.Single(engine.Invoke("$e | ConvertTo-PacketReport -Path $path", new Dictionary<string, object?> { ["e"] = SampleTraces.Refused(), ["path"] = path }).Errors);

        Assert.Equal(("ReportNotWritten,PacketPath.Commands.ConvertToPacketReportCommand", path), (error.FullyQualifiedErrorId, error.TargetObject));
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void What_has_no_place_in_a_report_is_an_error_and_the_rest_goes_on()
    {
        var result = engine.Invoke("42, $e | ConvertTo-PacketReport", "e", SampleTraces.Refused());

        var error = Assert.Single(result.Errors);
        Assert.Equal(("NotReportable,PacketPath.Commands.ConvertToPacketReportCommand", "42"), (error.FullyQualifiedErrorId, error.TargetObject.ToString()));
        Assert.Contains("has no place in a report", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("RemoteRefused", Assert.Single(result.Output).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_output_type_of_the_module_is_taken()
    {
        var factory = new Surface.SampleFactory();
        Assert.All(Surface.OutputTypes.All(engine).Where(static type => typeof(PacketEvidence).IsAssignableFrom(type) && type != typeof(PacketTrace)), type =>
        {
            var page = engine.Invoke("$e | ConvertTo-PacketReport", "e", factory.Create(type)).One<string>();
            Assert.Contains("</html>", page, StringComparison.Ordinal);
        });
    }

    private static string WithoutTime(string page) => Regex.Replace(page, "Written .*? UTC", "");
}

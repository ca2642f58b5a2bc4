using System.Management.Automation;
using PacketPath.Capture;
using PacketPath.Module.Tests;

namespace PacketPath.Labs.Tests.Capture;

/// <summary>Watch-PacketCapture at the prompt, on lab networks with traffic.</summary>
public sealed class WatchPacketCaptureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CaptureLab _lab = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("packetpath-test-").FullName;

    public void Dispose()
    {
        _lab.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [CaptureTheory]
    [InlineData("any")]
    [InlineData("eth0")]
    [InlineData("eth*")]
    public void Two_namespaces_show_both_ends_of_a_flow(string interfaces)
    {
        var records = Watch(
            $"Watch-PacketCapture 'tcp port 81 or tcp port 82' -NetNamespace $a, $b -InterfaceAlias '{interfaces}' -Count 8 -DurationSeconds 20",
            () =>
            {
                _lab.ConnectRefused(CaptureLab.PeerIPv4, 81);
                _lab.ConnectRefused(CaptureLab.PeerIPv6, 82);
            }).AssertClean().Of<PacketRecord>();

        Assert.Equal(8, records.Length);
        foreach (var ends in records.GroupBy(r => (r.SourceAddress, r.SourcePort, r.DestinationAddress, r.DestinationPort, r.TcpFlags)))
        {
            var isSyn = ends.Key.TcpFlags == "SYN";
            var sender = Assert.Single(ends, r => r.Direction == PacketDirection.Outgoing);
            var receiver = Assert.Single(ends, r => r.Direction == PacketDirection.Incoming);
            Assert.Equal(_lab.Network.NamespaceOf(isSyn ? "a" : "b"), sender.NetNamespace);
            Assert.Equal(_lab.Network.NamespaceOf(isSyn ? "b" : "a"), receiver.NetNamespace);
            Assert.Equal(("eth0", "eth0"), (sender.InterfaceAlias, receiver.InterfaceAlias));
            Assert.Equal(sender.SequenceNumber, receiver.SequenceNumber);
            Assert.True(sender.TimestampNanoseconds <= receiver.TimestampNanoseconds, "the receiver saw it before it was sent");
            Assert.Equal(Environment.MachineName, sender.ComputerName);
        }

        Assert.Equal(4, records.Select(r => (r.SourceAddress, r.TcpFlags)).Distinct().Count());
    }

    [CaptureTheory]
    [InlineData("seen.pcap")]
    [InlineData("seen.pcapng")]
    public void The_file_beside_holds_the_same_packets(string name)
    {
        var path = Path.Combine(_folder, name);
        var live = Watch(
            $"Watch-PacketCapture 'udp' -NetNamespace $a -InterfaceAlias eth0 -Direction Outgoing -Count 5 -DurationSeconds 20 -Path '{path}'", () => _lab.SendUdp(CaptureLab.PeerIPv4, 5)).AssertClean().Of<PacketRecord>();
        var read = Engine($"Watch-PacketCapture -ReadPath '{path}'").AssertClean().Of<PacketRecord>();

        Assert.Equal(5, live.Length);
        Assert.Equal(live.Select(Essence), read.Select(Essence));
        Assert.All(read, r => Assert.Equal(("", "", PacketDirection.Unknown), (r.ComputerName, r.NetNamespace, r.Direction)));
        Assert.Equal(2, Engine($"Get-Item -Path '{_folder}/*' -ErrorAction SilentlyContinue; Watch-PacketCapture 'udp' -ReadPath '{_folder}/*.pcap*' -Count 2").Of<PacketRecord>().Length);
        Assert.Empty(Engine($"Watch-PacketCapture 'tcp' -ReadPath '{path}'").AssertClean().Output);
    }

    [TcpdumpTheory]
    [InlineData("seen.pcap")]
    [InlineData("seen.pcapng")]
    public void Tcpdump_reads_the_file_alike(string name)
    {
        var path = Path.Combine(_folder, name);
        var records = Watch(
            $"Watch-PacketCapture 'tcp port 81' -NetNamespace $a, $b -Count 4 -DurationSeconds 20 -Path '{path}'", () => _lab.ConnectRefused(CaptureLab.PeerIPv4, 81)).AssertClean().Of<PacketRecord>();

        var lines = _lab.Network.MustExec("a", $"tcpdump -n -tt --nano -r '{path}' 2>/dev/null").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(4, lines.Length);
        Assert.Equal(
            records.Select(r => $"{r.TimestampNanoseconds / 1_000_000_000}.{r.TimestampNanoseconds % 1_000_000_000:D9}").Order(StringComparer.Ordinal),
            lines.Select(l => l.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [CaptureFact]
    public void An_ICMP_error_shows_what_it_quotes()
    {
        var record = Watch("Watch-PacketCapture 'icmp' -NetNamespace $a -Count 1 -DurationSeconds 20", () => _lab.SendUdp(CaptureLab.PeerIPv4, 1)).One<PacketRecord>();

        Assert.Equal((3, 3, "port unreachable"), (record.IcmpType, record.IcmpCode, record.Summary));
        Assert.Equal(("10.1.0.1", "10.1.0.2", CaptureLab.Port, TransportProtocol.Udp), (record.Quoted!.SourceAddress, record.Quoted.DestinationAddress, record.Quoted.DestinationPort, record.Quoted.Protocol));
    }

    [CaptureFact]
    public void A_summary_says_when_each_capture_stood_and_that_nothing_was_lost()
    {
        var before = DateTime.UtcNow;
        var result = Watch("Watch-PacketCapture 'udp' -NetNamespace $a, $b -InterfaceAlias eth0 -Count 6 -DurationSeconds 20 -IncludeSummary", () => _lab.SendUdp(CaptureLab.PeerIPv4, 3)).AssertClean();

        var summaries = result.Output.Select(o => o.BaseObject).OfType<PacketCaptureSummary>().ToArray();
        Assert.Equal(6, result.Output.Count(o => o.BaseObject is PacketRecord));
        Assert.Equal(["a", "b"], summaries.Select(s => _lab.Network.Nodes.Single(n => n.Value == s.NetNamespace).Key));
        Assert.All(summaries, s =>
        {
            Assert.Equal((3L, 0L, "udp", "eth0", null), (s.Packets, s.Lost!.Value, s.Filter, s.InterfaceAlias, s.Failure));
            Assert.InRange(s.StartedAt!.Value, before, s.EndedAt!.Value);
            var own = result.Output.Select(o => o.BaseObject).OfType<PacketRecord>().Where(r => r.NetNamespace == s.NetNamespace).ToArray();
            Assert.All(own, r => Assert.InRange(r.ObservedAt, s.StartedAt!.Value, s.EndedAt!.Value));
            Assert.Equal(own.Max(r => r.ObservedAt), s.EndedAt);
        });
    }

    [CaptureFact]
    public void Piped_interfaces_are_watched_together()
    {
        var records = Watch(
            "Get-PacketInterface eth0 -NetNamespace $a | ForEach-Object { $_; Get-PacketInterface eth0 -NetNamespace $b } | Watch-PacketCapture 'tcp port 81' -Count 4 -DurationSeconds 20",
            () => _lab.ConnectRefused(CaptureLab.PeerIPv4, 81)).AssertClean().Of<PacketRecord>();

        Assert.Equal(4, records.Length);
        Assert.Equal(2, records.Select(r => r.NetNamespace).Distinct().Count());
    }

    [CaptureFact]
    public void What_cannot_be_watched_is_told_and_the_rest_is_watched()
    {
        var result = Watch("Watch-PacketCapture -NetNamespace nosuchnamespace, $a -InterfaceAlias nosuch0, eth0 -Count 1 -DurationSeconds 20", () => _lab.SendUdp(CaptureLab.PeerIPv4, 1));

        Assert.Single(result.Of<PacketRecord>());
        Assert.Equal(["NetNamespaceNotFound", "CaptureInterfaceNotFound"], result.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(["nosuchnamespace", "nosuch0"], result.Errors.Select(e => e.TargetObject));
        Assert.Contains("eth0", result.Errors[1].ErrorDetails.RecommendedAction);
    }

    [CaptureTheory]
    [InlineData("Watch-PacketCapture 'tcp prt 80'", "CaptureInvalidFilter", "tcp prt 80")]
    [InlineData("Watch-PacketCapture -ReadPath /nosuch.pcap", "CaptureFileNotFound", "/nosuch.pcap")]
    [InlineData("Watch-PacketCapture -ReadPath /etc/passwd", "CaptureInvalidFile", "/etc/passwd")]
    [InlineData("Watch-PacketCapture -NetNamespace $a -Count 1 -Path /nosuch/x.pcap", "CaptureInvalidFile", "/nosuch/x.pcap")]
    public void Bad_input_is_an_error_with_the_users_text(string script, string errorId, string target)
    {
        var result = Engine(script);

        Assert.Empty(result.Output);
        var error = Assert.Single(result.Errors);
        Assert.Equal(errorId, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(target, error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [CaptureFact]
    public void A_quiet_interface_ends_with_the_time()
    {
        var result = Engine("Watch-PacketCapture 'udp port 4444' -NetNamespace $a -DurationSeconds 1");

        Assert.Empty(result.AssertClean().Output);
        Assert.Contains(result.Progress, p => p.Activity == "Watching packets" && p.RecordType == ProgressRecordType.Completed);
    }

    [CaptureFact]
    public void Stopping_takes_less_than_200_milliseconds()
    {
        var clock = new StopClock();
        for (var round = 0; round < 5; round++)
        {
            using var runspace = EngineFixture.OpenWithModule();
            using var shell = Start(runspace, "Watch-PacketCapture -NetNamespace $a, $b", out _, out var run);
            Assert.False(run.IsCompleted, "The pipeline ended by itself.");
            clock.Time(shell.Stop);
        }

        clock.AssertWithinLimit();
        Assert.True(
            SpinWait.SpinUntil(() => _lab.Network.MustExec("a", "tail -n +2 /proc/net/packet").Output.Length == 0, Patience), "a packet socket is left behind");
    }

    private static (long, string?, int, string?, int, int, int, string) Essence(PacketRecord r) =>
        (r.TimestampNanoseconds, r.SourceAddress, r.SourcePort, r.DestinationAddress, r.DestinationPort, r.Length, r.PayloadLength, r.Summary);

    private EngineResult Engine(string script)
    {
        using var runspace = EngineFixture.OpenWithModule();
        return EngineFixture.Run(runspace, script, Names());
    }

    private Dictionary<string, object?> Names() => new() { ["a"] = _lab.Network.NamespaceOf("a"), ["b"] = _lab.Network.NamespaceOf("b") };

    // Traffic starts once the captures stand.
    private EngineResult Watch(string script, Action traffic)
    {
        using var runspace = EngineFixture.OpenWithModule();
        using var shell = Start(runspace, script, out var output, out var run);
        traffic();
        Assert.True(run.AsyncWaitHandle.WaitOne(EngineFixture.Limit), $"The pipeline did not end: {script}");
        shell.EndInvoke(run);
        return new EngineResult
        {
            Output = [.. output],
            Errors = [.. shell.Streams.Error],
            Failure = null,
            Warnings = [.. shell.Streams.Warning.Select(static record => record.Message)],
            Verbose = [.. shell.Streams.Verbose.Select(static record => record.Message)],
            Debug = [],
            Information = [],
            Progress = [.. shell.Streams.Progress],
        };
    }

    private PowerShell Start(System.Management.Automation.Runspaces.Runspace runspace, string script, out PSDataCollection<PSObject> output, out IAsyncResult run)
    {
        foreach (var (name, value) in Names())
        {
            runspace.SessionStateProxy.SetVariable(name, value);
        }

        var shell = PowerShell.Create(runspace);
        output = [];
        run = shell.AddScript(script + " -Verbose").BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(SpinWait.SpinUntil(() => shell.Streams.Verbose.Any(v => v.Message.StartsWith("Watching", StringComparison.Ordinal)), Patience), "The captures never stood.");
        return shell;
    }
}

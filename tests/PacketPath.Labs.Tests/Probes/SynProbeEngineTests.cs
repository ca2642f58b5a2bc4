using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>The engine as a whole: many targets, other observers, missing privilege, what is left behind.</summary>
public class SynProbeEngineTests(SynLab lab) : IClassFixture<SynLab>
{
    [RootFact]
    public void A_thousand_silent_targets_end_within_the_timeout_and_a_second()
    {
        lab.Network.MustExec("r", "nft 'add table inet quiet; add chain inet quiet forward { type filter hook forward priority 0; }; add rule inet quiet forward tcp dport 1000-1999 drop'");
        var targets = Enumerable.Range(1000, 1000).Select(port => Target("10.0.2.1", port));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var clock = Stopwatch.StartNew();
        var results = SynProbe.Run(new SynProbeOptions { Namespace = lab.Namespace, Timeout = TimeSpan.FromSeconds(3) }, targets, limit.Token).ToList();
        Assert.InRange(clock.Elapsed.TotalSeconds, 3, 4);
        Assert.Equal(1000, results.Count);
        Assert.All(results, r => Assert.Equal((SynOutcome.NoReply, CaptureStatus.Complete), (r.Outcome, r.CaptureStatus)));
        Assert.All(results, r => Assert.InRange(r.Syns.Length, 2, 4));
    }

    [RootFact]
    public void A_throttle_is_kept_and_every_target_is_answered()
    {
        var targets = Enumerable.Range(5000, 200).Select(port => Target(SynLab.Far(port % 2 == 0), port));
        var results = SynProbe.Run(new SynProbeOptions { Namespace = lab.Namespace, ThrottleLimit = 3 }, targets).ToList();
        Assert.Equal(200, results.Select(r => r.RemotePort).Distinct().Count());
        Assert.All(results, r => Assert.Equal(SynOutcome.Refused, r.Outcome));
        Assert.All(results, r => Assert.Equal([SynPacketKind.Reset], r.Replies.Select(p => p.Kind)));
    }

    [RootTheory]
    [InlineData(SynLab.Open, false), InlineData(SynLab.Closed, false), InlineData(SynLab.FarSilent, false), InlineData(SynLab.InputDrop, false)]
    [InlineData(SynLab.Open, true), InlineData(SynLab.Closed, true), InlineData(SynLab.FarSilent, true), InlineData(SynLab.InputDrop, true)]
    public void Tcpdump_sees_the_same(int port, bool ipv6)
    {
        // In IPv6 tcp[] does not look; byte 13 of the TCP header follows a header of 40.
        var flags = ipv6 ? "ip6[53]" : "tcp[13]";
        var file = $"/tmp/pp-oracle-{Environment.ProcessId}-{port}-{ipv6}.txt";
        lab.Network.MustExec("a", $"tcpdump -i eth0 -nn -tt -S 'tcp and port {port} and ({flags} & 6 != 0)' -l > {file} 2> {file}.err & i=0; while ! grep -q listening {file}.err; do i=$((i+1)); [ $i -lt 2000 ] || exit 1; done; echo $! > {file}.pid");
        try
        {
            var result = lab.Probe(SynLab.Far(ipv6), port);
            var expected = result.Syns.Length + result.Replies.Length + result.LocalResponses.Length;
            Assert.True(expected > 0);
            lab.Network.MustExec("a", $"i=0; while [ $(grep -c ' {(ipv6 ? "IP6" : "IP")} ' {file}) -lt {expected} ]; do i=$((i+1)); [ $i -lt 2000 ] || exit 1; done");
            var lines = File.ReadAllLines(file).Where(l => l.Contains($".{result.LocalPort} ", StringComparison.Ordinal) || l.Contains($".{result.LocalPort}:", StringComparison.Ordinal)).ToList();
            Assert.Equal(result.Syns.Length, lines.Count(l => l.Contains("Flags [S]", StringComparison.Ordinal) || l.Contains("Flags [SEW]", StringComparison.Ordinal)));
            Assert.Equal(result.Replies.Count(p => p.Kind == SynPacketKind.SynAck), lines.Count(l => l.Contains("Flags [S.]", StringComparison.Ordinal) || l.Contains("Flags [S.E]", StringComparison.Ordinal)));
            Assert.Equal(result.Replies.Count(p => p.Kind == SynPacketKind.Reset), lines.Count(l => l.Contains("Flags [R", StringComparison.Ordinal)));
            Assert.All(result.Syns, syn => Assert.Contains(lines, l => l.Contains($"seq {syn.SequenceNumber},", StringComparison.Ordinal)));
        }
        finally
        {
            lab.Network.MustExec("a", $"kill $(cat {file}.pid); rm -f {file} {file}.err {file}.pid");
        }
    }

    [RootFact]
    public void Without_a_capture_the_error_queue_still_answers()
    {
        var (result, _) = RunWith(new BrokenFactory(), SynLab.FarProhibited);
        Assert.Equal((SynOutcome.IcmpError, CaptureStatus.Unavailable), (result.Outcome, result.CaptureStatus));
        Assert.Equal(13, Assert.Single(result.ErrorQueue).Code);
        var missing = Assert.Single(result.NotObserved);
        Assert.Equal(("no privilege", "get some"), (missing.Why, missing.Remedy));
    }

    [RootFact]
    public void A_capture_that_lost_packets_is_incomplete()
    {
        var (result, source) = RunWith(new LosingFactory(), SynLab.Open);
        Assert.Equal((SynOutcome.Open, CaptureStatus.Incomplete), (result.Outcome, result.CaptureStatus));
        Assert.Single(result.NotObserved);
        Assert.True(Assert.IsType<LosingFactory>(source).Disposed.Wait(TimeSpan.FromSeconds(10)));
    }

    [RootFact]
    public void Switched_off_it_says_what_that_costs()
    {
        var result = lab.Probe(SynLab.Far(false), SynLab.Open, o => o with { Capture = false });
        Assert.Equal((SynOutcome.Open, CaptureStatus.NotRequested), (result.Outcome, result.CaptureStatus));
        Assert.Contains("-NoCapture", Assert.Single(result.NotObserved).Remedy);
    }

    [RootFact]
    public void An_interface_that_is_not_there_is_a_problem_not_a_result()
    {
        var failure = Assert.Throws<SynProbeException>(() => lab.Probe(SynLab.Far(false), SynLab.Open, o => o with { InterfaceAlias = "eth9" }));
        Assert.Equal(SynProbeProblem.InterfaceNotFound, failure.Problem);
    }

    [RootFact]
    public void A_source_that_is_not_here_is_a_result()
    {
        var result = lab.Probe(SynLab.Far(false), SynLab.Open, o => o with { SourceAddress = IPAddress.Parse("10.9.9.9") });
        Assert.Equal((SynOutcome.LocalError, "bind", "EADDRNOTAVAIL"), (result.Outcome, result.FailedCall, result.SocketError));
    }

    [RootFact]
    public void A_stopped_probe_leaves_no_socket_behind()
    {
        var probe = new SynProbe(new SynProbeOptions { Namespace = lab.Namespace, Timeout = TimeSpan.FromSeconds(60) });
        for (var i = 0; i < 100; i++)
        {
            probe.Add(Target(SynLab.Far(false), SynLab.FarSilent));
        }

        lab.Network.MustExec("a", "i=0; while [ $(ss -Htn state syn-sent | wc -l) -lt 100 ]; do i=$((i+1)); [ $i -lt 2000 ] || exit 1; done");
        var clock = Stopwatch.StartNew();
        probe.Dispose();
        Assert.InRange(clock.ElapsedMilliseconds, 0, 200);
        lab.Network.MustExec("a", "[ $(ss -Htn state syn-sent | wc -l) = 0 ]");
        lab.Network.MustExec("a", "i=0; while [ $(wc -l < /proc/net/packet) -gt 1 ]; do i=$((i+1)); [ $i -lt 2000 ] || exit 1; done");
    }

    [RootTheory]
    [InlineData(false), InlineData(true)]
    public void From_one_source_more_probes_run_than_there_are_ports(bool ipv6)
    {
        lab.Network.MustExec("a", "sysctl -qw net.ipv4.ip_local_port_range='40000 40009'");
        try
        {
            var targets = Enumerable.Range(5000, 60).Select(port => Target(SynLab.Far(ipv6), port));
            var options = new SynProbeOptions { Namespace = lab.Namespace, SourceAddress = IPAddress.Parse(SynLab.Here(ipv6)) };
            var results = SynProbe.Run(options, targets).ToList();
            Assert.Equal(60, results.Count);
            Assert.All(results, r => Assert.Equal((SynOutcome.Refused, SynLab.Here(ipv6)), (r.Outcome, r.LocalAddress)));
            Assert.All(results, r => Assert.InRange(r.LocalPort, 40000, 40009));
            Assert.All(results, r => Assert.Equal((SynLab.Here(ipv6), null, lab.Namespace.Label), (r.RequestedSourceAddress, r.RequestedInterfaceAlias, r.RequestedNetNamespace)));
        }
        finally
        {
            lab.Network.MustExec("a", "sysctl -qw net.ipv4.ip_local_port_range='32768 60999'");
        }
    }

    [RootFact]
    public void A_counter_that_moved_during_a_failed_attempt_is_on_the_result()
    {
        using var listener = lab.Namespace.Run(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Parse(SynLab.Here(false)), 0));
        listener.Listen(0);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Assert.Equal(SynOutcome.Open, lab.Probe(SynLab.Here(false), port) is { CounterChanges.Length: 0 } open ? open.Outcome : default(SynOutcome?));
        var full = lab.Probe(SynLab.Here(false), port);
        Assert.Equal(SynOutcome.NoReply, full.Outcome);
        Assert.Contains(full.CounterChanges, c => c is { Source: "Netstat", Object: "TcpExt", Counter: "ListenOverflows", Delta: > 0 } && c.After - c.Before == c.Delta);
        Assert.Empty(full.NotObserved);
    }

    [RootFact]
    public void An_interface_that_vanishes_under_a_probe_leaves_a_result_that_blames_no_firewall()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("b", "nft 'add table inet quiet; add chain inet quiet input { type filter hook input priority 0; }; add rule inet quiet input tcp dport 80 drop'");
        using var ns = NetworkNamespace.Open(network.NamespaceOf("a"));
        var (v4, v6) = ProbeWhile(ns, () => network.MustExec("a", "ip link del eth0"), TimeSpan.FromSeconds(2));
        foreach (var result in (SynPathResult[])[v4, v6])
        {
            Assert.True(result.Outcome is SynOutcome.NoReply or SynOutcome.LocalError or SynOutcome.IcmpError, $"{result.Outcome}");
            Assert.NotEmpty(result.Syns);
            Assert.NotEqual(RouteOutcome.Usable, result.Route!.Outcome);
            Assert.Null(result.Interface);
            var verdicts = Resolver.Resolve([result]).ToArray();
            Assert.DoesNotContain(verdicts, v => v.FaultId is "OutputFirewallDrop" or "OutputFirewallReject" or "NoFault");
        }
    }

    [RootFact]
    public void A_namespace_that_vanishes_under_a_probe_is_probed_to_the_end()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("b", "nft 'add table inet quiet; add chain inet quiet input { type filter hook input priority 0; }; add rule inet quiet input tcp dport 80 drop'");
        var name = network.NamespaceOf("a");
        using var ns = NetworkNamespace.Open(name);
        var (v4, v6) = ProbeWhile(ns, () => network.MustExec("b", $"ip netns del {name}"), TimeSpan.FromSeconds(2));
        foreach (var result in (SynPathResult[])[v4, v6])
        {
            Assert.Equal((SynOutcome.NoReply, CaptureStatus.Complete, name), (result.Outcome, result.CaptureStatus, result.NetNamespace));
            Assert.InRange(result.Syns.Length, 2, 3);
            Assert.Equal("NoReply", Resolver.Resolve([result]).Single(v => v.IsPrimary).FaultId);
        }
    }

    [RootFact]
    public void Descriptors_that_come_free_again_are_used()
    {
        // The limit is the process's: a process of its own bears it.
        var info = new ProcessStartInfo("dotnet", [typeof(FewDescriptors).Assembly.Location, FewDescriptors.Argument, lab.Namespace.Label]) { RedirectStandardOutput = true };
        using var child = Process.Start(info)!;
        var told = child.StandardOutput.ReadToEnd().Trim().Split(' ');
        child.WaitForExit();

        Assert.Equal(0, child.ExitCode);
        Assert.Equal("400", told[0]);

        // At forty a second it would take ten.
        Assert.InRange(double.Parse(told[1], CultureInfo.InvariantCulture), 2, 7);
    }

    private static (SynPathResult V4, SynPathResult V6) ProbeWhile(NetworkNamespace ns, Action change, TimeSpan timeout)
    {
        using var probe = new SynProbe(new SynProbeOptions { Namespace = ns, Timeout = timeout });
        probe.Add(Target("10.1.0.2", 80));
        probe.Add(Target("fd01::2", 80));
        probe.CompleteAdding();
        Assert.True(SpinWait.SpinUntil(() => ns.Run(() => File.ReadAllText("/proc/thread-self/net/tcp").Contains(":0050 02 ", StringComparison.Ordinal)
            && File.ReadAllText("/proc/thread-self/net/tcp6").Contains(":0050 02 ", StringComparison.Ordinal)), TimeSpan.FromSeconds(10)));
        change();
        SynPathResult Take()
        {
            Assert.True(probe.TryTake(TimeSpan.FromSeconds(20), CancellationToken.None, out var output));
            return Assert.IsType<SynPathResult>(output.Result);
        }

        SynPathResult[] results = [Take(), Take()];
        return (results.Single(r => !r.RemoteAddress.Contains(':')), results.Single(r => r.RemoteAddress.Contains(':')));
    }

    private (SynPathResult Result, IPacketSourceFactory Factory) RunWith(IPacketSourceFactory factory, int port)
    {
        ProbeOutput<SynTarget, SynPathResult>? output = null;
        var engine = new SynEngine(
            new SynProbeOptions { Namespace = lab.Namespace }, () => HostPathReader.Open(lab.Namespace), o => output = o, factory);
        engine.Add(Target(SynLab.Far(false), port));
        engine.CompleteAdding();
        engine.Run();
        return (output!.Result!, factory);
    }

    private static SynTarget Target(string address, int port) => new(address, IPAddress.Parse(address), port);

    private sealed class BrokenFactory : IPacketSourceFactory
    {
        public IPacketSource OpenLive(CaptureOptions options) =>
            throw new CaptureException(CaptureFailureReason.PermissionDenied, "no privilege", "get some");

        public IPacketSource OpenFile(string path, string filter) => throw new NotSupportedException();

        public string? ValidateFilter(string filter, CaptureLinkType linkType) => null;
    }

    /// <summary>Sees nothing, and loses one packet more each time it is asked.</summary>
    private sealed class LosingFactory : IPacketSourceFactory, IPacketSource
    {
        private int _asked;

        public ManualResetEventSlim Disposed { get; } = new();

        public CaptureLinkType LinkType => CaptureLinkType.LinuxSll2;

        public IPacketSource OpenLive(CaptureOptions options) => this;

        public IPacketSource OpenFile(string path, string filter) => throw new NotSupportedException();

        public string? ValidateFilter(string filter, CaptureLinkType linkType) => null;

        public void Run(PacketHandler handler, CancellationToken stop) => stop.WaitHandle.WaitOne();

        public CaptureCounts GetCounts() => new(0, Interlocked.Increment(ref _asked), 0);

        public void Dispose() => Disposed.Set();
    }
}

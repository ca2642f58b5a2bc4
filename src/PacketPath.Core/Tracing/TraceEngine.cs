using System.Diagnostics;
using System.Net;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>Traces targets: the attempt first, and what else the outcome calls for beside and after it.</summary>
internal sealed class TraceEngine : ApplicationEngine<TraceTarget, PacketTrace>, IProbeEngine<TraceTarget>
{
    private const int ClosedPort = 33434;

    private static readonly TimeSpan BeforeIsKept = TimeSpan.FromSeconds(1);

    private readonly TraceOptions _options;
    private readonly CancellationTokenSource _ended = new();
    private readonly FirewallWatch _firewall;
    private readonly TraceApplications _applications;
    private readonly NextHopInquiry _nextHops;
    private readonly TraceDatagrams _datagrams;
    private readonly TraceRehearsal _rehearsal;
    private readonly TraceNames _names;
    private readonly DatagramWalk _walk;
    private readonly Lazy<AskedProbe<MtuTarget, MtuProbeResult>> _mtu;

    /// <summary>Creates an engine, and begins to read the firewall.</summary>
    public TraceEngine(TraceOptions options, Action<ProbeOutput<TraceTarget, PacketTrace>> sink)
        : base(options, sink)
    {
        _options = options;
        _firewall = new FirewallWatch(options.Namespace, _ended.Token);
        _applications = new TraceApplications(options);
        _nextHops = new NextHopInquiry(options.Namespace);
        _walk = new DatagramWalk(options, (family, stop) => OpenSocketAsync(family, System.Net.Sockets.SocketType.Dgram, stop));
        _datagrams = new TraceDatagrams(() => Attempt(options), options.Payload);
        _rehearsal = new TraceRehearsal(options, _ended.Token);
        _names = new TraceNames(options);
        _mtu = new(() => new(new MtuProbe(new MtuProbeOptions
        {
            Namespace = options.Namespace,
            SourceAddress = options.SourceAddress,
            InterfaceAlias = options.InterfaceAlias,
            MaxHops = options.MaxHops,
            Timeout = TimeSpan.FromSeconds(Math.Min(1, options.Timeout.TotalSeconds)),
            Capture = options.Capture,
        })));
        options.Progress?.Report("reading the firewall");
        _ = _firewall.RecentAsync(BeforeIsKept);
        if (!options.Udp)
        {
            OpenTransport();
        }
    }

    /// <inheritdoc/>
    void IProbeEngine<TraceTarget>.Stop()
    {
        _ended.Cancel();
        Stop();
    }

    /// <inheritdoc/>
    void IProbeEngine<TraceTarget>.Run()
    {
        try
        {
            Run();
        }
        finally
        {
            if (_mtu.IsValueCreated)
            {
                _mtu.Value.Dispose();
            }

            _datagrams.Dispose();
            _names.Dispose();
            _walk.Dispose();
            _applications.Dispose();
            _rehearsal.Dispose();
            _firewall.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override async Task<PacketTrace> ProbeAsync(TraceTarget target, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        if (target.Address is not null)
        {
            return await TraceAsync(target, target.Address, null, begun, stop).ConfigureAwait(false);
        }

        var search = _names.Of(target, stop);
        _rehearsal.BeginName(search.Addresses, target);
        var addresses = await search.Addresses.WaitAsync(stop).ConfigureAwait(false);
        return addresses.Count == 0
            ? await TraceNameAsync(target, search, begun, stop).ConfigureAwait(false)
            : await ProbeAllAsync(target, addresses.Select(address => TraceAsync(target, address, search, begun, stop))).ConfigureAwait(false);
    }

    private async Task<PacketTrace> TraceAsync(TraceTarget asked, IPAddress address, NameSearch? search, long begun, CancellationToken stop)
    {
        var target = asked with { Address = address };
        var before = await _firewall.RecentAsync(BeforeIsKept).ConfigureAwait(false);
        _options.Progress?.Report("trying the target");
        var answered = _applications.AskNameServerAsync(target, stop);
        var destination = new SynTarget(target.Name, address, target.Port);
        var attempt = _options.Udp ? _datagrams.AskAsync(destination, stop) : SynAsync(destination, stop);
        _rehearsal.Begin(attempt, target, before);
        var probe = await attempt.ConfigureAwait(false);
        if (_options is { Udp: true, Deep: true })
        {
            _options.Progress?.Report("walking the hops");
            probe = await _walk.WalkAsync(address, target.Port, probe, stop).ConfigureAwait(false);
        }

        var findings = new TraceFindings(probe);

        var host = ReadHostAsync(findings, probe, before, stop);
        await _applications.AskAsync(findings, target, probe, stop).ConfigureAwait(false);
        (await answered.ConfigureAwait(false))?.Invoke(findings, probe);
        if (_options.Deep)
        {
            await MeasureAsync(findings, target, probe, stop).ConfigureAwait(false);
        }

        await host.ConfigureAwait(false);
        if (search is not null)
        {
            findings.Add(target, await search.Found.WaitAsync(stop).ConfigureAwait(false));
        }

        _options.Progress?.Report("weighing the evidence");
        return findings.Trace(target, begun, _applications.LayersOf(target));
    }

    // Where no answer of a name server came, the way to it is looked at as a target's is.
    private async Task<PacketTrace> TraceNameAsync(TraceTarget target, NameSearch search, long begun, CancellationToken stop)
    {
        var before = await _firewall.RecentAsync(BeforeIsKept).ConfigureAwait(false);
        var found = await search.Found.WaitAsync(stop).ConfigureAwait(false);
        var findings = new TraceFindings(target, found);
        if (found.Answers.Any(static answer => answer.TcpPath is { } path && MayBeFiltered(path)))
        {
            findings.Add(before, await _firewall.NowAsync().ConfigureAwait(false));
        }

        _options.Progress?.Report("weighing the evidence");
        return findings.Trace(target, begun, []);
    }

    /// <inheritdoc/>
    private protected override SynProbeOptions Attempt(ApplicationProbeOptions options) =>
        base.Attempt(options) with { FindHop = _options.Deep, MaxHops = _options.MaxHops, ThrottleLimit = options.ThrottleLimit };

    // What a success does not need is not read: the firewall once more, and who listens where the target is this host.
    private async Task ReadHostAsync(TraceFindings findings, SynPathResult probe, FirewallSnapshot before, CancellationToken stop)
    {
        var sockets = probe.Outcome != SynOutcome.Open && probe.Route?.TypeOfRoute == RouteType.Local
            ? Task.Run(() => Look("the listener of the target", probe.Protocol == TransportProtocol.Udp ? "Run: Get-SocketEntry -Protocol Udp" : "Run: Get-SocketEntry -State Listen", findings, () => Listeners(probe, stop)), stop)
            : Task.CompletedTask;
        // Where the attempt could not be that user's, its route still can be.
        var routes = _options.Uid is { } uid && probe.Uid != uid
            ? Task.Run(() => Look("the route of that user", "Run: Get-PacketRoute", findings, () => [RouteOf(probe, uid, stop)]), stop)
            : Task.CompletedTask;
        var nextHop = NextHopInquiry.IsCalledFor(probe) ? AskNextHopAsync(findings, probe, stop) : Task.CompletedTask;
        if (MayBeFiltered(probe))
        {
            _options.Progress?.Report("reading the firewall again");
            var after = await _firewall.NowAsync().ConfigureAwait(false);
            findings.Add(before, after);
        }

        await Task.WhenAll(sockets, routes, nextHop).ConfigureAwait(false);
    }

    private async Task AskNextHopAsync(TraceFindings findings, SynPathResult probe, CancellationToken stop)
    {
        try
        {
            findings.Add(await _nextHops.AskAsync(probe, stop).ConfigureAwait(false));
        }
        catch (LinuxException failure)
        {
            findings.Miss(new MissingObservation
            {
                What = $"who answers for the next hop {probe.Neighbor!.IPAddress}",
                Why = failure.Errno is Errno.EPERM or Errno.EACCES ? "asking the link needs CAP_NET_RAW" : failure.Message,
                Remedy = "Run as root, or with CAP_NET_RAW.",
            });
        }
    }

    private async Task MeasureAsync(TraceFindings findings, TraceTarget target, SynPathResult probe, CancellationToken stop)
    {
        if (probe.Outcome is not (SynOutcome.Open or SynOutcome.Refused))
        {
            return;
        }

        _options.Progress?.Report("measuring the path MTU");
        try
        {
            findings.Add(await _mtu.Value.AskAsync(new MtuTarget(target.Name, target.Address!, ClosedPort, target.Port), stop).ConfigureAwait(false));
            findings.Add(await _firewall.RecentAsync(BeforeIsKept).ConfigureAwait(false), await _firewall.NowAsync().ConfigureAwait(false));
        }
        catch (SynProbeException problem)
        {
            findings.Miss(new MissingObservation { What = "path MTU", Why = problem.Message, Remedy = problem.Remedy });
        }
    }

    private IReadOnlyList<SocketEntry> Listeners(SynPathResult probe, CancellationToken stop)
    {
        using var sockets = SocketTable.Open(_options.Namespace);
        using var routes = RouteTable.Open(_options.Namespace);
        return new SocketLookup(_options.Namespace, sockets, routes).Find(probe, withoutProcesses: false, stop);
    }

    private PacketRoute RouteOf(SynPathResult probe, uint uid, CancellationToken stop)
    {
        using var routes = RouteTable.Open(_options.Namespace);
        var route = routes.Resolve(
            new RouteQuery
            {
                Destination = IPAddress.Parse(probe.RemoteAddress),
                Source = _options.SourceAddress,
                OutputInterface = _options.InterfaceAlias,
                Mark = _options.Mark,
                Uid = uid,
                Protocol = probe.Protocol,
                DestinationPort = probe.RemotePort,
            },
            stop);
        return route with { NotObserved = [.. route.NotObserved, .. probe.NotObserved] };
    }

    private static bool MayBeFiltered(SynPathResult probe) => probe.Outcome switch
    {
        SynOutcome.NoReply => true,
        SynOutcome.Refused => probe.Syns.Length == 0,
        SynOutcome.IcmpError => probe.Syns.Length == 0 || probe.ErrorQueue.Any(static report => report.OffenderIsLocal),
        SynOutcome.LocalError => probe.SocketError is "EPERM" or "EACCES" or "ENOBUFS",
        _ => false,
    };

    private static void Look(string what, string remedy, TraceFindings findings, Func<IEnumerable<PacketEvidence>> read)
    {
        try
        {
            findings.Add([.. read()]);
        }
        catch (Exception failure) when (failure is LinuxException or NetlinkDecodeException)
        {
            findings.Miss(new MissingObservation { What = what, Why = failure.Message, Remedy = remedy });
        }
    }
}

using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>
/// The first trace of a process runs code that has not run before, and most of it once the attempt is over: compiling it takes longer than running it. So while the first attempt
/// that is not answered at once waits, that code is run on what is known already, and what comes of it is thrown away. Nothing is sent for it.
/// </summary>
internal sealed class TraceRehearsal(TraceOptions options, CancellationToken stop) : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    private static int _isDone;
    private static int _isDoneForNames;

    private Task _running = Task.CompletedTask;
    private Task _runningForNames = Task.CompletedTask;

    /// <summary>Begins, unless it was done before.</summary>
    /// <param name="attempt">The attempt beside which there is time for it.</param>
    /// <param name="target">Its target.</param>
    /// <param name="rules">The firewall as it was read.</param>
    public void Begin(Task attempt, TraceTarget target, FirewallSnapshot rules)
    {
        if (Interlocked.Exchange(ref _isDone, 1) == 0)
        {
            _running = RunAsync(attempt, () => Run(target, rules), () => Volatile.Write(ref _isDone, 0));
        }
    }

    /// <summary>Begins likewise, while a name is looked up.</summary>
    /// <param name="search">The search beside which there is time for it.</param>
    /// <param name="target">Its target.</param>
    public void BeginName(Task search, TraceTarget target)
    {
        if (Interlocked.Exchange(ref _isDoneForNames, 1) == 0)
        {
            _runningForNames = RunAsync(search, () => RunName(target), () => Volatile.Write(ref _isDoneForNames, 0));
        }
    }

    /// <summary>Waits for its end, but not so long that a stop would be felt: it lets go of what it opened by itself.</summary>
    public void Dispose() => ((IAsyncResult)Task.WhenAll(_running, _runningForNames)).AsyncWaitHandle.WaitOne(Soon);

    // What fails here fails again where it counts, and is told there.
    private async Task RunAsync(Task attempt, Action rehearse, Action leave)
    {
        if (await Task.WhenAny(attempt, Task.Delay(Soon, stop)).ConfigureAwait(false) == attempt)
        {
            leave();
            return;
        }

        stop.ThrowIfCancellationRequested();
        rehearse();
    }

    /// <summary>Weighs the target as one that does not answer.</summary>
    internal void Run(TraceTarget target, FirewallSnapshot rules)
    {
        using var reader = HostPathReader.Open(options.Namespace);
        var path = reader.Read([new HostPathQuery(target.Address!, target.Port, options.SourceAddress, 0, options.InterfaceAlias, options.Mark, reader.Counters())], stop)[0];
        var silent = new SynPathResult
        {
            RemoteAddress = target.Address!.ToString(),
            RemotePort = target.Port,
            Protocol = TransportProtocol.Tcp,
            Outcome = SynOutcome.NoReply,
            CaptureStatus = CaptureStatus.Complete,
            TimeoutSeconds = options.Timeout.TotalSeconds,
            Route = path.Route,
            Interface = path.Interface,
            Neighbor = path.Neighbor,
        };
        foreach (var probe in new[] { silent, silent with { Syns = [new SynPacket { Kind = SynPacketKind.Syn }] } })
        {
            stop.ThrowIfCancellationRequested();
            TraceBuilder.Build(new PacketTrace
            {
                TargetName = target.Name,
                RemoteAddress = probe.RemoteAddress,
                RemotePort = probe.RemotePort,
                Protocol = probe.Protocol,
                Evidence = [probe, .. rules.Hooks],
            });
        }
    }

    /// <summary>Weighs a name whose name servers keep silent, and one that is told not to exist.</summary>
    internal static void RunName(TraceTarget target)
    {
        var lookup = new NameLookupResult
        {
            RemotePort = target.Port, TargetName = target.Name, Name = target.Name, Outcome = NameLookupOutcome.Unanswered, Servers = ["127.0.0.1"], Candidates = ["name."],
        };
        var silent = new DnsTruncationResult
        {
            RemoteAddress = "127.0.0.1",
            RemotePort = 53,
            LookedUpFor = target.Name,
            Name = "name.",
            Type = "A",
            Outcome = DnsOutcome.Silent,
            CaptureStatus = CaptureStatus.Complete,
            TcpPath = new SynPathResult { RemoteAddress = "127.0.0.1", RemotePort = 53, Outcome = SynOutcome.NoReply, CaptureStatus = CaptureStatus.Complete, Syns = [new SynPacket { Kind = SynPacketKind.Syn }] },
            Exchanges = [new DnsExchange { Transport = TransportProtocol.Udp, Outcome = DnsExchangeOutcome.Silent }],
        };
        var denied = silent with
        {
            TcpPath = null, Outcome = DnsOutcome.Whole, ResponseCode = "NXDOMAIN",
            Exchanges = [new DnsExchange { Transport = TransportProtocol.Udp, Outcome = DnsExchangeOutcome.Answered, ResponseCode = "NXDOMAIN" }],
        };
        foreach (var answer in new[] { silent, denied })
        {
            TraceBuilder.Build(new PacketTrace { TargetName = target.Name, RemotePort = target.Port, Evidence = [lookup, answer] });
        }
    }
}

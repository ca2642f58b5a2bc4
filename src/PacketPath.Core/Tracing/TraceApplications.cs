using System.Collections.Concurrent;
using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>The application probes that a trace was asked for: each is opened once for all targets, and asked where the target answers.</summary>
internal sealed class TraceApplications : IDisposable
{
    private readonly TraceOptions _options;
    private readonly Lazy<AskedProbe<TlsTarget, TlsServerNameResult>> _tls;
    private readonly Lazy<AskedProbe<QuicTarget, QuicPathResult>> _quic;
    private readonly Lazy<AskedProbe<ProxyTarget, ProxyConnectResult>> _proxy;
    private readonly ConcurrentDictionary<int, Lazy<AskedProbe<DnsTarget, DnsTruncationResult>>> _nameServers = new();

    /// <summary>Prepares the probes; none is opened before it is asked.</summary>
    public TraceApplications(TraceOptions options)
    {
        _options = options;
        _tls = new(() => new(new TlsProbe(new TlsProbeOptions(options)
        {
            ServerNames = [options.ServerName!],
            ControlName = options.ControlName,
            LargeClientHello = options.Deep,
            Trust = options.Trust,
        })));
        _quic = new(() => new(new QuicProbe(new QuicProbeOptions(options)
        {
            ServerName = options.ServerName,
            MaxHops = options.MaxHops,
        })));
        _proxy = new(() => new(new ProxyProbe(new ProxyProbeOptions(options)
        {
            ServerName = options.ServerName,
        })));
    }

    /// <summary>The layers asked about.</summary>
    public IEnumerable<PathLayer> LayersOf(TraceTarget target)
    {
        if (AsksNameServer(target))
        {
            yield return PathLayer.Dns;
        }

        if (target.Tunnel is not null)
        {
            yield return PathLayer.Proxy;
        }
        else if (_options.Quic)
        {
            yield return PathLayer.Quic;
        }
        else if (_options.ServerName is not null)
        {
            yield return PathLayer.Tls;
        }
    }

    /// <summary>Asks the application of a target, and adds what came of it: over UDP in any case, over TCP where the target accepts connections.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task AskAsync(TraceFindings findings, TraceTarget target, SynPathResult probe, CancellationToken stop)
    {
        foreach (var layer in LayersOf(target).Where(layer => layer == PathLayer.Quic || (layer != PathLayer.Dns && probe.Outcome == SynOutcome.Open)))
        {
            _options.Progress?.Report($"asking for {layer}");
            await (layer switch
            {
                PathLayer.Proxy => AddAsync(findings, "the tunnel through the proxy", _proxy.Value.AskAsync(new ProxyTarget(target.Tunnel!.Target, target.Tunnel.Proxy, target.Address!), stop)),
                PathLayer.Quic => AddAsync(findings, "QUIC", _quic.Value.AskAsync(new QuicTarget(target.Name, target.Address!, target.Port), stop)),
                _ => AddAsync(findings, "the TLS handshake", _tls.Value.AskAsync(new TlsTarget(target.Name, target.Address!, target.Port), stop)),
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the target as a name server, beside the attempt: it answers over UDP, whatever becomes of TCP. Null where that is not asked for.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<Action<TraceFindings, SynPathResult>?> AskNameServerAsync(TraceTarget target, CancellationToken stop)
    {
        if (!AsksNameServer(target))
        {
            return null;
        }

        var probe = _nameServers.GetOrAdd(target.Port, port => new(() => NameServerProbe(port))).Value;
        try
        {
            var answer = await probe.AskAsync(new DnsTarget(target.Name, target.Address!, _options.QueryName!, _options.QueryType, "the target"), stop).ConfigureAwait(false);
            return (findings, path) => findings.Add(answer.TcpPath is null ? answer with { TcpPath = path } : answer);
        }
        catch (SynProbeException problem)
        {
            return (findings, _) => findings.Miss(new MissingObservation { What = "the question to the name server", Why = problem.Message, Remedy = problem.Remedy });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var probe in _nameServers.Values.Where(static probe => probe.IsValueCreated))
        {
            probe.Value.Dispose();
        }

        if (_tls.IsValueCreated)
        {
            _tls.Value.Dispose();
        }

        if (_quic.IsValueCreated)
        {
            _quic.Value.Dispose();
        }

        if (_proxy.IsValueCreated)
        {
            _proxy.Value.Dispose();
        }
    }

    private bool AsksNameServer(TraceTarget target) => _options.QueryName is not null && target.Tunnel is null;

    private AskedProbe<DnsTarget, DnsTruncationResult> NameServerProbe(int port) => new(new DnsProbe(new DnsProbeOptions(_options) { ServerPort = port }));

    private static async Task AddAsync<T>(TraceFindings findings, string what, Task<T> asked)
        where T : PacketEvidence
    {
        try
        {
            findings.Add(await asked.ConfigureAwait(false));
        }
        catch (SynProbeException problem)
        {
            findings.Miss(new MissingObservation { What = what, Why = problem.Message, Remedy = problem.Remedy });
        }
    }
}

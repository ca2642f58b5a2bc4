using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>The application probes that a trace was asked for: each is opened once for all targets, and asked where the target answers.</summary>
internal sealed class TraceApplications : IDisposable
{
    private readonly TraceOptions _options;
    private readonly Lazy<AskedProbe<TlsTarget, TlsServerNameResult>> _tls;

    /// <summary>Prepares the probes; none is opened before it is asked.</summary>
    public TraceApplications(TraceOptions options)
    {
        _options = options;
        _tls = new(() => new(new TlsProbe(new TlsProbeOptions
        {
            Namespace = options.Namespace,
            SourceAddress = options.SourceAddress,
            InterfaceAlias = options.InterfaceAlias,
            Mark = options.Mark,
            Timeout = options.Timeout,
            ThrottleLimit = options.ThrottleLimit,
            Capture = options.Capture,
            ServerNames = [options.ServerName!],
            LargeClientHello = options.Deep,
            Trust = options.Trust,
        })));
    }

    /// <summary>The layers asked about.</summary>
    public IReadOnlyList<PathLayer> Layers => _options.ServerName is null ? [] : [PathLayer.Tls];

    /// <summary>Asks the application of a target that accepts connections, and adds what came of it.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task AskAsync(TraceFindings findings, TraceTarget target, SynPathResult probe, CancellationToken stop)
    {
        if (_options.ServerName is not null && probe.Outcome == SynOutcome.Open)
        {
            _options.Progress?.Report("making a TLS handshake");
            await AddAsync(findings, "the TLS handshake", _tls.Value.AskAsync(new TlsTarget(target.Name, target.Address, target.Port), stop)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_tls.IsValueCreated)
        {
            _tls.Value.Dispose();
        }
    }

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

using System.Net.Sockets;
using System.Threading.Channels;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>Runs an application probe of many targets at once: each is one asynchronous conversation, and all share one SYN probe.</summary>
internal abstract class ApplicationEngine<TTarget, TResult> : IProbeEngine<TTarget>
    where TTarget : class
    where TResult : class
{
    private readonly ApplicationProbeOptions _options;
    private readonly Action<ProbeOutput<TTarget, TResult>> _sink;
    private readonly Channel<TTarget> _added = Channel.CreateUnbounded<TTarget>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<AskedProbe<SynTarget, SynPathResult>> _transport;

    /// <summary>Creates an engine.</summary>
    /// <param name="options">How to probe.</param>
    /// <param name="sink">Takes what comes out; called from pool threads.</param>
    protected ApplicationEngine(ApplicationProbeOptions options, Action<ProbeOutput<TTarget, TResult>> sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ThrottleLimit, 1);
        (_options, _sink) = (options, sink);
        _places = new SemaphoreSlim(options.ThrottleLimit);
        _transport = new(() => new(new SynProbe(Attempt(options))));
    }

    /// <inheritdoc/>
    public void Add(TTarget target) => _added.Writer.TryWrite(target);

    /// <inheritdoc/>
    public void CompleteAdding() => _added.Writer.TryComplete();

    /// <inheritdoc/>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Run()
    {
        try
        {
            RunAsync().GetAwaiter().GetResult();
        }
        finally
        {
            if (_transport.IsValueCreated)
            {
                _transport.Value.Dispose();
            }

            Ended();
            _places.Dispose();
            Close();
        }
    }

    /// <summary>Closes what a probe holds beside its conversations; called once all of them are over.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Probes one target: everything it opens it closes, and it ends soon after <paramref name="stop"/> is cancelled.</summary>
    /// <exception cref="SynProbeException">It could not be probed as asked.</exception>
    protected abstract Task<TResult> ProbeAsync(TTarget target, CancellationToken stop);

    /// <summary>Probes what one target stands for side by side: hands every result but the last over as it comes, and gives that one.</summary>
    /// <exception cref="SynProbeException">The last one could not be probed as asked.</exception>
    protected async Task<TResult> ProbeAllAsync(TTarget target, IEnumerable<Task<TResult>> probes)
    {
        var left = probes.ToList();
        while (left.Count > 1)
        {
            var done = await Task.WhenAny(left).ConfigureAwait(false);
            left.Remove(done);
            if (await OutputAsync(target, () => done).ConfigureAwait(false) is { } output)
            {
                _sink(output with { MoreFollow = true });
            }
        }

        return await left[0].ConfigureAwait(false);
    }

    /// <summary>Closes what the conversations shared; called when the last is over.</summary>
    protected virtual void Ended()
    {
    }

    /// <summary>Lets what TCP attempts need be opened meanwhile, where one is sure to be made.</summary>
    protected void OpenTransport() => _ = _transport.Value;

    /// <summary>Attempts a TCP connection, watched as Test-SynPath watches it.</summary>
    protected Task<SynPathResult> SynAsync(SynTarget target, CancellationToken stop) =>
        // Its own copy: two attempts on equal targets stay apart.
        _transport.Value.AskAsync(target with { }, stop);

    /// <summary>How the TCP attempts are made.</summary>
    private protected virtual SynProbeOptions Attempt(ApplicationProbeOptions options) => new()
    {
        Namespace = options.Namespace,
        SourceAddress = options.SourceAddress,
        InterfaceAlias = options.InterfaceAlias,
        Mark = options.Mark,
        Uid = options.Uid,
        Timeout = options.Timeout,
        Capture = options.Capture,
    };

    /// <summary>Opens a socket in the namespace, with the source, interface and mark asked for.</summary>
    /// <exception cref="SynProbeException">The kernel refused one of them.</exception>
    protected async Task<Socket> OpenSocketAsync(System.Net.Sockets.AddressFamily family, SocketType type, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        // A thread that was another user for a moment may not be one that others use later.
        return _options is { Namespace.IsCurrent: true, Uid: null }
            ? ApplicationSocket.Open(_options, family, type)
            : await _options.Namespace.RunAsync(() => ApplicationSocket.Open(_options, family, type)).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var target in _added.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
                _ = AnswerAsync(target);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }

        // Every place back means every conversation over.
        for (var i = 0; i < _options.ThrottleLimit; i++)
        {
            await _places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(TTarget target)
    {
        try
        {
            await Task.Yield();
            if (await OutputAsync(target, () => ProbeAsync(target, _stop.Token)).ConfigureAwait(false) is { } output)
            {
                _sink(output);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    // Null where the probe was stopped.
    private async Task<ProbeOutput<TTarget, TResult>?> OutputAsync(TTarget target, Func<Task<TResult>> probe)
    {
        try
        {
            return new ProbeOutput<TTarget, TResult>(target, await probe().ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (SynProbeException problem)
        {
            return new ProbeOutput<TTarget, TResult>(target, null, problem);
        }
        catch (Exception failure)
        {
            // The last resort: the target still gets an answer, and the cause travels with it.
            return new ProbeOutput<TTarget, TResult>(target, null, new SynProbeException(
                SynProbeProblem.EngineFailed, failure.Message, (failure as NetNamespaceException)?.Remedy ?? "Look at the inner error.", failure));
        }
    }
}

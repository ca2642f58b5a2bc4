using System.Collections.Concurrent;

namespace PacketPath.Probes;

/// <summary>The TCP attempts beneath an application probe: one SYN probe for the whole call, asked by whoever needs an answer.</summary>
internal sealed class TransportProbe : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly SynProbe _probe;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<SynTarget, TaskCompletionSource<SynPathResult>> _waiting = new(ReferenceEqualityComparer.Instance);
    private readonly Thread _thread;

    /// <summary>Starts the probe.</summary>
    public TransportProbe(ApplicationProbeOptions options)
    {
        _probe = new SynProbe(new SynProbeOptions
        {
            Namespace = options.Namespace,
            SourceAddress = options.SourceAddress,
            InterfaceAlias = options.InterfaceAlias,
            Mark = options.Mark,
            Timeout = options.Timeout,
            Capture = options.Capture,
        });
        _thread = new Thread(Deliver) { IsBackground = true, Name = "PacketPath transport" };
        _thread.Start();
    }

    /// <summary>Attempts a TCP connection.</summary>
    /// <exception cref="SynProbeException">It could not be attempted as asked.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public Task<SynPathResult> AttemptAsync(SynTarget target, CancellationToken stop)
    {
        // Its own copy: two attempts on equal targets stay apart.
        var own = target with { };
        var completion = new TaskCompletionSource<SynPathResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[own] = completion;
        _probe.Add(own);
        return completion.Task.WaitAsync(stop);
    }

    /// <summary>Ends the probe; attempts under way are cancelled.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _probe.Dispose();
        foreach (var completion in _waiting.Values)
        {
            completion.TrySetCanceled();
        }

        _stop.Dispose();
    }

    private void Deliver()
    {
        try
        {
            while (true)
            {
                if (!_probe.TryTake(Poll, _stop.Token, out var output) || !_waiting.TryRemove(output.Target, out var completion))
                {
                    continue;
                }

                if (output.Result is { } result)
                {
                    completion.SetResult(result);
                }
                else
                {
                    completion.SetException(output.Problem!);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}

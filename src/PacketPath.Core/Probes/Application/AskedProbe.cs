using System.Collections.Concurrent;

namespace PacketPath.Probes;

/// <summary>A probe that several conversations share: each asks, and gets the answer to its own question.</summary>
internal sealed class AskedProbe<TTarget, TResult> : IDisposable
    where TTarget : class
    where TResult : class
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly Probe<TTarget, TResult> _probe;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TTarget, TaskCompletionSource<TResult>> _waiting = new(ReferenceEqualityComparer.Instance);
    private readonly Thread _thread;

    /// <summary>Takes a probe over, and disposes of it in the end.</summary>
    public AskedProbe(Probe<TTarget, TResult> probe)
    {
        _probe = probe;
        _thread = new Thread(Deliver) { IsBackground = true, Name = "PacketPath answers" };
        _thread.Start();
    }

    /// <summary>Probes one target.</summary>
    /// <param name="target">The target: an object of its own for each question.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="SynProbeException">It could not be probed as asked.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public Task<TResult> AskAsync(TTarget target, CancellationToken stop)
    {
        var completion = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[target] = completion;
        _probe.Add(target);
        return completion.Task.WaitAsync(stop);
    }

    /// <summary>Ends the probe; questions under way are cancelled.</summary>
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

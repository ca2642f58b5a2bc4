using System.Collections.Concurrent;
using System.Diagnostics;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>An engine that runs many probes on one thread inside a namespace: the door for those who add and stop, and the promise that every target gets an output.</summary>
internal abstract class ProbeEngine<TTarget, TResult>(NetworkNamespace networkNamespace, Action<ProbeOutput<TTarget, TResult>> sink) : IProbeEngine<TTarget>
    where TTarget : class
    where TResult : class
{
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _addingCompleted;
    private volatile SynProbeException? _failure;

    /// <summary>Nanoseconds of the clock that only goes forward.</summary>
    protected static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>The targets added and not yet begun.</summary>
    protected ConcurrentQueue<TTarget> Added { get; } = new();

    /// <summary>Signalled whenever the engine's thread should look around.</summary>
    protected EventDescriptor Wake { get; } = new();

    /// <summary>Cancelled by <see cref="Stop"/>.</summary>
    protected CancellationToken Stopped => _stop.Token;

    /// <summary>True where no target is left to begin, and none comes.</summary>
    protected bool AllBegun => _addingCompleted && Added.IsEmpty;

    /// <summary>The targets begun and not yet answered, when the engine fails.</summary>
    protected abstract IEnumerable<TTarget> Unanswered { get; }

    /// <inheritdoc/>
    public void Add(TTarget target)
    {
        Added.Enqueue(target);
        Wake.Signal();
        if (_failure is { } failure)
        {
            FailAdded(failure);
        }
    }

    /// <inheritdoc/>
    public void CompleteAdding()
    {
        _addingCompleted = true;
        Wake.Signal();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _stop.Cancel();
        Wake.Signal();
    }

    /// <summary>Runs until all targets have been answered or <see cref="Stop"/> is called; every target gets an output unless stopped.</summary>
    public void Run()
    {
        try
        {
            networkNamespace.Run(() =>
            {
                Loop();
                return true;
            });
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            // The thread's last resort: every target still gets an answer, and the cause travels with it.
            FailAll(failure);
        }
        finally
        {
            Wake.Dispose();
        }
    }

    /// <summary>Answers every target; runs on the engine's thread, inside the namespace.</summary>
    protected abstract void Loop();

    /// <summary>Gives a target its result.</summary>
    protected void Give(TTarget target, TResult result) => sink(new ProbeOutput<TTarget, TResult>(target, result, null));

    /// <summary>Gives a target its problem.</summary>
    protected void Give(TTarget target, SynProbeException problem) => sink(new ProbeOutput<TTarget, TResult>(target, null, problem));

    private void FailAll(Exception failure)
    {
        var problem = new SynProbeException(
            SynProbeProblem.EngineFailed, failure.Message, (failure as NetNamespaceException)?.Remedy ?? "Look at the inner error.", failure);
        _failure = problem;
        foreach (var target in Unanswered)
        {
            Give(target, problem);
        }

        FailAdded(problem);
    }

    private void FailAdded(SynProbeException problem)
    {
        while (Added.TryDequeue(out var target))
        {
            Give(target, problem);
        }
    }
}

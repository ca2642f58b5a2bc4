using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PacketPath.Probes;

/// <summary>What a probe gives for one target: a result or a problem.</summary>
/// <param name="Target">The target.</param>
/// <param name="Result">What was observed; null where the probe could not be made.</param>
/// <param name="Problem">Why it could not be made; null where it was.</param>
public sealed record ProbeOutput<TTarget, TResult>(TTarget Target, TResult? Result, SynProbeException? Problem)
    where TTarget : class
    where TResult : class
{
    /// <summary>True where the target has another output to come.</summary>
    public bool MoreFollow { get; init; }
}

/// <summary>The engine of a probe: runs on a thread of its own, and gives every target one output.</summary>
internal interface IProbeEngine<in TTarget>
{
    /// <summary>Adds a target.</summary>
    void Add(TTarget target);

    /// <summary>No more targets come; the engine ends when all have been answered.</summary>
    void CompleteAdding();

    /// <summary>Runs until all targets have been answered or <see cref="Stop"/> is called.</summary>
    void Run();

    /// <summary>Ends the engine at once.</summary>
    void Stop();
}

/// <summary>A probe of many targets at once, on a thread of its own. Results come as they complete.</summary>
public abstract class Probe<TTarget, TResult> : IDisposable
    where TTarget : class
    where TResult : class
{
    private readonly BlockingCollection<ProbeOutput<TTarget, TResult>> _outputs = [];
    private readonly IProbeEngine<TTarget> _engine;
    private readonly Thread _thread;
    private int _outstanding;

    /// <summary>Starts the probe's thread.</summary>
    /// <param name="engine">Makes the engine, which puts its outputs where it is told.</param>
    private protected Probe(Func<Action<ProbeOutput<TTarget, TResult>>, IProbeEngine<TTarget>> engine)
    {
        _engine = engine(_outputs.Add);
        _thread = new Thread(_engine.Run) { IsBackground = true, Name = "PacketPath probe" };
        _thread.Start();
    }

    /// <summary>Targets added and not yet taken back.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Adds a target; it gets exactly one last output, and others before it where it stands for several.</summary>
    public void Add(TTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Interlocked.Increment(ref _outstanding);
        _engine.Add(target);
    }

    /// <summary>No more targets come.</summary>
    public void CompleteAdding() => _engine.CompleteAdding();

    /// <summary>Takes the next output; false on timeout.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public bool TryTake(TimeSpan timeout, CancellationToken stop, [NotNullWhen(true)] out ProbeOutput<TTarget, TResult>? output)
    {
        if (!_outputs.TryTake(out output, (int)timeout.TotalMilliseconds, stop))
        {
            return false;
        }

        if (!output.MoreFollow)
        {
            Interlocked.Decrement(ref _outstanding);
        }

        return true;
    }

    /// <summary>Ends the probe at once and closes what it holds.</summary>
    public void Dispose()
    {
        _engine.Stop();
        _thread.Join();
        _outputs.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    private protected static IEnumerable<TResult> Run(Func<Probe<TTarget, TResult>> open, IEnumerable<TTarget> targets, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(targets);
        using var probe = open();
        foreach (var target in targets)
        {
            probe.Add(target);
        }

        probe.CompleteAdding();
        while (probe.Outstanding > 0)
        {
            if (probe.TryTake(Timeout.InfiniteTimeSpan, stop, out var output))
            {
                yield return output.Result ?? throw output.Problem!;
            }
        }
    }
}

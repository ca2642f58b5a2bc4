using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PacketPath.Probes;

/// <summary>Probes the path MTU to many destinations at once. Results come as they complete.</summary>
public sealed class MtuProbe : IDisposable
{
    private readonly MtuEngine _engine;
    private readonly BlockingCollection<MtuProbeOutput> _outputs = [];
    private readonly Thread _thread;
    private int _outstanding;

    /// <summary>Starts the probe's thread; the capture is opened there, before the first packet.</summary>
    public MtuProbe(MtuProbeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ThrottleLimit, 1);
        _engine = new MtuEngine(options, () => HostPathReader.Open(options.Namespace), o => _outputs.Add(o));
        _thread = new Thread(_engine.Run) { IsBackground = true, Name = "PacketPath probe" };
        _thread.Start();
    }

    /// <summary>Targets added and not yet taken back.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    public static IEnumerable<MtuProbeResult> Run(MtuProbeOptions options, IEnumerable<MtuTarget> targets, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        using var probe = new MtuProbe(options);
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

    /// <summary>Adds a target; it gets exactly one output.</summary>
    public void Add(MtuTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Interlocked.Increment(ref _outstanding);
        _engine.Add(target);
    }

    /// <summary>No more targets come.</summary>
    public void CompleteAdding() => _engine.CompleteAdding();

    /// <summary>Takes the next output; false on timeout.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public bool TryTake(TimeSpan timeout, CancellationToken stop, [NotNullWhen(true)] out MtuProbeOutput? output)
    {
        if (!_outputs.TryTake(out output, (int)timeout.TotalMilliseconds, stop))
        {
            return false;
        }

        Interlocked.Decrement(ref _outstanding);
        return true;
    }

    /// <summary>Ends the probe at once and closes what it holds.</summary>
    public void Dispose()
    {
        _engine.Stop();
        _thread.Join();
        _outputs.Dispose();
    }
}

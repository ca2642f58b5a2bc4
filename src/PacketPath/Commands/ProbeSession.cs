using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>How a probe is asked for, and what it is called while it runs.</summary>
internal sealed record ProbeSessionOptions
{
    /// <summary>The namespace, as the user wrote it; null for the own.</summary>
    public string? NetNamespace { get; init; }

    /// <summary>The interface to probe through; null for the routes' choice.</summary>
    public string? InterfaceAlias { get; init; }

    /// <summary>The source, as the user wrote it; null for the kernel's choice.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>How many targets are probed at once.</summary>
    public int ThrottleLimit { get; init; }

    /// <summary>What progress calls it.</summary>
    public string Activity { get; init; } = "Probing";

    /// <summary>What progress says of the targets that are done.</summary>
    public string Done { get; init; } = "answered or timed out";
}

/// <summary>One probe that runs behind the pipeline, for one namespace: takes targets, and writes results from the pipeline's thread.</summary>
internal abstract class ProbeSession<TTarget, TResult> : IProbeSession
    where TTarget : class
    where TResult : class
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProgressDelay = TimeSpan.FromMilliseconds(500);

    private readonly PacketPathCmdlet _cmdlet;
    private readonly ProbeSessionOptions _options;
    private readonly SynTargetExpander _expander;
    private readonly Probe<TTarget, TResult> _probe;
    private readonly IPAddress? _source;
    private readonly ProgressRecord _progress;
    private long _progressShown = Stopwatch.GetTimestamp();
    private bool _progressVisible;
    private int _added;
    private int _answered;

    /// <summary>Opens the namespace and starts the probe.</summary>
    /// <param name="cmdlet">Writes what comes out.</param>
    /// <param name="stop">Ends every wait.</param>
    /// <param name="options">How it is asked for.</param>
    /// <param name="probe">Starts the probe, in a namespace and from a source.</param>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="TargetException">The source is no address.</exception>
    protected ProbeSession(PacketPathCmdlet cmdlet, CancellationToken stop, ProbeSessionOptions options, Func<NetworkNamespace, IPAddress?, Probe<TTarget, TResult>> probe)
    {
        _cmdlet = cmdlet;
        Stop = stop;
        _options = options;
        _progress = new ProgressRecord(0, options.Activity, "Starting");
        Namespace = NetworkNamespace.Open(options.NetNamespace);
        SynTargetExpander? expander = null;
        try
        {
            expander = new SynTargetExpander(Namespace, options.InterfaceAlias);
            _source = options.SourceAddress is null ? null : expander.Source(options.SourceAddress);
            _probe = probe(Namespace, _source);
            _expander = expander;
        }
        catch
        {
            expander?.Dispose();
            Namespace.Dispose();
            throw;
        }
    }

    /// <summary>The namespace probed.</summary>
    protected NetworkNamespace Namespace { get; }

    /// <summary>Ends every wait.</summary>
    protected CancellationToken Stop { get; }

    /// <summary>The addresses of one target; what is wrong with it is reported.</summary>
    public IReadOnlyList<IPAddress> Expand(string text, AddressFamily? family)
    {
        IReadOnlyList<IPAddress> addresses;
        try
        {
            addresses = _expander.Expand(text, family, Stop);
        }
        catch (TargetException failure)
        {
            Report(failure, text);
            return [];
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        if (_source is not null)
        {
            addresses = [.. addresses.Where(a => a.AddressFamily == _source.AddressFamily)];
            if (addresses.Count == 0)
            {
                ReportFamily(text);
            }
        }

        return addresses;
    }

    /// <summary>The family of the source asked for; null where the kernel is to choose.</summary>
    protected AddressFamily? SourceFamily => _source?.AddressFamily switch
    {
        null => null,
        System.Net.Sockets.AddressFamily.InterNetwork => AddressFamily.IPv4,
        _ => AddressFamily.IPv6,
    };

    /// <summary>Reports a target that has no address of the source's family.</summary>
    protected void ReportFamily(string text) => _cmdlet.WriteProblem(
        new ArgumentException($"'{text}' cannot be reached from {_source}: it has no address of that family."),
        "SourceFamilyMismatch", ErrorCategory.InvalidArgument, text, "Give a -SourceAddress of the target's family.");

    /// <summary>Reports what is wrong with a target.</summary>
    protected void Report(TargetException failure, string text) => _cmdlet.WriteProblem(
        failure, "Target" + failure.Problem, failure.Problem == TargetProblem.Malformed ? ErrorCategory.InvalidArgument : ErrorCategory.ObjectNotFound, text, failure.Advice);

    /// <summary>Probes a destination; results that are there are written, and a backlog is waited off.</summary>
    public void Add(TTarget target)
    {
        var most = 4 * _options.ThrottleLimit;
        _probe.Add(target);
        _added++;
        while (WriteNext(_probe.Outstanding > most ? ProgressInterval : TimeSpan.Zero) || _probe.Outstanding > most)
        {
        }
    }

    /// <summary>Writes every result that is still to come.</summary>
    public void Finish()
    {
        _probe.CompleteAdding();
        while (_probe.Outstanding > 0)
        {
            WriteNext(ProgressInterval);
        }

        if (_progressVisible)
        {
            _progress.RecordType = ProgressRecordType.Completed;
            _cmdlet.WriteProgress(_progress);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _probe.Dispose();
        _expander.Dispose();
        Namespace.Dispose();
    }

    /// <summary>The target as the user wrote it.</summary>
    protected abstract string NameOf(TTarget target);

    /// <summary>Writes a result, on the pipeline's thread.</summary>
    protected virtual void Write(TResult result) => _cmdlet.WriteObject(result);

    /// <summary>What is being done, for progress; empty where there is nothing to tell.</summary>
    protected virtual string Doing => "";

    /// <summary>What is written for a result, on the pipeline's thread.</summary>
    protected virtual TResult Complete(TResult result) => result;

    private bool WriteNext(TimeSpan wait)
    {
        try
        {
            if (!_probe.TryTake(wait, Stop, out var output))
            {
                ShowProgress();
                return false;
            }

            _answered += output.MoreFollow ? 0 : 1;
            Write(output);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        ShowProgress();
        return true;
    }

    private void Write(ProbeOutput<TTarget, TResult> output)
    {
        if (output.Result is { } result)
        {
            Write(Complete(result));
        }
        else if (output.Problem?.InnerException is TargetException failure)
        {
            Report(failure, NameOf(output.Target));
        }
        else if (output.Problem is { } problem)
        {
            var target = problem.Problem == SynProbeProblem.InterfaceNotFound ? _options.InterfaceAlias : NameOf(output.Target);
            _cmdlet.WriteProblem(problem, problem.Problem.ToString(), Category(problem.Problem), target, problem.Remedy);
        }
    }

    private static ErrorCategory Category(SynProbeProblem problem) => problem switch
    {
        SynProbeProblem.InterfaceNotFound => ErrorCategory.ObjectNotFound,
        SynProbeProblem.PermissionDenied => ErrorCategory.PermissionDenied,
        SynProbeProblem.SocketUnavailable => ErrorCategory.ResourceUnavailable,
        _ => ErrorCategory.OpenError,
    };

    private void ShowProgress()
    {
        if (Stopwatch.GetElapsedTime(_progressShown) < (_progressVisible ? ProgressInterval : ProgressDelay))
        {
            return;
        }

        _progressShown = Stopwatch.GetTimestamp();
        var status = $"{_answered} of {_added} {_options.Done}{(Doing.Length == 0 ? "" : ": " + Doing)}";
        if (_progressVisible && status == _progress.StatusDescription)
        {
            return;
        }

        _progressVisible = true;
        _progress.StatusDescription = status;
        _progress.PercentComplete = _added == 0 ? 0 : (int)(100L * _answered / _added);
        _cmdlet.WriteProgress(_progress);
    }
}

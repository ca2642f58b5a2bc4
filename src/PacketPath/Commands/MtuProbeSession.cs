using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>One probe that runs behind the pipeline, for one namespace: takes targets, and writes results from the pipeline's thread.</summary>
internal sealed class MtuProbeSession : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProgressDelay = TimeSpan.FromMilliseconds(500);

    private readonly InvokeMtuProbeCommand _cmdlet;
    private readonly CancellationToken _stop;
    private readonly NetworkNamespace _namespace;
    private readonly SynTargetExpander _expander;
    private readonly MtuProbe _probe;
    private readonly int _mostOutstanding;
    private readonly IPAddress? _source;
    private readonly HopNames? _names;
    private readonly ProgressRecord _progress = new(0, "Probing path MTU", "Starting");
    private long _progressShown = Stopwatch.GetTimestamp();
    private bool _progressVisible;
    private int _added;
    private int _answered;

    private MtuProbeSession(InvokeMtuProbeCommand cmdlet, CancellationToken stop, NetworkNamespace ns, SynTargetExpander expander, MtuProbeOptions options)
    {
        _cmdlet = cmdlet;
        _stop = stop;
        _namespace = ns;
        _expander = expander;
        _source = options.SourceAddress;
        _mostOutstanding = 4 * options.ThrottleLimit;
        _names = cmdlet.ResolveHopNames ? new HopNames(ns) : null;
        _probe = new MtuProbe(options);
    }

    /// <summary>Opens the namespace and starts the probe.</summary>
    public static MtuProbeSession Open(
        InvokeMtuProbeCommand cmdlet, CancellationToken stop, string? netNamespace, string? interfaceAlias, string? sourceAddress, Func<NetworkNamespace, MtuProbeOptions> options)
    {
        var ns = NetworkNamespace.Open(netNamespace);
        SynTargetExpander? expander = null;
        try
        {
            expander = new SynTargetExpander(ns, interfaceAlias);
            var source = sourceAddress is null ? null : expander.Source(sourceAddress);
            return new MtuProbeSession(cmdlet, stop, ns, expander, options(ns) with { SourceAddress = source });
        }
        catch
        {
            expander?.Dispose();
            ns.Dispose();
            throw;
        }
    }

    /// <summary>The destinations of one target; what is wrong with it is reported.</summary>
    public IReadOnlyList<IPAddress> Expand(string text, AddressFamily? family)
    {
        IReadOnlyList<IPAddress> addresses;
        try
        {
            addresses = _expander.Expand(text, family, _stop);
        }
        catch (TargetException failure)
        {
            _cmdlet.Report(
                failure, "Target" + failure.Problem, failure.Problem == TargetProblem.Malformed ? ErrorCategory.InvalidArgument : ErrorCategory.ObjectNotFound, text, failure.Advice);
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
                _cmdlet.Report(
                    new ArgumentException($"'{text}' cannot be reached from {_source}: it has no address of that family."),
                    "SourceFamilyMismatch", ErrorCategory.InvalidArgument, text, "Give a -SourceAddress of the target's family.");
            }
        }

        return addresses;
    }

    /// <summary>Probes a destination; results that are there are written, and a backlog is waited off.</summary>
    public void Add(MtuTarget target)
    {
        _probe.Add(target);
        _added++;
        while (WriteNext(_probe.Outstanding > _mostOutstanding ? ProgressInterval : TimeSpan.Zero) || _probe.Outstanding > _mostOutstanding)
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
        _namespace.Dispose();
    }

    private bool WriteNext(TimeSpan wait)
    {
        MtuProbeOutput? output;
        try
        {
            if (!_probe.TryTake(wait, _stop, out output))
            {
                ShowProgress();
                return false;
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        _answered++;
        if (output.Result is { } result)
        {
            _cmdlet.WriteObject(_names is null ? result : Named(result));
        }
        else if (output.Problem is { } problem)
        {
            _cmdlet.Report(problem, problem.Problem.ToString(), Category(problem.Problem), TargetOf(problem.Problem, output.Target), problem.Remedy);
        }

        ShowProgress();
        return true;
    }

    private MtuProbeResult Named(MtuProbeResult result)
    {
        try
        {
            return _names!.Name(result, _stop);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private object? TargetOf(SynProbeProblem problem, MtuTarget target) =>
        problem == SynProbeProblem.InterfaceNotFound ? _cmdlet.InterfaceAlias : target.Name;

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
        var status = $"{_answered} of {_added} measured";
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

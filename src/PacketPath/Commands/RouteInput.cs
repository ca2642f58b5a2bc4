using System.Diagnostics;
using PacketPath.HostState;
using PacketPath.HostState.Routing;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>
/// Takes destinations one at a time and has them looked up many at a time, without holding back the results of a slow producer:
/// what comes after a pause is looked up at once, and nothing that waits outlasts the next input by more than 50 ms.
/// </summary>
internal sealed class RouteInput : IDisposable
{
    private static readonly long Pause = Stopwatch.Frequency / 50;
    private static readonly long LongestWait = Stopwatch.Frequency / 20;

    private readonly RoutePipeline _pipeline;
    private readonly TargetResolver _resolver;
    private readonly RouteQuestion _question;
    private readonly AddressFamily? _family;
    private readonly Action<PacketRoute> _write;
    private readonly CancellationToken _stop;
    private long _lastInput;
    private long _waitingSince;
    private bool _isSlow;

    /// <summary>Prepares lookups in one namespace.</summary>
    public RouteInput(RouteTable table, TargetResolver resolver, RouteQuestion question, AddressFamily? family, Action<PacketRoute> write, CancellationToken stop)
    {
        _pipeline = new RoutePipeline(table, stop);
        _resolver = resolver;
        _question = question;
        _family = family;
        _write = write;
        _stop = stop;
    }

    /// <summary>Takes a destination.</summary>
    /// <exception cref="TargetException">It is no address, or a name that does not resolve.</exception>
    /// <exception cref="RouteQuestionException">The question makes no sense for it.</exception>
    /// <exception cref="UnknownInterfaceException">The interface asked for is not there.</exception>
    public void Ask(string text)
    {
        _isSlow |= Stopwatch.GetTimestamp() - _lastInput > Pause;
        var target = TargetParser.Parse(text);
        if (target.Address is { } address && _family is null)
        {
            Add(_question.For(address, target));
            return;
        }

        if (target.HostName is not null)
        {
            // A name may take its time: what was asked before need not wait for it.
            Flush();
        }

        foreach (var found in _resolver.Resolve(target, _family, _stop))
        {
            Add(_question.For(found, target));
        }
    }

    /// <summary>Ends an input: what has waited long enough is looked up.</summary>
    public void EndInput()
    {
        if (_isSlow || (_pipeline.HasPending && Stopwatch.GetTimestamp() - _waitingSince > LongestWait))
        {
            Flush();
        }

        _isSlow = false;
        _lastInput = Stopwatch.GetTimestamp();
    }

    /// <summary>Looks up everything that waits.</summary>
    public void Flush()
    {
        if (_pipeline.HasPending)
        {
            _pipeline.Flush();
            WriteAnswered();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pipeline.Dispose();

    private void Add(RouteQuery query)
    {
        if (_pipeline.IsEmpty)
        {
            _waitingSince = Stopwatch.GetTimestamp();
        }

        _pipeline.Add(query);
        WriteAnswered();
    }

    private void WriteAnswered()
    {
        while (_pipeline.TryTake(out var route))
        {
            _write(route);
        }
    }
}

using System.Net;
using PacketPath.HostState;
using PacketPath.HostState.Routing;
using PacketPath.Netlink;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>
/// Takes destinations one at a time and has them looked up many at a time, without holding back the results of a slow producer:
/// what comes after a pause is looked up at once, and nothing that waits outlasts the next input by more than 50 ms.
/// </summary>
internal sealed class RouteInput : IDisposable
{
    private const long PauseMilliseconds = 20;
    private const long LongestWaitMilliseconds = 50;

    private readonly RoutePipeline _pipeline;
    private readonly TargetResolver _resolver;
    private readonly RouteQuestion _question;
    private readonly AddressFamily? _family;
    private readonly Action<PacketRoute> _write;
    private readonly CancellationToken _stop;
    private long _lastInput;
    private long _waitingSince;
    private long _now;
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
        _now = Environment.TickCount64;
        _isSlow |= _now - _lastInput > PauseMilliseconds;
        if (_family is null && TryAskIPv4(text))
        {
            return;
        }

        var target = TargetParser.Parse(text);
        if (target.Address is { } address && _family is null)
        {
            Add(address, target);
            return;
        }

        if (target.HostName is not null)
        {
            // A name may take its time: what was asked before need not wait for it.
            Flush();
        }

        foreach (var found in _resolver.Resolve(target, _family, _stop))
        {
            Add(found, target);
        }
    }

    /// <summary>Ends an input: what has waited long enough is looked up.</summary>
    public void EndInput()
    {
        if (_isSlow || (_pipeline.HasPending && Environment.TickCount64 - _waitingSince > LongestWaitMilliseconds))
        {
            Flush();
        }

        _isSlow = false;
        _lastInput = Environment.TickCount64;
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

    // Most destinations are plain IPv4 addresses, and many come at once.
    private bool TryAskIPv4(string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (!TargetParser.TryIPv4(text, bytes) || _question.IPv4 is not { } query)
        {
            return false;
        }

        Add(query, IpBits.From(bytes));
        return true;
    }

    private void Add(IPAddress address, Target target)
    {
        var query = _question.For(address, target);
        _pipeline.Check(query);
        _question.RequireSource(address, target);
        Add(query, IpBits.From(address));
    }

    private void Add(RouteQuery query, UInt128 destination)
    {
        if (_pipeline.IsEmpty)
        {
            _waitingSince = _now;
        }

        _pipeline.Add(query, destination);
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

using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace PacketPath.HostState.Routing;

/// <summary>
/// Keeps many lookups moving: while a thread of its own asks the kernel and makes the results of one batch, the caller fills the next.
/// Results come out in the order of the questions.
/// </summary>
internal sealed class RoutePipeline : IDisposable
{
    private readonly RouteTable _table;
    private readonly CancellationToken _stop;
    private readonly Queue<RouteBatch> _answered = new();
    private readonly Stack<RouteBatch> _free = new();
    // Events that sleep: spinning would take the time from the other side.
    private readonly AutoResetEvent _work = new(false);
    private readonly AutoResetEvent _done = new(false);
    private int _taken;
    private RouteBatch _filling = new();
    private RouteBatch? _asking;
    private Thread? _thread;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _ended;

    /// <summary>Creates an empty pipeline.</summary>
    public RoutePipeline(RouteTable table, CancellationToken stop)
    {
        _table = table;
        _stop = stop;
    }

    /// <summary>True where questions wait to be asked or answered.</summary>
    public bool HasPending => _filling.Count > 0 || _asking is not null || _answered.Count > 0;

    /// <summary>True where no question waits to be asked.</summary>
    public bool IsEmpty => _filling.Count == 0;

    /// <summary>Adds a question. It is asked when a batch is full, or at <see cref="Flush"/>.</summary>
    /// <exception cref="UnknownInterfaceException">It names an interface that is not there.</exception>
    public void Add(RouteQuery query)
    {
        _filling.Add(query, _table.FlowOf(query, _stop));
        if (_filling.IsFull)
        {
            Await();
            Start();
        }
    }

    /// <summary>Asks everything that waits, without leaving anything under way.</summary>
    public void Flush()
    {
        Await();
        if (_filling.Count > 0)
        {
            var batch = _filling;
            _filling = Fresh();
            _table.Resolve(batch, _stop);
            _answered.Enqueue(batch);
        }
    }

    /// <summary>Takes the next result, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out PacketRoute? route)
    {
        while (_answered.TryPeek(out var batch))
        {
            if (_taken < batch.Count)
            {
                route = batch.Results[_taken++];
                return true;
            }

            _taken = 0;
            _answered.Dequeue();
            batch.Clear();
            _free.Push(batch);
        }

        route = null;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_thread is not null)
        {
            _ended = true;
            _work.Set();
            _thread.Join();
        }

        _work.Dispose();
        _done.Dispose();
    }

    private RouteBatch Fresh() => _free.TryPop(out var batch) ? batch : new RouteBatch();

    private void Start()
    {
        if (_thread is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "PacketPath routes" };
            _thread.Start();
        }

        _asking = _filling;
        _filling = Fresh();
        _work.Set();
    }

    private void Await()
    {
        if (_asking is null)
        {
            return;
        }

        _done.WaitOne();
        var batch = _asking;
        _asking = null;
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }

        _answered.Enqueue(batch);
    }

    private void Work()
    {
        while (true)
        {
            _work.WaitOne();
            if (_ended)
            {
                return;
            }

            try
            {
                _table.Resolve(_asking!, _stop);
            }
            catch (Exception exception)
            {
                _failure = ExceptionDispatchInfo.Capture(exception);
            }

            _done.Set();
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using PacketPath.Netlink;

namespace PacketPath.HostState.Routing;

/// <summary>
/// Keeps many lookups moving: while a thread of its own asks the kernel and makes the results of some batches, the caller fills the next.
/// Results come out in the order of the questions. The caller waits only where too many batches are under way.
/// </summary>
internal sealed class RoutePipeline : IDisposable
{
    private const int Depth = 8;

    private readonly RouteTable _table;
    private readonly CancellationToken _stop;
    private readonly object _gate = new();
    // These are shared with the thread, under the gate.
    private readonly Queue<RouteBatch> _asked = new();
    private readonly Queue<RouteBatch> _answered = new();
    private bool _ended;
    private int _ready;
    // These are the caller's own.
    private readonly Stack<RouteBatch> _free = new();
    private RouteBatch _filling = new();
    private RouteBatch? _giving;
    private int _given;
    private int _underWay;
    private Thread? _thread;

    /// <summary>Creates an empty pipeline.</summary>
    public RoutePipeline(RouteTable table, CancellationToken stop)
    {
        _table = table;
        _stop = stop;
    }

    /// <summary>True where questions wait to be asked or answered.</summary>
    public bool HasPending => _filling.Count > 0 || _underWay > 0 || _giving is not null;

    /// <summary>True where no question waits to be asked.</summary>
    public bool IsEmpty => _filling.Count == 0;

    /// <summary>Looks whether the interfaces that a question names are there.</summary>
    /// <exception cref="UnknownInterfaceException">One is not.</exception>
    public void Check(RouteQuery query) => _table.FlowOf(query, _stop);

    /// <summary>Adds a question. It is asked when a batch is full, or at <see cref="Flush"/>.</summary>
    /// <exception cref="UnknownInterfaceException">It names an interface that is not there.</exception>
    public void Add(RouteQuery query) => Add(query, IpBits.From(query.Destination));

    /// <summary>Adds a question about another destination than the one it names, but of the same family and, in IPv6, on the same link.</summary>
    /// <exception cref="UnknownInterfaceException">It names an interface that is not there.</exception>
    public void Add(RouteQuery query, UInt128 destination)
    {
        _filling.Add(query, _table.FlowOf(query, _stop), destination);
        if (_filling.IsFull)
        {
            HandOver();
        }
    }

    /// <summary>Asks everything that waits, without leaving anything under way.</summary>
    public void Flush()
    {
        Await(0);
        if (_filling.Count > 0)
        {
            var batch = _filling;
            _filling = Fresh();
            _table.Resolve(batch, _stop);
            _underWay++;
            lock (_gate)
            {
                _answered.Enqueue(batch);
                _ready++;
            }
        }
    }

    /// <summary>Takes the next result, if there is one. A batch that failed is told of once, and the next one goes on.</summary>
    /// <exception cref="Interop.LinuxException">The kernel could not be asked.</exception>
    public bool TryTake([NotNullWhen(true)] out PacketRoute? route)
    {
        if (_giving is null && !TryNextBatch())
        {
            route = null;
            return false;
        }

        var batch = _giving!;
        route = batch.Results[_given++];
        if (_given == batch.Count)
        {
            _given = 0;
            _giving = null;
            Release(batch);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_thread is not null)
        {
            lock (_gate)
            {
                _ended = true;
                Monitor.PulseAll(_gate);
            }

            _thread.Join();
        }
    }

    private RouteBatch Fresh() => _free.TryPop(out var batch) ? batch : new RouteBatch();

    private void Release(RouteBatch batch)
    {
        batch.Clear();
        _free.Push(batch);
    }

    private bool TryNextBatch()
    {
        // A look without the gate: most calls find nothing.
        if (Volatile.Read(ref _ready) == 0)
        {
            return false;
        }

        RouteBatch batch;
        lock (_gate)
        {
            batch = _answered.Dequeue();
            _ready--;
        }

        _underWay--;
        if (batch.Failure is { } failure)
        {
            Release(batch);
            failure.Throw();
        }

        _giving = batch;
        return true;
    }

    private void HandOver()
    {
        if (_thread is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "PacketPath routes" };
            _thread.Start();
        }

        Await(Depth - 1);
        lock (_gate)
        {
            _asked.Enqueue(_filling);
            Monitor.PulseAll(_gate);
        }

        _underWay++;
        _filling = Fresh();
    }

    // Waits until no more than so many batches are without an answer.
    private void Await(int most)
    {
        if (_underWay <= most)
        {
            return;
        }

        lock (_gate)
        {
            while (_underWay - _ready > most)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    private void Work()
    {
        while (Next() is { } batch)
        {
            try
            {
                _table.Resolve(batch, _stop);
            }
            catch (Exception exception)
            {
                batch.Failure = ExceptionDispatchInfo.Capture(exception);
            }

            lock (_gate)
            {
                _answered.Enqueue(batch);
                _ready++;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private RouteBatch? Next()
    {
        lock (_gate)
        {
            while (_asked.Count == 0 && !_ended)
            {
                Monitor.Wait(_gate);
            }

            return _ended ? null : _asked.Dequeue();
        }
    }
}

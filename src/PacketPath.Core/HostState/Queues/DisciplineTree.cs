using PacketPath.Netlink.Link;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.HostState.Queues;

/// <summary>The queuing disciplines and classes of one interface, in the order of their tree: each below what it hangs on.</summary>
internal sealed class DisciplineTree(List<TcMessage> all, LinkCounters link, ObservationStamp stamp, QueueQuery query)
{
    private readonly HashSet<TcMessage> _done = new(ReferenceEqualityComparer.Instance);
    private List<QueueStats> _rows = [];

    /// <summary>False for the kinds that have no classes at all, so that none need be asked for.</summary>
    public static bool CanHaveClasses(string kind) => kind is not ("noqueue" or "pfifo_fast" or "pfifo" or "bfifo" or "pfifo_head_drop" or "ingress" or "clsact" or "blackhole");

    /// <summary>Adds the rows.</summary>
    public void AddTo(List<QueueStats> rows)
    {
        _rows = rows;
        foreach (var root in all.Where(static item => !item.IsClass && item.Parent is TcHandle.Root or TcHandle.Ingress).OrderByDescending(static item => item.Parent))
        {
            AddDiscipline(root, 0);
        }

        // What hangs on nothing that is listed: the tree changed under the reading.
        foreach (var item in all)
        {
            Add(item, 0);
        }
    }

    private void AddDiscipline(TcMessage discipline, int depth)
    {
        if (!Add(discipline, depth))
        {
            return;
        }

        var classes = all.Where(item => item.IsClass && item.Handle >> 16 == discipline.Handle >> 16).ToArray();
        var handles = classes.Select(static item => item.Handle).ToHashSet();
        foreach (var item in classes.Where(item => !handles.Contains(item.Parent) || item.Parent == item.Handle))
        {
            AddClass(item, classes, depth + 1);
        }

        foreach (var child in all.Where(item => !item.IsClass && item.Parent >> 16 == discipline.Handle >> 16 && !handles.Contains(item.Parent)))
        {
            AddDiscipline(child, depth + 1);
        }
    }

    private void AddClass(TcMessage item, TcMessage[] classes, int depth)
    {
        if (!Add(item, depth))
        {
            return;
        }

        foreach (var child in classes.Where(child => child.Parent == item.Handle))
        {
            AddClass(child, classes, depth + 1);
        }

        foreach (var discipline in all.Where(child => !child.IsClass && child.Parent == item.Handle))
        {
            AddDiscipline(discipline, depth + 1);
        }
    }

    private bool Add(TcMessage item, int depth)
    {
        if (!_done.Add(item))
        {
            return false;
        }

        if (query.Wants(item.IsClass ? QueueKind.Class : QueueKind.Qdisc))
        {
            _rows.Add(Build(item, depth));
        }

        return true;
    }

    private QueueStats Build(TcMessage item, int depth) => new()
    {
        ComputerName = stamp.ComputerName,
        NetNamespace = stamp.NetNamespace,
        ObservedAt = stamp.ObservedAt,
        Kind = item.IsClass ? QueueKind.Class : QueueKind.Qdisc,
        Name = item.Kind,
        InterfaceAlias = link.Name,
        InterfaceIndex = link.Index,
        Handle = item.IsClass ? TcHandle.Class(item.Handle) : TcHandle.Discipline(item.Handle),
        Parent = item.IsClass && item.Parent == 0 ? null : TcHandle.Class(item.Parent),
        Depth = depth,
        LimitPackets = item.Limits.Packets,
        LimitBytes = item.Limits.Bytes,
        RateBitsPerSecond = item.Limits.Rate,
        CeilingBitsPerSecond = item.Limits.Ceiling,
        SentPackets = (long)item.Packets,
        SentBytes = (long)item.Bytes,
        Drops = item.Drops,
        Overlimits = item.Overlimits,
        Requeues = item.Requeues,
        BacklogPackets = item.QueueLength,
        BacklogBytes = item.Backlog,
        Counters =
        [
            new() { Name = "bytes", Meaning = CounterMeaning.Traffic, Value = (long)item.Bytes },
            new() { Name = "packets", Meaning = CounterMeaning.Traffic, Value = (long)item.Packets },
            new() { Name = "drops", Meaning = CounterMeaning.Drop, Value = item.Drops },
            new() { Name = "overlimits", Meaning = CounterMeaning.Traffic, Value = item.Overlimits },
            new() { Name = "requeues", Meaning = CounterMeaning.Traffic, Value = item.Requeues },
            new() { Name = "backlog", Meaning = CounterMeaning.State, Value = item.Backlog },
            new() { Name = "qlen", Meaning = CounterMeaning.State, Value = item.QueueLength },
            .. item.Extra.Select(static extra => new QueueCounter { Name = extra.Name, Meaning = extra.Meaning, Value = (long)Math.Min(extra.Value, long.MaxValue) }),
        ],
    };
}

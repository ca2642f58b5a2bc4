using System.Diagnostics;
using System.Runtime.InteropServices;
using PacketPath.HostState.Counters;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Generic;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.HostState.Queues;

/// <summary>The queues of a network namespace and what was lost in them. One caller at a time.</summary>
public sealed class QueueCounters : IDisposable
{
    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _socket;
    private readonly Ethtool? _ethtool;
    private readonly CounterFile? _softnet;
    private readonly ProtocolCounters _protocols;
    private readonly AttributeWriter _writer = new();
    private NetlinkSocket? _generic;
    private ushort? _deviceFamily;

    private QueueCounters(NetworkNamespace networkNamespace)
    {
        _namespace = networkNamespace;
        _socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        _ethtool = Ethtool.TryOpen();
        _softnet = CounterFile.Open("softnet_stat");
        _protocols = new ProtocolCounters();
        try
        {
            _generic = NetlinkSocket.Open(NetlinkProtocol.Generic);
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EPROTONOSUPPORT or Errno.EACCES or Errno.EPERM)
        {
            // A kernel without generic netlink, or a sandbox: drivers are asked by ethtool alone.
            _deviceFamily = 0;
        }
    }

    /// <summary>Opens the counters of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static QueueCounters Open(NetworkNamespace networkNamespace) => networkNamespace.Run(() => new QueueCounters(networkNamespace));

    /// <summary>Reads the counters.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public QueueReading Read(QueueQuery query, CancellationToken stop = default)
    {
        var stamp = new ObservationStamp(_namespace.Label);
        var clock = Stopwatch.GetTimestamp();
        var missing = new List<MissingObservation>();
        var rows = new List<QueueStats>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var interrupted = false;
        if (query.WantsAny(QueueKind.Interface, QueueKind.InterfaceQueue, QueueKind.Ring, QueueKind.Qdisc, QueueKind.Class))
        {
            var links = Links(ref interrupted, stop);
            links.ForEach(link => names.UnionWith([link.Name, .. link.AlternativeNames]));
            links.RemoveAll(link => !query.Interface(link.Name) && !Array.Exists(link.AlternativeNames, name => query.Interface(name)));
            ReadInterfaces(query, links, stamp, rows, missing, ref interrupted, stop);
        }

        stop.ThrowIfCancellationRequested();
        if (query.Wants(QueueKind.Softnet))
        {
            ReadSoftnet(stamp, rows, missing);
        }

        if (query.Wants(QueueKind.Protocol))
        {
            _protocols.Read(stamp, rows, missing);
        }

        return new QueueReading { Rows = rows, InterfaceNames = names, Missing = missing, Interrupted = interrupted, Clock = clock };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _generic?.Dispose();
        _ethtool?.Dispose();
        _softnet?.Dispose();
        _protocols.Dispose();
    }

    private List<LinkCounters> Links(ref bool interrupted, CancellationToken stop)
    {
        _writer.Clear();
        LinkRequests.Dump(_writer, statistics: false);
        var status = new DumpStatus();
        var links = _socket.Dump<LinkCounters>(_writer, LinkCounters.Read, status, stop);
        interrupted |= status.Interrupted;
        links.Sort(static (one, other) => one.Index.CompareTo(other.Index));
        return links;
    }

    private void ReadInterfaces(
        QueueQuery query, List<LinkCounters> links, in ObservationStamp stamp, List<QueueStats> rows, List<MissingObservation> missing, ref bool interrupted, CancellationToken stop)
    {
        var trees = query.WantsAny(QueueKind.Qdisc, QueueKind.Class) ? Trees(query, links, missing, ref interrupted, stop) : [];
        var queues = query.Wants(QueueKind.InterfaceQueue) ? DeviceQueues(stop) : [];
        foreach (var link in links)
        {
            stop.ThrowIfCancellationRequested();
            var row = new InterfaceRows(link, stamp);
            if (query.Wants(QueueKind.Interface))
            {
                rows.Add(row.Interface(_ethtool?.Channels(link.Name)));
            }

            if (query.Wants(QueueKind.Ring) && _ethtool?.Rings(link.Name) is { } rings)
            {
                row.AddRings(rings, rows);
            }

            if (query.Wants(QueueKind.InterfaceQueue))
            {
                row.AddQueues(_ethtool?.Statistics(link.Name) ?? ([], []), queues.GetValueOrDefault(link.Index) ?? [], rows);
            }

            if (trees.TryGetValue(link.Index, out var tree))
            {
                new DisciplineTree(tree, link, stamp, query).AddTo(rows);
            }
        }
    }

    private Dictionary<int, List<TcMessage>> Trees(
        QueueQuery query, List<LinkCounters> links, List<MissingObservation> missing, ref bool interrupted, CancellationToken stop)
    {
        try
        {
            var status = new DumpStatus();
            _writer.Clear();
            TcRequests.DumpDisciplines(_writer);
            var trees = new Dictionary<int, List<TcMessage>>();
            foreach (var discipline in _socket.Dump<TcMessage>(_writer, TcMessage.Read, status, stop))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(trees, discipline.InterfaceIndex, out _) ??= []).Add(discipline);
            }

            interrupted |= status.Interrupted;
            foreach (var link in links)
            {
                if (trees.TryGetValue(link.Index, out var tree) && tree.Exists(static discipline => DisciplineTree.CanHaveClasses(discipline.Kind)))
                {
                    _writer.Clear();
                    TcRequests.DumpClasses(_writer, link.Index);
                    tree.AddRange(_socket.Dump<TcMessage>(_writer, TcMessage.Read, status, stop));
                    interrupted |= status.Interrupted;
                }
            }

            return trees;
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.EOPNOTSUPP)
        {
            missing.Add(new MissingObservation
            {
                What = "queuing disciplines",
                Why = "this kernel is built without traffic control (CONFIG_NET_SCHED)",
                Remedy = "The interfaces' own counters still tell of drops: Get-QueueStats -Kind Interface -All",
            });
            return [];
        }
    }

    private Dictionary<int, List<DeviceQueueMessage>> DeviceQueues(CancellationToken stop)
    {
        var queues = new Dictionary<int, List<DeviceQueueMessage>>();
        try
        {
            if (_deviceFamily is null)
            {
                _writer.Clear();
                GenericMessage.AskFamily(_writer, DeviceQueueMessage.Family);
                _deviceFamily = _generic!.Get<ushort>(_writer, GenericMessage.ReadFamily, stop);
            }

            if (_deviceFamily is not 0)
            {
                _writer.Clear();
                DeviceQueueMessage.WriteDump(_writer, _deviceFamily.Value);
                foreach (var queue in _generic!.Dump<DeviceQueueMessage>(_writer, DeviceQueueMessage.Read, new DumpStatus(), stop))
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(queues, queue.InterfaceIndex, out _) ??= []).Add(queue);
                }
            }
        }
        catch (NetlinkException)
        {
            // Kernels before 6.8 have no such family, those before 6.10 no such command: the driver's own counters remain.
            _deviceFamily = 0;
        }

        return queues;
    }

    private void ReadSoftnet(in ObservationStamp stamp, List<QueueStats> rows, List<MissingObservation> missing)
    {
        if (_softnet is null)
        {
            missing.Add(new MissingObservation
            {
                What = "the backlog of received packets", Why = "/proc/net/softnet_stat is not there", Remedy = "Mount /proc.",
            });
            return;
        }

        var limit = SoftnetRows.Limit();
        foreach (var line in SoftnetTable.Read(_softnet.Read()))
        {
            rows.Add(SoftnetRows.Build(line, limit, stamp));
        }
    }
}

using System.Net;
using PacketPath.HostState.Conntrack;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState;

/// <summary>Connection tracking in a network namespace: its table and its counters. Asking loads no module. One caller at a time.</summary>
public sealed class ConntrackTable : IDisposable
{
    private readonly NetworkNamespace _namespace;
    private readonly AttributeWriter _writer = new();
    private NetlinkSocket? _socket;
    private DumpStatus _listing = new();

    private ConntrackTable(NetworkNamespace networkNamespace) => _namespace = networkNamespace;

    /// <summary>Opens connection tracking of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    public static ConntrackTable Open(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return networkNamespace.Run(() => new ConntrackTable(networkNamespace));
    }

    /// <summary>True where the kernel says that the table changed under the last listing.</summary>
    public bool Interrupted => _listing.Interrupted;

    /// <summary>What the last listing could not tell; null where it told everything.</summary>
    public MissingObservation? Missing { get; private set; }

    /// <summary>Reads the counters: the total, after one object for each CPU where asked.</summary>
    /// <exception cref="NetlinkDecodeException">An answer is malformed.</exception>
    public ConntrackStats[] ReadStats(bool perCpu, CancellationToken stop = default) => _namespace.Run(() =>
        ConntrackReading.Read(Socket(), new ObservationStamp(_namespace.Label), perCpu, stop));

    /// <summary>Lists the connections wanted, as the kernel hands them out. Without netlink the text under /proc is read, and <see cref="Missing"/> says what it lacks.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    /// <exception cref="NetlinkDecodeException">An answer is malformed.</exception>
    internal IEnumerable<ConntrackEntry> List(ConntrackQuery query, CancellationToken stop = default)
    {
        Missing = null;
        _listing = new DumpStatus();
        var (tracks, socket) = _namespace.Run(() => (ConntrackKernel.IsTracking, Socket()));
        if (!tracks)
        {
            Missing = ConntrackKernel.NotTracking;
            return [];
        }

        if (socket is null)
        {
            return ListText(query, ConntrackKernel.NoNetlink("the entries of connection tracking"), stop);
        }

        var filter = query.ForKernel();
        return Dump(socket, query, filter.HasDetails || filter.Family != 0 ? filter : default, stop);
    }

    /// <summary>The connection of a flow, whichever side began it; its state is <see cref="ConntrackState.Absent"/> where it is not tracked.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal ConntrackEntry Find(TransportProtocol protocol, IPAddress local, int localPort, IPAddress remote, int remotePort, ushort? zone = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(remote);
        var remoteBytes = remote.GetAddressBytes();
        var localBytes = local.GetAddressBytes();
        var tuple = default(ConntrackTuple) with
        {
            Family = (byte)(remoteBytes.Length == 4 ? AddressFamily.IPv4 : AddressFamily.IPv6),
            Source = localBytes.Length == remoteBytes.Length ? ConntrackTuple.Number(localBytes) : 0,
            Destination = ConntrackTuple.Number(remoteBytes),
            Protocol = (byte)protocol,
            SourcePort = (ushort)localPort,
            DestinationPort = (ushort)remotePort,
        };
        var (tracks, socket) = _namespace.Run(() => (ConntrackKernel.IsTracking, Socket()));
        var builder = new ConntrackEntryBuilder(new ObservationStamp(_namespace.Label));
        if (!tracks || tuple.Source == 0 || localPort == 0)
        {
            return builder.Absent(tuple) with { NotObserved = tracks ? [] : [ConntrackKernel.NotTracking] };
        }

        if (socket is not null && zone is null && Get(socket, tuple, stop) is { } entry)
        {
            return builder.Build(entry);
        }

        // The request finds what has no zone; a dump finds the rest.
        var back = tuple with { Source = tuple.Destination, Destination = tuple.Source, SourcePort = tuple.DestinationPort, DestinationPort = tuple.SourcePort };
        foreach (var asked in (ConntrackTuple[])[tuple, back])
        {
            if (List(Exactly(asked, zone), stop).FirstOrDefault() is { } found)
            {
                return found;
            }
        }

        return builder.Absent(tuple) with { NotObserved = Missing is { } missing ? [missing] : [] };
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private static ConntrackQuery Exactly(in ConntrackTuple tuple, ushort? zone)
    {
        var family = (AddressFamily)tuple.Family;
        var width = family == AddressFamily.IPv4 ? 32 : 128;
        return new ConntrackQuery
        {
            Family = family,
            Protocols = [(TransportProtocol)tuple.Protocol],
            Source = [new AddressPrefix(family, tuple.Source, width)],
            Destination = [new AddressPrefix(family, tuple.Destination, width)],
            SourcePorts = [tuple.SourcePort ?? 0],
            DestinationPorts = [tuple.DestinationPort ?? 0],
            Zone = zone,
        };
    }

    private ConntrackMessage? Get(NetlinkSocket socket, in ConntrackTuple tuple, CancellationToken stop)
    {
        ConntrackRequests.Get(_writer, ConntrackAttribute.TupleOriginal, tuple);
        try
        {
            return socket.Get<ConntrackMessage?>(_writer, static (in NetlinkMessage message) => ConntrackMessage.Read(message), stop);
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.ENOENT or Errno.EPERM or Errno.EACCES)
        {
            return null;
        }
    }

    private IEnumerable<ConntrackEntry> Dump(NetlinkSocket socket, ConntrackQuery query, ConntrackKernelFilter filter, CancellationToken stop)
    {
        ConntrackRequests.Dump(_writer, filter);
        var builder = new ConntrackEntryBuilder(new ObservationStamp(_namespace.Label));
        var entries = socket.Stream<ConntrackEntry>(
            _writer,
            (in NetlinkMessage message) =>
            {
                var entry = ConntrackMessage.Read(message);
                return query.Wants(entry) ? builder.Build(entry) : null;
            },
            _listing,
            stop).GetEnumerator();
        try
        {
            while (true)
            {
                try
                {
                    if (!entries.MoveNext())
                    {
                        yield break;
                    }
                }
                catch (NetlinkException refused) when (filter.HasDetails && refused.Errno is Errno.EINVAL or Errno.EOPNOTSUPP)
                {
                    break;
                }
                catch (NetlinkException refused) when (refused.Errno is Errno.EPERM or Errno.EACCES)
                {
                    Missing = new MissingObservation
                    {
                        What = "the entries of connection tracking",
                        Why = "reading them needs CAP_NET_ADMIN in the user namespace that owns the network namespace",
                        Remedy = "Run as root (sudo pwsh), or give the process CAP_NET_ADMIN.",
                    };
                    break;
                }

                yield return entries.Current;
            }
        }
        finally
        {
            entries.Dispose();
        }

        var rest = Missing is null ? Dump(socket, query, default(ConntrackKernelFilter) with { Family = filter.Family }, stop) : ListText(query, Missing, stop);
        foreach (var entry in rest)
        {
            yield return entry;
        }
    }

    /// <summary>The text under /proc; where it may not be read either, the listing is refused.</summary>
    private IEnumerable<ConntrackEntry> ListText(ConntrackQuery query, MissingObservation reason, CancellationToken stop)
    {
        StreamReader text;
        try
        {
            text = _namespace.Run(static () => File.OpenText(ConntrackKernel.TableFile));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConntrackUnreadableException(reason);
        }

        Missing = new MissingObservation
        {
            What = "numbers, flags and helpers of the entries",
            Why = $"{reason.Why}; the entries were read from /proc/net/nf_conntrack, which has none",
            Remedy = reason.Remedy,
        };
        var builder = new ConntrackEntryBuilder(new ObservationStamp(_namespace.Label));
        MissingObservation[] missing = [Missing];
        using (text)
        {
            while (text.ReadLine() is { } line)
            {
                stop.ThrowIfCancellationRequested();
                if (ConntrackLine.TryParse(line, out var entry) && query.Wants(entry))
                {
                    yield return builder.Build(entry) with { NotObserved = missing };
                }
            }
        }
    }

    // Opened in the namespace's thread, and only where the question loads no module.
    private NetlinkSocket? Socket()
    {
        if (_socket is null && ConntrackKernel.IsTracking && ConntrackKernel.HasNetlink)
        {
            try
            {
                _socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            }
            catch (LinuxException exception) when (exception.Errno == Errno.EPROTONOSUPPORT)
            {
                return null;
            }
        }

        return _socket;
    }
}

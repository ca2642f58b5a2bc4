using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.HostState;

/// <summary>The sockets of a network namespace: TCP, UDP and raw, by sock_diag. One caller at a time.</summary>
public sealed class SocketTable : IDisposable
{
    /// <summary>Every state that <c>ss -a</c> asks for: all but Bound.</summary>
    private const uint EveryState = 0xfff;

    private static readonly (SocketKind Kind, byte Protocol, string Module)[] Protocols =
        [(SocketKind.Stream, SocketProtocol.Tcp, "tcp_diag"), (SocketKind.Datagram, SocketProtocol.Udp, "udp_diag"), (SocketKind.Raw, SocketProtocol.Raw, "raw_diag")];

    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _socket;
    private readonly InterfaceNames _names;
    private readonly List<MissingObservation> _missing = [];

    private SocketTable(NetworkNamespace networkNamespace, NetlinkSocket socket, InterfaceNames names)
    {
        _namespace = networkNamespace;
        _socket = socket;
        _names = names;
    }

    /// <summary>What the last listing could not look at: a protocol the kernel cannot tell about.</summary>
    public IReadOnlyList<MissingObservation> Missing => _missing;

    /// <summary>How many processes did not let the last listing read their descriptors; their sockets are named without a process.</summary>
    public int ProcessesDenied { get; private set; }

    /// <summary>Opens the table of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static SocketTable Open(NetworkNamespace networkNamespace) => networkNamespace.Run(() => new SocketTable(
        networkNamespace,
        NetlinkSocket.Open(NetlinkProtocol.SockDiag),
        new InterfaceNames(NetlinkSocket.Open(NetlinkProtocol.Route))));

    /// <summary>Lists sockets as the kernel hands them out. The processes are walked once meanwhile; the listing is over when both are.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IEnumerable<SocketEntry> List(SocketQuery query, CancellationToken stop = default)
    {
        _missing.Clear();
        ProcessesDenied = 0;
        return query.Processes is not null ? OfProcesses(query, stop)
            : query.WithoutProcesses ? Dump(query, null, stop)
            : WithOwners(query, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _names.Dispose();
    }

    /// <summary>The index of an interface by name; 0 where there is none.</summary>
    internal int InterfaceIndex(string name) => _names.Index(name);

    private IEnumerable<SocketEntry> OfProcesses(SocketQuery query, CancellationToken stop)
    {
        var owners = SocketOwners.Walk(query.Processes!, stop).Run();
        ProcessesDenied = owners.Denied;
        return Dump(query, new SocketOwnership(owners), stop).Where(socket => owners.IsHeld((uint)socket.Inode));
    }

    private IEnumerable<SocketEntry> WithOwners(SocketQuery query, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ownership = new SocketOwnership(ended.Token);
        var isWhole = false;
        try
        {
            foreach (var socket in Dump(query, ownership, stop))
            {
                yield return socket;
            }

            isWhole = true;
        }
        finally
        {
            // Nothing this call began may outlive it.
            if (!isWhole)
            {
                ended.Cancel();
            }

            ProcessesDenied = ownership.Owners?.Denied ?? 0;
        }
    }

    private IEnumerable<SocketEntry> Dump(SocketQuery query, SocketOwnership? ownership, CancellationToken stop)
    {
        _names.Clear();
        var program = SocketSelection.Compile(query, out var isExact);
        var states = query.States.Count == 0 ? EveryState : query.States.Aggregate(0u, static (bits, state) => bits | (1u << (int)state));
        var builder = new SocketBuilder(_names);
        foreach (var (kind, protocol, module) in Protocols)
        {
            if (query.Kinds.Count > 0 && !query.Kinds.Contains(kind))
            {
                continue;
            }

            foreach (var family in new[] { IpBits.IPv4, IpBits.IPv6 })
            {
                if (query.Family is not null && (byte)query.Family != family)
                {
                    continue;
                }

                foreach (var socket in Dump(builder, family, protocol, states, program, module, ownership, stop))
                {
                    // A kernel's filter is not run on what comes from /proc.
                    if ((isExact && socket.Cookie != 0) || SocketSelection.Matches(socket, query))
                    {
                        yield return socket;
                    }
                }
            }
        }
    }

    private IEnumerable<SocketEntry> Dump(SocketBuilder builder, byte family, byte protocol, uint states, byte[]? program, string module, SocketOwnership? ownership, CancellationToken stop)
    {
        var writer = new AttributeWriter();
        SocketDiagRequests.Dump(writer, family, protocol, states, program);
        var names = new NameCache();
        var store = new SocketDetailStore();
        var stamp = new ObservationStamp(_namespace.Label);
        var sockets = _socket.Stream<SocketEntry>(
            writer,
            (in NetlinkMessage message) => builder.Build(SocketDiagMessage.Read(message, names, store), protocol, stamp, ownership),
            new DumpStatus(),
            stop).GetEnumerator();
        using (sockets)
        {
            var hasHandler = true;
            while (MoveNext(sockets, ref hasHandler))
            {
                yield return sockets.Current;
            }

            if (hasHandler)
            {
                yield break;
            }
        }

        // No handler, and none could be loaded.
        foreach (var socket in FromProc(builder, family, protocol, states, module, stamp, ownership))
        {
            yield return socket;
        }
    }

    private IEnumerable<SocketEntry> FromProc(SocketBuilder builder, byte family, byte protocol, uint states, string module, ObservationStamp stamp, SocketOwnership? ownership)
    {
        var lines = _namespace.Run(() => ProcSockets.Lines(family, protocol));
        var unseen = new MissingObservation
        {
            What = "memory, drops, interface, mark, options and TCP details",
            Why = $"the kernel has no {module}, and it could not be loaded",
            Remedy = $"Run: modprobe {module}",
        };
        if (lines is null && family == IpBits.IPv4)
        {
            _missing.Add(unseen with { What = module switch { "tcp_diag" => "TCP sockets", "udp_diag" => "UDP sockets", _ => "raw sockets" } });
        }

        MissingObservation[] missing = [unseen];
        foreach (var line in lines ?? [])
        {
            if (ProcSockets.Parse(line, family) is { } message && (states >> message.State & 1) != 0)
            {
                var socket = builder.Build(message, protocol, stamp, ownership) with { NotObserved = missing };
                yield return socket.State == SocketState.Listen ? socket with { AcceptQueueLimit = null } : socket;
            }
        }
    }

    private static bool MoveNext(IEnumerator<SocketEntry> sockets, ref bool hasHandler)
    {
        try
        {
            return sockets.MoveNext();
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.ENOENT or Errno.EOPNOTSUPP)
        {
            hasHandler = false;
            return false;
        }
    }
}

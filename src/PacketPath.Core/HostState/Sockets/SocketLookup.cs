using System.Net;

namespace PacketPath.HostState;

/// <summary>Finds the socket a connection attempt is about: its own, or, on the host that has the target's address, the listener that answers for it.</summary>
public sealed class SocketLookup
{
    private readonly NetworkNamespace _namespace;
    private readonly SocketTable _table;
    private readonly RouteTable _routes;

    /// <summary>Creates a lookup over tables of one namespace, which it does not own.</summary>
    public SocketLookup(NetworkNamespace networkNamespace, SocketTable table, RouteTable routes)
    {
        _namespace = networkNamespace;
        _table = table;
        _routes = routes;
    }

    /// <summary>The sockets that bear on the attempt. Where none does, one with State Absent stands for it, and listeners of the same port that are bound elsewhere follow.</summary>
    /// <exception cref="Interop.LinuxException">The kernel refused.</exception>
    public IReadOnlyList<SocketEntry> Find(SynPathResult result, bool withoutProcesses, CancellationToken stop)
    {
        var target = IPAddress.Parse(result.RemoteAddress);
        var route = _routes.Resolve(new RouteQuery { Destination = target }, stop);
        return route.TypeOfRoute is RouteType.Local or RouteType.Anycast
            ? Listeners(result, target, withoutProcesses, stop)
            : Flow(result, target, withoutProcesses, stop);
    }

    private IReadOnlyList<SocketEntry> Flow(SynPathResult result, IPAddress target, bool withoutProcesses, CancellationToken stop)
    {
        var query = new SocketQuery
        {
            Kinds = [KindOf(result)],
            RemoteAddresses = [Whole(target)],
            RemotePorts = [result.RemotePort],
            LocalPorts = result.LocalPort == 0 ? [] : [result.LocalPort],
            WithoutProcesses = withoutProcesses,
        };
        var found = result.LocalPort == 0 ? [] : _table.List(query, stop).ToList();
        return found.Count > 0 ? found : [Absent(result, result.LocalAddress ?? Any(target), result.LocalPort, result.RemoteAddress, result.RemotePort) with { AskedAddress = null, AskedPort = 0 }];
    }

    private IReadOnlyList<SocketEntry> Listeners(SynPathResult result, IPAddress target, bool withoutProcesses, CancellationToken stop)
    {
        var isDatagram = KindOf(result) == SocketKind.Datagram;
        var query = new SocketQuery { Kinds = [KindOf(result)], LocalPorts = [result.RemotePort], States = isDatagram ? [] : [SocketState.Listen], WithoutProcesses = withoutProcesses };
        var all = _table.List(query, stop).Where(socket => !isDatagram || Takes(socket, result)).Select(socket => socket with { AskedAddress = result.RemoteAddress, AskedPort = result.RemotePort }).ToList();
        var answering = ListenerChoice.Of(all, target, Ingress(result, target, stop));
        if (answering.Count == 0)
        {
            return [Absent(result, result.RemoteAddress, result.RemotePort, Any(target), 0), .. all];
        }

        if (isDatagram)
        {
            return answering;
        }

        var halfOpen = HalfOpen(target, result.RemotePort, stop);
        return [.. answering.Select(socket => socket with { SynQueueLength = halfOpen })];
    }

    /// <summary>The interface the client's packets come in by, if they come the way answers go; 0 where that is not known.</summary>
    private int Ingress(SynPathResult result, IPAddress target, CancellationToken stop)
    {
        if (result.LocalAddress is null || !IPAddress.TryParse(result.LocalAddress, out var client) || client.AddressFamily != target.AddressFamily)
        {
            return 0;
        }

        var back = _routes.Resolve(new RouteQuery { Destination = client, Source = target }, stop);
        return back.Outcome == RouteOutcome.Usable ? back.InterfaceIndex : 0;
    }

    private static SocketKind KindOf(SynPathResult result) => result.Protocol == TransportProtocol.Udp ? SocketKind.Datagram : SocketKind.Stream;

    // A socket with a peer takes the peer's datagrams only.
    private static bool Takes(SocketEntry socket, SynPathResult result) => socket is { Protocol: TransportProtocol.Udp }
        && (socket.RemotePort == 0 || (socket.RemotePort == result.LocalPort && socket.RemoteAddress == result.LocalAddress));

    private int HalfOpen(IPAddress target, int port, CancellationToken stop) => _table.List(
        new SocketQuery { Kinds = [SocketKind.Stream], States = [SocketState.SynReceived], LocalPorts = [port], LocalAddresses = [Whole(target)], WithoutProcesses = true },
        stop).Count();

    private SocketEntry Absent(SynPathResult result, string localAddress, int localPort, string remoteAddress, int remotePort)
    {
        var stamp = new ObservationStamp(_namespace.Label);
        return new SocketEntry
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Kind = KindOf(result),
            Protocol = result.Protocol == TransportProtocol.Udp ? TransportProtocol.Udp : TransportProtocol.Tcp,
            AddressFamily = result.RemoteAddress.Contains(':') ? AddressFamily.IPv6 : AddressFamily.IPv4,
            State = SocketState.Absent,
            LocalAddress = localAddress,
            LocalPort = localPort,
            RemoteAddress = remoteAddress,
            RemotePort = remotePort,
            AskedAddress = result.RemoteAddress,
            AskedPort = result.RemotePort,
        };
    }

    private static (IPAddress Address, int Length) Whole(IPAddress address) => (address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);

    private static string Any(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "0.0.0.0" : "::";
}

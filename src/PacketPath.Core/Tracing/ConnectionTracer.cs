using System.Diagnostics;
using System.Net;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Tracing;

/// <summary>Traces sockets that are there already, by themselves and the path their connections take: nothing is sent.</summary>
public sealed class ConnectionTracer : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(0.6);

    private readonly CancellationToken _stop;
    private readonly SocketTable _sockets;
    private readonly RouteTable _routes;
    private readonly InterfaceTable _interfaces;
    private readonly NeighborTable _neighbors;
    private readonly FirewallWatch _firewall;

    /// <summary>Opens the tables of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public ConnectionTracer(NetworkNamespace networkNamespace, CancellationToken stop)
    {
        _stop = stop;
        _sockets = SocketTable.Open(networkNamespace);
        _routes = RouteTable.Open(networkNamespace);
        _interfaces = InterfaceTable.Open(networkNamespace);
        _neighbors = NeighborTable.Open(networkNamespace);
        _firewall = new FirewallWatch(networkNamespace, stop);
    }

    /// <summary>Traces connections, and sockets that take datagrams; all of them are watched together for little more than half a second.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    /// <exception cref="OperationCanceledException">The token given was cancelled.</exception>
    public IEnumerable<PacketTrace> Trace(IReadOnlyList<SocketEntry> connections)
    {
        var begun = Stopwatch.GetTimestamp();
        var rules = _firewall.NowAsync();
        var first = Read(connections);
        _stop.WaitHandle.WaitOne(Between);
        _stop.ThrowIfCancellationRequested();
        var second = Read(connections);
        var snapshot = rules.GetAwaiter().GetResult();
        foreach (var connection in connections)
        {
            _stop.ThrowIfCancellationRequested();
            var missing = new List<MissingObservation>(snapshot.Missing);
            var readings = new[] { first.GetValueOrDefault(connection.Cookie), second.GetValueOrDefault(connection.Cookie) }.OfType<SocketEntry>().DefaultIfEmpty(connection).ToArray();
            if (!second.ContainsKey(connection.Cookie))
            {
                missing.Add(new MissingObservation
                {
                    What = "the socket as it is now", Why = "it has been closed since it was listed", Remedy = "Run: Get-SocketEntry",
                });
            }

            // Where datagrams come from is not the socket's to say: it stands for itself.
            var receives = connection.Kind == SocketKind.Datagram;
            var (address, port) = receives ? ("", 0) : (Plain(connection.RemoteAddress), connection.RemotePort);

            // What every trace carries is put together here, and weighed as ever.
            yield return TraceBuilder.Build(new PacketTrace
            {
                ComputerName = readings[^1].ComputerName,
                NetNamespace = readings[^1].NetNamespace,
                ObservedAt = readings[^1].ObservedAt,
                TargetName = receives ? Diagnosis.TargetKey.Text(Plain(connection.LocalAddress), connection.LocalPort) : address,
                Kind = TraceKind.Connection,
                RemoteAddress = address,
                RemotePort = port,
                Protocol = receives ? TransportProtocol.Udp : TransportProtocol.Tcp,
                LocalAddress = Plain(connection.LocalAddress),
                LocalPort = connection.LocalPort,
                Evidence = [.. readings, .. receives ? [] : PathOf(connection, missing), .. snapshot.Hooks],
                NotObserved = [.. missing],
            }) with { DurationMilliseconds = Math.Round(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 3) };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _firewall.Dispose();
        _neighbors.Dispose();
        _interfaces.Dispose();
        _routes.Dispose();
        _sockets.Dispose();
    }

    private Dictionary<long, SocketEntry> Read(IReadOnlyList<SocketEntry> connections)
    {
        var cookies = connections.Select(static c => c.Cookie).ToHashSet();
        var query = new SocketQuery { Kinds = [.. connections.Select(static c => c.Kind).Distinct()], LocalPorts = [.. connections.Select(static c => c.LocalPort).Distinct()] };
        return _sockets.List(query, _stop).Where(socket => cookies.Contains(socket.Cookie)).DistinctBy(static socket => socket.Cookie).ToDictionary(static socket => socket.Cookie);
    }

    private IEnumerable<PacketEvidence> PathOf(SocketEntry connection, List<MissingObservation> missing)
    {
        PacketRoute? route = null;
        NeighborEntry? neighbor = null;
        PacketInterface? link = null;
        try
        {
            route = _routes.Resolve(
                new RouteQuery
                {
                    Destination = IPAddress.Parse(Plain(connection.RemoteAddress)),
                    Source = IPAddress.Parse(Plain(connection.LocalAddress)),
                    OutputInterface = connection.InterfaceAlias,
                    Mark = (uint)(connection.Mark ?? 0),
                    Uid = (uint)connection.UserId,
                    Protocol = TransportProtocol.Tcp,
                    SourcePort = connection.LocalPort,
                    DestinationPort = connection.RemotePort,
                },
                _stop);
            neighbor = route.NeighborAddress is { } next ? _neighbors.Find(IPAddress.Parse(next), route.InterfaceIndex, _stop) : null;
            link = route.InterfaceIndex > 0 ? _interfaces.Find(route.InterfaceIndex) : null;
        }
        catch (Exception failure) when (failure is LinuxException or NetlinkDecodeException or UnknownInterfaceException)
        {
            missing.Add(new MissingObservation { What = "the route of the connection", Why = failure.Message, Remedy = $"Run: Get-PacketRoute {Plain(connection.RemoteAddress)}" });
        }

        return new PacketEvidence?[] { route, neighbor, link }.OfType<PacketEvidence>();
    }

    // An IPv6 socket that speaks IPv4 names its peer by a mapped address.
    private static string Plain(string address) => Diagnosis.SocketEvidence.Plain(address);
}

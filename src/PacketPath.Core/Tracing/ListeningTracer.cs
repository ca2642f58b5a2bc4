using System.Diagnostics;
using System.Net;
using PacketPath.HostState;
using PacketPath.HostState.Conntrack;
using PacketPath.HostState.Counters;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>One question to this host as a server.</summary>
/// <param name="Name">The address as the user wrote it; empty for an address of this host's choice.</param>
/// <param name="Address">The address a client connects to; null for an address of this host's choice.</param>
/// <param name="Port">The port.</param>
/// <param name="Peer">The client; null for any.</param>
/// <param name="InputInterface">The interface its packets come in by; null where they come as answers go.</param>
public sealed record ListeningTarget(string Name, IPAddress? Address, int Port, IPAddress? Peer, string? InputInterface)
{
    /// <summary>The transport: TCP or UDP.</summary>
    public TransportProtocol Protocol { get; init; } = TransportProtocol.Tcp;
}

/// <summary>Asks this host what it would do with a connection, or a datagram, that comes in: nothing is sent.</summary>
public sealed class ListeningTracer : IDisposable
{
    private const int MostHalfOpen = 256;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(0.25);

    private readonly NetworkNamespace _namespace;
    private readonly CancellationToken _stop;
    private readonly SocketTable _sockets;
    private readonly RouteTable _routes;
    private readonly InterfaceTable _interfaces;
    private readonly HostCounters _counters;
    private readonly ConntrackUsage? _conntrack;
    private readonly FirewallWatch _firewall;

    /// <summary>Opens the tables of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public ListeningTracer(NetworkNamespace networkNamespace, CancellationToken stop)
    {
        (_namespace, _stop) = (networkNamespace, stop);
        _sockets = SocketTable.Open(networkNamespace);
        _routes = RouteTable.Open(networkNamespace);
        _interfaces = InterfaceTable.Open(networkNamespace);
        _counters = HostCounters.Open(networkNamespace);
        _conntrack = networkNamespace.Run(ConntrackUsage.Open);
        _firewall = new FirewallWatch(networkNamespace, stop);
    }

    /// <summary>Asks one question.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    /// <exception cref="OperationCanceledException">The token given was cancelled.</exception>
    public PacketTrace Trace(ListeningTarget target)
    {
        var begun = Stopwatch.GetTimestamp();
        var stamp = new ObservationStamp(_namespace.Label);
        var rules = _firewall.NowAsync();
        var before = _counters.Read();
        var links = _interfaces.List(_stop);
        var isHere = target.Address is null || Resolve(new RouteQuery { Destination = target.Address })?.TypeOfRoute is RouteType.Local or RouteType.Anycast;
        var back = target.Peer is null ? null : Resolve(new RouteQuery { Destination = target.Peer, Source = isHere ? target.Address : null });
        var address = target.Address ?? Own(back, links);
        var alias = target.InputInterface ?? back?.InterfaceAlias ?? links.FirstOrDefault(link => Has(link, address))?.InterfaceAlias;
        var input = target.Peer is null || alias is null ? null : Resolve(new RouteQuery
        {
            Destination = address, Source = target.Peer, InputInterface = alias, Protocol = target.Protocol, DestinationPort = target.Port,
        });
        var asked = new SynPathResult { Protocol = target.Protocol, RemoteAddress = address.ToString(), RemotePort = target.Port, LocalAddress = target.Peer?.ToString() };
        var lookup = new SocketLookup(_namespace, _sockets, _routes);
        var first = isHere ? lookup.Find(asked, withoutProcesses: false, _stop) : [];
        _stop.WaitHandle.WaitOne(Watched);
        _stop.ThrowIfCancellationRequested();
        var second = isHere ? lookup.Find(asked, withoutProcesses: false, _stop) : [];
        var after = _counters.Read();
        var snapshot = rules.GetAwaiter().GetResult();
        var (count, most) = _conntrack?.Read() ?? (null, null);
        var result = new ListeningResult
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            TargetName = target.Name.Length > 0 ? target.Name : address.ToString(),
            RemoteAddress = address.ToString(),
            RemotePort = target.Port,
            Protocol = target.Protocol,
            PeerAddress = target.Peer?.ToString(),
            InputInterface = alias,
            Sockets = [.. first, .. second],
            HalfOpen = isHere && target.Protocol == TransportProtocol.Tcp ? HalfOpen(address, target.Port, target.Peer) : [],
            InputRoute = input,
            ReturnRoute = isHere ? back : null,
            Interfaces = [.. links.Where(link => link.InterfaceAlias == alias || Has(link, address))],
            CounterChanges = after.ChangesSince(before),
            WatchedSeconds = Watched.TotalSeconds,
            FirewallChains = snapshot.Missing.Length > 0 ? null : snapshot.Hooks.Count,
            ConntrackCount = count,
            ConntrackMax = most,
            NotObserved = [.. _sockets.Missing, .. snapshot.Missing, .. after.Missing],
        };
        return TraceBuilder.Build(new PacketTrace
        {
            ComputerName = result.ComputerName,
            NetNamespace = result.NetNamespace,
            ObservedAt = result.ObservedAt,
            TargetName = result.TargetName,
            Kind = TraceKind.Listening,
            RemoteAddress = result.RemoteAddress,
            RemotePort = result.RemotePort,
            Protocol = result.Protocol,
            Evidence = [result, .. snapshot.Hooks],
            NotObserved = result.NotObserved,
        }) with { DurationMilliseconds = Math.Round(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 3) };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _firewall.Dispose();
        _conntrack?.Dispose();
        _counters.Dispose();
        _interfaces.Dispose();
        _routes.Dispose();
        _sockets.Dispose();
    }

    private SocketEntry[] HalfOpen(IPAddress address, int port, IPAddress? peer) => [.. _sockets.List(
        new SocketQuery
        {
            Kinds = [SocketKind.Stream], States = [SocketState.SynReceived], LocalPorts = [port], LocalAddresses = [Whole(address)],
            RemoteAddresses = peer is null ? [] : [Whole(peer)], WithoutProcesses = true,
        },
        _stop).Take(MostHalfOpen)];

    private static (IPAddress Address, int Length) Whole(IPAddress address) => (address, address.GetAddressBytes().Length * 8);

    private PacketRoute? Resolve(RouteQuery query)
    {
        try
        {
            return _routes.Resolve(query, _stop);
        }
        catch (Exception failure) when (failure is LinuxException or NetlinkDecodeException)
        {
            return null;
        }
    }

    // The address this host answers the client from; else the first of its own that others can reach.
    private static IPAddress Own(PacketRoute? back, IEnumerable<PacketInterface> links) =>
        back is { Outcome: RouteOutcome.Usable, SourceAddress: { } source } ? IPAddress.Parse(source)
        : links.Where(static link => link.AdminUp).SelectMany(static link => link.Addresses).Where(static own => own.Scope == "global")
            .OrderBy(static own => own.AddressFamily).Select(static own => IPAddress.Parse(own.IPAddress)).FirstOrDefault() ?? IPAddress.Loopback;

    private static bool Has(PacketInterface link, IPAddress address) => link.Addresses.Any(own => own.IPAddress == address.ToString());
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using PacketPath.HostState;
using PacketPath.HostState.Conntrack;
using PacketPath.HostState.Counters;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Probes;

/// <summary>Reads the host's facts from the kernel over netlink.</summary>
internal sealed class HostPathReader : IHostPathReader
{
    private const int MainTable = 254;

    private static readonly TimeSpan AddressesKept = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CountersKept = TimeSpan.FromSeconds(1);

    private readonly NetworkNamespace _namespace;
    private readonly RouteTable _routes;
    private readonly InterfaceTable _interfaces;
    private readonly NeighborTable _neighbors;
    private readonly InterfaceNames _names;
    private readonly HostCounters _counters;
    private readonly ConntrackUsage? _conntrack;
    private readonly Lazy<IpsecPolicies> _ipsec;
    private CounterReading? _reading;
    private long _readingTaken;
    private HashSet<IPAddress>? _localAddresses;
    private long _localAddressesRead;

    private HostPathReader(NetworkNamespace networkNamespace)
    {
        _namespace = networkNamespace;
        _routes = RouteTable.Open(networkNamespace);
        _interfaces = InterfaceTable.Open(networkNamespace);
        _neighbors = NeighborTable.Open(networkNamespace);
        _names = InterfaceNames.Open(networkNamespace);
        _counters = HostCounters.Open(networkNamespace);
        _conntrack = networkNamespace.Run(ConntrackUsage.Open);
        _ipsec = new(() => networkNamespace.Run(IpsecPolicies.Open));
    }

    /// <summary>Opens the tables of a namespace.</summary>
    public static HostPathReader Open(NetworkNamespace networkNamespace) => new(networkNamespace);

    /// <inheritdoc/>
    public IReadOnlyList<HostPath> Read(IReadOnlyList<HostPathQuery> queries, CancellationToken stop)
    {
        _names.Clear();
        var routes = Routes([.. queries.Select(Ask)], stop);
        var interfaces = new Dictionary<int, PacketInterface?>();
        var counters = new Dictionary<int, CounterReading>();
        var paths = new HostPath[queries.Count];
        for (var i = 0; i < paths.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            var path = Path(queries[i], routes[i].Route, routes[i].Missing, interfaces, stop);
            paths[i] = WithCounters(WithPorts(WithIpsec(path, queries[i], stop), queries[i], stop), queries[i], counters);
        }

        return paths;
    }

    /// <inheritdoc/>
    public bool IsLocalAddress(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        if (_localAddresses is null || Stopwatch.GetElapsedTime(_localAddressesRead) > AddressesKept)
        {
            try
            {
                _localAddresses = [.. _interfaces.Addresses(0, CancellationToken.None).Select(a => IPAddress.Parse(a.Local))];
                _localAddressesRead = Stopwatch.GetTimestamp();
            }
            catch (Exception failure) when (IsKernelFailure(failure))
            {
                // What was known before is the better answer than none: one failed read may not end the whole run.
                _localAddresses ??= [];
            }
        }

        return _localAddresses.Contains(new IPAddress(address.GetAddressBytes()));
    }

    /// <inheritdoc/>
    public CounterReading? Counters()
    {
        if (_reading is null || Stopwatch.GetElapsedTime(_readingTaken) > CountersKept)
        {
            _readingTaken = Stopwatch.GetTimestamp();
            _reading = _counters.Read();
        }

        return _reading;
    }

    /// <inheritdoc/>
    public string? InterfaceName(int index) => _names.Find(index);

    /// <inheritdoc/>
    public void Dispose()
    {
        _routes.Dispose();
        _interfaces.Dispose();
        _neighbors.Dispose();
        _names.Dispose();
        _counters.Dispose();
        _conntrack?.Dispose();
        if (_ipsec.IsValueCreated)
        {
            _ipsec.Value.Dispose();
        }
    }

    private static RouteQuery Ask(HostPathQuery query) => new()
    {
        Destination = query.Remote,
        Source = query.Local,
        OutputInterface = query.Interface,
        Mark = query.Mark,
        Uid = query.Uid,
        Protocol = query.Protocol,
        SourcePort = query.LocalPort,
        DestinationPort = query.Port,
        AsksPlain = true,
    };

    private (PacketRoute? Route, MissingObservation? Missing)[] Routes(RouteQuery[] queries, CancellationToken stop)
    {
        try
        {
            return [.. _routes.Resolve(queries, stop).Select(r => ((PacketRoute?)r, (MissingObservation?)null))];
        }
        catch (Exception failure) when (queries.Length > 1 && (failure is UnknownInterfaceException || IsKernelFailure(failure)))
        {
            // One of them is at fault: ask for each alone.
            return [.. queries.Select(q => Routes([q], stop)[0])];
        }
        catch (Exception failure) when (failure is UnknownInterfaceException || IsKernelFailure(failure))
        {
            return [(null, Missing("routing decision", failure))];
        }
    }

    private HostPath Path(HostPathQuery query, PacketRoute? route, MissingObservation? missing, Dictionary<int, PacketInterface?> interfaces, CancellationToken stop)
    {
        List<MissingObservation> notObserved = missing is null ? [] : [missing];
        PacketInterface? egress = null;
        NeighborEntry? neighbor = null;
        try
        {
            var index = route is { InterfaceIndex: > 0 } ? route.InterfaceIndex : query.Interface is { } name ? _names.Index(name) : 0;
            if (index > 0 && !interfaces.TryGetValue(index, out egress))
            {
                interfaces[index] = egress = _interfaces.Find(index, forwarding: false, stop);
            }

            if (route is { NeighborAddress: { } address, InterfaceIndex: > 0 } && IPAddress.TryParse(address, out var nextHop))
            {
                neighbor = _neighbors.Find(nextHop, route.InterfaceIndex, stop);
            }
        }
        catch (Exception failure) when (IsKernelFailure(failure))
        {
            notObserved.Add(Missing("egress interface and neighbor", failure));
        }

        var (replyRoute, replyMissing) = ReplyRoute(query, route);
        if (replyMissing is not null)
        {
            notObserved.Add(replyMissing);
        }

        return new HostPath { Route = route, NextHopRoute = NextHopRoute(query, route, neighbor, stop), ReplyRoute = replyRoute, Interface = egress, Neighbor = neighbor, NotObserved = [.. notObserved] };
    }

    // Asked without the interface: with it the kernel takes whatever it finds no route for to be on the link.
    private PacketRoute? NextHopRoute(HostPathQuery query, PacketRoute? route, NeighborEntry? neighbor, CancellationToken stop) =>
        route is { NextHop: { } gateway, TableId: MainTable } && neighbor is { State: NeighborState.Unreachable or NeighborState.Incomplete }
            && IPAddress.TryParse(gateway, out var address) && !address.IsIPv6LinkLocal
            ? Routes([new RouteQuery { Destination = address, Mark = query.Mark }], stop)[0].Route
            : null;

    private (PacketRoute? Route, MissingObservation? Missing) ReplyRoute(HostPathQuery query, PacketRoute? route)
    {
        if (query is not { ReplyInterfaces: [.., var last], Local: { } local } || route is null || query.ReplyInterfaces.Contains(route.InterfaceIndex))
        {
            return (null, null);
        }

        // What counts is the interface that hands the packet to the network layer: the last one it crossed.
        return Routes(
            [new RouteQuery
            {
                Destination = local,
                Source = query.Remote,
                InputInterface = last.ToString(CultureInfo.InvariantCulture),
                Protocol = query.Protocol,
                SourcePort = query.Port,
                DestinationPort = query.LocalPort,
            }],
            CancellationToken.None)[0];
    }

    private HostPath WithPorts(HostPath path, HostPathQuery query, CancellationToken stop)
    {
        if (!query.HasNoPort)
        {
            return path;
        }

        var source = query.Local ?? (IPAddress.TryParse(path.Route?.SourceAddress, out var chosen) ? chosen : null);
        return path with { LocalPortUse = LocalPortReader.Read(_namespace, query.Remote, query.Port, source, stop) };
    }

    private HostPath WithIpsec(HostPath path, HostPathQuery query, CancellationToken stop)
    {
        if (query.PathMtu is not { } pathMtu)
        {
            return path;
        }

        try
        {
            var index = path.Interface?.InterfaceIndex ?? 0;
            return path with { IpsecPolicy = _ipsec.Value.Find(new IpsecFlow(query.Remote, query.Port, query.Local, query.LocalPort, index, query.Mark) { Protocol = query.Protocol }, stop) };
        }
        catch (Exception failure) when (IsKernelFailure(failure) || failure is IOException)
        {
            // IPsec takes its headers from the path MTU that the socket is told: one that is whole needs no policy read.
            return path.Interface is { } link && pathMtu == link.Mtu ? path : path with { NotObserved = [.. path.NotObserved, IpsecUnread(failure)] };
        }
    }

    // Read once a turn for each interface, however many attempts ended in it.
    private HostPath WithCounters(HostPath path, HostPathQuery query, Dictionary<int, CounterReading> read)
    {
        if (query.Before is not { } before)
        {
            return path;
        }

        var index = path.Interface?.InterfaceIndex ?? 0;
        if (!read.TryGetValue(index, out var now))
        {
            read[index] = now = _counters.Read(index);
        }

        return path with { CounterChanges = now.ChangesSince(before), Conntrack = _conntrack?.Read() ?? default, NotObserved = [.. path.NotObserved, .. now.Missing] };
    }

    private static bool IsKernelFailure(Exception failure) => failure is LinuxException or NetlinkDecodeException;

    private static MissingObservation IpsecUnread(Exception failure) => new()
    {
        What = MissingObservation.IpsecPolicies,
        Why = $"{failure.Message}; a policy would send the packet encrypted, and the capture would not see it",
        Remedy = "Run as root or with CAP_NET_ADMIN, or look at: ip xfrm policy.",
    };

    private static MissingObservation Missing(string what, Exception failure) => new()
    {
        What = what,
        Why = failure.Message,
        Remedy = "Repeat the probe; if it stays so, look at Get-PacketRoute and Get-PacketInterface.",
    };
}

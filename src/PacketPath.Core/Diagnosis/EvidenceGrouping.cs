namespace PacketPath.Diagnosis;

/// <summary>Sorts evidence by target, and hands each target what the host's own tables say about it.</summary>
internal sealed class EvidenceGrouping
{
    private readonly List<TargetKey> _order = [];
    private readonly Dictionary<TargetKey, List<SynPathResult>> _probes = [];
    private readonly Dictionary<TargetKey, List<PacketRoute>> _routes = [];
    private readonly Dictionary<TargetKey, List<SocketEntry>> _attempts = [];
    private readonly SocketEvidence _sockets = new();
    private readonly Dictionary<TargetKey, List<MtuProbeResult>> _mtus = [];
    private readonly Dictionary<TargetKey, List<ApplicationEvidence>> _applications = [];
    private readonly InboundEvidence _inbound = new();
    private readonly Dictionary<TargetKey, List<SocketEntry>> _established = [];
    private readonly Dictionary<TargetKey, SilentTalk> _silent = [];
    private readonly Dictionary<TargetKey, List<SocketEntry>> _connections = [];
    private readonly HashSet<TargetKey> _known = [];
    private readonly NameEvidence _names;
    private readonly Dictionary<(string, string), HostTables> _hosts;
    private readonly Dictionary<(string, string, string), AddressContext> _addresses = [];
    private readonly CaptureEvidence _captures;
    private FarEvidence _far = null!;

    /// <summary>Takes evidence in.</summary>
    /// <param name="stop">Ends the matching of packets.</param>
    public EvidenceGrouping(CancellationToken stop = default)
        : this([], stop)
    {
    }

    private EvidenceGrouping(Dictionary<(string, string), HostTables> hosts, CancellationToken stop)
    {
        _hosts = hosts;
        _captures = new CaptureEvidence(stop);
        _names = new NameEvidence(NameServerSet);
    }

    /// <summary>Takes one piece of evidence; kinds that no rule reads are left aside.</summary>
    public void Add(PacketEvidence evidence)
    {
        switch (evidence)
        {
            case SynPathResult probe:
                AddTo(_probes, TargetKey.Of(probe), probe);
                break;
            case MtuProbeResult mtu:
                AddTo(_mtus, TargetKey.Of(mtu), mtu);
                break;
            case NameLookupResult lookup:
                AddLookup(lookup);
                break;
            case DnsTruncationResult { LookedUpFor: not null } answer:
                _names.Add(answer);
                break;
            case ApplicationEvidence application:
                AddApplication(application);
                break;
            case ListeningResult listening:
                AddInbound(listening);
                break;
            case PacketRoute route:
                AddTo(_routes, TargetKey.Of(route), route);
                break;
            case NeighborEntry entry:
                Host(entry).Neighbors.Add(entry);
                break;
            case PacketInterface link:
                Host(link).Interfaces.Add(link);
                break;
            case PolicyRule rule:
                Host(rule).Rules.Add(rule);
                break;
            case ConntrackStats { IsAvailable: true, Cpu: null } stats:
                Host(stats).Conntrack.Add(stats);
                break;
            case ConntrackEntry entry:
                Host(entry).Connections.Add(entry);
                break;
            case FirewallHook hook:
                Host(hook).Firewall.Add(hook);
                break;
            case SocketEntry socket:
                AddSocket(socket);
                break;
            case PacketRecord record:
                _captures.Add(record);
                return;
            case PacketCaptureSummary summary:
                _captures.Add(summary);
                break;
        }

        foreach (var counter in CounterSnapshot.Of(evidence))
        {
            Host(evidence).Counters.Add(counter);
        }
    }

    /// <summary>One set per target, in the order the targets first appeared, then what stands for itself.</summary>
    public IEnumerable<EvidenceSet> Sets()
    {
        _captures.Seal();
        if (!_captures.IsEmpty && _order.TrueForAll(IsServersWordAlone))
        {
            // Nobody asked about a destination, as a client at least: the connections that were captured are what there is to judge.
            foreach (var attempt in _captures.Attempts())
            {
                AddTo(_probes, TargetKey.Of(attempt), attempt);
            }
        }

        foreach (var answer in _names.Alone)
        {
            AddApplication(answer);
        }

        FindSilence();
        foreach (var lookup in _inbound.LookupsFor(_probes.Keys))
        {
            AddTo(_routes, TargetKey.Of(lookup), lookup);
        }

        _far = new FarEvidence(_probes.Values.SelectMany(p => p), _routes, _hosts);
        var opposites = OppositeAttempts.Find(_order.Where(_probes.ContainsKey).Select(key => (key, NewestFirst(_probes[key])[0])));
        var absorbed = opposites.Values.ToHashSet();
        var named = _order.Where(key => !_names.Knows(key)).ToDictionary(static key => key, key => _names.Behind(key, NamesOf(key)));
        foreach (var key in _order)
        {
            if (_names.Knows(key))
            {
                if (_names.NameAlone(key) is { } name)
                {
                    yield return new EvidenceSet { Key = key, ComputerName = name.Lookup.ComputerName, Name = name, IsNameOnly = true };
                }
            }
            else if (!IsContextOnly(key) && !_far.Absorbs(key) && !absorbed.Contains(key))
            {
                yield return opposites.TryGetValue(key, out var other) ? DestinationSet(key, named[key], DestinationSet(other, named[other])) : DestinationSet(key, named[key]);
            }
        }

        var judged = _order.Where(k => !_far.Absorbs(k)).Select(k => k.Place).ToHashSet();
        foreach (var (place, host) in _hosts.OrderBy(h => h.Value.Order).Select(h => (h.Key, h.Value)))
        {
            // What was read on a router or the target belongs to the attempt it was read for.
            foreach (var set in judged.Contains(place) || _far.Involves(place) || (judged.Count > 0 && _captures.Has(place)) ? [] : host.Sets(place))
            {
                yield return set;
            }
        }

        foreach (var set in _order.Count > 0 ? [] : _sockets.Sets())
        {
            yield return set;
        }
    }

    private bool IsServersWordAlone(TargetKey key) => _inbound.Knows(key)
        && !(_probes.ContainsKey(key) || _routes.ContainsKey(key) || _attempts.ContainsKey(key) || _mtus.ContainsKey(key) || _applications.ContainsKey(key));

    // A lookup without a port only adds to what was asked with one, and so does the path MTU of the address; a server's word adds to an attempt on it.
    private bool IsContextOnly(TargetKey key)
    {
        if (_probes.ContainsKey(key) || _applications.ContainsKey(key) || _silent.ContainsKey(key))
        {
            return false;
        }

        return _inbound.Knows(key) ? InboundEvidence.IsJoined(key, _probes.Keys)
            : _mtus.ContainsKey(key) ? Address(key).IsConnectedTo || Address(key).MtuKey != key
            : key.RemotePort == 0 && (Address(key).IsAskedWithPort || Address(key).MtuKey is not null);
    }

    // A lookup with another mark or for another user is another question.
    private static bool IsAbout(PacketRoute route, SynPathResult probe) => route.InputInterface is null && route.Mark == probe.Mark
        && (route.Uid is { } user ? user == (probe.RequestedUid ?? probe.Uid) : probe.RequestedUid is null || probe.RequestedUid != probe.Uid);

    private EvidenceSet DestinationSet(TargetKey key, NameResolution? name, EvidenceSet? opposite = null)
    {
        var probes = NewestFirst(_probes.GetValueOrDefault(key) ?? []);
        var newest = probes.Count == 0 ? null : probes[0];
        var context = Address(key);
        var applications = NewestFirst(_applications.GetValueOrDefault(key) ?? []);
        var mtus = NewestFirst(context.MtuProbes);
        var embedded = probes.Select(p => p.Route).Concat(mtus.Select(m => m.Route)).OfType<PacketRoute>();
        var asked = key.RemotePort == 0
            ? context.RoutesWithoutPort
            : context.RoutesWithoutPort.Concat(_routes.GetValueOrDefault(key) ?? []);
        var routes = NewestFirst(embedded.Concat(asked).Where(r => newest is null || IsAbout(r, newest)));
        var route = routes.Count == 0 ? null : routes[0];
        var host = _hosts.GetValueOrDefault(key.Place);

        var alias = route?.InterfaceAlias ?? (probes.Count == 0 ? null : probes[0].InterfaceAlias);
        var links = NewestFirst(probes.Select(p => p.Interface).Concat(mtus.Select(m => m.Interface)).OfType<PacketInterface>().Concat(host?.Interfaces ?? []));
        bool IsEgress(PacketInterface link) => alias is null
            ? probes.Any(p => ReferenceEquals(p.Interface, link))
            : link.InterfaceAlias == alias;

        var nextHop = TargetKey.Canonical(route?.NeighborAddress ?? route?.NextHop ?? key.RemoteAddress);
        var known = host?.NeighborsOf(nextHop) ?? [];
        var neighbors = NewestFirst(probes.Select(p => p.Neighbor).Concat(mtus.Select(m => m.Neighbor)).OfType<NeighborEntry>().Concat(known)
            .Where(n => alias is null || n.InterfaceAlias.Length == 0 || n.InterfaceAlias == alias)
            .Where(n => route?.NeighborAddress is null || TargetKey.Canonical(n.IPAddress) == nextHop));

        return new EvidenceSet
        {
            Key = key,
            Name = name,
            ComputerName = probes.Select(p => p.ComputerName).Concat(mtus.Select(m => m.ComputerName)).Concat(routes.Select(r => r.ComputerName))
                .Concat(_attempts.GetValueOrDefault(key)?.Select(s => s.ComputerName) ?? []).Concat(_silent.TryGetValue(key, out var talk) ? [talk.Last.ComputerName] : []).Concat(applications.Select(a => a.ComputerName)).FirstOrDefault() ?? _inbound.Of(key)?.ComputerName ?? "",
            Probes = probes,
            MtuProbes = mtus,
            Applications = applications,
            Inbound = probes.Count == 0 ? _inbound.Of(key) : null,
            Siblings = [.. context.Handshakes.Where(p => TargetKey.Of(p) != key)],
            Routes = routes,
            Neighbors = neighbors,
            Interfaces = [.. links.Where(IsEgress)],
            OtherInterfaces = [.. links.Where(l => !IsEgress(l))],
            Rules = host?.Rules ?? [],
            Firewall = host?.Firewall ?? [],
            Conntrack = host?.Conntrack ?? [],
            Connections = host?.Connections ?? [],
            Elsewhere = probes.Count == 0 ? [] : _far.HostsOf(probes[0]),
            ReplyRoutes = probes.Count == 0 ? [] : _far.RepliesOf(probes[0]),
            SilentTalk = _silent.GetValueOrDefault(key),
            TwoEnds = probes.Count == 0 || _captures.IsEmpty ? null : _captures.Of(probes[0], place => _hosts.GetValueOrDefault(place)),
            Opposite = opposite,
            FarInbounds = probes.Count == 0 ? [] : [.. _inbound.JoinedTo(key).Where(far => !_probes.ContainsKey(far)).Select(far => new FarInbound(_inbound.Of(far)!, DestinationSet(far, null)))],
            HalfOpen = probes.Count == 0 ? null : _sockets.HalfOpen(probes[0]),
            IsSighted = probes.Count > 0 && _captures.IsSighted(probes[0]),
            Connection = probes.Count > 0 || key.RemotePort == 0 ? null : ConnectionState.Of(_connections.GetValueOrDefault(key)),
            Attempts = NewestFirst(_attempts.GetValueOrDefault(key) ?? []),
            TargetSockets = _sockets.Of(key, probes, place => _hosts.GetValueOrDefault(place)),
            Counters = [.. host?.Counters ?? [], .. probes.Select(p => p.Interface).OfType<PacketInterface>().SelectMany(CounterSnapshot.Of)],
        };
    }

    // A connection under way is an attempt of its own; any other socket is known for what it is.
    private void AddSocket(SocketEntry socket)
    {
        _sockets.Add(socket);
        if (socket is { Kind: SocketKind.Stream, AskedAddress: null, RemotePort: > 0, State: SocketState.Established or SocketState.FinWait1 or SocketState.CloseWait or SocketState.LastAck or SocketState.Closing })
        {
            var peer = KeyOf(socket);
            (_connections.TryGetValue(peer, out var readings) ? readings : _connections[peer] = []).Add(socket);
        }

        if (socket is { State: SocketState.SynSent, AskedAddress: null, RemotePort: > 0 })
        {
            AddTo(_attempts, KeyOf(socket), socket);
        }
        else if (socket is { State: SocketState.Established, Kind: SocketKind.Stream, AskedAddress: null, RemotePort: > 0 })
        {
            var key = KeyOf(socket);
            (_established.TryGetValue(key, out var list) ? list : _established[key] = []).Add(socket);
        }
    }

    // A connection is a target of its own only where its peer has never answered; one on a port that is listened on was made by the peer.
    private void FindSilence()
    {
        foreach (var (key, sockets) in _established)
        {
            if (sockets.Count > 1 && SilentTalk.Of(sockets) is { } talk && !_sockets.HasListener(talk.Last))
            {
                _silent[key] = talk;
                if (_known.Add(key))
                {
                    _order.Add(key);
                }
            }
        }
    }

    private static TargetKey KeyOf(SocketEntry socket) => TargetKey.Of(socket) with { RemoteAddress = TargetKey.Canonical(SocketEvidence.Plain(socket.RemoteAddress)) };

    // What the host's own tables say holds for the way to its name servers as well.
    private EvidenceSet NameServerSet(IReadOnlyList<DnsTruncationResult> answers)
    {
        var own = new EvidenceGrouping(_hosts, CancellationToken.None);
        foreach (var answer in answers)
        {
            own.Add(answer with { LookedUpFor = null });
        }

        return own.Sets().First();
    }

    private void AddLookup(NameLookupResult lookup)
    {
        var key = TargetKey.Of(lookup);
        _names.Add(key, lookup);
        if (_known.Add(key))
        {
            _order.Add(key);
        }
    }

    private IEnumerable<string> NamesOf(TargetKey key) =>
        (_probes.GetValueOrDefault(key) ?? []).Select(static p => p.TargetName).Concat((_applications.GetValueOrDefault(key) ?? []).Select(static a => a.TargetName));

    // Whatever it speaks, it stands on the TCP attempt of the same address and port.
    private void AddApplication(ApplicationEvidence application)
    {
        AddTo(_applications, TargetKey.Of(application) with { Protocol = TransportProtocol.Tcp }, application);
        if (application.TcpPath is { } beneath)
        {
            Add(beneath);
        }
    }

    // The host's sockets, links and lookups are evidence for an attempt from elsewhere as well.
    private void AddInbound(ListeningResult result)
    {
        var key = TargetKey.Of(result) with { Protocol = result.Protocol == TransportProtocol.Udp ? TransportProtocol.Udp : TransportProtocol.Tcp };
        _inbound.Add(key, result);
        if (_known.Add(key))
        {
            _order.Add(key);
        }

        foreach (var socket in result.Sockets.Concat(result.HalfOpen))
        {
            AddSocket(socket);
        }

        Host(result).Interfaces.AddRange(result.Interfaces);
    }

    private AddressContext Address(TargetKey key)
    {
        var address = (key.ComputerName, key.NetNamespace, key.RemoteAddress);
        return _addresses.TryGetValue(address, out var context) ? context : _addresses[address] = new();
    }

    private void AddTo<T>(Dictionary<TargetKey, List<T>> map, TargetKey key, T evidence)
        where T : DestinationEvidence
    {
        if (_known.Add(key))
        {
            _order.Add(key);
        }

        (map.TryGetValue(key, out var list) ? list : map[key] = []).Add(evidence);
        Address(key).Add(key, evidence);
    }

    private HostTables Host(PacketEvidence evidence)
    {
        var place = TargetKey.PlaceOf(evidence);
        return _hosts.TryGetValue(place, out var host) ? host : _hosts[place] = new HostTables(_hosts.Count);
    }

    // Stable: of two with the same time, the later in the input counts as newer.
    internal static IReadOnlyList<T> NewestFirst<T>(IEnumerable<T> evidence)
        where T : PacketEvidence => [.. evidence.Reverse().OrderByDescending(e => e.ObservedAt)];
}

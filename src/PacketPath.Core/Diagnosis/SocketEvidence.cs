namespace PacketPath.Diagnosis;

/// <summary>The sockets among the evidence, and which of them answer for a target.</summary>
internal sealed class SocketEvidence
{
    private const string Mapped = "::ffff:";

    private readonly List<SocketEntry> _sockets = [];
    private readonly Dictionary<(string, int, string, int), SocketEntry> _halfOpen = [];

    public void Add(SocketEntry socket)
    {
        _sockets.Add(socket);
        if (socket is { Kind: SocketKind.Stream, State: SocketState.SynReceived, AskedAddress: null })
        {
            var ends = (Canonical(socket.LocalAddress), socket.LocalPort, Canonical(socket.RemoteAddress), socket.RemotePort);
            _halfOpen[ends] = _halfOpen.TryGetValue(ends, out var known) && known.ObservedAt > socket.ObservedAt ? known : socket;
        }
    }

    /// <summary>The server's socket of an attempt whose handshake has not ended there, as it was read last; null where there is none.</summary>
    public SocketEntry? HalfOpen(SynPathResult probe) =>
        _halfOpen.Count == 0 ? null : _halfOpen.GetValueOrDefault((Canonical(probe.RemoteAddress), probe.RemotePort, Canonical(probe.LocalAddress ?? ""), probe.LocalPort));

    /// <summary>True where a connection's own port is listened on: it was made from outside.</summary>
    public bool HasListener(SocketEntry connection) => _sockets.Exists(s =>
        s.State == SocketState.Listen && s.LocalPort == connection.LocalPort && TargetKey.PlaceOf(s) == TargetKey.PlaceOf(connection));

    private static string Canonical(string address) => TargetKey.Canonical(Plain(address));

    /// <summary>An address as the network sees it: IPv4 in an IPv6 socket is IPv4.</summary>
    public static string Plain(string address) =>
        address.StartsWith(Mapped, StringComparison.OrdinalIgnoreCase) && address.Contains('.') ? address[Mapped.Length..] : address;

    /// <summary>The sockets that were asked for this target by a piped probe, and every other reading of the same sockets.</summary>
    public TargetSockets Of(TargetKey key, IReadOnlyList<SynPathResult> probes, Func<(string, string), HostTables?> host)
    {
        if (_sockets.Count == 0 || key.RemotePort == 0)
        {
            return TargetSockets.None;
        }

        var asked = _sockets.Where(s => (s.Kind == SocketKind.Datagram) == (key.Protocol == TransportProtocol.Udp) && s.AskedPort == key.RemotePort && TargetKey.Canonical(s.AskedAddress) == key.RemoteAddress).ToList();
        if (asked.Count == 0)
        {
            return TargetSockets.None;
        }

        var cookies = asked.Where(static s => s.Cookie != 0).Select(s => (TargetKey.PlaceOf(s), s.Cookie)).ToHashSet();
        var readings = asked.Concat(_sockets.Where(s => s.AskedAddress is null && cookies.Contains((TargetKey.PlaceOf(s), s.Cookie))));
        var counters = asked.Select(TargetKey.PlaceOf).Distinct().SelectMany(place => host(place)?.Counters ?? []);
        return new TargetSockets(EvidenceGrouping.NewestFirst(readings), [.. counters], probes.Count == 0 ? null : probes[0]);
    }

    /// <summary>With no destination asked about, each socket that takes datagrams stands for itself.</summary>
    public IEnumerable<EvidenceSet> Sets()
    {
        foreach (var readings in _sockets.Where(static s => s.Kind == SocketKind.Datagram && s.State is SocketState.Unconnected or SocketState.Established)
                     .GroupBy(s => (Place: TargetKey.PlaceOf(s), s.Cookie)))
        {
            var newest = EvidenceGrouping.NewestFirst(readings);
            yield return new EvidenceSet
            {
                Key = new(readings.Key.Place.ComputerName, readings.Key.Place.NetNamespace, "", 0, TransportProtocol.Udp),
                ComputerName = newest[0].ComputerName,
                Receiver = newest,
            };
        }
    }
}

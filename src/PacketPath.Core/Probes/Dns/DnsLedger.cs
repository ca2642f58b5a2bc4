using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>Keeps what was seen on the wire of the questions under way, and of nothing else: other traffic of the same port may be plenty.</summary>
internal sealed class DnsLedger(int serverPort)
{
    /// <summary>The most packets kept of one question.</summary>
    public const int MostOfOne = 2048;

    /// <summary>The most later fragments kept.</summary>
    public const int MostFragments = 8192;

    private readonly object _lock = new();
    private readonly Dictionary<(PacketAddress Server, int LocalPort), Flow> _flows = [];
    private readonly Dictionary<PacketAddress, int> _servers = [];
    private readonly Queue<(long Number, DnsSighting Fragment)> _fragments = new();
    private long _number;
    private long _dropped;

    /// <summary>Packets that were not kept though they may have mattered.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many packets are kept.</summary>
    public int Kept
    {
        get
        {
            lock (_lock)
            {
                return _fragments.Count + _flows.Values.Sum(static f => f.Seen.Count);
            }
        }
    }

    /// <summary>Keeps what is seen between a local port and a server from now on. Call it before the first query leaves.</summary>
    public void Register(PacketAddress server, int localPort)
    {
        lock (_lock)
        {
            if (!_flows.TryGetValue((server, localPort), out var flow))
            {
                _flows[(server, localPort)] = flow = new Flow(_number);
            }

            flow.Users++;
            _servers[server] = _servers.GetValueOrDefault(server) + 1;
        }
    }

    /// <summary>Forgets what was seen of it.</summary>
    public void Release(PacketAddress server, int localPort)
    {
        lock (_lock)
        {
            if (!_flows.TryGetValue((server, localPort), out var flow))
            {
                return;
            }

            if (--flow.Users == 0)
            {
                _flows.Remove((server, localPort));
            }

            if (--_servers[server] == 0)
            {
                _servers.Remove(server);
            }

            if (_flows.Count == 0)
            {
                _fragments.Clear();
            }
        }
    }

    /// <summary>Keeps a packet, where it belongs to a question.</summary>
    public void File(in DnsSighting sighting)
    {
        lock (_lock)
        {
            if (sighting is { SourcePort: 0, DestinationPort: 0 })
            {
                FileFragment(sighting);
                return;
            }

            if (FlowOf(sighting) is not { } flow)
            {
                return;
            }

            if (flow.Seen.Count < MostOfOne)
            {
                flow.Seen.Add(sighting);
            }
            else
            {
                Interlocked.Increment(ref _dropped);
            }
        }
    }

    /// <summary>What was seen of a question by its number, and the later fragments that came from its server. A port alone may have served another question before.</summary>
    public (List<DnsSighting> Seen, List<DnsSighting> Later) Of(PacketAddress server, int localPort, int id)
    {
        lock (_lock)
        {
            return (
                _flows.TryGetValue((server, localPort), out var flow) ? flow.Seen.FindAll(s => s.MessageId == id) : [],
                [.. _fragments.Where(f => f.Fragment.From == server).Select(f => f.Fragment)]);
        }
    }

    private Flow? FlowOf(in DnsSighting sighting)
    {
        if (sighting.DestinationPort == serverPort && _flows.TryGetValue((sighting.To, sighting.SourcePort), out var asked))
        {
            return asked;
        }

        return sighting.SourcePort == serverPort && _flows.TryGetValue((sighting.From, sighting.DestinationPort), out var answered) ? answered : null;
    }

    // A fragment does not tell its port: those of other programs' answers are among them.
    private void FileFragment(in DnsSighting sighting)
    {
        if (!_servers.ContainsKey(sighting.From))
        {
            return;
        }

        if (_fragments.Count >= MostFragments)
        {
            // What came before every question under way belongs to none.
            var oldest = _flows.Values.Min(static f => f.Since);
            while (_fragments.TryPeek(out var first) && first.Number < oldest)
            {
                _fragments.Dequeue();
            }
        }

        if (_fragments.Count >= MostFragments)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        _fragments.Enqueue((_number++, sighting));
    }

    private sealed class Flow(long since)
    {
        public List<DnsSighting> Seen { get; } = [];

        public long Since => since;

        public int Users { get; set; }
    }
}

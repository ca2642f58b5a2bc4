using System.Diagnostics;
using PacketPath.Netlink;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>The tables of both families, read when first needed and again when the kernel announces a change.</summary>
internal sealed class RoutingState
{
    /// <summary>A quarter of a second: what takes less is read again at every change.</summary>
    private static readonly long CheapReading = Stopwatch.Frequency / 4;

    private readonly NetlinkSocket _socket;
    private readonly RouteChangeWatch _watch;
    private readonly NetworkNamespace _namespace;
    private readonly uint _ownUid;
    private RoutingHost? _host;
    private ForwardingSettings? _forwarding;
    private RoutingTables? _ipv4;
    private RoutingTables? _ipv6;
    private Dictionary<RuleEntry, PolicyRule> _rules = new(ReferenceEqualityComparer.Instance);
    private bool _changed;
    private long _readAt;
    private long _readTook;

    /// <summary>Creates the state over a socket and a watch that stay their caller's.</summary>
    public RoutingState(NetlinkSocket socket, RouteChangeWatch watch, NetworkNamespace networkNamespace, uint ownUid)
    {
        _socket = socket;
        _watch = watch;
        _namespace = networkNamespace;
        _ownUid = ownUid;
    }

    /// <summary>True where the kernel announced a change that was not read yet, because reading again so soon would cost too much.</summary>
    public bool IsStale => _changed;

    /// <summary>True where a table changed under its reading again and again.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Drops what the kernel has announced to have changed. Where reading takes long, it is done seldom.</summary>
    public void Refresh()
    {
        _changed |= _watch.HasChanged();
        if (_changed && (_readTook < CheapReading || Stopwatch.GetTimestamp() - _readAt >= _readTook * 2))
        {
            _changed = false;
            _host = null;
            _forwarding = null;
            _ipv4 = _ipv6 = null;
            _rules = new(ReferenceEqualityComparer.Instance);
            Interrupted = false;
            _readTook = 0;
        }
    }

    /// <summary>The interfaces and addresses.</summary>
    public RoutingHost Host(CancellationToken stop) => _host ??= Timed(reader => reader.Host(stop));

    /// <summary>What the interfaces do with packets that came in.</summary>
    public ForwardingSettings Forwarding(CancellationToken stop) => _forwarding ??=
        ForwardingSettings.Read(_namespace, _socket, Host(stop).Interfaces.Select(static link => (link.Index, link.Name)), stop);

    /// <summary>The tables of a family.</summary>
    public RoutingTables Tables(byte family, CancellationToken stop) => family == IpBits.IPv4
        ? _ipv4 ??= Read(family, stop)
        : _ipv6 ??= Read(family, stop);

    /// <summary>The public object of a rule, made once.</summary>
    public PolicyRule? Rule(RuleEntry? rule)
    {
        if (rule is null)
        {
            return null;
        }

        if (!_rules.TryGetValue(rule, out var model))
        {
            model = RuleText.ToModel(rule, new ObservationStamp(_namespace.Label));
            _rules.Add(rule, model);
        }

        return model;
    }

    private RoutingTables Read(byte family, CancellationToken stop)
    {
        var host = Host(stop);
        return Timed(reader => new RoutingTables(family, reader.Rules(family, stop), reader.Routes(family, stop), host, _ownUid));
    }

    private T Timed<T>(Func<RoutingReader, T> read)
    {
        var start = Stopwatch.GetTimestamp();
        var reader = new RoutingReader(_socket);
        var result = read(reader);
        Interrupted |= reader.Interrupted;
        _readAt = Stopwatch.GetTimestamp();
        _readTook += _readAt - start;
        return result;
    }
}

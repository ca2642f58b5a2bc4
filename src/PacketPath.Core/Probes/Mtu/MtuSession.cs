using System.Net;
using PacketPath.Capture;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>One target being probed: its strategy and the sockets that carry out what the strategy plans.</summary>
internal sealed class MtuSession : IDisposable
{
    /// <summary>The step that opens a socket for echoes.</summary>
    public const string EchoCall = "socket(ICMP)";

    private readonly MtuProbeOptions _options;
    private readonly List<SegmentProbe> _segments = [];
    private readonly HashSet<int> _repliesOnWire = [];

    /// <summary>Creates a session; the sockets are opened by <see cref="Open"/>.</summary>
    public MtuSession(MtuTarget target, MtuProbeOptions options, HostPath path, long now)
    {
        (Target, _options, Path, StartedAt) = (target, options, path, now);
    }

    /// <summary>The target.</summary>
    public MtuTarget Target { get; }

    /// <summary>What the host knew of the path before the probe.</summary>
    public HostPath Path { get; }

    /// <summary>When it began.</summary>
    public long StartedAt { get; }

    /// <summary>The same, as a date.</summary>
    public DateTime StartedUtc { get; } = DateTime.UtcNow;

    /// <summary>How the capture stood then.</summary>
    public long LostBefore { get; init; }

    /// <summary>The strategy; null where no socket could be opened.</summary>
    public MtuMachine? Machine { get; private set; }

    /// <summary>Datagrams; null where they are not used.</summary>
    public DatagramProbe? Udp { get; private set; }

    /// <summary>Echoes; null where they are not used or not allowed.</summary>
    public DatagramProbe? Echo { get; private set; }

    /// <summary>True where echoes were asked for and no socket for them could be had.</summary>
    public bool EchoDenied { get; private set; }

    /// <summary>The call that failed, where the probe could not begin.</summary>
    public ConnectStep Failure { get; private set; }

    /// <summary>The local address.</summary>
    public IPAddress? Local { get; private set; }

    /// <summary>Echo replies that the wire brought and no socket received.</summary>
    public int RepliesDroppedHere => Machine is null ? 0
        : _repliesOnWire.Count(id => Machine.Ledger.Find(id) is { State: MtuPacketState.Lost });

    /// <summary>The connections that are open now.</summary>
    public IReadOnlyList<SegmentProbe> Segments => _segments;

    private bool IsIPv6 => Target.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>Opens the sockets and makes the strategy; false where that failed: see <see cref="Failure"/>.</summary>
    public bool Open()
    {
        try
        {
            if (_options.Method is MtuMethod.Auto or MtuMethod.Icmp)
            {
                Echo = Begin(DatagramProbe.OpenEcho(IsIPv6));
                EchoDenied = Echo is null && Failure.Call is null;
                Failure = EchoDenied && _options.Method == MtuMethod.Icmp ? new ConnectStep(EchoCall, Errno.EPERM) : Failure;
            }

            // The hops are walked by datagrams wherever echoes are not to be had.
            if (_options.Method != MtuMethod.Icmp && Failure.Call is null)
            {
                Udp = Begin(DatagramProbe.OpenUdp(IsIPv6));
            }
        }
        catch (LinuxException failure)
        {
            Failure = new ConnectStep(failure.Call, failure.Errno);
        }

        if (Failure.Call is not null)
        {
            return false;
        }

        Local = Udp?.Local?.Address ?? Echo?.Local?.Address;
        Machine = new MtuMachine(new MtuQuestion
        {
            Target = Target.Address,
            InterfaceMtu = Path.Interface?.Mtu ?? 0,
            RouteMtu = Path.Route?.Mtu,
            Minimum = _options.MinimumMtu,
            Maximum = _options.MaximumMtu,
            Method = _options.Method,
            CanEcho = Echo is not null,
            MaxHops = _options.MaxHops,
            Timeout = (long)(_options.Timeout.TotalMilliseconds * 1e6),
            PerSecond = _options.PacketsPerSecond,
            Limit = _options.PacketLimit,
        });
        return true;
    }

    /// <summary>Sends what may be sent now; connections that were opened for it are handed back.</summary>
    public void Send(Func<long> now, Action<SegmentProbe> opened)
    {
        while (Machine!.Take(now()) is { } packet)
        {
            if (packet.Method == MtuMethod.Tcp)
            {
                Connect(packet, now, opened);
            }
            else if ((packet.Method == MtuMethod.Icmp ? Echo : Udp)?.Send(packet) is not 0 and var errno)
            {
                Machine.Refused(packet.Id, errno ?? Errno.EOPNOTSUPP);
            }
        }
    }

    /// <summary>Reads both sockets.</summary>
    public void Read(DatagramProbe probe, long now) => probe.Read(
        (record, id) =>
        {
            if (id >= 0)
            {
                Machine!.Reported(id, now, record.Offender, record.Type, record.Code, (int)Math.Min(record.Info, int.MaxValue), record.ReplyTtl);
            }
        },
        (id, ttl) => Machine!.Passed(id, now, Target.Address, ttl));

    /// <summary>Looks at the connections; those that are done are handed back.</summary>
    public void ReadSegments(long now, Action<SegmentProbe> over)
    {
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            var segment = _segments[i];
            if (!segment.Packet.IsPending || !segment.Read(Machine!, now))
            {
                over(segment);
                _segments.RemoveAt(i);
                segment.Dispose();
            }
        }
    }

    /// <summary>Takes what the capture saw; false where it belongs to another target.</summary>
    public bool Sighted(in MtuSighting sighting, long now)
    {
        var target = PacketAddress.From(Target.Address);
        if (sighting.IsReply)
        {
            return sighting.From == target && sighting.Identity == Echo?.Identity && _repliesOnWire.Add(sighting.Sequence);
        }

        if (sighting.Destination != target)
        {
            return false;
        }

        var isEcho = sighting.Protocol is IpProtocol.Icmp or IpProtocol.IcmpV6;
        var identity = sighting.Identity;
        var isOurs = isEcho ? sighting.Identity == Echo?.Identity
            : sighting.Protocol == IpProtocol.Udp ? sighting.Identity == Udp?.Identity
            : _segments.Exists(s => s.Local?.Port == identity);
        if (isOurs && Machine is not null)
        {
            Machine.Sighted(isEcho ? sighting.Sequence : 0, now, sighting.From.ToIPAddress(), sighting.Mtu, sighting.Size);
        }

        return isOurs;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Udp?.Dispose();
        Echo?.Dispose();
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        _segments.Clear();
    }

    private DatagramProbe? Begin(DatagramProbe? probe)
    {
        var step = probe?.Start(_options, Target.Address, Target.UdpPort) ?? ConnectStep.InProgress;
        if (step.Call is not null)
        {
            probe?.Dispose();
            Failure = step;
            return null;
        }

        return probe;
    }

    private void Connect(MtuPacket packet, Func<long> now, Action<SegmentProbe> opened)
    {
        try
        {
            var segment = SegmentProbe.Open(_options, Target.Address, Target.TcpPort, packet, out var step);
            if (step.Call is not null)
            {
                segment.Dispose();
                Machine!.Refused(packet.Id, step.Errno);
                return;
            }

            Local ??= segment.Local?.Address;
            _segments.Add(segment);
            opened(segment);
        }
        catch (LinuxException failure)
        {
            Machine!.Refused(packet.Id, failure.Errno);
        }
    }
}

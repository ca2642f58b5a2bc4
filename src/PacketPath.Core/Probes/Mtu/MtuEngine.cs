using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Runs many path MTU probes at once on one thread inside the namespace: epoll for the sockets, an eventfd for everything else.</summary>
internal sealed class MtuEngine : ProbeEngine<MtuTarget, MtuProbeResult>
{
    private const long WakeId = 0;
    private const int MostStarts = 32;
    private const long Millisecond = 1_000_000;
    private const long SegmentInterval = 4 * Millisecond;
    private const int TooManyInProcess = 24;
    private const int TooManyInSystem = 23;

    private readonly MtuProbeOptions _options;
    private readonly Func<IHostPathReader> _openReader;
    private readonly IPacketSourceFactory? _captureFactory;

    // Everything below belongs to the engine's thread.
    private readonly List<MtuSession> _active = [];
    private readonly Dictionary<long, (MtuSession Session, object Socket)> _sockets = [];
    private readonly Dictionary<object, long> _ids = new(ReferenceEqualityComparer.Instance);
    private Epoll _epoll = null!;
    private IHostPathReader _reader = null!;
    private CaptureFeed<MtuSighting>? _capture;
    private MtuResultBuilder _builder = null!;
    private int _atOnce;
    private long _nextId = WakeId;

    /// <summary>Creates an engine.</summary>
    /// <param name="options">How to probe.</param>
    /// <param name="openReader">Opens the reader of host facts; called on the engine's thread.</param>
    /// <param name="sink">Takes what comes out; called on the engine's thread.</param>
    /// <param name="captureFactory">Opens the capture; null for the module's own.</param>
    public MtuEngine(MtuProbeOptions options, Func<IHostPathReader> openReader, Action<ProbeOutput<MtuTarget, MtuProbeResult>> sink, IPacketSourceFactory? captureFactory = null)
        : base(options.Namespace, sink)
    {
        (_options, _openReader, _captureFactory) = (options, openReader, captureFactory);
        _atOnce = options.ThrottleLimit;
    }

    private bool IsDone => AllBegun && _active.Count == 0;

    /// <inheritdoc/>
    protected override IEnumerable<MtuTarget> Unanswered => _active.Select(static session => session.Target);

    /// <inheritdoc/>
    protected override void Loop()
    {
        try
        {
            Open();
            Span<long> ready = stackalloc long[256];
            while (!IsDone)
            {
                Stopped.ThrowIfCancellationRequested();
                StartWaiting();
                foreach (var session in _active)
                {
                    session.Send(() => Now, segment => Watch(session, segment, segment.Descriptor, Epoll.Writable));
                }

                Take(ready, _epoll.Wait(ready, NextWait()));

                // What has arrived is read before the clock is: a host that was busy may not take an answer for a loss.
                var now = Now;
                Take(ready, _epoll.Wait(ready, 0));
                TakeSightings();
                Turn(now);
            }
        }
        finally
        {
            Close();
        }
    }

    private void Open()
    {
        if (_options.Capture)
        {
            _capture = new CaptureFeed<MtuSighting>(_options.Namespace, Wake, CaptureFilter.ForIcmp(), MtuSighting.TryRead, _captureFactory);
        }

        _epoll = new Epoll(256);
        _epoll.Add(Wake.Descriptor, Epoll.Readable, WakeId);
        _reader = _openReader();
        _builder = new MtuResultBuilder(_options, _reader);
        _capture?.WaitUntilOpened(Stopped);
    }

    private void Close()
    {
        foreach (var session in _active)
        {
            session.Dispose();
        }

        _capture?.Dispose();
        _reader?.Dispose();
        _epoll?.Dispose();
    }

    private void Take(Span<long> ready, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (ready[i] == WakeId)
            {
                Wake.Reset();
                _capture?.Rearm();
            }
            else if (_sockets.TryGetValue(ready[i], out var found))
            {
                if (found.Socket is DatagramProbe probe)
                {
                    found.Session.Read(probe, Now);
                }
                else
                {
                    // Connected, or failed: from now on it is looked at by the clock.
                    Unwatch(found.Socket, ((SegmentProbe)found.Socket).Descriptor);
                    found.Session.ReadSegments(Now, Forget);
                }
            }
        }
    }

    private void TakeSightings()
    {
        for (var left = _capture?.Waiting ?? 0; left > 0 && _capture!.TryTake(out var sighting); left--)
        {
            foreach (var session in _active)
            {
                if (session.Sighted(sighting, Now))
                {
                    break;
                }
            }
        }
    }

    private void Turn(long now)
    {
        List<MtuSession>? over = null;
        foreach (var session in _active)
        {
            if (session.Segments.Count > 0)
            {
                session.ReadSegments(now, Forget);
            }

            session.Machine!.Turn(now);
            if (session.Machine.IsComplete)
            {
                (over ??= []).Add(session);
            }
        }

        foreach (var session in over ?? [])
        {
            _active.Remove(session);
            Finish(session);
        }
    }

    private int NextWait()
    {
        if (_active.Count < _atOnce && !Added.IsEmpty)
        {
            return 0;
        }

        var now = Now;
        var next = long.MaxValue;
        foreach (var session in _active)
        {
            next = Math.Min(next, session.Machine!.WakeAt(now));
            if (session.Segments.Any(s => s.IsSent))
            {
                next = Math.Min(next, now + SegmentInterval);
            }
        }

        return next == long.MaxValue ? -1 : (int)Math.Clamp((next - now + Millisecond - 1) / Millisecond, 0, int.MaxValue);
    }

    private void StartWaiting()
    {
        var targets = new List<MtuTarget>();
        while (targets.Count < MostStarts && _active.Count + targets.Count < _atOnce && Added.TryDequeue(out var target))
        {
            targets.Add(target);
        }

        if (targets.Count == 0)
        {
            return;
        }

        var paths = _reader.Read([.. targets.Select(t => new HostPathQuery(t.Address, 0, _options.SourceAddress, 0, _options.InterfaceAlias, 0))], Stopped);
        for (var i = 0; i < targets.Count; i++)
        {
            Start(targets[i], paths[i]);
        }
    }

    private void Start(MtuTarget target, HostPath path)
    {
        var session = new MtuSession(target, _options, path, Now) { LostBefore = _capture?.Lost ?? 0 };
        if (session.Open())
        {
            _active.Add(session);
            foreach (var probe in new[] { session.Udp, session.Echo }.OfType<DatagramProbe>())
            {
                Watch(session, probe, probe.Descriptor, Epoll.Readable);
            }

            return;
        }

        session.Dispose();
        if (session.Failure.Errno is TooManyInProcess or TooManyInSystem && _active.Count > 0)
        {
            _atOnce = _active.Count;
            Added.Enqueue(target);
        }
        else if (Problem(session.Failure) is { } problem)
        {
            Give(target, problem);
        }
        else
        {
            Give(target, _builder.Build(session, _capture, Now));
        }
    }

    private void Finish(MtuSession session)
    {
        foreach (var probe in new object?[] { session.Udp, session.Echo }.Concat(session.Segments).OfType<object>())
        {
            Forget(probe);
        }

        session.Dispose();
        Give(session.Target, _builder.Build(session, _capture, Now));
    }

    private void Watch(MtuSession session, object socket, FileDescriptor descriptor, uint events)
    {
        var id = ++_nextId;
        _sockets[id] = (session, socket);
        _ids[socket] = id;
        _epoll.Add(descriptor, events, id);
    }

    private void Unwatch(object socket, FileDescriptor descriptor)
    {
        _epoll.Remove(descriptor);
        Forget(socket);
    }

    private void Forget(object socket)
    {
        if (_ids.Remove(socket, out var id))
        {
            _sockets.Remove(id);
        }
    }

    private SynProbeException? Problem(ConnectStep step) => step.Call == MtuSession.EchoCall
        ? new SynProbeException(
            SynProbeProblem.PermissionDenied,
            "Echo requests are not permitted: neither through a ping socket nor through a raw one.",
            "Run as root or with CAP_NET_RAW, let net.ipv4.ping_group_range hold this group, or use -Method Udp.",
            new LinuxException(step.Errno, step.Call))
        : ProbeProblems.Of(step.Call, step.Errno, _options.InterfaceAlias, _options.Namespace.Label);
}

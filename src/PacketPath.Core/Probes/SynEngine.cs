using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Runs many probes at once on one thread inside the namespace: epoll for the sockets, an eventfd for everything else.</summary>
internal sealed partial class SynEngine : ProbeEngine<SynTarget, SynPathResult>
{
    private const long WakeId = 0;
    private const int StartsPerTurn = 64;
    private const long Millisecond = 1_000_000;

    private readonly SynProbeOptions _options;
    private readonly Func<IHostPathReader> _openReader;
    private readonly IPacketSourceFactory? _captureFactory;

    // Everything below belongs to the engine's thread.
    private readonly Dictionary<long, Active> _active = [];
    private readonly HashSet<Active> _settling = [];
    private readonly DeadlineQueue<Active> _timers = new(static active => active.Attempt.State == AttemptState.Ended);
    private readonly Queue<(SynProbeMachine Machine, AttemptPlan Plan)> _followUps = new();
    private readonly Dictionary<SynProbeMachine, CaptureStanding> _unfinished = new(ReferenceEqualityComparer.Instance);
    private readonly List<(SynProbeMachine Machine, SynAttempt Attempt)> _awaitingFacts = [];
    private readonly FlowTable<Active> _flows = new();
    private readonly StrangeSyns _strangers = new();
    private readonly HeardTargets _heard;
    private Epoll _epoll = null!;
    private IHostPathReader _reader = null!;
    private CaptureFeed? _capture;
    private SynResultBuilder _builder = null!;
    private uint _user;
    private int _socketLimit;
    private long _limitedAt;
    private long _nextId = WakeId;

    /// <summary>Creates an engine.</summary>
    /// <param name="options">How to probe.</param>
    /// <param name="openReader">Opens the reader of host facts; called on the engine's thread.</param>
    /// <param name="sink">Takes what comes out; called on the engine's thread.</param>
    /// <param name="captureFactory">Opens the capture; null for the module's own.</param>
    public SynEngine(SynProbeOptions options, Func<IHostPathReader> openReader, Action<ProbeOutput<SynTarget, SynPathResult>> sink, IPacketSourceFactory? captureFactory = null)
        : base(options.Namespace, sink)
    {
        _options = options;
        _openReader = openReader;
        _captureFactory = captureFactory;
        _heard = options.Heard ?? new HeardTargets();
        _socketLimit = options.ThrottleLimit;
    }

    private bool IsDone => AllBegun && _unfinished.Count == 0;

    /// <inheritdoc/>
    protected override IEnumerable<SynTarget> Unanswered => _unfinished.Keys.Select(static machine => machine.Target);

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
                TakePackets();
                SettleDrained();
                FireTimers();
                Conclude();
                if (IsDone)
                {
                    break;
                }

                var count = _epoll.Wait(ready, NextWait());
                var now = Now;
                for (var i = 0; i < count; i++)
                {
                    if (ready[i] == WakeId)
                    {
                        Wake.Reset();
                        _capture?.Rearm();
                    }
                    else if (_active.TryGetValue(ready[i], out var active))
                    {
                        ReadSocket(active, now);
                    }
                }
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
            _capture = new CaptureFeed(_options.Namespace, Wake, _captureFactory, _options.Datagram);
        }

        _epoll = new Epoll(256);
        _epoll.Add(Wake.Descriptor, Epoll.Readable, WakeId);
        _reader = _openReader();
        _user = FileSystemUser.Granted(_options.Uid);
        _builder = new SynResultBuilder(_options, _user, _reader.InterfaceName);
        _reader.Counters();
        _capture?.WaitUntilOpened(Stopped);
    }

    private void Close()
    {
        foreach (var active in _active.Values)
        {
            active.Socket?.Dispose();
        }

        _active.Clear();
        _capture?.Dispose();
        _reader?.Dispose();
        _epoll?.Dispose();
    }

    private void TakePackets()
    {
        // No more than waits now: packets may come faster than they are taken, and the clock and a stop must be heard too.
        for (var left = _capture?.Waiting ?? 0; left > 0 && !Stopped.IsCancellationRequested && _capture!.TryTake(out var segment); left--)
        {
            var role = _flows.Match(segment, out var owner);
            if (role == SegmentRole.None)
            {
                if (owner is null)
                {
                    _strangers.Note(segment);
                }

                continue;
            }

            owner!.Attempt.Captured(segment, role);
            if (owner.Attempt.State == AttemptState.Settling && owner.Attempt.HasWhatItNeeds)
            {
                owner.Attempt.Settle();
                EndIfOver(owner);
            }
        }
    }

    // Once the capture has handed over all it had counted at an outcome, nothing that belongs to it can still come.
    private void SettleDrained()
    {
        if (_settling.Count == 0)
        {
            return;
        }

        var drained = _settling.Where(a => _capture is null || _capture.HasHandedOver(a.Mark)).ToList();
        TakePackets();
        foreach (var active in drained.Where(_settling.Contains))
        {
            active.Attempt.Settle();
            EndIfOver(active);
        }
    }

    private void FireTimers()
    {
        var now = Now;
        while (!Stopped.IsCancellationRequested && _timers.TryTake(now, out var active, out var due))
        {
            if (active.Attempt.IsToSendAgain(due))
            {
                SendAgain(active);
                continue;
            }

            if (active.Attempt.Deadline > due)
            {
                continue;
            }

            var waiting = active.Attempt.State == AttemptState.Waiting;
            active.Attempt.TimedOut(now, waiting ? active.Socket?.Read() : null);
            Advance(active);
        }
    }

    // Reads the host's facts for every main attempt that ended in this turn, and decides what follows.
    private void Conclude()
    {
        if (_awaitingFacts.Count == 0)
        {
            return;
        }

        var batch = _awaitingFacts.ToArray();
        _awaitingFacts.Clear();
        var paths = _reader.Read([.. batch.Select(b => Query(b.Machine, b.Attempt))], Stopped);
        for (var i = 0; i < batch.Length; i++)
        {
            Stopped.ThrowIfCancellationRequested();
            var (machine, attempt) = batch[i];
            foreach (var plan in machine.MainEnded(attempt, paths[i]))
            {
                _followUps.Enqueue((machine, plan));
            }

            FinishIfComplete(machine);
        }
    }

    private HostPathQuery Query(SynProbeMachine machine, SynAttempt attempt) => new(
        machine.Target.Address,
        machine.Target.Port,
        attempt.Local?.Address ?? _options.SourceAddress,
        attempt.Local?.Port ?? 0,
        _options.InterfaceAlias,
        _options.Mark,
        attempt.Outcome == SynOutcome.Open ? null : machine.Before,
        attempt.Outcome == SynOutcome.NoReply && attempt.Syns.Count == 0 ? attempt.Info?.PathMtu ?? 0 : null,
        attempt is { Outcome: SynOutcome.LocalError, FailedCall: "connect", Error: Interop.Errno.EADDRNOTAVAIL, Plan.IsDatagram: false })
    {
        Uid = _options.Uid is null ? null : _user,
        Protocol = attempt.Plan.Protocol,
        ReplyInterfaces = attempt.Outcome == SynOutcome.NoReply && attempt.Replies.FirstOrDefault(static r => r.Kind is SynPacketKind.SynAck or SynPacketKind.Datagram) is { InterfaceIndex: > 0 } answer
            ? attempt.SeenOn(answer)
            : [],
    };

    private void FinishIfComplete(SynProbeMachine machine)
    {
        if (machine.IsComplete && _unfinished.Remove(machine, out var standing))
        {
            var main = machine.Main!;
            var (status, missing) = standing.Judge(_options, _capture, main.CaptureLagged);
            if (status == CaptureStatus.Complete && main.Syns.Count == 0
                && machine.Outcome is SynOutcome.NoReply or SynOutcome.Refused && _strangers.Of(main) is { } flow)
            {
                (status, missing) = CaptureStanding.Translated(flow);
            }

            Give(machine.Target, _builder.Build(machine, status, missing, _heard.Of(machine.Target.Address, main.StartedAt)));
        }
    }

    private int NextWait()
    {
        if ((_followUps.Count > 0 || !Added.IsEmpty) && _active.Count < _socketLimit)
        {
            return 0;
        }

        if (_settling.Count > 0)
        {
            return 1;
        }

        if (!_timers.TryPeek(out var due))
        {
            return -1;
        }

        // Held back for want of descriptors, it looks again before the next deadline.
        var longest = _socketLimit < _options.ThrottleLimit && (_followUps.Count > 0 || !Added.IsEmpty) ? LimitKept / Millisecond : int.MaxValue;
        return (int)Math.Clamp((due - Now + Millisecond - 1) / Millisecond, 0, longest);
    }
}

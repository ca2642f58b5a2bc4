using PacketPath.Capture;
using PacketPath.Interop;

namespace PacketPath.Probes;

// The life of one socket.
internal sealed partial class SynEngine
{
    private const int TooManyInProcess = 24;
    private const int TooManyInSystem = 23;
    private const long LimitKept = 1_000 * Millisecond;

    private sealed class Active
    {
        public required long Id { get; init; }

        public required SynProbeMachine Machine { get; init; }

        public required SynAttempt Attempt { get; init; }

        public ProbeSocket? Socket { get; set; }

        public FlowKey? Flow { get; set; }

        /// <summary>What the capture had counted when the outcome stood.</summary>
        public long Mark { get; set; }
    }

    // What follows a probe goes before new targets, so that probes end in the order they began.
    private void StartWaiting()
    {
        // Others may have let go of descriptors since.
        if (_socketLimit < _options.ThrottleLimit && Now - _limitedAt > LimitKept)
        {
            _socketLimit = _options.ThrottleLimit;
        }

        for (var i = 0; i < StartsPerTurn && _active.Count < _socketLimit; i++)
        {
            if (_followUps.TryDequeue(out var next))
            {
                if (!Start(next.Machine, next.Plan))
                {
                    _followUps.Enqueue(next);
                    return;
                }
            }
            else if (Added.TryPeek(out var target))
            {
                var machine = new SynProbeMachine(target, _options) { Before = _reader.Counters() };
                _unfinished[machine] = CaptureStanding.Now(_capture);
                if (!Start(machine, machine.Begin()))
                {
                    _unfinished.Remove(machine);
                    return;
                }

                Added.TryDequeue(out _);
            }
            else
            {
                return;
            }
        }
    }

    // False where no descriptor is left and others must end first.
    private bool Start(SynProbeMachine machine, AttemptPlan plan)
    {
        var attempt = new SynAttempt(plan, _capture is { IsOpen: true }, _reader.IsLocalAddress);
        var ipv6 = machine.Target.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var active = new Active { Id = ++_nextId, Machine = machine, Attempt = attempt };
        ProbeSocket socket;
        try
        {
            socket = new ProbeSocket(ipv6, plan.Protocol, plan.LeavesOutUser ? null : _options.Uid);
        }
        catch (LinuxException failure) when (failure.Errno is TooManyInProcess or TooManyInSystem && _active.Count > 0)
        {
            _socketLimit = Math.Max(1, _active.Count);
            _limitedAt = Now;
            return false;
        }
        catch (LinuxException failure)
        {
            attempt.Begin(Now, DateTime.UtcNow);
            attempt.CallFailed(Now, failure.Call, failure.Errno);
            EndIfOver(active);
            return true;
        }

        active.Socket = socket;
        _active.Add(active.Id, active);
        var step = socket.Start(plan, machine.Target.Address, _options, () => attempt.Begin(Now, DateTime.UtcNow));
        if (step.Call is null || (step.Call == "send" && plan.IsDatagram))
        {
            Connecting(active, socket, step.Errno);
            return true;
        }

        if (attempt.State == AttemptState.Planned)
        {
            attempt.Begin(Now, DateTime.UtcNow);
        }

        if (plan.Kind == AttemptKind.Main && Problem(step) is { } problem)
        {
            Release(active);
            _unfinished.Remove(machine);
            Give(machine.Target, problem);
            return true;
        }

        attempt.CallFailed(Now, step.Call, step.Errno);
        EndIfOver(active);
        return true;
    }

    private void Connecting(Active active, ProbeSocket socket, int sendFailed = 0)
    {
        var local = socket.LocalEndPoint();
        active.Attempt.Connecting(local);
        if (local is not null)
        {
            active.Flow = new FlowKey(
                active.Attempt.Plan.Protocol,
                PacketAddress.From(local.Address),
                local.Port,
                PacketAddress.From(active.Machine.Target.Address),
                active.Attempt.Plan.Port);
            _flows.Add(active.Flow.Value, active);
        }

        if (sendFailed != 0)
        {
            active.Attempt.SendFailed(Now, sendFailed);
        }

        // A connected datagram socket is always writable, and nobody reads what answers a control; errors are reported unasked.
        var plan = active.Attempt.Plan;
        _epoll.Add(socket.Descriptor, plan.Kind == AttemptKind.Control ? 0 : plan.IsDatagram ? Epoll.Readable : Epoll.Writable, active.Id);
        _timers.Add(active, active.Attempt.Deadline);
        foreach (var again in active.Attempt.Again)
        {
            _timers.Add(active, again);
        }
    }

    // The first wait was in vain: it is time to look beside as well.
    private void SendAgain(Active active)
    {
        active.Socket!.SendAgain(active.Attempt.Plan);
        foreach (var plan in active.Machine.SentAgain(active.Attempt, () => _heard.IsToAsk(active.Machine.Target.Address, Now)))
        {
            _followUps.Enqueue((active.Machine, plan));
        }
    }

    private SynProbeException? Problem(ConnectStep step) => ProbeProblems.Of(step.Call, step.Errno, _options.InterfaceAlias, _options.Namespace.Label);

    private void ReadSocket(Active active, long now)
    {
        if (active.Attempt.State != AttemptState.Waiting)
        {
            return;
        }

        active.Attempt.SocketRead(now, active.Socket!.Read());
        Advance(active);
    }

    private void Advance(Active active)
    {
        switch (active.Attempt.State)
        {
            case AttemptState.Ended:
                EndIfOver(active);
                break;
            case AttemptState.Settling:
                // The socket has said all it will say; only the capture may add to it.
                _epoll.Remove(active.Socket!.Descriptor);
                active.Mark = _capture?.Mark() ?? 0;
                _settling.Add(active);
                _timers.Add(active, active.Attempt.Deadline);
                break;
        }
    }

    private void EndIfOver(Active active)
    {
        if (active.Attempt.State != AttemptState.Ended)
        {
            return;
        }

        if (active is { Attempt.WantsAnotherLook: true, Socket: { } socket })
        {
            active.Attempt.LookedAgain(socket.Read());
        }

        Release(active);
        _heard.Note(active.Machine, active.Attempt);
        if (active.Attempt.Plan.Kind == AttemptKind.Main)
        {
            foreach (var pointless in active.Machine.Answered(active.Attempt))
            {
                CancelPlan(active.Machine, pointless);
            }

            _awaitingFacts.Add((active.Machine, active.Attempt));
            return;
        }

        foreach (var pointless in active.Machine.FollowUpEnded(active.Attempt))
        {
            CancelPlan(active.Machine, pointless);
        }

        FinishIfComplete(active.Machine);
    }

    private void CancelPlan(SynProbeMachine machine, AttemptPlan plan)
    {
        var running = _active.Values.FirstOrDefault(a => ReferenceEquals(a.Machine, machine) && ReferenceEquals(a.Attempt.Plan, plan));
        if (running is not null)
        {
            running.Attempt.Cancel();
            _heard.Note(machine, running.Attempt);
            Release(running);
        }
    }

    // A normal close: a target that accepted sees the end of a connection without data, not a reset.
    private void Release(Active active)
    {
        _settling.Remove(active);
        _timers.NoteEnd();
        _active.Remove(active.Id);
        if (active.Flow is { } flow)
        {
            _flows.Remove(flow, active);
        }

        active.Socket?.Dispose();
    }
}

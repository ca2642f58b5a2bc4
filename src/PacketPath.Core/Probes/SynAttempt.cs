using System.Net;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>One attempt as a state machine: fed with what the socket, its error queue, the capture and the clock say, it knows what came of it. Does no I/O.</summary>
internal sealed partial class SynAttempt
{
    // A packet of one transmission is seen on every interface it crosses here; a retransmission comes 200 ms later at the earliest.
    private const long SameTransmissionNanoseconds = 100_000_000;

    // How long captured packets may take to surface after the outcome. The capture's counters tell when none is left,
    // mostly at once; only a host too busy to run the capture's thread comes near this.
    private const long SettleNanoseconds = 500_000_000;

    // More than any honest flow brings; a flood must not fill the memory.
    private const int MostPackets = 64;

    private readonly bool _watched;
    private readonly Func<IPAddress, bool> _isLocal;
    private readonly List<(ErrorQueueRecord Record, long At)> _queue = [];
    private readonly List<CapturedSegment> _syns = [];
    private readonly List<CapturedSegment> _replies = [];
    private readonly List<CapturedSegment> _localResponses = [];
    private readonly List<CapturedSegment> _copies = [];

    /// <summary>Creates the attempt.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="watched">True where a capture stands.</param>
    /// <param name="isLocal">Tells this host's own addresses.</param>
    public SynAttempt(AttemptPlan plan, bool watched, Func<IPAddress, bool> isLocal)
    {
        Plan = plan;
        _watched = watched;
        _isLocal = isLocal;
    }

    /// <summary>What was planned.</summary>
    public AttemptPlan Plan { get; }

    /// <summary>Where the attempt stands.</summary>
    public AttemptState State { get; private set; }

    /// <summary>What came of it; valid once it is settling.</summary>
    public SynOutcome Outcome { get; private set; }

    /// <summary>When it began, in monotonic nanoseconds.</summary>
    public long StartedAt { get; private set; }

    /// <summary>When it began, by the wall clock.</summary>
    public DateTime StartedUtc { get; private set; }

    /// <summary>When the outcome stood, in monotonic nanoseconds.</summary>
    public long EndedAt { get; private set; }

    /// <summary>When the clock must be heard next, in monotonic nanoseconds.</summary>
    public long Deadline { get; private set; }

    /// <summary>The local endpoint; null where none was bound.</summary>
    public IPEndPoint? Local { get; private set; }

    /// <summary>The error, as errno; 0 for none.</summary>
    public int Error { get; private set; }

    /// <summary>The call that failed at once; null where none did.</summary>
    public string? FailedCall { get; private set; }

    /// <summary>TCP_INFO as last read.</summary>
    public TcpInfo? Info { get; private set; }

    /// <summary>True where the capture had not handed over all its packets in time: what is absent may have passed.</summary>
    public bool CaptureLagged { get; private set; }

    /// <summary>The error queue's records with the time each was read, in nanoseconds since the start.</summary>
    public IReadOnlyList<(ErrorQueueRecord Record, long At)> Queue => _queue;

    /// <summary>The SYNs seen leaving.</summary>
    public IReadOnlyList<CapturedSegment> Syns => _syns;

    /// <summary>The answers seen arriving.</summary>
    public IReadOnlyList<CapturedSegment> Replies => _replies;

    /// <summary>What this host sent in answer.</summary>
    public IReadOnlyList<CapturedSegment> LocalResponses => _localResponses;

    /// <summary>The interfaces on which a packet was seen, by index, in the order it crossed them.</summary>
    public IReadOnlyList<int> SeenOn(CapturedSegment segment) =>
        [segment.InterfaceIndex, .. _copies.Where(copy => IsSameTransmission(copy, segment)).Select(static copy => copy.InterfaceIndex)];

    /// <summary>
    /// A packet as it was seen on one interface, where it was seen there too. Below a bond, bridge, VLAN or VRF a packet
    /// crosses more than one, and the first to show it need not be the one the route names.
    /// </summary>
    public CapturedSegment SeenOn(in CapturedSegment segment, int interfaceIndex)
    {
        if (segment.InterfaceIndex != interfaceIndex)
        {
            foreach (var copy in _copies)
            {
                if (copy.InterfaceIndex == interfaceIndex && IsSameTransmission(copy, segment))
                {
                    return copy;
                }
            }
        }

        return segment;
    }

    /// <summary>The record that ended the attempt; null where none did.</summary>
    public ErrorQueueRecord? DecidingRecord { get; private set; }

    /// <summary>True where the deciding record came from an address of this host.</summary>
    public bool OffenderIsLocal => DecidingRecord is { } record && IsLocal(record);

    /// <summary>True where a record came from this host: its own stack, or one of its addresses.</summary>
    public bool IsLocal(ErrorQueueRecord record) =>
        record.Origin == ErrorOrigin.Local || (record.Offender is { } offender && _isLocal(offender));

    /// <summary>The attempt begins: the calls are about to be made.</summary>
    public void Begin(long now, DateTime utc)
    {
        StartedAt = now;
        StartedUtc = utc;
        Deadline = now + Plan.TimeoutNanoseconds;
        State = AttemptState.Waiting;
        PlanRepetitions(now);
    }

    /// <summary>The connect is in progress from this local endpoint.</summary>
    public void Connecting(IPEndPoint? local) => Local = local;

    /// <summary>A call failed at once.</summary>
    public void CallFailed(long now, string call, int errno)
    {
        FailedCall = call;
        Error = errno;
        End(now, SynOutcome.LocalError);
    }

    /// <summary>The socket has something to say.</summary>
    public void SocketRead(long now, SocketReading reading)
    {
        if (State != AttemptState.Waiting)
        {
            return;
        }

        foreach (var record in reading.Queue)
        {
            _queue.Add((record, now - StartedAt));
        }

        Info = reading.Info ?? Info;
        if (Plan.IsDatagram && reading.Error == Errno.EMSGSIZE)
        {
            // The next one is sent in fragments.
            return;
        }

        if (reading.Error != 0)
        {
            Error = reading.Error;
            End(now, Judge(reading.Error));
        }
        else if (reading.Connected)
        {
            End(now, SynOutcome.Open);
        }
        else if (reading.Info is { State: TcpInfo.Closed } || (Plan.Kind == AttemptKind.Control && reading.Queue.Count > 0))
        {
            // Closed without an error: the queue has already told which it was.
            End(now, Judge(0));
        }
    }

    /// <summary>A packet of this flow was captured.</summary>
    public void Captured(in CapturedSegment segment, SegmentRole role)
    {
        if (State == AttemptState.Ended)
        {
            return;
        }

        // On loopback an answer comes from the target only where the SYN went there too; else this host made it up.
        if (role == SegmentRole.Reply && segment.InterfaceIndex == 1 && !SentOn(1))
        {
            role = SegmentRole.LocalResponse;
        }

        var list = role switch
        {
            SegmentRole.Sent => _syns,
            SegmentRole.Reply => _replies,
            SegmentRole.LocalResponse => _localResponses,
            _ => null,
        };
        if (list is null)
        {
            return;
        }

        var target = IsSameTransmission(list, segment) ? _copies : list;
        if (target.Count < MostPackets)
        {
            target.Add(segment);
        }
    }

    /// <summary>The deadline has come; <paramref name="last"/> is one more look at the socket, while it was still waiting.</summary>
    public void TimedOut(long now, SocketReading? last)
    {
        if (State == AttemptState.Settling)
        {
            CaptureLagged = true;
            State = AttemptState.Ended;
            return;
        }

        if (last is not null)
        {
            SocketRead(now, last);
        }

        if (State == AttemptState.Waiting)
        {
            End(now, Error != 0 && Plan.IsDatagram ? SynOutcome.LocalError : SynOutcome.NoReply);
        }
    }

    /// <summary>Whether everything that explains the outcome has surfaced from the capture.</summary>
    public bool HasWhatItNeeds => !_watched || Outcome switch
    {
        SynOutcome.Open => SynSeen && Has(Plan.IsDatagram ? SynPacketKind.Datagram : SynPacketKind.SynAck),
        SynOutcome.Refused => SynSeen && Has(Plan.IsDatagram ? SynPacketKind.IcmpError : SynPacketKind.Reset),
        SynOutcome.IcmpError => SynSeen && Has(SynPacketKind.IcmpError),
        SynOutcome.NoReply => SynSeen,
        SynOutcome.LocalError => true,
        _ => false,
    };

    /// <summary>No more packets can come: the capture has handed over all it had at the outcome, or enough has surfaced.</summary>
    public void Settle()
    {
        if (State == AttemptState.Settling)
        {
            State = AttemptState.Ended;
        }
    }

    /// <summary>Nobody asks any more.</summary>
    public void Cancel()
    {
        Outcome = SynOutcome.NoReply;
        State = AttemptState.Ended;
    }

    private bool SynSeen => _syns.Count > 0 || Plan.Kind == AttemptKind.Control;

    private void End(long now, SynOutcome outcome)
    {
        Outcome = outcome;
        EndedAt = now;
        Deadline = now + SettleNanoseconds;
        State = HasWhatItNeeds ? AttemptState.Ended : AttemptState.Settling;
    }

    private SynOutcome Judge(int errno)
    {
        DecidingRecord = _queue.LastOrDefault(e => e.Record.Origin is ErrorOrigin.Icmp or ErrorOrigin.IcmpV6).Record;
        if (DecidingRecord is { } record)
        {
            var neighbor = IcmpMeaning.IsHostUnreachable(record.Origin == ErrorOrigin.IcmpV6, record.Type, record.Code)
                && IsLocal(record);
            return neighbor ? SynOutcome.NeighborFailed : IsRefusal(record) ? SynOutcome.Refused : SynOutcome.IcmpError;
        }

        return errno switch
        {
            Errno.ECONNREFUSED => SynOutcome.Refused,
            0 or Errno.ETIMEDOUT => SynOutcome.NoReply,
            _ => SynOutcome.LocalError,
        };
    }

    private bool Has(SynPacketKind kind)
    {
        foreach (var reply in _replies)
        {
            if (reply.Kind == kind)
            {
                return true;
            }
        }

        return false;
    }

    private bool SentOn(int interfaceIndex)
    {
        foreach (var syn in _syns)
        {
            if (syn.InterfaceIndex == interfaceIndex)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSameTransmission(List<CapturedSegment> list, in CapturedSegment segment)
    {
        foreach (var other in list)
        {
            if (IsSameTransmission(other, segment))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSameTransmission(in CapturedSegment one, in CapturedSegment other) =>
        Math.Abs(one.TimestampNanoseconds - other.TimestampNanoseconds) < SameTransmissionNanoseconds
        && (one.Kind == SynPacketKind.Syn || one.InterfaceIndex != other.InterfaceIndex)
        && one.Kind == other.Kind && one.Sequence == other.Sequence && one.Acknowledgment == other.Acknowledgment
        && one.IcmpType == other.IcmpType && one.IcmpCode == other.IcmpCode && one.From.Equals(other.From);
}

/// <summary>Where an attempt stands.</summary>
internal enum AttemptState
{
    /// <summary>Not begun.</summary>
    Planned,

    /// <summary>Waiting for an answer.</summary>
    Waiting,

    /// <summary>The outcome stands; packets that explain it may still surface.</summary>
    Settling,

    /// <summary>Over.</summary>
    Ended,
}

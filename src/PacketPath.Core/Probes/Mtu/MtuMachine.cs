using System.Net;

namespace PacketPath.Probes;

/// <summary>The strategy for one target: which packets to send next, told from what became of those before. Does no I/O and has no clock.</summary>
internal sealed partial class MtuMachine
{
    private const long Millisecond = 1_000_000;
    private const int MostRounds = 80;

    // A packet is given up after a few round trips; a busy host may be this late with an answer.
    private const long Grace = 150 * Millisecond;

    // An acknowledgment may be held back for this long.
    private const long TcpGrace = 300 * Millisecond;

    private readonly MtuQuestion _question;
    private readonly PacketPace _pace;
    private readonly List<MtuPacket> _planned = [];
    private readonly List<MtuPacket> _round = [];
    private int _lastId;
    private int _rounds;

    /// <summary>Creates the strategy, with its first packets planned.</summary>
    public MtuMachine(MtuQuestion question)
    {
        _question = question;
        _pace = new PacketPace(question.PerSecond, question.Limit);
        Channel = question.Method == MtuMethod.Auto ? (question.CanEcho ? MtuMethod.Icmp : MtuMethod.Udp) : question.Method;
        PlanContact();
    }

    private enum Stage
    {
        Contact,
        Retry,
        Search,
        Confirm,
        Direction,
        Walk,
        LargeWalk,
        Done,
    }

    /// <summary>What became of the packets.</summary>
    public MtuLedger Ledger { get; } = new();

    /// <summary>What was asked.</summary>
    public MtuQuestion Question => _question;

    /// <summary>The method the search rests on.</summary>
    public MtuMethod Channel { get; private set; }

    /// <summary>True once nothing is left to do.</summary>
    public bool IsComplete => _stage == Stage.Done;

    /// <summary>True where the number of packets allowed ran out before the answer was found.</summary>
    public bool BudgetSpent { get; private set; }

    /// <summary>True where too much was lost at every size to tell.</summary>
    public bool TooLossy { get; private set; }

    /// <summary>Packets sent.</summary>
    public int PacketsSent => _pace.Total;

    /// <summary>The errno of a packet this host refused; 0 where it refused none.</summary>
    public int LocalErrno { get; private set; }

    /// <summary>The error that ended a TCP connection; 0 where none did.</summary>
    public int TcpErrno { get; private set; }

    /// <summary>The largest segment's packet size a TCP connection would send; 0 where none was made.</summary>
    public int TcpTop { get; private set; }

    private Stage _stage = Stage.Contact;

    // Where nothing has been heard, the full timeout; else a few round trips.
    private long Wait(MtuPacket packet) => Ledger.LongestTrip == 0
        ? _question.Timeout
        : Math.Min(_question.Timeout, (4 * Ledger.LongestTrip) + (packet.Method == MtuMethod.Tcp ? TcpGrace : Grace));

    /// <summary>The clock went on: what is overdue is lost, and where that ends a round, the next one is planned.</summary>
    public void Turn(long now)
    {
        foreach (var packet in _round.Where(p => p.IsPending && now - p.SentAt >= Wait(p)))
        {
            packet.State = MtuPacketState.Lost;
        }

        if (_planned.Count > 0 && _pace.IsExhausted(_planned[0].Cost))
        {
            BudgetSpent = true;
            _planned.Clear();
        }

        while (!IsComplete && RoundIsOver(now))
        {
            _planned.Clear();
            _round.Clear();
            if (BudgetSpent || ++_rounds > MostRounds)
            {
                BudgetSpent = true;
                _stage = Stage.Done;
                return;
            }

            Advance(now);
        }
    }

    /// <summary>Takes the next packet that may go now; it counts as sent.</summary>
    public MtuPacket? Take(long now)
    {
        var index = _planned.FindIndex(p => p.NotBefore <= now);
        if (IsComplete || index < 0 || !_pace.TryTake(now, _planned[index].Cost))
        {
            return null;
        }

        var packet = _planned[index];
        _planned.RemoveAt(index);
        packet.SentAt = now;
        packet.State = MtuPacketState.Pending;
        Ledger.Add(packet);
        return packet;
    }

    /// <summary>When <see cref="Turn"/> or <see cref="Take"/> has something to do again.</summary>
    public long WakeAt(long now)
    {
        // What this host refused is settled as soon as it was to be sent.
        var next = RoundIsOver(now) ? now : long.MaxValue;
        foreach (var packet in _round)
        {
            if (packet.IsPending)
            {
                next = Math.Min(next, packet.SentAt + Wait(packet));
            }
        }

        if (_stage == Stage.Contact && SparedEcho is { } echo)
        {
            next = Math.Min(next, echo.SentAt + Patience);
        }

        if (_planned.Count > 0)
        {
            next = Math.Min(next, Math.Max(_planned.Min(p => p.NotBefore), _pace.NextAt(now, _planned[0].Cost)));
        }

        return next;
    }

    /// <summary>The target answered a packet.</summary>
    public void Passed(int id, long now, IPAddress? from, int replyTtl)
    {
        if (Ledger.Find(id) is { } packet)
        {
            Ledger.Answer(packet, MtuPacketState.Passed, now, from, replyTtl);
        }
    }

    /// <summary>A TCP handshake completed.</summary>
    /// <param name="id">The packet.</param>
    /// <param name="now">The time.</param>
    /// <param name="largest">The size of the packet a full segment makes.</param>
    public void Connected(int id, long now, int largest)
    {
        TcpTop = TcpTop == 0 ? Math.Min(largest, _question.Top) : TcpTop;
        if (Ledger.Find(id) is { Size: 0 } packet)
        {
            Ledger.Answer(packet, MtuPacketState.Passed, now, _question.Target, 0);
        }
    }

    /// <summary>An ICMP error came for a packet; number 0 stands for one that quotes too little to tell which.</summary>
    public void Reported(int id, long now, IPAddress? from, int type, int code, int mtu, int replyTtl)
    {
        var packet = Ledger.Find(id);
        if (IcmpMeaning.IsTooBig(_question.IsIPv6, type, code))
        {
            Ledger.Note(new MtuTooBig(from, mtu, packet?.Size ?? 0, packet is null ? -1 : now - packet.SentAt, true));
            if (packet is not null)
            {
                Ledger.Answer(packet, MtuPacketState.TooBig, now, from, replyTtl);
            }
        }
        else if (IcmpMeaning.IsTimeExceeded(_question.IsIPv6, type, code))
        {
            if (packet is { Ttl: > 0 })
            {
                Ledger.Answer(packet, MtuPacketState.Expired, now, from, replyTtl);
                return;
            }

            Refuse();
        }
        else if (IcmpMeaning.IsPortUnreachable(_question.IsIPv6, type, code) && IsTarget(from))
        {
            Passed(id, now, from, replyTtl);
        }
        else
        {
            Refuse();
        }

        void Refuse()
        {
            Ledger.Note(new MtuUnreachable(from, type, code, now));
            if (packet is not null)
            {
                Ledger.Answer(packet, MtuPacketState.Unreachable, now, from, replyTtl);
            }
        }
    }

    /// <summary>The capture saw a Packet Too Big for this target.</summary>
    public void Sighted(int id, long now, IPAddress from, int mtu, int size)
    {
        var packet = Ledger.Find(id);
        Ledger.Note(new MtuTooBig(from, mtu, packet?.Size ?? size, packet is null ? -1 : now - packet.SentAt, false));
    }

    /// <summary>The target refused a TCP connection or ended it.</summary>
    public void Reset(int id, long now, int errno)
    {
        if (Ledger.Find(id) is not { } packet)
        {
            return;
        }

        TcpErrno = errno == 0 ? TcpErrno : errno;

        // A service may end the connection over what it was sent: that it got it, this does not tell for sure.
        Ledger.Answer(packet, MtuPacketState.Unreachable, now, null, 0);
    }

    /// <summary>The kernel lowered a connection's path MTU: it took in a Packet Too Big.</summary>
    public void Lowered(int id, long now, int mtu)
    {
        if (Ledger.Find(id) is { } packet)
        {
            Ledger.Note(new MtuTooBig(null, mtu, packet.Size, now - packet.SentAt, true));
            Ledger.Answer(packet, MtuPacketState.TooBig, now, null, 0);
        }
    }

    /// <summary>This host refused to send a packet.</summary>
    public void Refused(int id, int errno)
    {
        // No buffer space: the device or its queue dropped it, as any hop may. That is a loss.
        if (errno != Interop.Errno.ENOBUFS && Ledger.Find(id) is { } packet)
        {
            packet.State = errno == Interop.Errno.EMSGSIZE ? MtuPacketState.LocalLimit : MtuPacketState.LocalError;
            LocalErrno = errno == Interop.Errno.EMSGSIZE ? LocalErrno : errno;
        }
    }

    private bool IsTarget(IPAddress? from) => from is not null
        && Capture.PacketAddress.From(from) == Capture.PacketAddress.From(_question.Target);

    private MtuPacket Plan(MtuMethod method, int size, int ttl = 0, long notBefore = 0)
    {
        var packet = new MtuPacket { Id = ++_lastId, Method = method, Size = size, Ttl = ttl, NotBefore = notBefore };
        _planned.Add(packet);
        _round.Add(packet);
        return packet;
    }

    private bool RoundIsOver(long now) => _stage switch
    {
        Stage.Contact => ContactIsOver(now),
        Stage.Search => RoundIsSettled || SearchIsOver,
        Stage.Retry => RoundIsSettled || Answering is not null,
        _ => RoundIsSettled,
    };

    private bool RoundIsSettled => _planned.Count == 0 && !_round.Exists(p => p.IsPending);

    private void Advance(long now)
    {
        switch (_stage)
        {
            case Stage.Contact:
            case Stage.Retry:
                AfterContact();
                break;
            case Stage.Search:
                NextSearch(now);
                break;
            case Stage.Confirm:
                AfterConfirm(now);
                break;
            case Stage.Direction:
                AfterDirection(now);
                break;
            case Stage.Walk:
                AfterWalk();
                break;
            case Stage.LargeWalk:
                AfterLargeWalk();
                break;
        }
    }
}

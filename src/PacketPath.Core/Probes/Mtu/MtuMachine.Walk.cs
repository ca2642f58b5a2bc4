namespace PacketPath.Probes;

// Which way larger packets are lost on, the routers on the way, and the one behind which large packets vanish.
internal sealed partial class MtuMachine
{
    private const int BlindWindow = 8;
    private const int Extension = 4;

    private int _walked;
    private bool _walkRepeated;
    private bool _largeRepeated;
    private int _echoLow;

    /// <summary>The largest size that reached the target; 0 where none did.</summary>
    public int Forward { get; private set; }

    /// <summary>The largest size that came back; 0 where the way back was not told apart.</summary>
    public int Reverse { get; private set; }

    /// <summary>The way on which larger packets are lost.</summary>
    public MtuDirection Limit { get; private set; }

    /// <summary>True where the two ways were measured apart.</summary>
    public bool Separated { get; private set; }

    /// <summary>The size that fails, one above what passes; null where none does.</summary>
    public int? Failing => Forward == 0 || Limit == MtuDirection.None ? null
        : Limit == MtuDirection.Reverse ? Reverse + 1
        : Ledger.LowestFailed(Channel, Forward)?.Size;

    /// <summary>How many hops away the target is; 0 where unknown.</summary>
    public int TargetTtl => WalkPackets.Where(p => p.State == MtuPacketState.Passed).Select(p => p.Ttl).DefaultIfEmpty().Min();

    /// <summary>The packets with a TTL of their own.</summary>
    public IEnumerable<MtuPacket> WalkPackets => Ledger.Packets.Where(p => p.Ttl > 0);

    private MtuMethod WalkMethod => UsesEcho && Ledger.Answers(MtuMethod.Icmp) ? MtuMethod.Icmp
        : Channel == MtuMethod.Icmp && _question.CanEcho ? MtuMethod.Icmp : MtuMethod.Udp;

    /// <summary>The TTL that a reply of the target tells: 64, 128 or 255 less what is left of it.</summary>
    internal static int HopsBack(int replyTtl) => replyTtl switch
    {
        <= 0 => 0,
        <= 64 => 65 - replyTtl,
        <= 128 => 129 - replyTtl,
        _ => 256 - replyTtl,
    };

    /// <summary>True where a router told a sender what to do about the failing size.</summary>
    internal bool IsToldWhatToDo => Ledger.TooBig.Any(t => t.ReachedSocket && t.Mtu > 0 && t.Mtu <= Forward && t.Mtu >= Math.Min(_question.Floor, Forward));

    /// <summary>
    /// The smallest size that vanishes without a word: the failing one, or, where some sizes are reported, the first above those where
    /// the top itself is not. Null where none does.
    /// </summary>
    public int? Swallowed
    {
        get
        {
            if (Failing is null || !IsToldWhatToDo)
            {
                return Failing;
            }

            var reported = Ledger.TooBig.Where(t => t.ReachedSocket).Max(t => t.Size);
            return reported >= TopOf(Channel) ? null : Ledger.LowestFailed(Channel, Math.Max(reported, Forward))?.Size;
        }
    }

    /// <summary>True where the reports are all a sender needs: what is not reported gets as far as the router that reports, which only rations its words.</summary>
    internal bool IsToldEnough => IsToldWhatToDo && (Swallowed is null || LastReached >= Ledger.TooBig
        .Where(t => t.ReachedSocket && t.From is not null)
        .SelectMany(t => WalkPackets.Where(p => p.State == MtuPacketState.Expired && Equals(p.From, t.From)).Select(p => p.Ttl))
        .DefaultIfEmpty().Min());

    // The search by one method is over: what does it say of the two ways?
    private void Directed(long now)
    {
        var low = Low;
        var clear = low >= _question.Top || (Channel == MtuMethod.Tcp && low >= TcpTop);
        if (_echoLow > 0)
        {
            // Datagrams were searched after echoes: now both ways are known.
            (Forward, Reverse, Separated) = (Math.Max(low, _echoLow), _echoLow, true);
            Limit = MtuDirection.Reverse;
            PlanWalk();
            return;
        }

        Forward = Math.Max(low, Channel == MtuMethod.Icmp ? Ledger.Best(MtuMethod.Udp) : 0);
        if (clear)
        {
            Limit = MtuDirection.None;
            (Reverse, Separated) = Channel == MtuMethod.Icmp ? (low, true) : (0, false);
            PlanWalk();
        }
        else if (Channel != MtuMethod.Icmp)
        {
            // A datagram's answer is small, and so is an acknowledgment: what is lost is lost on the way there.
            Limit = MtuDirection.Forward;
            PlanWalk();
        }
        else if (Ledger.IsReported(High))
        {
            (Limit, Reverse, Separated) = (MtuDirection.Forward, low, true);
            PlanWalk();
        }
        else
        {
            PlanDirection(now);
        }
    }

    private void PlanDirection(long now)
    {
        Limit = MtuDirection.Unknown;
        if (Forward > Low)
        {
            SearchForward(now);
        }
        else if (!UsesUdp || !Ledger.Answers(MtuMethod.Udp))
        {
            PlanWalk();
        }
        else
        {
            _stage = Stage.Direction;
            var (failed, passes) = (High, Low);
            Plan(MtuMethod.Udp, failed);
            Plan(MtuMethod.Udp, passes);
            Plan(MtuMethod.Udp, failed);
        }
    }

    private void AfterDirection(long now)
    {
        var udp = Ledger.Best(MtuMethod.Udp);
        if (udp > Low)
        {
            SearchForward(now);
            return;
        }

        if (udp >= Low || Ledger.IsReported(High))
        {
            (Limit, Reverse, Separated) = (MtuDirection.Forward, Low, true);
        }

        PlanWalk();
    }

    // Datagrams get further than echoes come back: the way there is searched by datagrams.
    private void SearchForward(long now)
    {
        _echoLow = Low;
        Channel = MtuMethod.Udp;
        _stage = Stage.Search;
        NextSearch(now);
    }

    private void PlanWalk()
    {
        _stage = Stage.Walk;
        var back = Ledger.Packets.Where(p => p is { Ttl: 0, State: MtuPacketState.Passed, ReplyTtl: > 0 }).Select(p => HopsBack(p.ReplyTtl)).DefaultIfEmpty().Min();
        if (back == 0)
        {
            PlanBlindWalk();
            return;
        }

        Steps(1, Math.Min(back, _question.MaxHops));
    }

    private void PlanBlindWalk() => Steps(_walked + 1, Math.Min(_walked + BlindWindow, _question.MaxHops));

    private void Steps(int first, int last)
    {
        for (var ttl = first; ttl <= last; ttl++)
        {
            Plan(WalkMethod, _question.Small, ttl);
            _walked = ttl;
        }
    }

    private void AfterWalk()
    {
        var heard = WalkPackets.Where(p => p.State is MtuPacketState.Expired or MtuPacketState.Passed).ToList();
        var furthest = heard.Select(p => p.Ttl).DefaultIfEmpty().Max();
        if (TargetTtl == 0 && furthest == _walked && _walked < _question.MaxHops && _walked > 0)
        {
            Steps(_walked + 1, Math.Min(_walked + (Ledger.ShortestTrip == 0 || Channel == MtuMethod.Tcp ? BlindWindow : Extension), _question.MaxHops));
            return;
        }

        if (TargetTtl == 0 && Channel == MtuMethod.Tcp && furthest > _walked - BlindWindow && _walked < _question.MaxHops && furthest > 0)
        {
            PlanBlindWalk();
            return;
        }

        if (!NeedsHop)
        {
            _stage = Stage.Done;
            return;
        }

        var silent = Enumerable.Range(1, Math.Max(0, (TargetTtl == 0 ? furthest : TargetTtl) - 1)).Where(t => !heard.Exists(p => p.Ttl == t)).ToList();
        if (!_walkRepeated && silent.Count > 0)
        {
            _walkRepeated = true;
            foreach (var ttl in silent)
            {
                Plan(WalkMethod, _question.Small, ttl);
            }

            return;
        }

        PlanLargeWalk(AnsweringTtls());
    }

    // Only where nothing that a socket heard says what fits, and the loss may be on the way there.
    private bool NeedsHop => Failing is not null && Limit is MtuDirection.Forward or MtuDirection.Unknown && Swallowed is not null;

    private List<int> AnsweringTtls() =>
        [.. WalkPackets.Where(p => p.State == MtuPacketState.Expired && p.Size == _question.Small).Select(p => p.Ttl).Distinct().Order()];

    private void PlanLargeWalk(List<int> ttls)
    {
        if (ttls.Count == 0 || Swallowed is not { } size)
        {
            _stage = Stage.Done;
            return;
        }

        _stage = Stage.LargeWalk;
        foreach (var ttl in ttls)
        {
            Plan(WalkMethod, size, ttl);
        }

        if (IsToldWhatToDo)
        {
            // A report for the top size as well would settle it.
            Plan(Channel, TopOf(Channel));
            Plan(Channel, TopOf(Channel));
        }
    }

    // The first hop that seems not to be reached is asked again, with a small packet beside it: it may only be sparing with its answers.
    private void AfterLargeWalk()
    {
        var next = AnsweringTtls().Find(t => t > LastReached);
        if (_largeRepeated || next == 0 || IsToldEnough || Swallowed is not { } size)
        {
            _stage = Stage.Done;
            return;
        }

        _largeRepeated = true;
        Plan(WalkMethod, size, next);
        Plan(WalkMethod, _question.Small, next);
        Plan(WalkMethod, size, next);
    }

    /// <summary>The highest TTL at which a packet of the failing size, or larger, was seen to arrive; 0 where none was.</summary>
    public int LastReached
    {
        get
        {
            if ((Swallowed ?? Failing) is not { } size)
            {
                return 0;
            }

            var expired = WalkPackets.Where(p => p.Size >= size && p.State == MtuPacketState.Expired).Select(p => p.Ttl);
            var reporting = Ledger.TooBig.Where(t => t.Size >= size && t.From is not null)
                .SelectMany(t => WalkPackets.Where(p => p.State == MtuPacketState.Expired && Equals(p.From, t.From)).Select(p => p.Ttl));
            return expired.Concat(reporting).DefaultIfEmpty().Max();
        }
    }
}

namespace PacketPath.Probes;

// First contact, the search for the largest size that passes, and telling loss from size.
internal sealed partial class MtuMachine
{
    private const int MostRetries = 2;

    // Linux gives one peer six errors at once and then one a second.
    private const long Spacing = 1_100 * Millisecond;

    // Where the way there is clear already, echoes that do not come back are not waited for longer than this.
    private const long SparedGrace = 40 * Millisecond;

    private const int MostConfirmations = 12;
    private const double Doubt = 0.001;

    private int _retries;
    private readonly List<MtuPacket> _controls = [];
    private int _confirmRounds;
    private bool _spaced;

    private int TopOf(MtuMethod method) => method == MtuMethod.Tcp ? TcpTop : _question.Top;

    /// <summary>The largest size known to pass by the search's method.</summary>
    private int Low => Ledger.Best(Channel);

    /// <summary>The smallest size above <see cref="Low"/> that failed so far; one above the top where none did.</summary>
    private int High => Ledger.LowestFailed(Channel, Low)?.Size ?? TopOf(Channel) + 1;

    private bool UsesEcho => _question.CanEcho && _question.Method is MtuMethod.Auto or MtuMethod.Icmp;

    private bool UsesUdp => _question.Method is MtuMethod.Auto or MtuMethod.Udp;

    private long Patience => (2 * Ledger.LongestTrip) + SparedGrace;

    // The method that gets answers; null while there is none.
    private MtuMethod? Answering => _question.Method switch
    {
        MtuMethod.Auto => Ledger.Answers(MtuMethod.Icmp) ? MtuMethod.Icmp
            : Ledger.Answers(MtuMethod.Udp) ? MtuMethod.Udp
            : Ledger.Answers(MtuMethod.Tcp) ? MtuMethod.Tcp : null,
        var method => Ledger.Answers(method) ? method : null,
    };

    // The echo of the top size, still unanswered though datagrams show the way there clear and no echo has been heard.
    private MtuPacket? SparedEcho => UsesUdp && UsesEcho && Ledger.Best(MtuMethod.Udp) == _question.Top && !Ledger.Answers(MtuMethod.Icmp)
        ? _round.Find(p => p.Method == MtuMethod.Icmp && p.IsPending)
        : null;

    private bool ContactIsOver(long now)
    {
        if (RoundIsSettled || Ledger.Best(MtuMethod.Icmp) == _question.Top)
        {
            return true;
        }

        if (UsesUdp && Ledger.Best(MtuMethod.Udp) == _question.Top)
        {
            return !UsesEcho || (SparedEcho is { } echo && now - echo.SentAt >= Patience);
        }

        return false;
    }

    private void PlanContact()
    {
        if (_question.Method == MtuMethod.Tcp)
        {
            Plan(MtuMethod.Tcp, 0);
            return;
        }

        if (UsesUdp)
        {
            Plan(MtuMethod.Udp, _question.Top);
        }

        if (UsesEcho)
        {
            Plan(MtuMethod.Icmp, _question.Top);
            Plan(MtuMethod.Icmp, _question.Small);
            foreach (var size in _question.Candidates().Where(s => s < _question.Top))
            {
                Plan(MtuMethod.Icmp, size);
            }
        }

        if (UsesUdp)
        {
            Plan(MtuMethod.Udp, _question.Small);
        }

        if (UsesUdp && !UsesEcho)
        {
            // Answers to datagrams are rationed: two more sizes are all that is worth asking at once.
            foreach (var size in _question.Candidates().Where(s => s < _question.Top && s is 1400 or 1280 or 576).Take(2))
            {
                Plan(MtuMethod.Udp, size);
            }
        }
    }

    private void AfterContact()
    {
        if (Answering is { } method)
        {
            Channel = method;
            _stage = Stage.Search;
            return;
        }

        var refusedHere = Ledger.Packets.All(p => p.State == MtuPacketState.LocalError);
        if (++_retries > MostRetries || refusedHere)
        {
            _stage = refusedHere ? Stage.Done : Stage.Walk;
            if (!refusedHere)
            {
                PlanBlindWalk();
            }

            return;
        }

        _stage = Stage.Retry;
        if (UsesEcho)
        {
            Plan(MtuMethod.Icmp, _question.Small);
        }

        if (UsesUdp)
        {
            Plan(MtuMethod.Udp, _question.Small);
        }

        if (_question.Method == MtuMethod.Tcp || (_question.Method == MtuMethod.Auto && _retries == 1))
        {
            Plan(MtuMethod.Tcp, 0);
        }
    }

    // What may well be lost whatever its size, judged with care: few packets without a loss prove little.
    private double LikelyLoss
    {
        get
        {
            var (lost, sent) = Ledger.Losses(Channel, Low);
            return (lost + 2.0) / (sent + 3.0);
        }
    }

    // How often a size must be lost before that is no accident.
    private int Needed => (int)Math.Clamp(Math.Ceiling(Math.Log(Doubt) / Math.Log(LikelyLoss)), 3, MostConfirmations);

    private bool SearchIsOver => _round.Count > 0 && High - Low <= 1;

    private void NextSearch(long now)
    {
        if (Low >= TopOf(Channel))
        {
            Directed(now);
            return;
        }

        var sizes = Between(Low, High);
        if (sizes.Count == 0)
        {
            PlanConfirm(now);
            return;
        }

        foreach (var size in sizes)
        {
            Plan(Channel, size, notBefore: NotBefore(now));
        }
    }

    private long NotBefore(long now) => !_spaced || Channel != MtuMethod.Udp ? 0
        : Math.Max(now, Ledger.Packets.Where(p => p.Method == MtuMethod.Udp && p.Ttl == 0).Select(p => p.SentAt).DefaultIfEmpty().Max() + Spacing);

    /// <summary>The sizes to try next strictly between two: what routers stated, and one above it; else evenly spread.</summary>
    private List<int> Between(int low, int high)
    {
        var bottom = Math.Max(low + 1, Math.Min(_question.Bottom, high));
        if (bottom >= high)
        {
            return [];
        }

        if (Channel == MtuMethod.Tcp && !Ledger.Packets.Any(p => p.Method == MtuMethod.Tcp && p.Size > 0))
        {
            return [.. _question.Candidates().Where(s => s < TcpTop).Where((_, i) => i % 3 == 0).Take(5).Prepend(TcpTop)];
        }

        // A statement that was tried and found wrong is not tried again.
        var stated = Ledger.TooBig.Select(t => t.Mtu).Append(_question.RouteMtu ?? 0)
            .SelectMany(m => new[] { m, m + 1 })
            .Where(s => s >= bottom && s < high).Distinct().OrderDescending().Take(4).ToList();
        if (stated.Count > 0)
        {
            return stated;
        }

        var width = Channel switch
        {
            MtuMethod.Icmp => 8,
            MtuMethod.Udp => _spaced ? 1 : 2,
            _ => 3,
        };
        var span = high - bottom;
        return span <= width
            ? [.. Enumerable.Range(bottom, span)]
            : [.. Enumerable.Range(1, width).Select(i => bottom - 1 + (int)((long)(span + 1) * i / (width + 1))).Distinct()];
    }

    // Sizes at the edge are sent again side by side: what is lost for its size is lost every time, and only that.
    private void PlanConfirm(long now)
    {
        _stage = Stage.Confirm;
        var failed = High;
        if (Ledger.IsReported(failed))
        {
            return;
        }

        var needed = Needed;
        var controls = Channel == MtuMethod.Icmp ? int.MaxValue : 1;
        var notBefore = NotBefore(now);
        var low = Low;
        _controls.Clear();
        var again = needed - Ledger.Lost(Channel, failed);
        for (var i = 0; i < again; i++)
        {
            // Two and two, then in turn: no loss that comes every so many packets keeps step with that.
            Plan(Channel, failed, notBefore: notBefore);
            if (i == 0 && again > 1)
            {
                continue;
            }

            for (var j = i == 1 ? 2 : 1; j > 0 && controls-- > 0; j--)
            {
                _controls.Add(Plan(Channel, low, notBefore: notBefore + (_spaced && Channel == MtuMethod.Udp ? Spacing : 0)));
            }
        }
    }

    private void AfterConfirm(long now)
    {
        _stage = Stage.Search;
        TooLossy = false;
        if (Between(Low, High).Count > 0 || Low >= TopOf(Channel))
        {
            return;
        }

        var failed = High;
        if (Ledger.IsReported(failed))
        {
            Directed(now);
            return;
        }

        if (_controls.Count > 0 && _controls.TrueForAll(p => p.State == MtuPacketState.Lost))
        {
            // Not even what passed before is answered: the target rations its answers, or the path is down for now.
            if (++_confirmRounds > 3)
            {
                TooLossy = true;
                Directed(now);
                return;
            }

            _spaced = true;
            Ledger.Void(Channel, Low);
            return;
        }

        var lost = Ledger.Lost(Channel, failed);
        if (lost >= Needed || lost >= MostConfirmations || ++_confirmRounds > 8)
        {
            TooLossy = Math.Pow(LikelyLoss, lost) > 10 * Doubt;
            Directed(now);
            return;
        }

        PlanConfirm(now);
    }
}

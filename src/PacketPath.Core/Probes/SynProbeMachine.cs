using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>The strategy for one target: which attempt to make first, which ones follow, and when all is known. Does no I/O.</summary>
internal sealed class SynProbeMachine
{
    private const long Millisecond = 1_000_000;
    private const int MaxAlternatives = 3;

    // Long enough for one retransmission of a SYN that a hop's rate limit or a loss swallowed.
    private const long WalkNanoseconds = 2_000 * Millisecond;

    // A route that works answers in one round trip; the call must still end within its timeout and a second.
    private const long AlternativeNanoseconds = 750 * Millisecond;
    private const long ControlNanoseconds = 1_000 * Millisecond;

    // traceroute's first port: closed nearly everywhere.
    private const int ClosedPort = 33434;

    private readonly SynProbeOptions _options;
    private readonly long _timeout;
    private readonly HashSet<AttemptPlan> _open = new(ReferenceEqualityComparer.Instance);
    private readonly List<SynAttempt> _followUps = [];

    /// <summary>Creates the strategy.</summary>
    public SynProbeMachine(SynTarget target, SynProbeOptions options)
    {
        Target = target;
        _options = options;
        _timeout = (long)(options.Timeout.TotalMilliseconds * Millisecond);
    }

    /// <summary>The target.</summary>
    public SynTarget Target { get; }

    /// <summary>The loss counters before the first attempt; null where none were read.</summary>
    public HostState.Counters.CounterReading? Before { get; init; }

    /// <summary>The main attempt, once it has ended.</summary>
    public SynAttempt? Main { get; private set; }

    /// <summary>What came of the main attempt, with the host's own facts weighed in.</summary>
    public SynOutcome Outcome { get; private set; }

    /// <summary>The host's facts, read when the main attempt ended.</summary>
    public HostPath Path { get; private set; } = new();

    /// <summary>The closed port asked beside datagrams, by this target's strategy or another one's; 0 for none.</summary>
    public int ControlPort { get; private set; }

    /// <summary>The attempts that followed, ended.</summary>
    public IReadOnlyList<SynAttempt> FollowUps => _followUps;

    /// <summary>True once nothing is left to do.</summary>
    public bool IsComplete => Main is not null && _open.Count == 0;

    /// <summary>The first attempt.</summary>
    public AttemptPlan Begin() => Asking(new AttemptPlan
    {
        Kind = AttemptKind.Main,
        Port = Target.Port,
        Device = _options.InterfaceAlias,
        TimeoutNanoseconds = _timeout,
    });

    /// <summary>A datagram goes out again, unanswered so far: the attempts to make beside it. One to a closed port tells silence of a service from silence of the target.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="isToAsk">Tells whether the target's sign of life is still to be asked for; not called where none is wanted.</param>
    public IReadOnlyList<AttemptPlan> SentAgain(SynAttempt attempt, Func<bool> isToAsk)
    {
        if (attempt is not { Plan.Kind: AttemptKind.Main, SentAgain: 1 })
        {
            return [];
        }

        ControlPort = Target.Port == ClosedPort ? ClosedPort + 1 : ClosedPort;
        if (!isToAsk())
        {
            return [];
        }

        var control = new AttemptPlan
        {
            Kind = AttemptKind.Control,
            Port = ControlPort,
            Device = _options.InterfaceAlias,
            TimeoutNanoseconds = Math.Min(_timeout * 2 / 3, ControlNanoseconds),
        };
        _open.Add(control);
        return [control];
    }

    /// <summary>The main attempt has ended: the plans that its answer makes pointless.</summary>
    public IReadOnlyList<AttemptPlan> Answered(SynAttempt main)
    {
        if (main.Outcome is not (SynOutcome.Open or SynOutcome.Refused))
        {
            return [];
        }

        var pointless = _open.ToList();
        _open.Clear();
        return pointless;
    }

    /// <summary>The main attempt has ended and the host's facts are read: the attempts to make now.</summary>
    public IReadOnlyList<AttemptPlan> MainEnded(SynAttempt main, HostPath path)
    {
        Main = main;
        Path = path;
        Outcome = Weigh(main, path);
        List<AttemptPlan> plans = [];
        if (IsLocalFailure(main))
        {
            plans.AddRange(Alternatives());
            plans.AddRange(Plain());
        }

        if (_options.FindHop && _options.Datagram is null)
        {
            plans.AddRange(FindHop());
        }

        foreach (var plan in plans)
        {
            _open.Add(plan);
        }

        return plans;
    }

    /// <summary>A following attempt has ended: the plans it makes pointless.</summary>
    public IReadOnlyList<AttemptPlan> FollowUpEnded(SynAttempt attempt)
    {
        if (!_open.Remove(attempt.Plan))
        {
            return [];
        }

        _followUps.Add(attempt);
        if (attempt.Plan.Kind != AttemptKind.Hop || !ReachedTarget(attempt))
        {
            return [];
        }

        var pointless = _open.Where(p => p.Kind == AttemptKind.Hop && p.Ttl > attempt.Plan.Ttl).ToList();
        _open.ExceptWith(pointless);
        return pointless;
    }

    /// <summary>True where the target itself answered.</summary>
    public bool ReachedTarget(SynAttempt attempt) =>
        attempt.Outcome is SynOutcome.Open or SynOutcome.Refused
        || (attempt.DecidingRecord?.Offender is { } offender && PacketAddress.From(offender) == PacketAddress.From(Target.Address));

    // What the socket could not tell. A firewall of this host may forge "host unreachable" while the next hop is known;
    // and the next hop may still be being asked for when the time is up, with the SYN waiting for it.
    private static SynOutcome Weigh(SynAttempt main, HostPath path) => main.Outcome switch
    {
        SynOutcome.NeighborFailed when path.Neighbor is { LinkLayerAddress: not null, State: not (NeighborState.Unreachable or NeighborState.Incomplete or NeighborState.Absent) }
            => SynOutcome.IcmpError,
        SynOutcome.NoReply when path.Neighbor is { State: NeighborState.Incomplete } && path.Interface is { AdminUp: true, Carrier: not false } && main.Syns.Count == 0
            => SynOutcome.NeighborFailed,
        var outcome => outcome,
    };

    private bool IsLocalFailure(SynAttempt main) => Outcome switch
    {
        SynOutcome.NoReply or SynOutcome.NeighborFailed or SynOutcome.LocalError => true,
        SynOutcome.IcmpError => main.DecidingRecord?.Offender is null || main.OffenderIsLocal,
        _ => false,
    };

    private IEnumerable<AttemptPlan> Alternatives()
    {
        // Bound to an interface by the caller, the other routes were not asked about.
        if (_options.InterfaceAlias is not null || Path.Route is not { } route)
        {
            return [];
        }

        // Where its lookup fails, IPv4 takes a bound packet's target to be on the link: that tells nothing of the other route.
        if (Target.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && route.Outcome != RouteOutcome.Usable)
        {
            return [];
        }

        return route.Alternatives
            .Where(a => a is { TypeOfRoute: RouteType.Unicast, InterfaceAlias: not null }
                && a.InterfaceAlias != route.InterfaceAlias
                && a.Reason is not (AlternativeReason.InterfaceDown or AlternativeReason.LinkDown or AlternativeReason.DeadNextHop))
            .DistinctBy(a => a.InterfaceAlias)
            .Take(MaxAlternatives)
            .Select(a => new AttemptPlan
            {
                Kind = AttemptKind.Alternative,
                Port = Target.Port,
                Device = a.InterfaceAlias,
                Alternative = a,
                TimeoutNanoseconds = Math.Min(_timeout, AlternativeNanoseconds),
            })
            .Select(Asking);
    }

    // Over UDP each attempt asks its own question.
    private AttemptPlan Asking(AttemptPlan plan) => _options.Datagram is not { } question ? plan : plan with { Payload = question.Of(plan.Port), Refuser = Target.Address };

    // A rule chose the route by the mark, the source or the user asked for: what if none were? A port cannot be left out.
    private IEnumerable<AttemptPlan> Plain()
    {
        if (_options.InterfaceAlias is not null || Path.Route is not { PlainLookup: { Outcome: RouteOutcome.Usable } plain } route
            || (plain.InterfaceAlias == route.InterfaceAlias && plain.NextHop == route.NextHop)
            || !plain.LeftOut.All(IsOptional))
        {
            return [];
        }

        return
        [
            Asking(new AttemptPlan
            {
                Kind = AttemptKind.Plain,
                Port = Target.Port,
                LeavesOutUser = plain.LeftOut.Any(IsUser),
                TimeoutNanoseconds = Math.Min(_timeout, AlternativeNanoseconds),
            }),
        ];

        static bool IsUser(string field) => field.StartsWith("user ", StringComparison.Ordinal);

        bool IsOptional(string field) => (field.StartsWith("mark ", StringComparison.Ordinal) && _options.Mark != 0)
            || (field.StartsWith("source ", StringComparison.Ordinal) && _options.SourceAddress is not null)
            || (IsUser(field) && _options.Uid is not null);
    }

    private IEnumerable<AttemptPlan> FindHop()
    {
        if (Outcome == SynOutcome.Refused)
        {
            return [new AttemptPlan { Kind = AttemptKind.Control, Port = ClosedPort, Device = _options.InterfaceAlias, TimeoutNanoseconds = Math.Min(_timeout, ControlNanoseconds) }];
        }

        var expired = Main!.DecidingRecord is { } record
            && IcmpMeaning.IsTimeExceeded(record.Origin == Interop.ErrorOrigin.IcmpV6, record.Type, record.Code);
        if (Outcome != SynOutcome.NoReply && !expired)
        {
            return [];
        }

        return Enumerable.Range(1, _options.MaxHops).Select(ttl => new AttemptPlan
        {
            Kind = AttemptKind.Hop,
            Ttl = ttl,
            Port = Target.Port,
            Device = _options.InterfaceAlias,
            TimeoutNanoseconds = Math.Min(_timeout, WalkNanoseconds),
        });
    }
}

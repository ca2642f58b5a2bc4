using System.Globalization;
using System.Net;

namespace PacketPath.Probes;

/// <summary>What the packets of a finished strategy add up to. Pure.</summary>
internal sealed class MtuFindings
{
    private readonly MtuMachine _machine;
    private readonly MtuQuestion _question;
    private readonly MtuLedger _ledger;

    /// <summary>Reads a finished strategy.</summary>
    public MtuFindings(MtuMachine machine)
    {
        _machine = machine;
        _question = machine.Question;
        _ledger = machine.Ledger;
    }

    /// <summary>The path MTU; null where unknown.</summary>
    public int? PathMtu => _machine.Forward >= Math.Min(_question.Bottom, _question.Top) && _machine.Forward > 0 && !_machine.TooLossy && !IsUnfinished ? _machine.Forward : null;

    /// <summary>The MTU back; null where unknown.</summary>
    public int? ReverseMtu => _machine.Reverse >= _question.Bottom ? _machine.Reverse : null;

    // Larger packets do not even leave: a rule of this host's firewall, say.
    private bool IsRefusedHere => _machine.Failing is { } size
        && _ledger.Packets.Any(p => p.Size == size && p.State is MtuPacketState.LocalError or MtuPacketState.LocalLimit);

    // The packets ran out while the search was still on.
    private bool IsUnfinished => _machine.BudgetSpent && _machine is { Forward: 0 };

    /// <summary>What the probe came to.</summary>
    public MtuOutcome Outcome
    {
        get
        {
            var answered = _ledger.Packets.Any(p => p.State == MtuPacketState.Passed);
            if (!answered)
            {
                return _ledger.Unreachable.Count > 0 || _machine.LocalErrno != 0 ? MtuOutcome.Unreachable : MtuOutcome.Indeterminate;
            }

            if (_machine.TooLossy || _machine.Forward == 0)
            {
                return MtuOutcome.Indeterminate;
            }

            if (IsRefusedHere)
            {
                return MtuOutcome.LocalLimit;
            }

            if (_machine.Limit != MtuDirection.None && !(_machine.Limit == MtuDirection.Forward && _machine.IsToldEnough))
            {
                return MtuOutcome.BlackHole;
            }

            if (_question.RouteMtu is { } held && held < _machine.Forward)
            {
                return MtuOutcome.LocalLimit;
            }

            return _machine.Limit != MtuDirection.None ? MtuOutcome.Reduced
                : _question.Maximum > _question.Top ? MtuOutcome.LocalLimit
                : MtuOutcome.Clear;
        }
    }

    /// <summary>Between which hops large packets vanish; null where they do not, or the hops do not show it.</summary>
    public BlackHoleHop? Hole()
    {
        if (_machine.Swallowed is not { } size || Outcome != MtuOutcome.BlackHole || _machine.Limit == MtuDirection.Reverse)
        {
            return null;
        }

        var good = _machine.LastReached;
        var walk = _machine.WalkPackets.Where(p => p.State is MtuPacketState.Expired or MtuPacketState.Passed).ToList();
        var bad = walk.Where(p => p.Ttl > good).MinBy(p => p.Ttl);
        if (bad is null || (good == 0 && !walk.Exists(p => p.Size >= size || p.Ttl == 1)))
        {
            return null;
        }

        return new BlackHoleHop
        {
            Size = size,
            LastGoodTtl = good,
            LastGood = walk.Find(p => p.Ttl == good)?.From?.ToString(),
            FirstBadTtl = bad.Ttl,
            FirstBad = bad.From?.ToString(),
        };
    }

    /// <summary>The hops, with what is known to go on from each.</summary>
    public MtuHop[] Hops()
    {
        var steps = _machine.WalkPackets.Where(p => p.State is MtuPacketState.Expired or MtuPacketState.Passed).ToList();
        var target = _machine.TargetTtl;
        var last = target > 0 ? target : steps.Select(p => p.Ttl).DefaultIfEmpty().Max();
        var hops = new MtuHop[last];
        for (var ttl = 1; ttl <= last; ttl++)
        {
            hops[ttl - 1] = Hop(ttl, [.. steps.Where(p => p.Ttl == ttl)], ttl == target);
        }

        return hops;
    }

    /// <summary>The Packet Too Big messages, judged; where they should have come and did not, one that says so.</summary>
    public PacketTooBigReport[] TooBig()
    {
        var heard = _ledger.TooBig.Select(t =>
        {
            var (judgement, reason) = Judge(t);
            return new PacketTooBigReport
            {
                From = t.From?.ToString() ?? "",
                Mtu = t.Mtu,
                SentSize = t.Size,
                AfterMilliseconds = t.After < 0 ? null : Milliseconds(t.After),
                ReachedSocket = t.ReachedSocket,
                Judgement = judgement,
                Reason = reason,
            };
        }).ToList();
        if (Outcome == MtuOutcome.BlackHole && _machine.Limit != MtuDirection.Reverse && _machine.Swallowed is { } size && !_ledger.TooBig.Any(t => t.Size >= size))
        {
            heard.Add(new PacketTooBigReport
            {
                SentSize = size,
                Judgement = PacketTooBigJudgement.Missing,
                Reason = "packets of this size vanish and no report came",
            });
        }

        return [.. heard];
    }

    private (PacketTooBigJudgement Judgement, string Reason) Judge(MtuTooBig report)
    {
        var passes = _machine.Forward;
        if (report.Mtu == 0)
        {
            return (PacketTooBigJudgement.Contradictory, "it states no MTU");
        }

        if (report.Size > 0 && report.Mtu >= report.Size)
        {
            return (PacketTooBigJudgement.Contradictory, Text($"it states {report.Mtu} for a packet of {report.Size}"));
        }

        if (report.Mtu < _question.Floor)
        {
            return (PacketTooBigJudgement.Contradictory, Text($"{report.Mtu} is below the protocol's minimum of {_question.Floor}"));
        }

        if (passes == 0)
        {
            return (PacketTooBigJudgement.Believed, "nothing speaks against it");
        }

        if (report.Mtu < passes)
        {
            return (PacketTooBigJudgement.Contradictory, Text($"packets of {passes} pass"));
        }

        // More than passes in the end is right for this router where a later one states the rest.
        return report.Mtu == passes || _ledger.TooBig.Any(t => t.Size == report.Mtu && t.Mtu < report.Mtu)
            ? (PacketTooBigJudgement.Believed, Text($"packets of {report.Mtu} get past it"))
            : (PacketTooBigJudgement.Contradictory, Text($"packets of {report.Mtu} do not pass either"));
    }

    private MtuHop Hop(int ttl, List<MtuPacket> steps, bool isTarget)
    {
        var small = steps.Where(p => p.From is not null).ToList();
        if (small.Count == 0)
        {
            return new MtuHop { Ttl = ttl };
        }

        var replyTtl = small.Select(p => p.ReplyTtl).FirstOrDefault(t => t > 0);
        var back = MtuMachine.HopsBack(replyTtl);
        return new MtuHop
        {
            Ttl = ttl,
            Address = small[0].From!.ToString(),
            RttMilliseconds = Milliseconds(small.Min(p => p.AnsweredAt - p.SentAt)),
            MtuAfter = isTarget ? null : After(ttl),
            ReplyTtl = replyTtl == 0 ? null : replyTtl,
            ReturnHops = back == 0 ? null : back,
            IsAsymmetric = back != 0 && back != ttl,
            IsTarget = isTarget,
        };
    }

    // The largest packet that was seen behind this hop.
    private int? After(int ttl)
    {
        var reached = _machine.WalkPackets.Where(p => p.Ttl > ttl && p.State is MtuPacketState.Expired or MtuPacketState.Passed).Select(p => p.Size);
        var reporting = _ledger.TooBig.Where(t => t.Size > 0 && TtlOf(t.From) > ttl).Select(t => t.Size);
        var most = reached.Concat(reporting).Append(_machine.Forward).Max();
        return most == 0 ? null : most;
    }

    private int TtlOf(IPAddress? router) =>
        _machine.WalkPackets.FirstOrDefault(p => p.State == MtuPacketState.Expired && Equals(p.From, router))?.Ttl ?? 0;

    internal static double Milliseconds(long nanoseconds) => Math.Round(nanoseconds / 1e6, 3);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

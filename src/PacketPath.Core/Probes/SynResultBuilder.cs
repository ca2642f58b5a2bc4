using PacketPath.Capture;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Turns what a finished strategy saw into the object users get.</summary>
internal sealed class SynResultBuilder
{
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly SynProbeOptions _options;
    private readonly uint _user;
    private readonly Func<int, string?> _interfaceName;

    /// <summary>Creates a builder.</summary>
    /// <param name="options">How the probe went about it.</param>
    /// <param name="user">The user whose sockets were opened.</param>
    /// <param name="interfaceName">Names an interface by its index.</param>
    public SynResultBuilder(SynProbeOptions options, uint user, Func<int, string?> interfaceName)
    {
        _options = options;
        _user = user;
        _interfaceName = interfaceName;
    }

    /// <summary>Builds the result.</summary>
    /// <param name="machine">The strategy.</param>
    /// <param name="capture">What the capture is worth.</param>
    /// <param name="captureMissing">What it leaves out.</param>
    /// <param name="heard">A datagram to the target, of whatever port, that was answered about the time; null where none was.</param>
    public SynPathResult Build(SynProbeMachine machine, CaptureStatus capture, MissingObservation[] captureMissing, SynAttempt? heard = null)
    {
        var main = machine.Main!;
        var target = machine.Target;
        var origin = UnixNanoseconds(main.StartedUtc);
        var egress = machine.Path.Route?.InterfaceIndex ?? 0;
        var hops = Hops(machine);
        var control = machine.FollowUps.FirstOrDefault(a => a.Plan.Kind == AttemptKind.Control) is { } own && machine.ReachedTarget(own) ? own
            : main.Plan.IsDatagram && machine.Outcome is not (SynOutcome.Open or SynOutcome.Refused) ? heard : null;
        return new SynPathResult
        {
            ComputerName = Environment.MachineName,
            NetNamespace = _options.Namespace.Label,
            ObservedAt = main.StartedUtc,
            RemoteAddress = target.Address.ToString(),
            RemotePort = target.Port,
            Protocol = main.Plan.Protocol,
            TargetName = target.Name,
            Outcome = machine.Outcome,
            LocalAddress = main.Local?.Address.ToString() ?? _options.SourceAddress?.ToString(),
            LocalPort = main.Local?.Port ?? 0,
            InterfaceAlias = machine.Path.Route?.InterfaceAlias ?? _options.InterfaceAlias,
            InterfaceIndex = machine.Path.Route?.InterfaceIndex ?? machine.Path.Interface?.InterfaceIndex ?? 0,
            RequestedSourceAddress = _options.SourceAddress?.ToString(),
            RequestedInterfaceAlias = _options.InterfaceAlias,
            RequestedNetNamespace = _options.Namespace.IsCurrent ? null : _options.Namespace.Asked,
            Mark = _options.Mark,
            RequestedUid = _options.Uid,
            Uid = _user,
            TimeoutSeconds = _options.Timeout.TotalSeconds,
            SocketError = main.Error == 0 ? null : Errno.Name(main.Error),
            FailedCall = main.FailedCall,
            ElapsedMilliseconds = Milliseconds(main.EndedAt - main.StartedAt),
            RttMilliseconds = RoundTrip(main),
            Retransmits = main.Plan.IsDatagram ? main.SentAgain : (int)(main.Info?.TotalRetransmits ?? 0),
            ErrorQueue = [.. main.Queue.Select(e => Report(main, e.Record, e.At))],
            CaptureStatus = capture,
            Syns = [.. main.Syns.Select(s => Packet(main.SeenOn(s, egress), origin))],
            Replies = [.. main.Replies.Select(s => Packet(main.SeenOn(s, egress), origin))],
            LocalResponses = [.. main.LocalResponses.Select(s => Packet(main.SeenOn(s, egress), origin))],
            TcpInfo = main.FailedCall is null && main.Info is { } info ? Info(info) : null,
            Route = machine.Path.Route,
            Interface = machine.Path.Interface,
            Neighbor = machine.Path.Neighbor,
            NextHopRoute = machine.Path.NextHopRoute,
            IpsecPolicy = machine.Path.IpsecPolicy,
            ReplyRoute = machine.Path.ReplyRoute,
            Hops = hops,
            LastRespondingHop = hops.LastOrDefault(h => h.Address is not null)?.Address,
            ControlReply = control is null ? null : ControlReply(machine, control, origin),
            ControlPort = control?.Plan.Port ?? machine.ControlPort,
            PlainAttempt = machine.FollowUps.Where(a => a.Plan.Kind == AttemptKind.Plain).Select(a => Plain(machine, a)).FirstOrDefault(),
            AlternativeAttempts = [.. machine.FollowUps.Where(a => a.Plan.Alternative is not null).Select(Alternative)],
            CounterChanges = machine.Path.CounterChanges,
            LocalPortUse = machine.Path.LocalPortUse,
            ConntrackCount = machine.Path.Conntrack.Count,
            ConntrackMax = machine.Path.Conntrack.Max,
            NotObserved = [.. captureMissing, .. AsAnother(target), .. machine.Path.NotObserved],
        };
    }

    private MissingObservation[] AsAnother(SynTarget target) => _options.Uid is not { } asked || asked == _user ? [] :
    [
        new MissingObservation
        {
            What = $"the attempt as user {asked}",
            Why = $"CAP_SETUID is missing: it was made as user {_user}, by whose rules and firewall it went",
            Remedy = $"Run as root, with CAP_SETUID, or as that user (sudo -u '#{asked}' pwsh); for the route alone: Get-PacketRoute {target.Address} -Uid {asked}",
        },
    ];

    private SynPacket Packet(CapturedSegment segment, long origin) => Packet(segment, origin, segment.Kind is not (SynPacketKind.IcmpError or SynPacketKind.Datagram));

    private SynPacket Packet(CapturedSegment segment, long origin, bool isTcp) => new()
    {
        Kind = segment.Kind,
        CapturedAt = DateTime.UnixEpoch.AddTicks(segment.TimestampNanoseconds / 100),
        OffsetMilliseconds = Milliseconds(segment.TimestampNanoseconds - origin),
        From = segment.From.ToString(),
        To = segment.To.ToString(),
        InterfaceAlias = _interfaceName(segment.InterfaceIndex),
        LinkLayerSource = segment.LinkLayerSource.Length == 0 ? null : segment.LinkLayerSource.ToString(),
        Ttl = segment.Ttl,
        IpId = segment.IpId,
        Flags = !isTcp ? null : segment.TcpFlags.ToText(),
        SequenceNumber = !isTcp ? null : segment.Sequence,
        AcknowledgmentNumber = !isTcp ? null : segment.Acknowledgment,
        Window = !isTcp ? null : segment.Window,
        Mss = !isTcp || segment.Mss == 0 ? null : segment.Mss,
        PayloadLength = segment.Kind == SynPacketKind.Datagram ? segment.PayloadLength : null,
        PayloadDigest = segment.Kind == SynPacketKind.Datagram ? segment.PayloadDigest : null,
        IcmpType = segment.IsIcmp ? segment.IcmpType : null,
        IcmpCode = segment.IsIcmp ? segment.IcmpCode : null,
    };

    private static IcmpReport Report(SynAttempt attempt, ErrorQueueRecord record, long at) => new()
    {
        Offender = record.Offender?.ToString() ?? "",
        OffenderIsLocal = attempt.IsLocal(record),
        Origin = record.Origin.ToString(),
        Type = record.Type,
        Code = record.Code,
        Meaning = record.Origin == ErrorOrigin.Local
            ? Errno.Describe(record.Errno)
            : IcmpMeaning.Describe(record.Origin == ErrorOrigin.IcmpV6, record.Type, record.Code),
        ErrorName = Errno.Name(record.Errno),
        Mtu = record.Errno == Errno.EMSGSIZE ? (int)Math.Min(record.Info, int.MaxValue) : 0,
        OffsetMilliseconds = Milliseconds(at),
    };

    internal static SynTcpInfo Info(TcpInfo info) => new()
    {
        State = TcpInfo.StateName(info.State),
        Retransmits = info.Retransmits,
        TotalRetransmits = info.TotalRetransmits,
        RttMilliseconds = info.Rtt / 1000.0,
        RtoMilliseconds = info.Rto / 1000.0,
        SendMss = (int)info.SendMss,
        PathMtu = (int)info.PathMtu,
        SegmentsOut = info.SegmentsOut,
        SegmentsIn = info.SegmentsIn,
    };

    private static PlainAttempt Plain(SynProbeMachine machine, SynAttempt attempt) => new()
    {
        LeftOut = machine.Path.Route?.PlainLookup?.LeftOut ?? [],
        Outcome = attempt.Outcome,
        RttMilliseconds = RoundTrip(attempt),
    };

    private static AlternativeAttempt Alternative(SynAttempt attempt) => new()
    {
        DestinationPrefix = attempt.Plan.Alternative!.DestinationPrefix,
        NextHop = attempt.Plan.Alternative.NextHop,
        InterfaceAlias = attempt.Plan.Device!,
        Outcome = attempt.Outcome,
        RttMilliseconds = RoundTrip(attempt),
    };

    private SynPacket? ControlReply(SynProbeMachine machine, SynAttempt control, long origin)
    {
        foreach (var reply in control.Replies)
        {
            if (reply.From == PacketAddress.From(machine.Target.Address))
            {
                return Packet(reply, origin);
            }
        }

        // Without a capture the socket has it all the same, but for its TTL.
        return control.Outcome == SynOutcome.Open
            ? new SynPacket { Kind = SynPacketKind.Datagram, CapturedAt = control.StartedUtc.AddTicks((control.EndedAt - control.StartedAt) / 100), From = machine.Target.Address.ToString(), To = control.Local?.Address.ToString() ?? "" }
            : control.DecidingRecord is { Offender: { } offender } record && PacketAddress.From(offender) == PacketAddress.From(machine.Target.Address)
            ? new SynPacket
            {
                Kind = SynPacketKind.IcmpError,
                CapturedAt = control.StartedUtc.AddTicks((control.EndedAt - control.StartedAt) / 100),
                OffsetMilliseconds = Milliseconds(UnixNanoseconds(control.StartedUtc) + control.EndedAt - control.StartedAt - origin),
                From = machine.Target.Address.ToString(),
                To = control.Local?.Address.ToString() ?? "",
                IcmpType = record.Type,
                IcmpCode = record.Code,
            }
            : null;
    }

    private static PathHop[] Hops(SynProbeMachine machine)
    {
        var steps = machine.FollowUps.Where(a => a.Plan.Kind == AttemptKind.Hop).OrderBy(a => a.Plan.Ttl).ToList();
        var last = steps.FindLastIndex(a => Answered(a));
        return [.. steps.Take(last + 1).Select(a => Hop(machine, a))];
    }

    private static bool Answered(SynAttempt step) =>
        step.Outcome is SynOutcome.Open or SynOutcome.Refused || step.DecidingRecord?.Offender is not null;

    private static PathHop Hop(SynProbeMachine machine, SynAttempt step)
    {
        if (!Answered(step))
        {
            return new PathHop { Ttl = step.Plan.Ttl };
        }

        var record = step.DecidingRecord;
        return new PathHop
        {
            Ttl = step.Plan.Ttl,
            Address = (record?.Offender ?? machine.Target.Address).ToString(),
            RttMilliseconds = RoundTrip(step),
            IcmpType = record?.Type,
            IcmpCode = record?.Code,
            IsTarget = machine.ReachedTarget(step),
        };
    }

    // The socket's own measurement, else the captured pair, else the time to the answer.
    private static double? RoundTrip(SynAttempt attempt)
    {
        if (attempt.Outcome == SynOutcome.Open && attempt.Info is { Rtt: > 0 } info)
        {
            return info.Rtt / 1000.0;
        }

        if (attempt.Replies.Count > 0)
        {
            var reply = attempt.Replies[0];
            var sent = attempt.Syns.LastOrDefault(s => s.TimestampNanoseconds <= reply.TimestampNanoseconds);
            if (sent.TimestampNanoseconds > 0)
            {
                return Milliseconds(reply.TimestampNanoseconds - sent.TimestampNanoseconds);
            }
        }

        var answered = attempt.Outcome is SynOutcome.Open or SynOutcome.Refused
            || (attempt.Outcome == SynOutcome.IcmpError && !attempt.OffenderIsLocal);
        return answered ? Milliseconds(attempt.EndedAt - attempt.StartedAt) : null;
    }

    private static double Milliseconds(long nanoseconds) => Math.Round(nanoseconds / NanosecondsPerMillisecond, 3);

    private static long UnixNanoseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * 100;
}

using System.Globalization;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Turns a finished session into the object users get.</summary>
internal sealed class MtuResultBuilder
{
    private const int Headers4 = 40;
    private const int Headers6 = 60;

    private readonly MtuProbeOptions _options;
    private readonly IHostPathReader _reader;

    /// <summary>Creates a builder.</summary>
    public MtuResultBuilder(MtuProbeOptions options, IHostPathReader reader) => (_options, _reader) = (options, reader);

    /// <summary>Builds the result.</summary>
    public MtuProbeResult Build(MtuSession session, CaptureFeed<MtuSighting>? capture, long now)
    {
        var (status, missing) = Standing(session, capture);
        var target = session.Target;
        var path = session.Path;
        var result = new MtuProbeResult
        {
            ComputerName = Environment.MachineName,
            NetNamespace = _options.Namespace.Label,
            ObservedAt = session.StartedUtc,
            RemoteAddress = target.Address.ToString(),
            TargetName = target.Name,
            Outcome = MtuOutcome.Unreachable,
            Method = _options.Method,
            InterfaceMtu = path.Interface?.Mtu ?? 0,
            RouteMtu = path.Route?.Mtu,
            RouteMtuCached = path.Route is { IsCached: true, Mtu: not null },
            RouteMtuLocked = path.Route?.MtuLocked ?? false,
            RouteMtuExpiresSeconds = path.Route is { IsCached: true, Mtu: not null } ? path.Route.CacheExpiresSeconds : null,
            SocketError = session.Failure.Errno == 0 ? null : Errno.Name(session.Failure.Errno),
            ElapsedMilliseconds = MtuFindings.Milliseconds(now - session.StartedAt),
            LocalAddress = (session.Local ?? _options.SourceAddress)?.ToString(),
            InterfaceAlias = path.Route?.InterfaceAlias ?? _options.InterfaceAlias,
            CaptureStatus = status,
            Route = path.Route,
            Interface = path.Interface,
            Neighbor = path.Neighbor,
            NotObserved = [.. missing, .. path.NotObserved],
        };
        return session.Machine is { } machine ? Tell(result, session, machine) : result;
    }

    private MtuProbeResult Tell(MtuProbeResult result, MtuSession session, MtuMachine machine)
    {
        var findings = new MtuFindings(machine);
        var ledger = machine.Ledger;
        var mtu = findings.PathMtu;
        var outcome = findings.Outcome;
        var port = machine.Channel switch { MtuMethod.Udp => session.Target.UdpPort, MtuMethod.Tcp => session.Target.TcpPort, _ => 0 };
        return result with
        {
            RemotePort = port,
            Protocol = machine.Channel switch
            {
                MtuMethod.Udp => TransportProtocol.Udp,
                MtuMethod.Tcp => TransportProtocol.Tcp,
                _ => machine.Question.IsIPv6 ? TransportProtocol.IcmpV6 : TransportProtocol.Icmp,
            },
            Outcome = outcome,
            PathMtu = mtu,
            ReversePathMtu = findings.ReverseMtu,
            DirectionsSeparated = machine.Separated,
            LimitDirection = machine.Limit,
            SmallestLost = machine.Failing,
            Method = machine.Channel,
            BlackHoleHop = findings.Hole(),
            PacketTooBig = findings.TooBig(),
            Probes = [.. ledger.Packets.Select(p => Packet(p, session.StartedAt))],
            Hops = findings.Hops(),
            RecommendedMssIPv4 = mtu - Headers4,
            RecommendedMssIPv6 = mtu >= 1280 ? mtu - Headers6 : null,
            TcpMss = machine.TcpTop == 0 ? null : machine.TcpTop - (machine.Question.IsIPv6 ? Headers6 : Headers4),
            ErrorQueue = [.. ledger.Unreachable.Select(u => Report(u, machine, session.StartedAt))],
            SocketError = machine.LocalErrno == 0 ? null : Errno.Name(machine.LocalErrno),
            PacketsSent = machine.PacketsSent,
            LossPercent = Math.Round(100 * ledger.Loss(machine.Channel, machine.Forward), 1),
            RttMilliseconds = ledger.ShortestTrip == 0 ? null : MtuFindings.Milliseconds(ledger.ShortestTrip),
            RepliesDroppedHere = session.RepliesDroppedHere,
            Neighbor = NeighborNow(session),
            NotObserved = [.. result.NotObserved, .. Missing(session, machine, mtu, outcome)],
        };
    }

    private NeighborEntry? NeighborNow(MtuSession session)
    {
        var query = new HostPathQuery(session.Target.Address, 0, _options.SourceAddress, 0, _options.InterfaceAlias, 0);
        return _reader.Read([query], CancellationToken.None)[0].Neighbor;
    }

    private IcmpReport Report(MtuUnreachable report, MtuMachine machine, long origin) => new()
    {
        Offender = report.From?.ToString() ?? "",
        OffenderIsLocal = report.From is { } from && _reader.IsLocalAddress(from),
        Origin = machine.Question.IsIPv6 ? nameof(ErrorOrigin.IcmpV6) : nameof(ErrorOrigin.Icmp),
        Type = report.Type,
        Code = report.Code,
        Meaning = IcmpMeaning.Describe(machine.Question.IsIPv6, report.Type, report.Code),
        OffsetMilliseconds = MtuFindings.Milliseconds(report.At - origin),
    };

    private static MtuProbePacket Packet(MtuPacket packet, long origin) => new()
    {
        Method = packet.Method,
        Size = packet.Size,
        Ttl = packet.Ttl,
        Result = packet.State switch
        {
            MtuPacketState.Passed => MtuPacketResult.Passed,
            MtuPacketState.Expired => MtuPacketResult.Expired,
            MtuPacketState.TooBig => MtuPacketResult.TooBig,
            MtuPacketState.Unreachable => MtuPacketResult.Unreachable,
            MtuPacketState.Lost => MtuPacketResult.Lost,
            MtuPacketState.LocalLimit => MtuPacketResult.LocalLimit,
            MtuPacketState.LocalError => MtuPacketResult.LocalError,
            _ => MtuPacketResult.Unfinished,
        },
        From = packet.From?.ToString(),
        OffsetMilliseconds = MtuFindings.Milliseconds(packet.SentAt - origin),
        RttMilliseconds = packet.AnsweredAt == 0 ? null : MtuFindings.Milliseconds(packet.AnsweredAt - packet.SentAt),
    };

    private (CaptureStatus Status, MissingObservation[] Missing) Standing(MtuSession session, CaptureFeed<MtuSighting>? capture)
    {
        const string what = "ICMP on the wire";
        if (!_options.Capture)
        {
            return (CaptureStatus.NotRequested, [Missed(what, "switched off by -NoCapture: a Packet Too Big that a firewall of this host drops cannot be told from none", "Leave -NoCapture out.")]);
        }

        if (capture?.Failure is { } failure)
        {
            return (CaptureStatus.Unavailable, [Missed(what, failure.Message, failure.Remedy)]);
        }

        return capture is null || capture.Lost > session.LostBefore
            ? (CaptureStatus.Incomplete, [Missed(what, "packets were lost while capturing: a report that is not listed may still have come", "Repeat the probe when this host is less busy.")])
            : (CaptureStatus.Complete, []);
    }

    private static IEnumerable<MissingObservation> Missing(MtuSession session, MtuMachine machine, int? mtu, MtuOutcome outcome)
    {
        if (session.EchoDenied)
        {
            yield return Missed(
                "echo requests",
                "neither a ping socket nor a raw one is allowed, so the way back was not measured, and answers to datagrams are rationed",
                "Run as root or with CAP_NET_RAW, or let net.ipv4.ping_group_range hold this group.");
        }

        if (mtu is not null && !machine.Separated)
        {
            yield return Missed(
                "the way back from the target",
                machine.Channel == MtuMethod.Icmp ? "an echo comes back as large as it went, and the target does not answer datagrams, whose answers are small"
                    : "the answers to this method are small whatever the size sent",
                "Use -Method Auto, as root, on a target that answers echoes and datagrams; or probe from the other end.");
        }

        if (machine.Channel == MtuMethod.Tcp && machine.TcpTop > 0 && machine.TcpTop < machine.Question.Top && mtu == machine.TcpTop)
        {
            yield return Missed(
                string.Create(CultureInfo.InvariantCulture, $"sizes above {machine.TcpTop}"),
                "the segments of a connection are no larger: the target's own maximum segment size, a clamp on the way, or the MTU of the route sets that",
                "None is known where the target answers TCP alone.");
        }

        if (machine.BudgetSpent)
        {
            yield return Missed("the rest of the search", "the packets allowed for one target ran out", "Narrow it with -MinimumMtu and -MaximumMtu.");
        }

        if (machine.TooLossy)
        {
            yield return Missed("loss told from size", "too many packets of every size were lost", "Find the loss first, then repeat the probe.");
        }

        if (outcome == MtuOutcome.BlackHole && machine.Limit == MtuDirection.Unknown)
        {
            yield return Missed("which way the packets are lost on", "the target answers echoes only, and those come back as large as they went", "Probe from the other end as well.");
        }
    }

    private static MissingObservation Missed(string what, string why, string remedy) => new() { What = what, Why = why, Remedy = remedy };
}

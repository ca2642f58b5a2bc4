namespace PacketPath.Diagnosis;

/// <summary>Turns what was seen into sentences, each with how it was seen.</summary>
internal static class Observations
{
    public const string RouteSource = "netlink RTM_GETROUTE";
    public const string RuleSource = "netlink RTM_GETRULE";
    public const string NeighborSource = "netlink RTM_GETNEIGH";
    public const string LinkSource = "netlink RTM_GETLINK";
    public const string QdiscSource = "netlink RTM_GETQDISC before and after the attempt";
    public const string LinkCounterSource = "netlink RTM_GETLINK before and after the attempt";
    public const string BacklogSource = "/proc/net/softnet_stat before and after the attempt";
    public const string ErrorQueueSource = "IP_RECVERR error queue";
    public const string SocketSource = "connect() and SO_ERROR";
    public const string DatagramSource = "send(), recv() and SO_ERROR";
    public const string CaptureSource = "capture on the flow's 4-tuple";
    public const string OtherCaptureSource = "captures at several points, matched by sequence number";
    public const string OtherDatagramCaptureSource = "captures at several points, matched by ports and payload";
    public const string WalkSource = "TTL walk";
    public const string CounterSource = "kernel counters before and after the attempt";

    public static FailureEvidence Supports(string observation, string source, DateTime at) =>
        new() { Observation = observation, Source = source, Bearing = EvidenceBearing.Supports, ObservedAt = at };

    public static FailureEvidence Refutes(string observation, string source, DateTime at) =>
        new() { Observation = observation, Source = source, Bearing = EvidenceBearing.Refutes, ObservedAt = at };

    /// <summary>A counter that moved.</summary>
    public static FailureEvidence Counter(CounterChange change, DateTime at) => Supports(
        Describe.Text($"{change.Counter} of {change.Object ?? change.Source} went up by {change.Delta} during the attempt"), CounterSource, at);

    public static FailureEvidence? Route(EvidenceSet evidence)
    {
        if (evidence.Route is not { } route)
        {
            return null;
        }

        var error = route.ErrorName is null ? "" : $", the lookup fails with {route.ErrorName}";
        var text = route.Outcome switch
        {
            RouteOutcome.Missing => $"no entry of the tables consulted matches {evidence.RemoteAddress}{error}",
            RouteOutcome.RuleBlackhole or RouteOutcome.RuleProhibit or RouteOutcome.RuleUnreachable =>
                $"a policy rule ends the lookup of {evidence.RemoteAddress} before any table{error}",
            RouteOutcome.SourceInvalid => $"the lookup from {route.SourceAddress ?? "the source asked"} is refused{error}",
            RouteOutcome.Failed => $"the lookup of {evidence.RemoteAddress} is refused{error}",
            _ => $"{evidence.RemoteAddress} matches {Describe.Route(route)}{error}",
        };
        return Supports(text, RouteSource, route.ObservedAt);
    }

    public static FailureEvidence? Neighbor(EvidenceSet evidence)
    {
        if (evidence.Neighbor is not { } entry)
        {
            return null;
        }

        var known = entry.LinkLayerAddress is null ? "has no link-layer address" : $"is at {entry.LinkLayerAddress}";
        return Supports(
            $"{Describe.Neighbor(evidence.NextHopAddress, entry.InterfaceAlias)} {known}, state {Describe.State(entry)}",
            NeighborSource,
            entry.ObservedAt);
    }

    public static FailureEvidence Link(PacketInterface link)
    {
        var carrier = link.Carrier switch { true => "with carrier", false => "without carrier", _ => "carrier not reported" };
        return Supports(
            $"{link.InterfaceAlias} is administratively {(link.AdminUp ? "up" : "down")}, {carrier}, state {link.OperationalStatus}",
            LinkSource,
            link.ObservedAt);
    }

    public static FailureEvidence? Link(EvidenceSet evidence) => evidence.Interface is { } link ? Link(link) : null;

    public static FailureEvidence? Socket(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe)
        {
            return null;
        }

        var waited = Describe.Seconds(probe.TimeoutSeconds);
        if (evidence.IsSighted)
        {
            return Supports(
                probe.Outcome switch
                {
                    SynOutcome.Open => $"the packets of the handshake with {evidence.Target} are complete",
                    SynOutcome.Refused => $"{evidence.Target} answered the SYN with a RST",
                    _ => $"the sender's capture shows no completed handshake with {evidence.Target} in {waited}" + Retransmits(probe),
                },
                CaptureSource,
                probe.ObservedAt);
        }

        var text = probe.Outcome switch
        {
            SynOutcome.Open when evidence.IsUdp => $"a datagram of {evidence.Target} reached the socket",
            SynOutcome.Open => $"the handshake with {evidence.Target} completed",
            SynOutcome.NoReply or SynOutcome.NeighborFailed when probe.SocketError is null => $"the socket heard nothing in {waited}" + Retransmits(probe),
            SynOutcome.LocalError => $"{probe.FailedCall ?? "connect"}() failed at once with {probe.SocketError ?? "an unknown error"}",
            _ when evidence.IsUdp => $"the socket was told {probe.SocketError ?? "of an error"}",
            SynOutcome.Refused => $"connect() ended with {probe.SocketError ?? "ECONNREFUSED"}"
                + (probe.ErrorQueue.Length == 0 ? " and an empty error queue" : ""),
            _ => $"connect() ended with {probe.SocketError ?? "an error"}",
        };
        return Supports(text, evidence.IsUdp ? DatagramSource : SocketSource, probe.ObservedAt);
    }

    public static FailureEvidence Report(EvidenceSet evidence, IcmpReport report) => Supports(
        $"the error queue holds {Describe.Report(report)}" + (report.OffenderIsLocal ? ", which is this host" : ""),
        ErrorQueueSource,
        evidence.ObservedAt);

    public static FailureEvidence? Syns(EvidenceSet evidence)
    {
        if (evidence.Probe is not { } probe)
        {
            return null;
        }

        if (evidence.SynSeen)
        {
            var alias = probe.Syns[0].InterfaceAlias ?? evidence.InterfaceAlias;
            return Supports(
                $"{Describe.Count(probe.Syns.Length, evidence.Unit)} captured leaving{(alias.Length == 0 ? "" : " on " + alias)}",
                CaptureSource,
                probe.ObservedAt);
        }

        return evidence.CaptureIsComplete
            ? Supports($"a complete capture saw no {evidence.Unit} leave", CaptureSource, probe.ObservedAt)
            : null;
    }

    public static FailureEvidence? Silence(EvidenceSet evidence) =>
        evidence.CaptureIsComplete && evidence.Probe is { Replies.Length: 0 } probe
            ? Supports("a complete capture saw nothing come back", CaptureSource, probe.ObservedAt)
            : null;

    public static FailureEvidence? Packet(EvidenceSet evidence, SynPacket? packet, bool sentByThisHost = false)
    {
        if (packet is null)
        {
            return null;
        }

        var what = packet.Kind switch
        {
            SynPacketKind.SynAck => "a SYN-ACK",
            SynPacketKind.Reset => "a RST",
            SynPacketKind.Syn => "a SYN",
            SynPacketKind.Datagram => "a datagram",
            SynPacketKind.IcmpError => Describe.Icmp(packet.IcmpType ?? 0, packet.IcmpCode ?? 0, ""),
            _ => "a segment",
        };
        var where = packet.InterfaceAlias is null ? "" : " on " + packet.InterfaceAlias;
        var text = sentByThisHost
            ? $"this host answered with {what} to {packet.To}{where}"
            : Describe.Text($"{what} from {packet.From} captured coming back{where}, TTL {packet.Ttl}");
        return Supports(text, CaptureSource, evidence.ObservedAt);
    }

    public static FailureEvidence? Hops(EvidenceSet evidence)
    {
        var hops = evidence.AnsweringHops;
        return hops.Count == 0
            ? null
            : Supports(
                $"TTL-limited {evidence.Unit}s were answered by " + string.Join(", ", hops.Take(16).Select(h => Describe.Text($"{h.Address} ({h.Ttl})"))),
                WalkSource,
                evidence.ObservedAt);
    }

    public static FailureEvidence Attempt(EvidenceSet evidence, AlternativeAttempt attempt)
    {
        var via = attempt.NextHop is null ? "" : $" via {attempt.NextHop}";
        return Supports(
            $"an attempt through {attempt.DestinationPrefix}{via} dev {attempt.InterfaceAlias} ended as {attempt.Outcome}",
            evidence.IsUdp ? "a socket bound to the interface" : "connect() bound to the interface",
            evidence.ObservedAt);
    }

    public static IEnumerable<FailureEvidence> Losers(EvidenceSet evidence, int most = 3) =>
        evidence.Route is not { } route ? [] : route.Alternatives.Take(most).Select(a => Supports(
            $"{Describe.Alternative(a)} also matches and lost: {(a.ReasonText.Length > 0 ? a.ReasonText : a.Reason.ToString())}",
            RouteSource,
            route.ObservedAt));

    private static string Retransmits(SynPathResult probe) =>
        probe.Retransmits > 0 ? $" and {Describe.Count(probe.Retransmits, probe.Protocol == TransportProtocol.Udp ? "repetition" : "retransmission")}" : "";

    /// <summary>What came of the control datagram; null where none was sent.</summary>
    public static FailureEvidence? Control(EvidenceSet evidence) =>
        evidence is not { IsUdp: true, Probe: { } probe } ? null
        : evidence.ControlAnswer is { Kind: SynPacketKind.Datagram } ? Supports(
            Describe.Text($"port {probe.ControlPort} of the target answered a datagram about the same time"), DatagramSource, probe.ObservedAt)
        : evidence.ControlAnswer is { } answer ? Supports(
            Describe.Text($"a datagram to {(probe.ControlPort == 0 ? "a closed port" : Describe.Text($"closed port {probe.ControlPort}"))} brought {Describe.Icmp(answer.IcmpType ?? 0, answer.IcmpCode ?? 0, answer.From)}, from the target itself"), ErrorQueueSource, probe.ObservedAt)
        : probe.ControlPort == 0 ? null
        : Supports(Describe.Text($"a datagram to port {probe.ControlPort}, which is closed nearly everywhere, brought nothing of the target either"), ErrorQueueSource, probe.ObservedAt);
}

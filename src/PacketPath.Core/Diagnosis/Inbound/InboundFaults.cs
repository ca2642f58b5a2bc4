namespace PacketPath.Diagnosis;

/// <summary>The faults of a host as a server, where it was asked what would become of a connection and no attempt was made.</summary>
internal static class InboundFaults
{
    private const string LookupSource = "netlink RTM_GETROUTE";
    private const string RuleSource = "the flow tried on the decoded rules";
    private const string UsageSource = "/proc/sys/net/netfilter";

    public static Finding? ReturnPathFiltered(EvidenceSet evidence, ListeningResult inbound) =>
        inbound.InputRoute is not { Outcome: RouteOutcome.ReturnPathFiltered } route ? null : new Finding
        {
            Confidence = Confidence.Proven,

            // Without a way back the filter only says so sooner.
            ContributesOnly = inbound.ReturnRoute is { Outcome: not RouteOutcome.Usable },
            Summary = $"The reverse-path filter of {route.InputInterface} drops packets from {inbound.PeerAddress} to {evidence.Target}: the way back to {inbound.PeerAddress} {(route.ReturnInterface is null ? "is not known" : $"leaves by {route.ReturnInterface}")}.",
            Subject = route,
            Evidence = [Lookup(route, $"a packet from {inbound.PeerAddress} that comes in on {route.InputInterface} is refused")],
            Proves = $"A packet from {inbound.PeerAddress} that comes in on {route.InputInterface} is dropped before a socket sees it.",
            DoesNotProve = $"That the packets of {inbound.PeerAddress} come in by {route.InputInterface}.",
            NextSteps = [Again(evidence, inbound), new Commands(evidence).RouteOf(inbound.PeerAddress ?? ""), new Commands(evidence).Run($"sysctl net.ipv4.conf.{route.InputInterface}.rp_filter")],
        };

    public static Finding? ReturnRouteMissing(EvidenceSet evidence, ListeningResult inbound) =>
        inbound.ReturnRoute is not { } route || route.Outcome is RouteOutcome.Usable or RouteOutcome.ReturnPathFiltered or RouteOutcome.ForwardingDisabled ? null : new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"This host has no route back to {inbound.PeerAddress}, so no answer of {evidence.Target} reaches it: the lookup came to {route.Outcome}{(route.DestinationPrefix is null ? "" : ", by " + Describe.Route(route))}.",
            Subject = route,
            Evidence = [Lookup(route, $"the lookup of {inbound.PeerAddress} from {evidence.RemoteAddress} came to {route.Outcome}{(route.ErrorName is null ? "" : $" ({route.ErrorName})")}")],
            Proves = $"A packet from {evidence.RemoteAddress} to {inbound.PeerAddress} cannot leave this host.",
            DoesNotProve = $"That a router on the way does not translate the address of {inbound.PeerAddress} to another one.",
            NextSteps = [$"{new Commands(evidence).RouteOf(inbound.PeerAddress ?? "")} -SourceAddress {Commands.Quote(evidence.RemoteAddress)}", new Commands(evidence).Routes(), Again(evidence, inbound)],
        };

    public static Finding? ForwardingDisabled(EvidenceSet evidence, ListeningResult inbound) =>
        inbound.InputRoute is not { Outcome: RouteOutcome.ForwardingDisabled } route ? null : new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"This host takes packets to {evidence.RemoteAddress} in on {route.InputInterface} and does not pass them on: forwarding is off there.",
            Subject = route,
            Evidence = [Lookup(route, $"a packet from {inbound.PeerAddress} to {evidence.RemoteAddress} that comes in on {route.InputInterface} is refused{(route.ErrorName is null ? "" : $" with {route.ErrorName}")}")],
            Proves = $"{evidence.RemoteAddress} is no address of this host, and a packet to it that comes in on {route.InputInterface} goes no further.",
            DoesNotProve = "That such a packet comes in there, nor that what lies beyond would carry it.",
            NextSteps = [new Commands(evidence).Interface(route.InputInterface ?? ""), Again(evidence, inbound)],
        };

    public static Finding? Firewall(EvidenceSet evidence, ListeningResult inbound, bool rejects)
    {
        if (FirewallCulprit.Inbound(evidence, inbound, rejects) is not { } culprit)
        {
            return null;
        }

        var from = inbound.PeerAddress is null ? evidence.IsUdp ? "datagrams" : "connections" : InboundAnswers.What(evidence, inbound);
        var isSure = culprit.IsCertain || culprit.IsCounted;
        return new Finding
        {
            Confidence = !isSure ? Confidence.Possible : culprit.IsCertain ? Confidence.Proven : Confidence.Probable,
            ContributesOnly = !isSure,
            Summary = $"The {(FirewallCulprit.PassesThrough(inbound) ? "forward" : "input")} hooks of this host {(rejects ? "reject" : "drop")} {from} to {evidence.Target}{(isSure ? "" : " in some cases")}, by {culprit.Name}.",
            Subject = culprit.Subject,
            Evidence = [Observations.Supports($"{(culprit.IsCertain ? "every test of it holds for such a packet, and none before it ends the flow" : "it is the first that could stop such a packet, with tests that could not be known")}: {culprit.Name}", RuleSource, inbound.ObservedAt)],
            Proves = isSure ? evidence.IsUdp ? "Such a datagram is stopped before a socket sees it." : "The first packet of such a connection is stopped before a socket sees it."
                : $"A rule may stop some such {(evidence.IsUdp ? "datagrams" : "connections")}.",
            DoesNotProve = "That such a packet comes as far as this host." + (culprit.IsCertain ? "" : " Nor that the tests that could not be known hold for it."),
            NextSteps = [Filter(evidence, inbound), Again(evidence, inbound)],
        };
    }

    public static Finding? ListenerMissing(EvidenceSet evidence, ListeningResult inbound) =>
        evidence.TargetSockets is not { Absent: { } absent, Elsewhere.Count: 0 } ? null : new Finding
        {
            Confidence = Confidence.Proven,
            Summary = Describe.Text($"{(evidence.IsUdp ? "No socket takes datagrams on UDP" : "Nothing listens on TCP")} port {evidence.Key.RemotePort} of this host: a {(evidence.IsUdp ? "datagram" : "connection")} to {evidence.Target} is refused."),
            Subject = absent,
            Evidence = [SocketObservations.Absent(absent)],
            Proves = $"When the sockets were read, none of them {(evidence.IsUdp ? "was bound to" : "listened on")} this port.",
            DoesNotProve = "Why: the service may have stopped, failed to start, or use another port. Nor that a firewall that redirects the port is not meant to.",
            NextSteps = [Commands.Sockets(absent, evidence.IsUdp ? "-Protocol Udp" : "-State Listen"), Again(evidence, inbound)],
        };

    public static Finding? ListenerBoundElsewhere(EvidenceSet evidence, ListeningResult inbound, Func<SocketEntry, string> reason) =>
        evidence.TargetSockets is not { Absent: { } absent, Elsewhere: [var nearest, ..] others } ? null : new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"{SocketObservations.Who(nearest)} {SocketObservations.Listens(nearest)} {SocketObservations.Where(nearest)}, not on {evidence.Target}: {reason(nearest)}.",
            Subject = nearest,
            Evidence = [SocketObservations.Absent(absent), .. others.Take(3).Select(SocketObservations.Listener)],
            Proves = $"The service runs, and no socket of it takes {(evidence.IsUdp ? "datagrams" : "connections")} for the address that was asked.",
            DoesNotProve = "That it is meant to: a service for this host alone listens on a loopback address on purpose.",
            NextSteps = [Commands.Sockets(absent, Describe.Text($"-LocalPort {evidence.Key.RemotePort} {(evidence.IsUdp ? "-Protocol Udp" : "-State Listen")}")), Again(evidence, inbound)],
        };

    public static Finding? AcceptQueueFull(EvidenceSet evidence, ListeningResult inbound)
    {
        if (evidence.TargetSockets.Listener is not { } listener || !Faults.AcceptQueueFull.IsFull(listener))
        {
            return null;
        }

        var turned = Moved(inbound, "ListenOverflows");
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = Describe.Text($"{SocketObservations.Who(listener)} does not accept: the queue of its listener on {SocketObservations.Where(listener)} is full ({listener.AcceptQueueLength} wait, the limit is {listener.AcceptQueueLimit}), and the kernel drops new connections to {evidence.Target}."),
            Subject = listener,
            Evidence = [SocketObservations.Listener(listener), Counter(turned, inbound)],
            Proves = "The queue was over its limit when it was read: a SYN that reaches it is dropped.",
            DoesNotProve = "Why the process does not accept: it may hang, be stopped, be too slow, or have too small a backlog.",
            NextSteps = [Commands.Sockets(listener, Describe.Text($"-LocalPort {listener.LocalPort} -State Listen") + " | Format-List"), "sysctl net.core.somaxconn", Again(evidence, inbound)],
        };
    }

    public static Finding? SynBacklogFull(EvidenceSet evidence, ListeningResult inbound)
    {
        if (evidence.TargetSockets.Listener is not { SynQueueLength: { } half and > 0 } listener || Faults.AcceptQueueFull.IsFull(listener)
            || half <= (listener.AcceptQueueLimit ?? int.MaxValue) || Moved(inbound, "TCPReqQFullDoCookies") is not null)
        {
            return null;
        }

        var refused = Moved(inbound, "TCPReqQFullDrop");
        return new Finding
        {
            Confidence = refused is null ? Confidence.Probable : Confidence.Proven,
            Summary = Describe.Text($"The listener of {SocketObservations.Who(listener)} on {SocketObservations.Where(listener)} has {half} half-open connections, more than it may: new SYNs to {evidence.Target} are dropped."),
            Subject = listener,
            Evidence = [SocketObservations.Listener(listener), Counter(refused, inbound)],
            Proves = "More handshakes were under way than the listener may have when it was read.",
            DoesNotProve = "Whose handshakes they are: an attack, a scan, or clients that the answers do not reach. Nor that the kernel does not answer with SYN cookies.",
            NextSteps =
            [
                Commands.Sockets(listener, Describe.Text($"-LocalPort {listener.LocalPort} -State SynReceived -NoProcess") + " | Group-Object RemoteAddress -NoElement"),
                "sysctl net.ipv4.tcp_syncookies net.ipv4.tcp_max_syn_backlog",
                Again(evidence, inbound),
            ],
        };
    }

    public static Finding? ReceiveBufferFull(EvidenceSet evidence, ListeningResult inbound)
    {
        var readings = evidence.TargetSockets.ReadingsOfListener;
        if (!evidence.IsUdp || readings.Count == 0 || readings[0].Memory is not { } memory)
        {
            return null;
        }

        var dropped = readings[^1].Memory is { } first && memory.Drops > first.Drops ? memory.Drops - first.Drops : 0;
        var isFull = readings.All(Faults.ReceiveBufferFull.IsFull);
        return dropped == 0 && !isFull ? null : new Finding
        {
            Confidence = dropped > 0 && isFull ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{SocketObservations.Who(readings[0])} does not read its socket on {SocketObservations.Where(readings[0])} fast enough: {(dropped > 0 ? Describe.Text($"it dropped {dropped} datagrams in {inbound.WatchedSeconds:0.##} s, with") : "")} {memory.ReceiveBytes} of {memory.ReceiveLimitBytes} bytes of its receive buffer {(dropped > 0 ? "in use" : "are in use, and the next datagram finds no room")}.").Replace("  ", " ", StringComparison.Ordinal),
            Subject = readings[0],
            Evidence = [SocketObservations.Listener(readings[0]), Observations.Supports(Describe.Text($"the socket's own count of drops went up by {dropped} in {inbound.WatchedSeconds:0.##} s"), SocketObservations.Source + ", read twice", inbound.ObservedAt)],
            Proves = dropped > 0 ? "Datagrams reached this socket and were dropped there." : "The receive buffer had no room both times it was read.",
            DoesNotProve = "Whose datagrams are dropped; nor whether the process is too slow for good or only now and then.",
            NextSteps =
            [
                Commands.Sockets(readings[0], Describe.Text($"-LocalPort {readings[0].LocalPort} -Protocol Udp") + " | Format-List"),
                .. readings[0].OwningProcess is { } process ? [Describe.Text($"Get-Process -Id {process}")] : Array.Empty<string>(),
                Again(evidence, inbound),
            ],
        };
    }

    public static Finding? ConntrackTableFull(EvidenceSet evidence, ListeningResult inbound)
    {
        if (inbound is not { ConntrackCount: { } count, ConntrackMax: > 0 and { } most } || count < most)
        {
            return null;
        }

        var dropped = inbound.CounterChanges.FirstOrDefault(static c => c is { Source: "Conntrack", Counter: "drop" or "early_drop" });
        return new Finding
        {
            Confidence = dropped is null ? Confidence.Probable : Confidence.Proven,
            Summary = Describe.Text($"The table of connection tracking is full ({count} of {most} entries): there is no room for a new {(evidence.IsUdp ? "flow" : "connection")} to {evidence.Target}."),
            Subject = dropped ?? (object)inbound,
            Evidence = [Observations.Supports(Describe.Text($"connection tracking holds {count} of {most} entries"), UsageSource, inbound.ObservedAt), Counter(dropped, inbound)],
            Proves = "The table stood at its limit when it was read. Connections that have an entry go on.",
            DoesNotProve = "Which traffic fills the table" + (dropped is null ? ", nor that a packet was dropped for it while it was looked at." : "."),
            NextSteps = [new Commands(evidence).ConntrackStats(), new Commands(evidence).ConntrackUsers(), Again(evidence, inbound)],
        };
    }

    public static Finding? Losses(EvidenceSet evidence, ListeningResult inbound, string source, string what, string observed, string nextStep)
    {
        var lost = inbound.CounterChanges.Where(c => c.Source == source && c.Counter is not ("rx_packets" or "tx_packets" or "processed") && !c.Counter.StartsWith("tx_", StringComparison.Ordinal)
            && (c.Object is null || source != "Interface" || c.Object == inbound.InputInterface)).ToArray();
        return lost.Length == 0 ? null : new Finding
        {
            Confidence = Confidence.Possible,
            ContributesOnly = true,
            Summary = Describe.Text($"{what} lost packets while it was watched ({lost[0].Counter} went up by {lost[0].Delta} in {inbound.WatchedSeconds:0.##} s): some may be of {(evidence.IsUdp ? "datagrams" : "connections")} to {evidence.Target}."),
            Subject = lost[0],
            Evidence = [.. lost.Take(4).Select(c => Counter(c, inbound))],
            Proves = "Packets that had arrived were lost before a socket saw them.",
            DoesNotProve = $"That a packet for {evidence.Target} was among them: {observed}.",
            NextSteps = [nextStep, Again(evidence, inbound)],
        };
    }

    /// <summary>The same question again.</summary>
    public static string Again(EvidenceSet evidence, ListeningResult inbound) => new Commands(evidence).Listening(inbound);

    private static string Filter(EvidenceSet evidence, ListeningResult inbound) => new Commands(evidence).InputOf(inbound);

    private static CounterChange? Moved(ListeningResult inbound, string counter) => inbound.CounterChanges.FirstOrDefault(c => c.Counter == counter);

    private static FailureEvidence? Counter(CounterChange? change, ListeningResult inbound) => change is null ? null : Observations.Supports(
        Describe.Text($"{change.Counter} of {change.Object ?? change.Source} went up by {change.Delta} in {inbound.WatchedSeconds:0.##} s"), "kernel counters read twice", inbound.ObservedAt);

    private static FailureEvidence Lookup(PacketRoute route, string text) => Observations.Supports(text, LookupSource, route.ObservedAt);
}

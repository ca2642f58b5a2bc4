namespace PacketPath.Diagnosis.Faults;

/// <summary>The evidence cannot decide; the finding names what would.</summary>
public sealed class Indeterminate : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Name;

    internal override Finding? Evaluate(EvidenceSet evidence) => evidence switch
    {
        { IsHostOnly: true } => OfHost(evidence),
        { Inbound: { } inbound } => InboundAnswers.Open(evidence, inbound),
        { IsReached: true, Applications: [var application, ..] } => OfApplication(evidence, application),
        { Probe: null, Attempts: [var attempt, ..] } => OfAttempt(evidence, attempt),
        { Probe: null, Mtu: { } mtu } => OfMtu(evidence, mtu),
        { Probe: null } => OfRoute(evidence),
        { Probe.Outcome: SynOutcome.NoReply } => OfSilence(evidence),
        { Probe.Outcome: SynOutcome.LocalError or SynOutcome.NeighborFailed } => OfLocalError(evidence),
        _ => OfUnknownError(evidence),
    };

    private static Finding OfHost(EvidenceSet evidence)
    {
        var commands = new Commands(evidence);
        if (evidence.Receiver is [var socket, ..])
        {
            return OfReceiver(evidence, socket);
        }

        if (evidence.Neighbor is { } entry)
        {
            return Open(
                $"The entry of {Describe.Neighbor(entry.IPAddress, entry.InterfaceAlias)} is {Describe.State(entry)}: nothing has confirmed it lately.",
                entry,
                [Observations.Neighbor(evidence), Observations.Link(evidence)],
                "What the table held when it was read.",
                "an attempt that makes the kernel ask the neighbor again",
                [commands.ProbeAndResolve(), commands.Neighbor(entry.IPAddress, entry.InterfaceAlias)]);
        }

        if (evidence.Interface is { } link)
        {
            return Open(
                $"Interface {link.InterfaceAlias} is in state {link.OperationalStatus}, which alone tells of no fault.",
                link,
                [Observations.Link(evidence)],
                "What the kernel reported of the interface when it was read.",
                "an attempt on a target that leaves by it",
                [commands.Interface(link.InterfaceAlias)]);
        }

        var rules = evidence.Rules;
        return Open(
            $"{Describe.Count(rules.Count, "policy rule")} alone cannot tell what becomes of a packet: no destination was asked about.",
            rules.FirstOrDefault(),
            [Observations.Supports($"{Describe.Count(rules.Count, "policy rule")} read", Observations.RuleSource, evidence.ObservedAt)],
            "Which rules were in force when they were read.",
            "the route lookup of a destination, which walks these rules",
            [$"{commands.Rules()}", "Get-PacketRoute -List"]);
    }

    private static Finding OfAttempt(EvidenceSet evidence, SocketEntry socket)
    {
        var commands = new Commands(evidence);
        return Open(
            $"{SocketObservations.Who(socket)} is connecting to {evidence.Target}; its SYN has not been repeated yet.",
            socket,
            [SocketObservations.Stuck(socket), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            "A connection was under way when the sockets were read.",
            "the same socket a few seconds later: whether it still is",
            [commands.SocketsTo(" -State SynSent"), commands.ProbeAndResolve()]);
    }

    private static Finding OfApplication(EvidenceSet evidence, ApplicationEvidence application) => Open(
        $"{evidence.Target} is reached, and what the application answered fits no fault known here.",
        application,
        [.. ApplicationAnswers.Told(application), evidence.Probe is null ? null : Observations.Socket(evidence), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
        "The target was reached.",
        "the same question again, with a longer timeout",
        [new Commands(evidence).ProbeAndResolve()]);

    private static Finding OfReceiver(EvidenceSet evidence, SocketEntry socket) => Open(
        $"The socket of {SocketObservations.Who(socket)} on {SocketObservations.Where(socket)} was read once: its count of drops is a total, and tells of no loss now.",
        socket,
        [Observations.Supports(Describe.Text($"{socket.Memory?.Drops ?? 0} packets dropped since the socket was opened"), SocketObservations.Source, socket.ObservedAt)],
        "What the socket had counted when it was read.",
        "a second reading of the same socket, a while later",
        [Commands.Sockets(socket, Describe.Text($"-LocalPort {socket.LocalPort} -Protocol Udp"))]);

    private static Finding OfMtu(EvidenceSet evidence, MtuProbeResult mtu)
    {
        var commands = new Commands(evidence);
        var report = mtu.ErrorQueue.LastOrDefault();
        var why = evidence.HeardOfMtu && mtu.SocketError is null ? "it answers, but too much is lost to tell loss from size"
            : report is not null ? "no size reaches it: " + Describe.Report(report)
            : mtu.SocketError is not null ? $"this host refuses to send, with {mtu.SocketError}"
            : "it answers no packet of any size by the methods tried";
        return Open(
            $"The path MTU to {evidence.RemoteAddress} is not known: {why}.",
            mtu,
            [MtuObservations.Sizes(mtu), .. MtuObservations.Reports(mtu), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            "What became of the packets sent; nothing about sizes.",
            "an attempt to connect, watched by a capture",
            [commands.ProbeAndResolve(), commands.Mtu()]);
    }

    private static Finding OfRoute(EvidenceSet evidence)
    {
        var commands = new Commands(evidence);
        var route = evidence.Route;
        var summary = route switch
        {
            { Outcome: RouteOutcome.Usable } => $"The route to {evidence.RemoteAddress} is fine: {Describe.Route(route)}. Nothing has been sent to see more.",
            { Outcome: RouteOutcome.Failed } => $"The kernel refuses the lookup of {evidence.RemoteAddress}"
                + $"{(route.ErrorName is null ? "" : $" with {route.ErrorName}")}, and the tables do not show why.",
            { Outcome: RouteOutcome.SourceInvalid } => $"The lookup of {evidence.RemoteAddress} from {route.SourceAddress ?? "the source asked"} is refused.",
            not null => $"The lookup of {evidence.RemoteAddress} came to {route.Outcome}, and other evidence speaks against it.",
            null => $"Nothing that counts is known about {evidence.RemoteAddress}.",
        };
        return Open(
            summary,
            route,
            [Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            $"How this host would route a packet to {evidence.RemoteAddress}.",
            "an attempt to connect, watched by a capture",
            [commands.ProbeAndResolve(), commands.Route()]);
    }

    private static Finding OfSilence(EvidenceSet evidence)
    {
        var commands = new Commands(evidence);
        FailureEvidence?[] seen =
        [
            Observations.Socket(evidence), Observations.Syns(evidence), Observations.Silence(evidence), Observations.Route(evidence),
            Observations.Neighbor(evidence), Observations.Link(evidence), Observations.Hops(evidence),
        ];
        if (evidence is { TargetIsLocal: true, SynSeen: true })
        {
            return Open(
                $"{evidence.Target} is an address of this host: {(evidence.IsUdp ? "the datagram arrived and nothing answered: a local firewall or a full socket dropped it, or the service keeps silent" : "the SYN arrived and nobody answered, so a local firewall or a full listener dropped it")}.",
                evidence.Probe,
                seen,
                "The packet stayed inside this host and was lost after it was received.",
                "the input hooks of this host, and the listener's queues",
                [commands.Firewall(), commands.Listeners(), commands.ProbeAndResolve()]);
        }

        if (evidence is { IsUdp: true, SynSeen: true, TwoEnds: { IsAnswered: false, Receiver: { SawRequest: true } receiver } ends } && evidence.Probe is { Replies.Length: 0 } arrived)
        {
            return OfArrived(evidence, arrived, ends, receiver);
        }

        if (evidence is { SynSeen: true, ControlAnswer: { } control } && evidence.Probe is { Replies.Length: 0 } probe)
        {
            return OfSilentService(evidence, probe, control);
        }

        if (evidence.Probe is { IpsecPolicy: { } policy, Syns.Length: 0 })
        {
            return Open(
                $"Nothing was heard from {evidence.Target}, and an IPsec policy covers the flow: a {evidence.Unit} that leaves encrypted cannot be told from one that never left.",
                evidence.Probe,
                [Observations.Supports($"the flow is covered by the policy: {policy}", "netlink XFRM_MSG_GETPOLICY", evidence.Probe.ObservedAt), .. Lost(evidence), .. seen],
                "The socket heard nothing within the timeout, and its packets are for IPsec to send.",
                "the state of the IPsec connection, and a capture of its packets (ESP, UDP port 4500) on the way out",
                [commands.Ip("xfrm state"), commands.Run("cat /proc/net/xfrm_stat"), commands.ProbeAndResolve()]);
        }

        if (evidence.CaptureIsComplete)
        {
            return Open(
                $"Nothing was heard from {evidence.Target}, and what was captured fits no single fault.",
                evidence.Probe,
                [.. Lost(evidence), .. seen],
                "The socket heard nothing within the timeout.",
                "the same attempt again, with route, interface and neighbor read beside it",
                [commands.ProbeAndResolve(" -FindHop"), commands.Route()]);
        }

        return Open(
            $"Nothing was heard from {evidence.Target}; without a complete capture it is open whether the {evidence.Unit} left, or an answer came and was dropped here.",
            evidence.Probe,
            seen,
            "The socket heard nothing within the timeout, and this host reported no error of its own.",
            evidence.IsUdp ? "a capture: whether the datagram leaves, and whether an answer comes back that the socket does not get"
                : "a capture: no SYN leaving is OutputFirewallDrop, a SYN-ACK coming back is InputFirewallDrop, neither is NoReply",
            [commands.ProbeAndResolve(), commands.ProbeAndResolve(" -FindHop")]);
    }

    // Many services answer nothing but what they understand, and some nothing at all: a silent port of a host that is heard is no fault by itself.
    private static Finding OfSilentService(EvidenceSet evidence, SynPathResult probe, SynPacket control)
    {
        var commands = new Commands(evidence);
        return Open(
            Describe.Text($"{Describe.Count(probe.Syns.Length, "datagram")} to {evidence.Target} left this host and nothing came back in {Describe.Seconds(probe.TimeoutSeconds)}, while the target itself answers {(control.Kind == SynPacketKind.Datagram ? "on" : "for closed")} port {probe.ControlPort}: the path works, and this port keeps silent."),
            probe,
            [Observations.Control(evidence), Observations.Syns(evidence), Observations.Silence(evidence), Observations.Socket(evidence), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence), Observations.Hops(evidence)],
            "The way to the target and back carries datagrams, and the target is up. This port is held by a socket that does not answer, or its datagrams are filtered; or the target, which counts its port unreachables, has sent its share for now.",
            "what the target does with the datagrams: asked of its sockets and input hooks, or of a capture there",
            [
                Describe.Text($"Trace-PacketPath -Listening -TargetName {Commands.Quote(evidence.RemoteAddress)} -Port {evidence.Key.RemotePort} -Protocol Udp{(probe.LocalAddress is { } local ? $" -From {local}" : "")} # on {control.From}"),
                Describe.Text($"Watch-PacketCapture -Filter 'udp port {evidence.Key.RemotePort}' -DurationSeconds 10 # on {control.From}, while it is asked again"),
                commands.ProbeAndResolve(" -FindHop"),
            ]);
    }

    // The target's own capture has the datagrams and no answer: the way there is in order, and what is done with them is the target's affair.
    private static Finding OfArrived(EvidenceSet evidence, SynPathResult probe, TwoEnds ends, CapturePlaceView receiver)
    {
        var there = new Commands(evidence).At(receiver.Place.NetNamespace);
        return Open(
            Describe.Text($"{Describe.Count(probe.Syns.Length, "datagram")} to {evidence.Target} came to {receiver.Name}, and nothing was sent back from there: the way there works, and this port keeps silent."),
            probe,
            [.. ends.Seen(), ends.Missed(receiver, "no answer leave"), Observations.Control(evidence), Observations.Silence(evidence), Observations.Socket(evidence)],
            $"The datagrams came to {receiver.Name}, and no answer left it.",
            "what the target does with the datagrams: asked of its sockets and input hooks",
            [
                Describe.Text($"Trace-PacketPath -Listening -TargetName {Commands.Quote(evidence.RemoteAddress)} -Port {evidence.Key.RemotePort} -Protocol Udp{(probe.LocalAddress is { } local ? $" -From {local}" : "")} # on {evidence.RemoteAddress}"),
                there.Firewall(),
            ]);
    }

    private static IEnumerable<FailureEvidence> Lost(EvidenceSet evidence) =>
        evidence.CounterChanges.Take(8).Select(c => Observations.Counter(c, evidence.ObservedAt));

    private static Finding OfLocalError(EvidenceSet evidence)
    {
        var commands = new Commands(evidence);
        var probe = evidence.Probe!;
        var error = probe.SocketError ?? "an error without a name";
        var (cause, decider) = probe.SocketError switch
        {
            "EADDRNOTAVAIL" => ("the source address is not on this host, or no local port is free", "the addresses of this host and the sockets in use"),
            "EPERM" or "EACCES" => ("a prohibit route or rule, a BPF program or a security module forbids it", "the route lookup of the same packet"),
            "EINVAL" => ("a blackhole route or rule takes it", "the route lookup of the same packet"),
            "ENETUNREACH" or "EHOSTUNREACH" => ("the routes have changed since, or a next hop did not resolve", "the same attempt again, with its route lookup"),
            _ => ("the kernel gives no further reason", "the same attempt again, with its route lookup"),
        };
        return Open(
            $"This host refused to send to {evidence.Target}: {probe.FailedCall ?? "connect"}() failed with {error}; {cause}.",
            probe,
            [Observations.Socket(evidence), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            "The refusal came from this host; nothing beyond it had a say.",
            decider,
            [commands.Route(), commands.Rules(), commands.ProbeAndResolve()]);
    }

    private static Finding OfUnknownError(EvidenceSet evidence)
    {
        var commands = new Commands(evidence);
        var report = evidence.Probe!.ErrorQueue.LastOrDefault();
        return Open(
            $"The attempt on {evidence.Target} ended with {(report is null ? evidence.Probe.SocketError ?? "an error" : Describe.Report(report))}, which no fault known here covers.",
            (object?)report ?? evidence.Probe,
            [
                report is null ? null : Observations.Report(evidence, report), Observations.Socket(evidence), Observations.Syns(evidence),
                Observations.Route(evidence),
            ],
            "An error was reported for this flow.",
            "the same attempt again with a TTL walk and a capture",
            [commands.ProbeAndResolve(" -FindHop"), commands.Route()]);
    }

    private static Finding Open(
        string summary, object? subject, FailureEvidence?[] observations, string proves, string decider, string[] nextSteps) => new()
    {
        Confidence = Confidence.Possible,
        Summary = summary,
        Subject = subject,
        Evidence = observations,
        Proves = proves,
        DoesNotProve = $"Where the fault is, if there is one. What would decide: {decider}.",
        NextSteps = nextSteps,
        NotObserved = [new MissingObservation { What = decider, Why = "the evidence does not hold it", Remedy = $"Run: {nextSteps[0]}" }],
    };
}

namespace PacketPath.Diagnosis.Faults;

/// <summary>Every layer asked has answered.</summary>
public sealed class NoFault : FaultRule
{
    private const int MostTold = 3;
    private const int MostListed = 16;

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RemoteHost;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Inbound is { } inbound)
        {
            return InboundAnswers.Ready(evidence, inbound);
        }

        if (evidence.LastAck is not null)
        {
            return null;
        }

        if (evidence is { IsConnected: true, Applications.Count: 0, Connection: { } connection })
        {
            return ConnectionFindings.Well(evidence, connection);
        }

        if (evidence is { IsReached: true, Applications.Count: > 0 })
        {
            return Answered(evidence);
        }

        if (evidence.IsOpen)
        {
            return Open(evidence, evidence.Probe!);
        }

        if (evidence is { Probe: null, HeardOfMtu: true, Mtu: { Outcome: MtuOutcome.Clear or MtuOutcome.LocalLimit, SmallestLost: null, PathMtu: { } path } mtu })
        {
            return Large(evidence, mtu, path);
        }

        if (!evidence.IsHostOnly)
        {
            return null;
        }

        if (evidence.Receiver is { Count: > 1 } readings && ReceiveBufferFull.Dropped(evidence) is null)
        {
            return HostOnly(
                evidence,
                PathLayer.SocketQueue,
                readings[0],
                $"The socket of {SocketObservations.Who(readings[0])} on {SocketObservations.Where(readings[0])} dropped nothing between two readings.",
                Observations.Supports(Describe.Text($"its count of drops stood at {readings[0].Memory?.Drops ?? 0} both times"), SocketObservations.Source, readings[0].ObservedAt),
                "That anything was sent to it meanwhile.");
        }

        if (evidence.Neighbor is { State: NeighborState.Reachable } entry)
        {
            return HostOnly(
                evidence,
                PathLayer.Neighbor,
                entry,
                $"{Describe.Neighbor(entry.IPAddress, entry.InterfaceAlias)} answers: it is at {entry.LinkLayerAddress ?? "a known address"}.",
                Observations.Neighbor(evidence),
                "That anything beyond the link works: no packet above it was looked at.");
        }

        return evidence is { Neighbor: null, Interface: { } link, LinkIsUsable: true }
            ? HostOnly(
                evidence,
                PathLayer.Device,
                link,
                $"Interface {link.InterfaceAlias} is up{(link.Carrier == true ? ", with carrier" : "")}.",
                Observations.Link(evidence),
                "That any packet gets through it: only the link's state was looked at.")
            : null;
    }

    // Every application asked must have answered; else it is not for this rule to say that all is well.
    private static Finding? Answered(EvidenceSet evidence)
    {
        var answers = evidence.Current.Select(ApplicationAnswers.Of).ToArray();
        if (Array.Exists(answers, static a => a is null))
        {
            return null;
        }

        var heard = answers.OfType<ApplicationAnswer>().OrderByDescending(static a => a.Layer).ToArray();
        return new Finding
        {
            Confidence = Confidence.Proven,
            Layer = heard[0].Layer,
            Protocol = evidence.IsOpen ? null : TransportProtocol.Udp,
            Summary = $"{evidence.Target} answers: {string.Join("; ", heard.Take(MostTold).Select(static a => a.Observation))}{(heard.Length > MostTold ? Describe.Text($"; and {heard.Length - MostTold} more") : "")}.",
            Subject = evidence.Applications[0],
            Evidence =
            [
                .. heard.Take(MostListed).Select(static a => Observations.Supports(a.Observation, a.Source, a.ObservedAt)),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                Observations.Route(evidence),
                Observations.Neighbor(evidence),
                evidence.Mtu is null ? null : MtuObservations.Sizes(evidence.Mtu),
            ],
            Proves = "Route, firewall, neighbor, link, path and the way back carried the conversation, and the application gave the answer asked for.",
            DoesNotProve = $"That {(evidence.Mtu?.PathMtu is null ? "large packets pass, that " : "")}other requests are answered, nor that it stays so.",
            NextSteps = [new Commands(evidence).ProbeAndResolve()],
        };
    }

    private static Finding Open(EvidenceSet evidence, SynPathResult probe)
    {
        var rtt = probe.RttMilliseconds is { } milliseconds ? Describe.Text($" in {milliseconds:0.###} ms") : "";
        var other = probe.RequestedUid is { } asked && probe.Uid != asked ? Describe.Text($"That the same holds for user {asked}: the attempt was made as user {probe.Uid}. ") : "";
        return new Finding
        {
            Confidence = other.Length > 0 ? Confidence.Probable : Confidence.Proven,
            Summary = evidence.IsUdp ? $"{evidence.Target} answers over UDP: a datagram of it came back{rtt}." : $"{evidence.Target} accepts TCP connections: the handshake completed{rtt}.",
            Subject = probe,
            Evidence =
            [
                Observations.Socket(evidence),
                evidence.SynSeen ? Observations.Syns(evidence) : null,
                Observations.Packet(evidence, evidence.SynAck),
                Observations.Route(evidence),
                Observations.Neighbor(evidence),
                evidence.Mtu is null ? null : MtuObservations.Sizes(evidence.Mtu),
            ],
            Proves = evidence.IsUdp ? "Route, firewall, neighbor, link, path and the way back carried a datagram each way, and something at the target answered it."
                : "Route, firewall, neighbor, link, path and the way back carried one handshake, and the target's kernel accepted it.",
            DoesNotProve = $"{other}That {(evidence.Mtu?.PathMtu is null ? "large packets pass, that " : "")}{(evidence.IsUdp ? "other questions are answered" : "TLS or the application answers")}, nor that it stays so.",
            NextSteps = [new Commands(evidence).ProbeAndResolve()],
        };
    }

    private static Finding Large(EvidenceSet evidence, MtuProbeResult mtu, int path)
    {
        var commands = new Commands(evidence);
        var back = mtu is { DirectionsSeparated: true, ReversePathMtu: { } reverse } && reverse >= path ? ", and such answers come back" : "";
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = Describe.Text($"Packets of {path} bytes reach {evidence.RemoteAddress}{back}: the path carries all that was asked of it."),
            Subject = mtu,
            Evidence = [MtuObservations.Sizes(mtu), MtuObservations.Held(mtu), .. MtuObservations.Reports(mtu), Observations.Route(evidence), Observations.Neighbor(evidence)],
            Proves = Describe.Text($"Route, firewall, neighbor, link and path carried packets of {path} bytes to the target, and its answers came back."),
            DoesNotProve = back.Length > 0 ? "That a port is open, that an application answers, nor that it stays so."
                : "That the way back carries as much, that a port is open, that an application answers, nor that it stays so.",
            NextSteps = [commands.Mtu(), commands.ProbeAndResolve()],
        };
    }

    private static Finding HostOnly(
        EvidenceSet evidence, PathLayer layer, PacketEvidence subject, string summary, FailureEvidence? observation, string limits) => new()
    {
        Confidence = Confidence.Proven,
        Layer = layer,
        Summary = summary,
        Subject = subject,
        Evidence = [observation],
        Proves = "The object was in working order when it was read.",
        DoesNotProve = limits,
        NextSteps = layer == PathLayer.Neighbor
            ? [new Commands(evidence).ProbeAndResolve()]
            : subject is SocketEntry socket ? [Commands.Sockets(socket, Describe.Text($"-LocalPort {socket.LocalPort} -Protocol Udp"))]
            : [new Commands(evidence).Interface(evidence.InterfaceAlias)],
    };
}

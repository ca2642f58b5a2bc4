namespace PacketPath.Diagnosis.Faults;

/// <summary>SYNs were captured leaving and nothing came back; nothing shows where it was lost.</summary>
public sealed class NoReply : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Stuck is { } socket)
        {
            return OfStuck(evidence, socket);
        }

        if (!evidence.IsSilent || !evidence.SynSeen || evidence.TargetIsLocal || evidence.Probe is not { Replies.Length: 0 } probe)
        {
            return null;
        }

        if (evidence.IsUdp)
        {
            return OfDatagrams(evidence, probe);
        }

        if (evidence.TwoEnds is { IsAnswered: false, Receiver: { SawRequest: true, Standing: > Confidence.Possible } receiver } ends)
        {
            return OfUnanswered(evidence, probe, ends, receiver);
        }

        var ready = evidence.FarInbounds.FirstOrDefault(far => far is { HasTarget: true, IsReady: true } && far.IsAbout(probe));
        var target = probe.Hops.FirstOrDefault(h => h.IsTarget && h.Address is not null);
        var wasWalked = probe.Hops.Length > 0;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = evidence.CaptureIsComplete && target is null ? Confidence.Proven : Confidence.Probable,
            Summary = $"{Describe.Count(probe.Syns.Length, evidence.Unit)} to {evidence.Target} left this host and nothing came back in {Describe.Seconds(probe.TimeoutSeconds)}.",
            Subject = probe,
            Evidence =
            [
                Observations.Syns(evidence),
                Observations.Silence(evidence),
                Observations.Socket(evidence),
                Observations.Neighbor(evidence),
                Observations.Link(evidence),
                ready is null ? null : Observations.Supports($"{ready.Place}, asked as a server, has nothing against this connection", "that host's own state", ready.Result.ObservedAt),
                target is null ? null : Observations.Refutes(
                    Describe.Text($"the target answered a {evidence.Unit} with TTL {target.Ttl}"), Observations.WalkSource, probe.ObservedAt),
            ],
            Proves = $"This host sent the {evidence.Unit} onto the wire, and no answer of any kind was on the wire afterwards.",
            DoesNotProve = ready is null ? "Where it was lost: the way there, the target, a firewall in front of it, or the way back. A capture at the target would tell."
                : "Where it was lost: the way there or the way back. The target's own host would let it in; a capture there would tell the two apart.",
            NextSteps =
            [
                .. wasWalked ? Array.Empty<string>() : [commands.ProbeAndResolve(" -FindHop")],
                evidence.NextHop == NextHopState.Known && NeighborAnswers.Of(evidence) is null ? $"{commands.Route()} | Get-NeighborEntry -Verify" : commands.Route(),
                commands.ProbeAndResolve(),
            ],
        };
    }

    // Silence of a UDP port is no fault: only that the target is silent altogether, where a host that is up has an answer, makes one likely.
    private static Finding? OfDatagrams(EvidenceSet evidence, SynPathResult probe)
    {
        // What came to the target, and was not answered there, may be all that the service does.
        if (evidence.ControlAnswer is not null || probe.ControlPort == 0 || evidence.TwoEnds?.Receiver is { SawRequest: true })
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Probable,
            Summary = Describe.Text($"{Describe.Count(probe.Syns.Length, "datagram")} to {evidence.Target} left this host and nothing came back in {Describe.Seconds(probe.TimeoutSeconds)}; nor did anything for closed port {probe.ControlPort}, for which a host that is up answers."),
            Subject = probe,
            Evidence = [Observations.Syns(evidence), Observations.Silence(evidence), Observations.Control(evidence), Observations.Socket(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            Proves = "This host sent the datagrams onto the wire, and no answer of any kind was on the wire afterwards.",
            DoesNotProve = "That anything is wrong: many services do not answer, and a host may keep silent about closed ports. Nor where they were lost, if they were: the way there, the target, a firewall in front of it, or the way back. A capture at the target would tell.",
            NextSteps =
            [
                .. probe.Hops.Length > 0 ? Array.Empty<string>() : [commands.ProbeAndResolve(" -FindHop")],
                Describe.Text($"Test-SynPath -TargetName {Commands.Quote(evidence.RemoteAddress)} -Port 443 | Resolve-PacketFailure # whether the host is reached by TCP"),
                commands.Route(),
            ],
        };
    }

    // The target's own capture has the SYN and no answer: whatever is wrong is there.
    private static Finding OfUnanswered(EvidenceSet evidence, SynPathResult probe, TwoEnds ends, CapturePlaceView receiver)
    {
        var commands = new Commands(evidence);
        var there = commands.At(receiver.Place.NetNamespace);
        return new Finding
        {
            Layer = PathLayer.RemoteHost,
            Confidence = (Confidence)Math.Min((int)receiver.Standing, (int)(evidence.CaptureIsComplete ? Confidence.Proven : Confidence.Probable)),
            Summary = Describe.Text($"{Describe.Count(probe.Syns.Length, evidence.Unit)} to {evidence.Target} came to {receiver.Name}, and nothing was sent back from there."),
            Subject = probe,
            Evidence = [.. ends.Seen(), ends.Missed(receiver, "no answer leave"), Observations.Silence(evidence), Observations.Socket(evidence)],
            NotObserved = receiver.Missing is { } missing ? [missing] : [],
            Proves = $"The way there works: the {evidence.Unit} came to {receiver.Name}. No answer left it.",
            DoesNotProve = "Why it does not answer: its input hooks, its listener and its queues, its reverse-path filter, or its route back. What is read there would tell.",
            NextSteps =
            [
                there.Run(evidence.IsUdp ? "ss -lun" : "ss -ltn"),
                there.Firewall(),
                probe.LocalAddress is { } local ? there.RouteOf(local) : there.Routes(),
            ],
        };
    }

    // Nothing was sent to learn this: a connection of somebody else's has waited long enough.
    private static Finding OfStuck(EvidenceSet evidence, SocketEntry socket)
    {
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Probable,
            Summary = socket.State != SocketState.SynSent
                ? Describe.Text($"The connection of {SocketObservations.Who(socket)} to {evidence.Target} is stuck: {(socket.Retransmits > 0 ? Describe.Text($"it has sent the same data {socket.Retransmits + 1} times") : Describe.Text($"{socket.SendQueueBytes} bytes wait to be sent"))} from {TargetKey.Text(socket.LocalAddress, socket.LocalPort)}, and none of it is acknowledged.")
                : Describe.Text($"{SocketObservations.Who(socket)} has tried to connect to {evidence.Target} {socket.Retransmits + 1} times from {TargetKey.Text(socket.LocalAddress, socket.LocalPort)}, and nothing has come back."),
            Subject = socket,
            Evidence = [SocketObservations.Stuck(socket), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            NotObserved =
            [
                new MissingObservation
                {
                    What = $"whether the {Sent(socket)} leaves this host, and whether anything comes back to it",
                    Why = "a socket does not say; no packet of this connection was captured",
                    Remedy = $"Run: {commands.ProbeAndResolve()}",
                },
            ],
            Proves = socket.Retransmits > 0 ? $"This host's TCP sent the {Sent(socket)} more than once, and no answer reached the socket." : "The peer has room for the data, and it does not get out of this host's TCP.",
            DoesNotProve = $"That the {Sent(socket)} left this host, nor where it was lost: a firewall here on the way out or in, the next hop, the way there, the target, or the way back.",
            NextSteps =
            [
                $"{commands.Route()} | Get-NeighborEntry",
                commands.ProbeAndResolve(),
                commands.Firewall(),
            ],
        };
    }

    private static string Sent(SocketEntry socket) => socket.State == SocketState.SynSent ? "SYN" : "data";
}

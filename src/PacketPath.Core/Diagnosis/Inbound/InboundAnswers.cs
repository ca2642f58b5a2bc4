namespace PacketPath.Diagnosis;

/// <summary>What a host as a server has in order, and what nobody could look at.</summary>
internal static class InboundAnswers
{
    /// <summary>The finding where nothing stands against a connection; null where too little is known to say so.</summary>
    public static Finding? Ready(EvidenceSet evidence, ListeningResult inbound)
    {
        var listener = evidence.TargetSockets.Listener;
        if (listener is null && inbound.InputRoute is not { Outcome: RouteOutcome.Usable, TypeOfRoute: not RouteType.Local })
        {
            return null;
        }

        var asked = What(evidence, inbound);
        return new Finding
        {
            Confidence = inbound is { PeerAddress: not null, FirewallChains: not null } ? Confidence.Proven : Confidence.Probable,
            Layer = listener is null ? PathLayer.LocalDelivery : PathLayer.SocketQueue,
            Summary = listener is null
                ? $"Nothing on this host stands against {asked} that passes through it to {evidence.Target}."
                : $"{SocketObservations.Who(listener)} {SocketObservations.Listens(listener)} {SocketObservations.Where(listener)}, and nothing on this host stands against {asked} to {evidence.Target}.",
            Subject = (object?)listener ?? inbound,
            Evidence = [listener is null ? null : SocketObservations.Listener(listener), .. Cleared(evidence, inbound).Where(static c => c.Layer != PathLayer.SocketQueue).Select(c => Observations.Supports(c.Observation, "this host's own state", inbound.ObservedAt))],
            Proves = $"This host, as it was read, lets such a {(evidence.IsUdp ? "datagram" : "connection")} in.",
            DoesNotProve = $"That a packet comes as far as this host, that the answer arrives, nor that the application answers. An attempt from {inbound.PeerAddress ?? "the client"} shows that.",
            NextSteps = [new Commands(evidence).Listening(inbound), $"Trace-PacketPath {Commands.Quote(evidence.RemoteAddress)} -Port {evidence.Key.RemotePort}{(evidence.IsUdp ? " -Protocol Udp" : "")}"],
        };
    }

    /// <summary>Where the evidence does not decide.</summary>
    public static Finding Open(EvidenceSet evidence, ListeningResult inbound) => new()
    {
        Confidence = Confidence.Possible,
        Summary = $"What becomes of a {(evidence.IsUdp ? "datagram" : "connection")} to {evidence.Target} on this host is not known: its sockets could not be read.",
        Subject = inbound,
        Evidence = [Observations.Supports($"no listener for {evidence.Target} was seen, nor that there is none", SocketObservations.Source, inbound.ObservedAt)],
        Proves = "Nothing of the sockets.",
        DoesNotProve = "Where the fault is, if there is one. What would decide: the listeners of this host.",
        NextSteps = [new Commands(evidence).Listening(inbound), new Commands(evidence).Listeners()],
        NotObserved = [new MissingObservation { What = "the listeners of this host", Why = "the evidence does not hold them", Remedy = $"Run: {new Commands(evidence).Listeners()}" }],
    };

    /// <summary>The stages that what was read clears.</summary>
    public static IEnumerable<ClearedLayer> Cleared(EvidenceSet evidence, ListeningResult inbound)
    {
        if (inbound.ReturnRoute is { Outcome: RouteOutcome.Usable } back)
        {
            yield return Of(PathLayer.PolicyRouting, $"the way back to {inbound.PeerAddress}: {(back.Rule is { } rule ? $"rule \"{Describe.Rule(rule)}\"" : "no rule ends the lookup")}");
            yield return Of(PathLayer.RouteLookup, $"the way back to {inbound.PeerAddress} is {Describe.Route(back)}");
            if (inbound.InputRoute is { Outcome: not RouteOutcome.ReturnPathFiltered } there)
            {
                yield return Of(PathLayer.ReturnPath, $"a packet from {inbound.PeerAddress} passes the reverse-path filter of {there.InputInterface ?? "its interface"}");
            }
        }

        if (inbound is not { ConntrackCount: { } count, ConntrackMax: { } most })
        {
            yield return Of(PathLayer.Conntrack, "this host tracks no connections");
        }
        else if (count < most)
        {
            yield return Of(PathLayer.Conntrack, Describe.Text($"connection tracking holds {count} of {most} entries"));
        }

        if (inbound.Interfaces.FirstOrDefault(link => link.InterfaceAlias == inbound.InputInterface) is { AdminUp: true } link && !EvidenceSet.LacksCarrier(link))
        {
            yield return Of(PathLayer.Device, $"{link.InterfaceAlias} is up");
        }

        var watched = Describe.Text($"nothing was lost there in {inbound.WatchedSeconds:0.##} s");
        if (inbound.WatchedSeconds > 0)
        {
            if (!inbound.CounterChanges.Any(c => c.Source == "Interface" && c.Object == inbound.InputInterface && !c.Counter.StartsWith("tx_", StringComparison.Ordinal)))
            {
                yield return Of(PathLayer.DeviceReceive, watched);
            }

            if (!inbound.CounterChanges.Any(static c => c.Source == "Softnet"))
            {
                yield return Of(PathLayer.Softirq, watched);
            }
        }

        if (inbound.FirewallChains is { } chains && FirewallCulprit.Inbound(evidence, inbound, false) is null && FirewallCulprit.Inbound(evidence, inbound, true) is null)
        {
            yield return Of(PathLayer.InputFirewall, chains == 0 ? "this host has no firewall rules" : $"no rule of the {Describe.Count(chains, "chain")} read stops {(inbound.PeerAddress is null && !evidence.IsUdp ? "such a connection" : What(evidence, inbound))}");
        }

        if (inbound.InputRoute is { Outcome: RouteOutcome.Usable } input)
        {
            yield return Of(PathLayer.LocalDelivery, input.TypeOfRoute == RouteType.Local ? $"{evidence.RemoteAddress} is an address of this host" : $"{evidence.RemoteAddress} is passed on by {input.InterfaceAlias}");
        }
        else if (inbound.InputRoute is null && evidence.TargetSockets.Listener is not null)
        {
            yield return Of(PathLayer.LocalDelivery, $"{evidence.RemoteAddress} is an address of this host");
        }

        if (evidence.TargetSockets.Listener is { } listener && !Faults.AcceptQueueFull.IsFull(listener) && !Faults.ReceiveBufferFull.IsFull(listener))
        {
            yield return Of(PathLayer.SocketQueue, $"{SocketObservations.Who(listener)} {SocketObservations.Listens(listener)} {SocketObservations.Where(listener)}: {SocketObservations.Queue(listener)}");
        }
    }

    /// <summary>What would come in, and of whom.</summary>
    public static string What(EvidenceSet evidence, ListeningResult inbound) => (evidence.IsUdp ? "a datagram" : "a connection") + (inbound.PeerAddress is null ? "" : " from " + inbound.PeerAddress);

    private static ClearedLayer Of(PathLayer layer, string observation) => new() { Layer = layer, Observation = observation };
}

namespace PacketPath.Diagnosis;

/// <summary>Which layers the evidence clears, by which observation, and which it never looked at.</summary>
internal sealed class LayerCoverage
{
    private static readonly PathLayer[] LocalExit =
        [PathLayer.OutputFirewall, PathLayer.Conntrack, PathLayer.Neighbor, PathLayer.Qdisc, PathLayer.Device];

    private static readonly PathLayer[] WayBack =
        [PathLayer.ReturnPath, PathLayer.DeviceReceive, PathLayer.Softirq];

    private readonly SortedDictionary<PathLayer, string> _cleared = [];
    private readonly EvidenceSet _evidence;

    public LayerCoverage(EvidenceSet evidence)
    {
        _evidence = evidence;
        FromTarget();
        FromProbe();
        FromTables();
        FromPackets();
        FromOtherCaptures();
        FromWhatWasHeard();
        FromTargetSockets();
        FromLargePackets();
        FromConnection();
        FromApplications();
        foreach (var layer in _evidence.Inbound is { } inbound ? InboundAnswers.Cleared(_evidence, inbound) : [])
        {
            Clear(layer.Layer, layer.Observation);
        }
        FromSilentTalk();
    }

    /// <summary>The deepest layer cleared; null where none was.</summary>
    public PathLayer? Deepest => _cleared.Count == 0 ? null : _cleared.Keys.Last();

    /// <summary>Every layer cleared, in path order.</summary>
    public IEnumerable<ClearedLayer> Cleared => _cleared.Select(c => new ClearedLayer { Layer = c.Key, Observation = c.Value });

    /// <summary>The layers before one that nothing cleared, each with what would look at it.</summary>
    public IEnumerable<MissingObservation> Unseen(PathLayer layer)
    {
        if (_evidence.IsHostOnly)
        {
            yield return new MissingObservation
            {
                What = $"every layer but {layer}",
                Why = "only the host's own table was read; no destination was asked about",
                Remedy = "Pipe the result of Test-SynPath for a target along with it.",
            };
            yield break;
        }

        // From TLS on the layers stand side by side: one that was not asked is not missing.
        for (var unseen = PathLayer.Name; unseen < layer; unseen++)
        {
            if (unseen < PathLayer.Tls && !_cleared.ContainsKey(unseen))
            {
                yield return new MissingObservation { What = $"{unseen}: {Meaning(unseen)}", Why = WhyUnseen(unseen), Remedy = Remedy(unseen) };
            }
        }
    }

    private void FromTarget()
    {
        if (_evidence.RemoteAddress.Length == 0 || _evidence.IsHostOnly)
        {
            return;
        }

        if (_evidence.Name is { } lookup)
        {
            Clear(PathLayer.Name, lookup.Told);
            return;
        }

        var name = _evidence.TargetName;
        Clear(PathLayer.Name, name.Length > 0 && TargetKey.Canonical(name) != _evidence.RemoteAddress
            ? $"{name} resolved to {_evidence.RemoteAddress}"
            : $"{_evidence.RemoteAddress} is an address; no name had to be resolved");
    }

    private void FromProbe()
    {
        if (_evidence.Probe is not { } probe)
        {
            if (_evidence.Attempts is [var socket, ..])
            {
                Clear(PathLayer.Socket, $"a socket is bound and connecting from {TargetKey.Text(socket.LocalAddress, socket.LocalPort)}");
            }

            return;
        }

        if (probe.Outcome != SynOutcome.LocalError)
        {
            Clear(PathLayer.Socket, $"a socket {(probe is { RequestedUid: not null, Uid: { } user } ? Describe.Text($"of user {user} ") : "")}was opened and bound, and {(_evidence.IsUdp ? "it sent" : "connect() began")} from {Describe.Local(probe)}");
        }
        else if (probe.FailedCall == "connect" && probe.SocketError is "ENETUNREACH" or "EHOSTUNREACH" or "EACCES" or "EINVAL" && !Faults.SocketDenied.IsDenied(_evidence))
        {
            Clear(PathLayer.Socket, $"the socket was opened and bound; connect() failed later, with {probe.SocketError}");
        }
        else if (_evidence.SendDropped is { } dropped)
        {
            Clear(PathLayer.Socket, $"the socket was opened and bound; send() failed below it, with {dropped}");
        }
    }

    private void FromTables()
    {
        if (_evidence.Route is { } route)
        {
            FromRoute(route);
        }

        if (_evidence.NextHop == NextHopState.Known && _evidence.Neighbor is { } entry)
        {
            Clear(PathLayer.Neighbor, $"{Describe.Neighbor(_evidence.NextHopAddress, entry.InterfaceAlias)} is at "
                + $"{entry.LinkLayerAddress ?? "a known address"} ({Describe.State(entry)})");
        }
        else if (_evidence.NextHop == NextHopState.NotNeeded && _evidence.InterfaceAlias.Length > 0)
        {
            Clear(PathLayer.Neighbor, $"{_evidence.InterfaceAlias} needs no link-layer address for this target");
        }

        if (_evidence.LinkIsUsable == true)
        {
            Clear(PathLayer.Device, $"{_evidence.Interface!.InterfaceAlias} is up"
                + (_evidence.Interface.Carrier == true ? ", with carrier" : ""));
        }
    }

    private void FromRoute(PacketRoute route)
    {
        if (route.Outcome is RouteOutcome.RuleBlackhole or RouteOutcome.RuleProhibit or RouteOutcome.RuleUnreachable or RouteOutcome.Failed)
        {
            return;
        }

        Clear(PathLayer.PolicyRouting, route.Rule is { } rule
            ? $"rule \"{Describe.Rule(rule)}\" selected table {route.Table ?? rule.Table ?? "unknown"}"
            : "no policy rule ended the lookup");
        if (route.Outcome == RouteOutcome.Usable)
        {
            Clear(PathLayer.RouteLookup, $"{_evidence.RemoteAddress} matches {Describe.Route(route)}");
        }
    }

    // A capture taps the device itself, behind the firewall, connection tracking, the neighbor and the queue.
    private void FromPackets()
    {
        if (_evidence.SynSeen)
        {
            var left = Observations.Syns(_evidence)!.Observation;
            foreach (var layer in LocalExit)
            {
                Clear(layer, left);
            }
        }
        else if (_evidence.AnsweringHops.Count > 0)
        {
            foreach (var layer in LocalExit)
            {
                Clear(layer, $"a TTL-limited {_evidence.Unit} of this host was answered by {_evidence.AnsweringHops[0].Address}");
            }
        }
        else if (_evidence.Probe is not null && _evidence.NextHop is NextHopState.Failed or NextHopState.Resolving)
        {
            var asked = $"the kernel asked the link for {_evidence.NextHopAddress}, which it does only after this layer let the {_evidence.Unit} pass";
            Clear(PathLayer.OutputFirewall, asked);
            Clear(PathLayer.Conntrack, asked);
        }

        // A RST may be anybody's; a packet from outside the flow is more surely the target's own.
        if (_evidence.Probe?.ControlReply is { } control && TargetKey.Canonical(control.From) == _evidence.RemoteAddress)
        {
            Clear(PathLayer.Path, Describe.Text($"the target answered a control datagram{(control.Ttl == 0 ? "" : Describe.Text($", TTL {control.Ttl}"))}"));
        }

        var answer = _evidence.SynAck ?? _evidence.Reset;
        if (answer is not null)
        {
            var heard = Observations.Packet(_evidence, answer)!.Observation;
            Clear(PathLayer.Path, heard);
            if (_evidence.SynAck is not null)
            {
                Clear(PathLayer.RemoteHost, heard);
            }

            foreach (var layer in WayBack)
            {
                Clear(layer, heard);
            }
        }

        if (_evidence.ControlAnswer is not null)
        {
            foreach (var layer in WayBack.Prepend(PathLayer.RemoteHost))
            {
                Clear(layer, Observations.Control(_evidence)!.Observation);
            }
        }
    }

    // What came to another point has left this host; what came to the target, or was answered, has crossed the path.
    private void FromOtherCaptures()
    {
        if (_evidence.TwoEnds is not { } ends)
        {
            return;
        }

        if (ends.Places.FirstOrDefault(static p => p.SawRequest) is { } there)
        {
            foreach (var layer in LocalExit)
            {
                Clear(layer, $"the {_evidence.Unit} was captured at {there.Name}");
            }
        }

        if (ends.Receiver is { SawRequest: true } receiver)
        {
            Clear(PathLayer.Path, $"the {_evidence.Unit} was captured at {receiver.Name}");
            if (receiver.SawAnswer)
            {
                Clear(PathLayer.RemoteHost, $"an answer ({ends.Answers()}) was captured at {receiver.Name}");
            }
        }
    }

    private void FromTargetSockets()
    {
        var sockets = _evidence.TargetSockets;
        if (_evidence is { IsSilent: true, IsUdp: false } && (sockets.ListenerDrops ?? sockets.Moved("ListenOverflows") ?? sockets.Moved("TCPReqQFullDrop")) is { } counted)
        {
            foreach (var layer in LocalExit.Append(PathLayer.Path).Append(PathLayer.RemoteHost))
            {
                Clear(layer, Describe.Text($"the target's own count of connections turned away ({counted.Counter}) went up by {counted.Delta} during the attempt"));
            }
        }
    }

    private void FromWhatWasHeard()
    {
        // Where the other end does not know of it, a handshake that completed here clears nothing by itself.
        if (_evidence is { IsOpen: true, LastAck: null })
        {
            for (var layer = PathLayer.Socket; layer <= PathLayer.SocketQueue; layer++)
            {
                Clear(layer, _evidence.IsUdp ? $"a datagram of {_evidence.Target} reached the socket" : $"the handshake with {_evidence.Target} completed");
            }

            return;
        }

        if (_evidence.RemoteReports.FirstOrDefault() is { } report)
        {
            foreach (var layer in LocalExit)
            {
                Clear(layer, $"{Describe.Report(report)} quotes a {_evidence.Unit} of this flow, so it left");
            }

            if (TargetKey.Canonical(report.Offender) == _evidence.RemoteAddress)
            {
                Clear(PathLayer.Path, $"{Describe.Report(report)} is from the target itself");
            }
        }
    }

    private void FromConnection()
    {
        if (_evidence is { IsConnected: true, Connection: { } connection })
        {
            for (var layer = PathLayer.Socket; layer <= PathLayer.LocalDelivery; layer++)
            {
                Clear(layer, $"a connection with {_evidence.Target} stands, and its packets are acknowledged");
            }

            if (!connection.IsStuck)
            {
                Clear(PathLayer.SocketQueue, "both windows are open");
            }
        }
        else if (_evidence.Connection is { } stuck)
        {
            Clear(PathLayer.Socket, $"a connection stands from {TargetKey.Text(stuck.Last.LocalAddress, stuck.Last.LocalPort)}");
        }
    }

    private void FromLargePackets()
    {
        if (_evidence is not { HeardOfMtu: true, Mtu: { } mtu })
        {
            return;
        }

        var size = mtu.Probes.Where(p => p.Result == MtuPacketResult.Passed).Max(p => p.Size);
        for (var layer = PathLayer.Socket; layer <= PathLayer.LocalDelivery; layer++)
        {
            Clear(layer, size > 0
                ? Describe.Text($"{_evidence.RemoteAddress} answered a packet of {size} bytes sent by {mtu.Method}")
                : $"{_evidence.RemoteAddress} answered a connection");
        }
    }

    private void FromSilentTalk()
    {
        for (var layer = PathLayer.Socket; layer <= PathLayer.SocketQueue && _evidence is { Probe: null, SilentTalk: not null }; layer++)
        {
            Clear(layer, $"a connection to {_evidence.Target} stands, and what it sent was acknowledged");
        }
    }

    private void FromApplications()
    {
        foreach (var application in _evidence.Current)
        {
            var answer = ApplicationAnswers.Of(application);
            if (ApplicationAnswers.IsHeardByDatagram(application))
            {
                for (var layer = PathLayer.Socket; layer <= PathLayer.SocketQueue; layer++)
                {
                    Clear(layer, answer?.Observation ?? $"{_evidence.Target} answered over UDP");
                }
            }

            if (answer is not null)
            {
                Clear(answer.Layer, answer.Observation);
            }
        }
    }

    private void Clear(PathLayer layer, string observation) => _cleared.TryAdd(layer, observation);

    private static string Meaning(PathLayer layer) => layer switch
    {
        PathLayer.Name => "name resolution",
        PathLayer.Socket => "the sending socket",
        PathLayer.PolicyRouting => "the policy rules",
        PathLayer.RouteLookup => "the route lookup",
        PathLayer.OutputFirewall => "the local output hooks",
        PathLayer.Conntrack => "connection tracking",
        PathLayer.Neighbor => "the next hop's link-layer address",
        PathLayer.Qdisc => "the queue of the egress interface",
        PathLayer.Device => "the egress interface",
        PathLayer.Path => "the network up to the target",
        PathLayer.RemoteHost => "the target itself",
        PathLayer.ReturnPath => "the way back",
        PathLayer.DeviceReceive => "the receiving interface",
        PathLayer.Softirq => "the receive backlog",
        PathLayer.InputFirewall => "the local input hooks",
        _ => "the receiving side of this host",
    };

    private string WhyUnseen(PathLayer layer) => layer switch
    {
        _ when _evidence.Inbound is { } inbound => inbound.PeerAddress is null && layer is PathLayer.PolicyRouting or PathLayer.RouteLookup or PathLayer.ReturnPath ? "no client was named (-From)"
            : inbound.NotObserved.FirstOrDefault(m => m.What.StartsWith($"{layer}:", StringComparison.Ordinal))?.Why ?? "this host was asked what it would do; no packet was sent",
        _ when _evidence is { Probe: null, Mtu: not null } => "no packet of the path MTU probe was answered by the target",
        PathLayer.Socket when _evidence.Probe is null => "no attempt was made",
        PathLayer.PolicyRouting or PathLayer.RouteLookup when _evidence.Route is null => "no route lookup is among the evidence",
        PathLayer.PolicyRouting or PathLayer.RouteLookup => $"the lookup came to {_evidence.Route.Outcome}, which does not clear it",
        PathLayer.Device when _evidence.Interface is null => "no reading of the interface is among the evidence",
        _ when _evidence.Probe is null => _evidence.Attempts.Count == 0 ? "no attempt was made" : "a connection is under way, and none of its packets was captured",
        _ when _evidence.Probe.CaptureStatus == CaptureStatus.NotRequested => "the capture was switched off",
        _ when !_evidence.CaptureIsComplete => "no complete capture stood beside the attempt",
        _ => "no packet came far enough to show it",
    };

    private string Remedy(PathLayer layer)
    {
        var commands = new Commands(_evidence);
        return layer switch
        {
            _ when _evidence.Inbound is { } inbound => inbound.PeerAddress is null
                ? $"Name a client: {commands.Listening(inbound)} -From <address>"
                : $"Run on {inbound.PeerAddress}: Trace-PacketPath {Commands.Quote(_evidence.RemoteAddress)} -Port {_evidence.Key.RemotePort}{(_evidence.IsUdp ? " -Protocol Udp" : "")}",
            PathLayer.PolicyRouting or PathLayer.RouteLookup when _evidence.Route is null => $"Run: {commands.Route()}",
            PathLayer.Device when _evidence.Interface is null => $"Run: {commands.Interface(_evidence.InterfaceAlias)}",
            _ when _evidence.Probe is null => $"Run: {commands.Probe()}",
            _ when _evidence.Probe.CaptureStatus == CaptureStatus.NotRequested => $"Leave -NoCapture out: {commands.Probe()}",
            _ when !_evidence.CaptureIsComplete => $"Run as root, or with CAP_NET_RAW: {commands.Probe()}",
            _ => $"Mend the fault found, then run: {commands.Probe()}",
        };
    }
}

using PacketPath.Capture;
using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>Datagrams are judged by the rules of SYNs, but for what silence and refusals mean.</summary>
public class DatagramVerdictTests
{
    public static TheoryData<bool> Families => [false, true];

    private static PacketFailure Verdict(params PacketEvidence[] evidence)
    {
        var verdicts = Resolver.Resolve(evidence).ToArray();
        Assert.All(verdicts, Whole.Check);
        var verdict = Assert.Single(verdicts, static v => v.IsPrimary);
        Assert.Equal(TransportProtocol.Udp, verdict.Protocol);
        return verdict;
    }

    /// <summary>An attempt as it would be over UDP, with everything in order but the outcome.</summary>
    private static SynPathResult Of(Scene scene, SynOutcome outcome, string? error = null) => AsDatagrams(scene.Probe(outcome, error)) with { RemotePort = 5000 };

    private static SynPathResult AsDatagrams(SynPathResult probe) => probe with
    {
        Protocol = TransportProtocol.Udp,
        Syns = [.. probe.Syns.Select(AsDatagram)],
        Replies = [.. probe.Replies.Where(static r => r.Kind != SynPacketKind.Reset).Select(AsDatagram)],
        LocalResponses = [.. probe.LocalResponses.Select(static r => r with { Kind = SynPacketKind.IcmpError, IcmpType = 3, IcmpCode = 3 })],
        TcpInfo = null,
        Outcome = probe.Outcome == SynOutcome.Refused ? SynOutcome.NoReply : probe.Outcome,
    };

    private static SynPacket AsDatagram(SynPacket packet) => packet.Kind == SynPacketKind.IcmpError ? packet
        : packet with { Kind = SynPacketKind.Datagram, Flags = null, SequenceNumber = null, AcknowledgmentNumber = null };

    private static SynPathResult SendFails(Scene scene, string error) => Of(scene, SynOutcome.LocalError, error) with { FailedCall = "send", Syns = [] };

    private static SynPacket Control(Scene scene, string? from = null) =>
        scene.Packet(SynPacketKind.IcmpError, from ?? scene.Target, scene.Source, 62) with { IcmpType = scene.IsIPv6 ? 1 : 3, IcmpCode = scene.IsIPv6 ? 4 : 3, SequenceNumber = null, AcknowledgmentNumber = null };

    [Theory]
    [MemberData(nameof(Families))]
    public void An_answer_is_no_fault(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var verdict = Verdict(Of(scene, SynOutcome.Open) with { Replies = [AsDatagram(scene.Packet(SynPacketKind.SynAck, scene.Target, scene.Source, 62))] });
        Assert.Equal(("NoFault", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("answers over UDP", verdict.Summary);
        Assert.Contains(verdict.RuledOut, static r => r.Layer == PathLayer.SocketQueue);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Port_unreachable_of_the_target_is_a_refusal_and_of_another_a_rejection(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var own = Of(scene, SynOutcome.Refused, "ECONNREFUSED") with { Outcome = SynOutcome.Refused, ErrorQueue = [scene.Report(scene.Target, ipv6 ? (1, 4) : (3, 3), false)] };
        var refused = Verdict(own);
        Assert.Equal(("RemoteRefused", PathLayer.RemoteHost, Confidence.Proven), (refused.FaultId, refused.Layer, refused.Confidence));
        Assert.Contains(refused.RuledOut, static r => r.Layer == PathLayer.Path);

        var other = own with { Outcome = SynOutcome.IcmpError, ErrorQueue = [scene.Report(scene.FarRouter, ipv6 ? (1, 4) : (3, 3), false)] };
        Assert.Equal("RemoteRejected", Verdict(other).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_send_says_of_a_drop_needs_no_capture(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var dropped = SendFails(scene, "EPERM");
        Assert.Equal(("OutputFirewallDrop", Confidence.Proven), (Verdict(dropped).FaultId, Verdict(dropped).Confidence));
        Assert.Equal("OutputFirewallDrop", Verdict(dropped with { CaptureStatus = CaptureStatus.Unavailable }).FaultId);
        Assert.NotEqual("OutputFirewallDrop", Verdict(SendFails(scene, "EMSGSIZE")).FaultId);
        Assert.NotEqual("OutputFirewallDrop", Verdict(SendFails(scene, "EPERM") with { FailedCall = "connect" }).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_full_queue_says_so_itself(bool ipv6)
    {
        var scene = new Scene(ipv6);
        CounterChange[] drops = [new() { Source = "Qdisc", Object = "eth0 tbf 8001:", Counter = "drops", Before = 1, After = 2, Delta = 1 }];
        Assert.Equal("QdiscDrop", Verdict(SendFails(scene, "ENOBUFS") with { CounterChanges = drops }).FaultId);
        Assert.NotEqual("QdiscDrop", Verdict(SendFails(scene, "ENOBUFS")).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_captured_answer_that_no_socket_got_was_dropped_here(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var answer = AsDatagram(scene.Packet(SynPacketKind.SynAck, scene.Target, scene.Source, 62));
        var silent = Of(scene, SynOutcome.NoReply) with { Replies = [answer] };
        Assert.Equal(("InputFirewallDrop", Confidence.Proven), (Verdict(silent).FaultId, Verdict(silent).Confidence));
        Assert.Equal("InputFirewallReject", Verdict(silent with { LocalResponses = [Control(scene, scene.Source)] }).FaultId);
        Assert.Equal("NoFault", Verdict(silent with { Outcome = SynOutcome.Open }).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Silence_is_a_fault_only_where_the_target_is_silent_altogether(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var silent = Of(scene, SynOutcome.NoReply) with { ControlPort = 33434 };
        var all = Verdict(silent);
        Assert.Equal(("NoReply", PathLayer.Path, Confidence.Probable), (all.FaultId, all.Layer, all.Confidence));

        var port = Verdict(silent with { ControlReply = Control(scene) });
        Assert.Equal("Indeterminate", port.FaultId);
        Assert.Contains("keeps silent", port.Summary);
        Assert.Superset(
            new HashSet<PathLayer> { PathLayer.OutputFirewall, PathLayer.Path, PathLayer.RemoteHost, PathLayer.ReturnPath }, port.RuledOut.Select(static r => r.Layer).ToHashSet());
        Assert.Contains(port.NextSteps, s => s.StartsWith($"Trace-PacketPath -Listening -TargetName {scene.Target} -Port 5000 -Protocol Udp -From {scene.Source} # on {scene.Target}", StringComparison.Ordinal));

        Assert.Equal("Indeterminate", Verdict(silent with { ControlPort = 0 }).FaultId);
        Assert.Equal("NoReply", Verdict(silent with { ControlReply = Control(scene, scene.FarRouter) }).FaultId);
    }

    private static PathHop[] Walk(Scene scene, bool isConfirmed, bool controlGoesOn = true) =>
    [
        new PathHop { Ttl = 1, Address = scene.Gateway, ControlAddress = scene.Gateway },
        new PathHop { Ttl = 2, ControlAddress = controlGoesOn ? scene.FarRouter : null, IsConfirmed = isConfirmed },
        new PathHop { Ttl = 3, ControlAddress = controlGoesOn ? scene.Target : null, IsTarget = controlGoesOn },
    ];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_port_that_is_dropped_on_the_way_is_told_from_one_that_keeps_silent(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var silent = Of(scene, SynOutcome.NoReply) with { ControlPort = 33434, ControlReply = Control(scene), LastRespondingHop = scene.Gateway };
        var dropped = Verdict(silent with { Hops = Walk(scene, isConfirmed: true) });
        Assert.Equal(("PathSilentAfterHop", Confidence.Proven), (dropped.FaultId, dropped.Confidence));
        Assert.Contains($"behind {scene.Gateway}, hop 1", dropped.Summary);
        Assert.Equal("Indeterminate", Verdict(silent with { Hops = Walk(scene, isConfirmed: false) }).FaultId);

        var all = Verdict(silent with { ControlReply = null, Hops = Walk(scene, isConfirmed: false, controlGoesOn: false) });
        Assert.Equal(("PathSilentAfterHop", Confidence.Probable), (all.FaultId, all.Confidence));
    }

    private static SocketEntry Receiver(Scene scene, long used, long drops, double at = 0.2) => new()
    {
        ComputerName = "db1", NetNamespace = "green", ObservedAt = Scene.Noon.AddSeconds(at), Kind = SocketKind.Datagram, Protocol = TransportProtocol.Udp, AddressFamily = scene.Family, State = SocketState.Unconnected,
        LocalAddress = scene.Target, LocalPort = 5000, RemoteAddress = scene.IsIPv6 ? "::" : "0.0.0.0", AskedAddress = scene.Target, AskedPort = 5000, Cookie = 9, OwningProcess = 77, OwningProcessName = "logd",
        Memory = new SocketMemory { ReceiveBytes = used, ReceiveLimitBytes = 1000, Drops = drops },
    };

    private static ListeningResult Asked(Scene scene, params SocketEntry[] sockets) => new()
    {
        ComputerName = "db1", NetNamespace = "green", ObservedAt = Scene.Noon.AddSeconds(0.2), RemoteAddress = scene.Target, RemotePort = 5000, Protocol = TransportProtocol.Udp, PeerAddress = scene.Source,
        Sockets = sockets, WatchedSeconds = 0.25, FirewallChains = 0,
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_server_is_judged_by_its_socket_of_datagrams(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var ready = Verdict(Asked(scene, Receiver(scene, 0, 4), Receiver(scene, 0, 4, 0.5)));
        Assert.Equal("NoFault", ready.FaultId);
        Assert.Contains("takes datagrams on", ready.Summary);
        Assert.Equal(("ReceiveBufferFull", Confidence.Proven), (Verdict(Asked(scene, Receiver(scene, 990, 4), Receiver(scene, 1000, 9, 0.5))).FaultId, Verdict(Asked(scene, Receiver(scene, 990, 4), Receiver(scene, 1000, 9, 0.5))).Confidence));
        Assert.Equal(Confidence.Probable, Verdict(Asked(scene, Receiver(scene, 990, 4), Receiver(scene, 1000, 4, 0.5))).Confidence);
        var none = Verdict(Asked(scene, Receiver(scene, 0, 0) with { State = SocketState.Absent, Cookie = 0 }));
        Assert.Equal("ListenerMissing", none.FaultId);
        Assert.Contains("UDP port 5000", none.Summary);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void The_servers_socket_explains_what_the_client_saw(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var silent = Of(scene, SynOutcome.NoReply) with { ControlPort = 33434 };
        Assert.Equal("ReceiveBufferFull", Verdict(silent, Asked(scene, Receiver(scene, 1000, 4, 3), Receiver(scene, 1000, 4, 3.2))).FaultId);
        Assert.Equal("NoReply", Verdict(silent, Asked(scene, Receiver(scene, 0, 4, 3), Receiver(scene, 0, 4, 3.2))).FaultId);

        var refused = silent with { Outcome = SynOutcome.Refused, SocketError = "ECONNREFUSED", ErrorQueue = [scene.Report(scene.Target, ipv6 ? (1, 4) : (3, 3), false)] };
        var missing = Verdict(refused, Asked(scene, Receiver(scene, 0, 0, 3) with { State = SocketState.Absent, Cookie = 0 }));
        Assert.Equal(("ListenerMissing", Confidence.Proven), (missing.FaultId, missing.Confidence));
        Assert.Equal("RemoteRefused", Resolver.Resolve([refused, Asked(scene) with { Protocol = TransportProtocol.Tcp }]).First(static v => v is { IsPrimary: true, Protocol: TransportProtocol.Udp }).FaultId);
    }

    // The flow of the attempt as another place saw it; address translation may have changed who seems to send.
    private static PacketRecord At(Scene scene, PacketRecord record, string? client = null) => record with
    {
        Protocol = TransportProtocol.Udp, TcpFlags = null, SequenceNumber = null, AcknowledgmentNumber = null, PayloadLength = 19, PayloadDigest = record.SourceAddress == scene.Source ? 77 : 78,
        SourceAddress = record.SourceAddress == scene.Source ? client ?? scene.Source : record.SourceAddress, DestinationAddress = record.DestinationAddress == scene.Source ? client ?? scene.Source : record.DestinationAddress,
        SourcePort = record.SourcePort == 443 ? 5000 : record.SourcePort, DestinationPort = record.DestinationPort == 443 ? 5000 : record.DestinationPort,
    };

    private static SynPathResult Silent(Scene scene) => Of(scene, SynOutcome.NoReply) with
    {
        ControlPort = 33434, ControlReply = Control(scene), Syns = [AsDatagram(scene.Packet(SynPacketKind.Syn, scene.Source, scene.Target, 64)) with { PayloadLength = 19, PayloadDigest = 77 }],
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_capture_at_the_target_tells_what_silence_does_not(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var (there, back) = (At(scene, CaptureScene.Syn(scene, "server")), At(scene, CaptureScene.Answer(scene, "server")));
        var (stood, address) = (CaptureScene.Stood("server"), CaptureScene.Address(scene, "server"));
        var never = Verdict(Silent(scene), stood, address);
        Assert.Equal(("ForwardPathLost", Confidence.Proven), (never.FaultId, never.Confidence));
        Assert.Equal("ForwardPathLost", Verdict(Silent(scene), CaptureScene.Stood("server", filter: "udp port 5000"), address).FaultId);
        Assert.Equal("Indeterminate", Verdict(Silent(scene), CaptureScene.Stood("server", filter: "tcp port 5000"), address).FaultId);

        var answered = Verdict(Silent(scene), there, back, stood, address);
        Assert.Equal(("ReturnPathLost", Confidence.Proven), (answered.FaultId, answered.Confidence));

        var arrived = Verdict(Silent(scene), there, stood, address);
        Assert.Equal("Indeterminate", arrived.FaultId);
        Assert.Contains("nothing was sent back from there", arrived.Summary);
        Assert.Equal("Indeterminate", Verdict(Silent(scene) with { ControlReply = null }, there, stood, address).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Behind_address_translation_a_datagram_is_known_by_its_payload(bool ipv6)
    {
        var scene = new Scene(ipv6);
        PacketEvidence[] seen = [At(scene, CaptureScene.Syn(scene, "server"), scene.FarRouter), At(scene, CaptureScene.Answer(scene, "server"), scene.FarRouter), CaptureScene.Stood("server"), CaptureScene.Address(scene, "server")];
        var verdict = Verdict([Silent(scene), .. seen]);
        Assert.Equal("ReturnPathLost", verdict.FaultId);
        Assert.Contains(verdict.Evidence, static e => e.Observation.Contains("by its payload", StringComparison.Ordinal));
        var other = Silent(scene);
        Assert.NotEqual("ReturnPathLost", Verdict([other with { Syns = [other.Syns[0] with { PayloadDigest = 99 }] }, .. seen]).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void The_next_steps_ask_by_datagram(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var steps = Verdict(SendFails(scene, "EPERM") with { Mark = 7 }).NextSteps;
        Assert.Contains($"Trace-PacketPath -TargetName {scene.Target} -Port 5000 -Protocol Udp -Mark 7 -NetNamespace blue", steps);
        Assert.Contains(steps, static s => s.StartsWith("Get-FirewallHook", StringComparison.Ordinal) && s.Contains(" -Protocol Udp", StringComparison.Ordinal));
        Assert.DoesNotContain(steps, static s => s.Contains("Test-SynPath", StringComparison.Ordinal) || s.Contains("Resolve-PacketFailure", StringComparison.Ordinal));
    }

    [Fact]
    public void A_listener_of_TCP_tells_nothing_of_datagrams()
    {
        var scene = new Scene(false);
        var verdicts = Resolver.Resolve([AsDatagrams(scene.Probe(SynOutcome.NoReply)) with { ControlPort = 33434 }, scene.Listener(waiting: 9, halfOpen: 20, drops: 5)]).ToArray();
        Assert.Equal("NoReply", verdicts[0].FaultId);
        Assert.DoesNotContain(verdicts, static v => v.FaultId is "AcceptQueueFull" or "SynBacklogFull" or "ListenerMissing");
    }

    [Fact]
    public void Datagrams_and_connections_to_one_port_are_two_questions()
    {
        var scene = new Scene(false);
        var verdicts = Resolver.Resolve([scene.Open(), AsDatagrams(scene.Probe(SynOutcome.NoReply)) with { ControlPort = 33434 }]).Where(static v => v.IsPrimary).ToArray();
        Assert.Equal([("NoFault", TransportProtocol.Tcp), ("NoReply", TransportProtocol.Udp)], verdicts.Select(static v => (v.FaultId, v.Protocol)));
    }

    public static TheoryData<string> Transport => [.. FaultCases.All.Where(static c => c.Layer < PathLayer.Tls && c.Fires(new Scene(false)).OfType<SynPathResult>().Any()).Select(static c => c.FaultId).Distinct()];

    [Theory]
    [MemberData(nameof(Transport))]
    public void No_verdict_on_datagrams_speaks_of_TCP(string faultId)
    {
        foreach (var scene in new[] { new Scene(false), new Scene(true) })
        {
            var evidence = FaultCases.Find(faultId).Fires(scene).Select(static e => e is SynPathResult probe ? AsDatagrams(probe) with { ControlPort = 33434 } : e);
            foreach (var verdict in Resolver.Resolve(evidence).Where(static v => v.Protocol == TransportProtocol.Udp && v.RemotePort != 0))
            {
                Whole.Check(verdict);
                var texts = new[] { verdict.Summary, verdict.Proves, verdict.DoesNotProve }.Concat(verdict.Evidence.Select(static e => e.Observation)).Concat(verdict.RuledOut.Select(static r => r.Observation));
                Assert.All(texts, static text => Assert.DoesNotMatch(@"\bSYN|\bRST\b|handshake|TCP", text));
                Assert.DoesNotContain(verdict.FaultId, new[] { "RemoteResetByMiddlebox", "SynBacklogFull", "AcceptQueueFull" });
            }
        }
    }
}

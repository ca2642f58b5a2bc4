namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>For each fault, evidence that shows it and evidence like it that does not.</summary>
public static class FaultCases
{
    public sealed record Case(string FaultId, PathLayer Layer, Func<Scene, PacketEvidence[]> Fires, Func<Scene, PacketEvidence[]> Silent);

    private static readonly Case[] Local =
    [
        new("SourceAddressUnavailable", PathLayer.Socket,
            s => [s.LocalError("EADDRNOTAVAIL", s.Route(), "bind")],
            s => [s.LocalError("EADDRNOTAVAIL", s.Route())]),
        new("SocketDenied", PathLayer.Socket,
            s => [s.LocalError("EPERM", s.Route())],
            s => [s.LocalError("EACCES", s.Refused(RouteOutcome.Prohibit, "EACCES"))]),
        new("PolicyRuleBlackhole", PathLayer.PolicyRouting,
            s => [s.LocalError("EINVAL", RuleEnds(s, RouteOutcome.RuleBlackhole, RuleAction.Blackhole))],
            s => [s.LocalError("EINVAL", s.Refused(RouteOutcome.Blackhole, "EINVAL"))]),
        new("PolicyRuleProhibit", PathLayer.PolicyRouting,
            s => [s.LocalError("EACCES", RuleEnds(s, RouteOutcome.RuleProhibit, RuleAction.Prohibit))],
            s => [s.LocalError("EACCES", s.Refused(RouteOutcome.Prohibit, "EACCES"))]),
        new("PolicyRuleUnreachable", PathLayer.PolicyRouting,
            s => [s.LocalError("ENETUNREACH", RuleEnds(s, RouteOutcome.RuleUnreachable, RuleAction.Unreachable))],
            s => [s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH"))]),
        new("PolicyRuleDiverts", PathLayer.PolicyRouting,
            s => [Diverted(s, RouteOutcome.Usable)],
            s => [Diverted(s, RouteOutcome.Unreachable)]),
        new("Ipv6Disabled", PathLayer.RouteLookup,
            s => [s.IsIPv6
                ? s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH") with { Ipv6Disabled = true })
                : new Scene(true).LocalError("EAFNOSUPPORT", new Scene(true).Route(), "socket")],
            s => [s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH"))]),
        new("RouteBlackhole", PathLayer.RouteLookup,
            s => [s.LocalError("EINVAL", s.Refused(RouteOutcome.Blackhole, "EINVAL"))],
            s => [s.LocalError("EINVAL", s.Route())]),
        new("RouteProhibit", PathLayer.RouteLookup,
            s => [s.LocalError("EACCES", s.Refused(RouteOutcome.Prohibit, "EACCES"))],
            s => [s.LocalError("EACCES", s.Route())]),
        new("RouteUnreachable", PathLayer.RouteLookup,
            s => [s.LocalError("EHOSTUNREACH", s.Refused(RouteOutcome.Unreachable, "EHOSTUNREACH"))],
            s => [s.LocalError("EHOSTUNREACH", s.Route())]),
        new("RouteNextHopDown", PathLayer.RouteLookup,
            s => [s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH") with { Alternatives = [s.Loser(AlternativeReason.LinkDown)] })],
            s => [s.Open() with { Route = s.Route() with { Alternatives = [s.Loser(AlternativeReason.LinkDown)] } }]),
        new("RouteSourceInvalid", PathLayer.RouteLookup,
            s => [s.Probe(SynOutcome.NoReply) with { Route = s.Route() with { SourceAddressState = AddressState.DuplicateDetected } }],
            s => [s.Probe(SynOutcome.NoReply) with { Route = s.Route() with { SourceAddressState = AddressState.Deprecated } }]),
        new("RouteGatewayOffLink", PathLayer.RouteLookup,
            s => [OffLink(s, s.OtherGateway)],
            s => [OffLink(s, null)]),
        new("RouteShadowed", PathLayer.RouteLookup,
            s => [Shadowed(s, SynOutcome.Open)],
            s => [Shadowed(s, SynOutcome.NoReply)]),
        new("RouteMissing", PathLayer.RouteLookup,
            s => [s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH"))],
            s => [s.Open()]),
    ];

    private static readonly Case[] Exit =
    [
        new("OutputFirewallDrop", PathLayer.OutputFirewall,
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], Retransmits = 1 }],
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], CaptureStatus = CaptureStatus.Incomplete }]),
        new("OutputFirewallReject", PathLayer.OutputFirewall,
            s => [s.Icmp(s.Source, (3, 3), (1, 4), isLocal: true)],
            s => [s.Icmp(s.FarRouter, (3, 3), (1, 4))]),
        new("ConntrackTableFull", PathLayer.Conntrack,
            s => [Untracked(s, 1000, ("drop", 2))],
            s => [Untracked(s, 600, ("drop", 2))]),
        new("ConntrackInsertFailed", PathLayer.Conntrack,
            s => [Untracked(s, 600, ("drop", 2), ("insert_failed", 2))],
            s => [Untracked(s, 600, ("drop", 2), ("insert_failed", 2)) with { Syns = s.Probe(SynOutcome.NoReply).Syns }]),
        new("ConntrackInvalid", PathLayer.Conntrack,
            s => [Invalid(s), DropsState(s, "invalid", 1)],
            s => [Invalid(s), DropsState(s, "established", 2)]),
        new("NeighborTableFull", PathLayer.Neighbor,
            s => [TableFull(s, 2)],
            s => [TableFull(s, 2) with { Neighbor = s.Neighbor() }]),
        new("NeighborUnresolved", PathLayer.Neighbor,
            s => [s.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with { Syns = [], Neighbor = s.Neighbor(NeighborState.Unreachable) }],
            s => [s.Probe(SynOutcome.NoReply) with { Neighbor = s.Neighbor(NeighborState.Stale) }]),
        new("NeighborStaleEntry", PathLayer.Neighbor,
            s => [Answered(s, "02:00:00:00:00:77")],
            s => [Answered(s, "02:00:00:00:00:01")]),
        new("NeighborDuplicateAddress", PathLayer.Neighbor,
            s => [Answered(s, "02:00:00:00:00:01", "02:00:00:00:00:77")],
            s => [Answered(s, "02:00:00:00:00:01")]),
        new("NeighborWrongSubnet", PathLayer.Neighbor,
            s => [OnLink(s, s.Target)],
            s => [OnLink(s, s.Target) with { Route = OnLink(s, s.Target).Route! with { Alternatives = [] } }]),
        new("QdiscDrop", PathLayer.Qdisc,
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], Retransmits = 1, CounterChanges = [Moved("Qdisc", "eth0 tbf 8001:", "drops", 2)] }],
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], Retransmits = 1, CounterChanges = [Moved("Qdisc", "eth1 tbf 8001:", "drops", 2), Moved("Qdisc", "eth10 tbf 8001:", "drops", 2)] }]),
        new("DeviceTransmitDrop", PathLayer.Device,
            s => [s.Probe(SynOutcome.NoReply) with { CounterChanges = [Moved("Interface", "eth0", "tx_dropped", 2)] }],
            s => [s.Probe(SynOutcome.NoReply) with { CounterChanges = [Moved("Interface", "eth0", "tx_dropped", 2), Moved("Interface", "eth0", "tx_packets", 900)] }]),
        new("DeviceReceiveDrop", PathLayer.DeviceReceive,
            s => [s.Probe(SynOutcome.NoReply) with { CounterChanges = [Moved("Interface", "eth0", "rx_missed_errors", 200), Moved("Interface", "eth0", "rx_packets", 10)] }],
            s => [s.Probe(SynOutcome.NoReply) with { CounterChanges = [Moved("Interface", "eth0", "rx_missed_errors", 200), Moved("Interface", "eth0", "rx_packets", 9000)] }]),
        new("SoftirqBacklogDrop", PathLayer.Softirq,
            s => [s.Probe(SynOutcome.NoReply) with { CounterChanges = [Moved("Softnet", "cpu 1", "dropped", 500), Moved("Softnet", "cpu 1", "processed", 100)] }],
            s => [s.Probe(SynOutcome.NoReply) with { CounterChanges = [Moved("Softnet", "cpu 1", "dropped", 500), Moved("Softnet", "cpu 1", "processed", 4000)] }]),
        new("LinkDown", PathLayer.Device,
            s => [s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH") with { Alternatives = [s.Loser(AlternativeReason.InterfaceDown)] })],
            s => [s.LocalError("ENETUNREACH", s.Refused(RouteOutcome.Missing, "ENETUNREACH"))]),
        new("LinkNoCarrier", PathLayer.Device,
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], Interface = s.Link(carrier: false), Neighbor = s.Neighbor(NeighborState.Unreachable) }],
            s => [s.Open() with { Interface = s.Link(carrier: false) }]),
    ];

    private static readonly Case[] Beyond =
    [
        new("RoutingLoop", PathLayer.Path,
            s => [s.Icmp(s.FarRouter, (11, 0), (3, 0))],
            s => [s.Icmp(s.FarRouter, (3, 1), (1, 3))]),
        new("PathSilentAfterHop", PathLayer.Path,
            s => [s.Probe(SynOutcome.NoReply) with { Hops = [s.Hop(1, s.Gateway), s.Hop(2, s.FarRouter), s.Hop(3, null)], LastRespondingHop = s.FarRouter }],
            s => [s.Probe(SynOutcome.NoReply) with { Hops = [s.Hop(1, null), s.Hop(2, null)] }]),
        new("RemoteNetworkUnreachable", PathLayer.Path,
            s => [s.Icmp(s.FarRouter, (3, 0), (1, 0))],
            s => [s.Icmp(s.FarRouter, (3, 1), (1, 3))]),
        new("RemoteHostUnreachable", PathLayer.Path,
            s => [s.Icmp(s.FarRouter, (3, 1), (1, 3))],
            s => [s.Icmp(s.FarRouter, (3, 0), (1, 0))]),
        new("NoReply", PathLayer.Path,
            s => [s.Probe(SynOutcome.NoReply)],
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], CaptureStatus = CaptureStatus.Unavailable }]),
        new("MtuInterfaceMismatch", PathLayer.Path,
            s => [s.Mtu(MtuOutcome.LocalLimit) with { RouteMtu = 1400, RouteMtuCached = true, RouteMtuExpiresSeconds = 500 }],
            s => [s.Mtu(MtuOutcome.LocalLimit) with { RouteMtu = 1400 }]),
        new("MtuBlackHole", PathLayer.Path,
            s => [s.Open(), s.Mtu(MtuOutcome.BlackHole, 1400)],
            s => [s.Mtu(MtuOutcome.Reduced, 1400)]),
        new("MtuReduced", PathLayer.Path,
            s => [s.Mtu(MtuOutcome.Reduced, 1400)],
            s => [s.Mtu()]),
        new("RemoteRejected", PathLayer.RemoteHost,
            s => [s.Icmp(s.FarRouter, (3, 13), (1, 1))],
            s => [s.Icmp(s.Source, (3, 13), (1, 1), isLocal: true)]),
        new("RemoteRefused", PathLayer.RemoteHost,
            s => [s.Refused()],
            s => [s.Refused() with { Replies = [], Syns = [] }]),
        new("RemoteResetByMiddlebox", PathLayer.RemoteHost,
            s => [s.Refused(ttl: 64) with { ControlReply = s.Packet(SynPacketKind.IcmpError, s.Target, s.Source, 62) }],
            s => [s.Refused(ttl: 62) with { ControlReply = s.Packet(SynPacketKind.IcmpError, s.Target, s.Source, 253) }]),
        new("InputFirewallDrop", PathLayer.InputFirewall,
            s => [s.Probe(SynOutcome.NoReply) with { Replies = s.Open().Replies }],
            s => [s.Probe(SynOutcome.NoReply)]),
        new("InputFirewallReject", PathLayer.InputFirewall,
            s => [s.Probe(SynOutcome.NoReply) with { Replies = s.Open().Replies, LocalResponses = [s.Packet(SynPacketKind.Reset, s.Source, s.Target, 64)] }],
            s => [s.Probe(SynOutcome.NoReply) with { Replies = s.Open().Replies }]),
        new("ReturnPathFiltered", PathLayer.ReturnPath,
            s => [.. CameBackElsewhere(s, RouteOutcome.ReturnPathFiltered)],
            s => [.. CameBackElsewhere(s, RouteOutcome.Usable)]),
        new("ReturnRouteMissing", PathLayer.ReturnPath,
            s => [s.Probe(SynOutcome.NoReply), s.WayBack(RouteOutcome.Missing)],
            s => [s.Probe(SynOutcome.NoReply), s.WayBack(RouteOutcome.Usable)]),
        new("ForwardingDisabled", PathLayer.LocalDelivery,
            s => [s.Probe(SynOutcome.NoReply), s.AtRouter(RouteOutcome.ForwardingDisabled), s.RouterLink(s.Gateway)],
            s => [s.Probe(SynOutcome.NoReply), s.AtRouter(RouteOutcome.Usable), s.RouterLink(s.Gateway)]),
        new("NoFault", PathLayer.RemoteHost,
            s => [s.Open(), s.Neighbor(NeighborState.Unreachable, s.OtherGateway), s.Link(up: false, alias: "eth1")],
            s => [s.Route()]),
        new("Indeterminate", PathLayer.Device,
            s => [s.Probe(SynOutcome.NoReply) with { Syns = [], CaptureStatus = CaptureStatus.Unavailable }],
            s => [s.Open()]),
    ];

    private static readonly Case[] Sockets =
    [
        .. CaptureScene.Cases,
        new("LocalPortsExhausted", PathLayer.Socket,
            s => [s.LocalError("EADDRNOTAVAIL", s.Route()) with { LocalPortUse = Ports(5) }],
            s => [s.LocalError("EADDRNOTAVAIL", s.Route()) with { LocalPortUse = Ports(3) }]),
        new("ListenerMissing", PathLayer.SocketQueue,
            s => [s.Refused(), s.AbsentListener()],
            s => [s.Refused(), s.Listener() with { LocalPort = 80, AskedAddress = null, AskedPort = 0 }]),
        new("ListenerBoundElsewhere", PathLayer.SocketQueue,
            s => [s.Refused(), s.AbsentListener(), s.Listener() with { LocalAddress = s.IsIPv6 ? "::1" : "127.0.0.1" }],
            s => [s.Refused(), s.Listener()]),
        new("AcceptQueueFull", PathLayer.SocketQueue,
            s => [s.Probe(SynOutcome.NoReply), s.Listener(waiting: 9)],
            s => [s.Probe(SynOutcome.NoReply), s.Listener(waiting: 8), s.Listener(waiting: 9) with { LocalPort = 444, AskedPort = 444, Cookie = 2 }]),
        new("SynBacklogFull", PathLayer.SocketQueue,
            s => [s.Probe(SynOutcome.NoReply), s.Listener(halfOpen: 9)],
            s => [s.Probe(SynOutcome.NoReply), s.Listener(halfOpen: 3)]),
        new("ReceiveBufferFull", PathLayer.SocketQueue,
            s => [s.Receiver(drops: 5), s.Receiver(drops: 9) with { ObservedAt = Scene.Noon.AddSeconds(5) }],
            s => [s.Receiver(drops: 5), s.Receiver(drops: 5) with { ObservedAt = Scene.Noon.AddSeconds(5) }, s.Receiver(drops: 50) with { Cookie = 8 }]),
    ];

    public static IReadOnlyList<Case> All { get; } = [.. Local, .. Exit, .. Beyond, .. Sockets, .. TlsFaultCases.All, .. QuicCases.All, .. NameServerCases.All, .. ProxyFaultCases.All];

    private static LocalPortUse Ports(int inUse) => new() { FirstPort = 40000, LastPort = 40004, Usable = 5, InUse = inUse, TimeWait = 2 };

    public static TheoryData<string, bool> Names
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var one in All)
            {
                data.Add(one.FaultId, false);
                data.Add(one.FaultId, true);
            }

            return data;
        }
    }

    public static Case Find(string faultId) => All.Single(c => c.FaultId == faultId);

    /// <summary>An attempt that the preferred route fails and one other route was tried for.</summary>
    public static SynPathResult Shadowed(Scene s, SynOutcome otherwise) => s.Probe(SynOutcome.NoReply) with
    {
        Route = s.Route() with { DestinationPrefix = s.Prefix, Alternatives = [s.Loser(AlternativeReason.LessSpecific)] },
        AlternativeAttempts = [new() { DestinationPrefix = s.Everything, NextHop = s.OtherGateway, InterfaceAlias = "eth1", Outcome = otherwise }],
    };

    /// <summary>A target taken for a direct neighbor that nobody on the link owns, with a gateway beside it.</summary>
    /// <summary>A silent attempt, and who answered for the gateway afterwards.</summary>
    public static SynPathResult Answered(Scene s, params string[] stations) => s.Probe(SynOutcome.NoReply) with
    {
        Neighbor = s.Neighbor() with { IsVerified = true, Answers = [.. stations.Select(station => new NeighborAnswer { LinkLayerAddress = station, RttMilliseconds = 1 })] },
    };

    /// <summary>A gateway that does not answer, and how it would be reached itself.</summary>
    public static SynPathResult OffLink(Scene s, string? by) => s.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with
    {
        Syns = [],
        Neighbor = s.Neighbor(NeighborState.Unreachable),
        NextHopRoute = s.Route() with { RemoteAddress = s.Gateway, NextHop = by, NeighborAddress = by ?? s.Gateway },
    };

    public static SynPathResult OnLink(Scene s, string target) => s.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with
    {
        RemoteAddress = target,
        TargetName = target,
        Syns = [],
        Route = s.Route() with
        {
            RemoteAddress = target,
            DestinationPrefix = s.IsIPv6 ? "2001:db8::/32" : "192.0.0.0/3",
            NextHop = null,
            NeighborAddress = target,
            Alternatives = [s.Loser(AlternativeReason.LessSpecific, "eth0")],
        },
        Neighbor = s.Neighbor(NeighborState.Unreachable, target),
    };

    /// <summary>An attempt whose SYNs connection tracking dropped, with so many of 1,000 entries taken.</summary>
    public static SynPathResult Untracked(Scene s, long count, params (string Counter, ulong Delta)[] moved) => s.Probe(SynOutcome.NoReply) with
    {
        Syns = [],
        Retransmits = 1,
        ConntrackCount = count,
        ConntrackMax = 1000,
        CounterChanges = [.. moved.Select(m => new CounterChange { Source = "Conntrack", Counter = m.Counter, Before = 5, After = 5 + m.Delta, Delta = m.Delta })],
    };

    /// <summary>An answer that was captured and never heard, while packets were counted that fit no connection.</summary>
    public static SynPathResult Invalid(Scene s) => s.Probe(SynOutcome.NoReply) with
    {
        Replies = s.Open().Replies,
        CounterChanges = [new CounterChange { Source = "Conntrack", Counter = "invalid", Before = 1, After = 2, Delta = 1 }],
    };

    /// <summary>The input hook with one rule, <c>ct state ... drop</c>; the state as the kernel's bit.</summary>
    private static FirewallHook DropsState(Scene s, string state, byte bit) => new()
    {
        ComputerName = s.Link().ComputerName,
        NetNamespace = s.Link().NetNamespace,
        ObservedAt = Scene.Noon.AddSeconds(-1),
        Hook = "input",
        Family = "inet",
        Table = "office",
        Chain = "input",
        ChainType = "filter",
        Policy = "accept",
        Backend = FirewallBackend.NfTables,
        Rules =
        [
            new FirewallRule
            {
                Family = "inet", Table = "office", Chain = "input", Handle = 4, Text = $"ct state {state} drop", Verdict = "drop",
                ExpressionData = Convert.ToBase64String(StateRule(bit)),
            },
        ],
    };

    // ct state; bitwise and with the bit; compare with 0; verdict drop: as the kernel hands the rule out.
    private static byte[] StateRule(byte bit)
    {
        var rule = Convert.FromBase64String(
            "IAABAAcAAQBjdAAAFAACAAgAAQAAAAABCAACAAAAAABMAAEADAABAGJpdHdpc2UAPAACAAgAAQAAAAABCAACAAAAAAEIAAMAAAAABAgABgAAAAAADAAEAAgAAQABAAAADAAFAAgAAQAAAAAALAABAAgAAQBj"
            + "bXAAIAACAAgAAQAAAAABCAACAAAAAAEMAAMACAABAAAAAAAwAAEADgABAGltbWVkaWF0ZQAAABwAAgAIAAEAAAAAABAAAgAMAAIACAABAAAAAAA=");
        rule[92] = bit;
        return rule;
    }

    /// <summary>A silent attempt whose next hop has no entry, while the table refused so many new ones.</summary>
    public static SynPathResult TableFull(Scene s, ulong refused) => s.Probe(SynOutcome.NoReply) with
    {
        Syns = [],
        Retransmits = 1,
        Neighbor = s.Neighbor(NeighborState.Absent),
        CounterChanges = [new() { Source = "NeighborTable", Object = s.IsIPv6 ? "ndisc_cache" : "arp_cache", Counter = "table_fulls", Before = 5, After = 5 + refused, Delta = refused }],
    };

    private static SynPathResult Diverted(Scene s, RouteOutcome plain) => s.LocalError("EHOSTUNREACH", s.Refused(RouteOutcome.Unreachable, "EHOSTUNREACH") with
    {
        Table = "100",
        Mark = 5,
        Rule = new PolicyRule { Priority = 100, AddressFamily = s.Family, Action = RuleAction.ToTable, Table = "100", Mark = 5, MarkMask = 0xffffffff, Text = "100: from all fwmark 0x5 lookup 100" },
        PlainLookup = new PlainRouteLookup { LeftOut = ["mark 0x5"], Outcome = plain, DestinationPrefix = s.Everything, NextHop = s.Gateway, InterfaceAlias = "eth0", Table = "main" },
    }) with { Mark = 5 };

    // The answer came in by eth1: here a lookup, on IPv6 as on IPv4, says what the kernel makes of it.
    private static PacketEvidence[] CameBackElsewhere(Scene s, RouteOutcome reply) =>
    [
        s.Probe(SynOutcome.NoReply) with
        {
            Replies = [s.Open().Replies[0] with { InterfaceAlias = "eth1" }],
            ReplyRoute = s.Route() with
            {
                RemoteAddress = s.Source,
                SourceAddress = s.Target,
                SourceAddressState = null,
                InputInterface = "eth1",
                Outcome = reply,
                ErrorName = reply == RouteOutcome.Usable ? null : "EXDEV",
                InputReversePathFilter = ReversePathFilter.Strict,
                ReturnPrefix = s.Everything,
                ReturnInterface = "eth0",
            },
        },
    ];

    /// <summary>A counter that rose during the attempt.</summary>
    public static CounterChange Moved(string source, string subject, string counter, ulong by) =>
        new() { Source = source, Object = subject, Counter = counter, Before = 10, After = 10 + by, Delta = by };

    private static PacketRoute RuleEnds(Scene s, RouteOutcome outcome, RuleAction action) => s.Refused(outcome, "EINVAL") with
    {
        DestinationPrefix = null,
        Table = null,
        Rule = new PolicyRule { Priority = 100, AddressFamily = s.Family, Action = action, Text = $"100: from all {action.ToString().ToLowerInvariant()}" },
    };
}

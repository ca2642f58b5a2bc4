namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>A small network to make evidence from: this host on eth0, a gateway, a target two routers away. IPv4 or IPv6.</summary>
public sealed record Scene(bool IsIPv6)
{
    public static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    public string Target => IsIPv6 ? "2001:db8:9::10" : "203.0.113.10";

    public string Source => IsIPv6 ? "2001:db8:1::5" : "192.0.2.5";

    public string Gateway => IsIPv6 ? "2001:db8:1::1" : "192.0.2.1";

    public string OtherGateway => IsIPv6 ? "2001:db8:2::1" : "198.51.100.1";

    public string FarRouter => IsIPv6 ? "2001:db8:5::1" : "198.18.0.1";

    public string Everything => IsIPv6 ? "::/0" : "0.0.0.0/0";

    public string Prefix => IsIPv6 ? "2001:db8:9::/48" : "203.0.113.0/24";

    public AddressFamily Family => IsIPv6 ? AddressFamily.IPv6 : AddressFamily.IPv4;

    public PacketRoute Route() => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        RemoteAddress = Target,
        Outcome = RouteOutcome.Usable,
        DestinationPrefix = Everything,
        NextHop = Gateway,
        NeighborAddress = Gateway,
        InterfaceAlias = "eth0",
        InterfaceIndex = 2,
        SourceAddress = Source,
        SourceAddressState = AddressState.Valid,
        Table = "main",
        TableId = 254,
        TypeOfRoute = RouteType.Unicast,
        Ipv6Disabled = IsIPv6 ? false : null,
        Rule = new PolicyRule { Priority = 32766, AddressFamily = Family, Action = RuleAction.ToTable, Table = "main", Text = "32766: from all lookup main" },
    };

    public PacketRoute Refused(RouteOutcome outcome, string error) => Route() with
    {
        Outcome = outcome,
        ErrorName = error,
        DestinationPrefix = Prefix,
        NextHop = null,
        NeighborAddress = null,
        InterfaceAlias = null,
        InterfaceIndex = 0,
        SourceAddress = null,
        SourceAddressState = null,
        TypeOfRoute = Enum.TryParse<RouteType>(outcome.ToString(), out var type) ? type : RouteType.Unspecified,
    };

    /// <summary>The router's lookup of this host's SYN as it comes in on its eth0.</summary>
    public PacketRoute AtRouter(RouteOutcome outcome) => Route() with
    {
        NetNamespace = "router",
        Outcome = outcome,
        SourceAddress = Source,
        SourceAddressState = null,
        NextHop = null,
        NeighborAddress = Target,
        InterfaceAlias = "eth1",
        InputInterface = "eth0",
        InputForwarding = outcome != RouteOutcome.ForwardingDisabled,
    };

    /// <summary>The router's interface.</summary>
    public PacketInterface RouterLink(string address) => Link() with
    {
        NetNamespace = "router",
        Addresses = [new InterfaceAddress { IPAddress = address, PrefixLength = IsIPv6 ? 64 : 24, AddressFamily = Family }],
    };

    /// <summary>The target's lookup of the way back to this host.</summary>
    public PacketRoute WayBack(RouteOutcome outcome) => (outcome == RouteOutcome.Usable ? Route() : Refused(outcome, "ENETUNREACH")) with
    {
        NetNamespace = "server",
        RemoteAddress = Source,
        SourceAddress = Target,
        DestinationPrefix = outcome is RouteOutcome.Missing ? null : Everything,
    };

    public RouteAlternative Loser(AlternativeReason reason, string? alias = "eth1") => new()
    {
        DestinationPrefix = Everything,
        NextHop = OtherGateway,
        InterfaceAlias = alias,
        InterfaceIndex = 3,
        TypeOfRoute = RouteType.Unicast,
        Table = "main",
        TableId = 254,
        Reason = reason,
    };

    public NeighborEntry Neighbor(NeighborState state = NeighborState.Reachable, string? address = null) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        IPAddress = address ?? Gateway,
        AddressFamily = Family,
        InterfaceAlias = "eth0",
        InterfaceIndex = 2,
        LinkLayerAddress = state is NeighborState.Reachable or NeighborState.Stale ? "02:00:00:00:00:01" : null,
        State = state,
        NudState = state switch { NeighborState.Unreachable => "FAILED", NeighborState.Absent => "NONE", _ => state.ToString().ToUpperInvariant() },
        Probes = state is NeighborState.Unreachable or NeighborState.Incomplete ? 3 : 0,
    };

    public PacketInterface Link(bool up = true, bool? carrier = true, string alias = "eth0") => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        InterfaceAlias = alias,
        InterfaceIndex = alias == "eth0" ? 2 : 3,
        AdminUp = up,
        Carrier = up ? carrier : null,
        OperationalStatus = up && carrier == true ? OperationalStatus.Up : OperationalStatus.Down,
        Mtu = 1500,
        LinkType = "ether",
    };

    /// <summary>An attempt with everything in order but the outcome: complete capture, good route, neighbor and link.</summary>
    public SynPathResult Probe(SynOutcome outcome, string? error = null) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        RemoteAddress = Target,
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        TargetName = Target,
        Outcome = outcome,
        SocketError = error,
        LocalAddress = Source,
        LocalPort = 40000,
        InterfaceAlias = "eth0",
        InterfaceIndex = 2,
        TimeoutSeconds = 2,
        CaptureStatus = CaptureStatus.Complete,
        Syns = [Packet(SynPacketKind.Syn, Source, Target, 64)],
        Route = Route(),
        Interface = Link(),
        Neighbor = Neighbor(),
    };

    /// <summary>This host refused at once: no packet, no neighbor, no link.</summary>
    public SynPathResult LocalError(string error, PacketRoute route, string call = "connect") => Probe(SynOutcome.LocalError, error) with
    {
        FailedCall = call,
        Syns = [],
        Route = route,
        Interface = null,
        Neighbor = null,
        InterfaceAlias = route.InterfaceAlias,
    };

    /// <summary>A handshake that completed.</summary>
    public SynPathResult Open() => Probe(SynOutcome.Open) with
    {
        RttMilliseconds = 0.7,
        Replies = [Packet(SynPacketKind.SynAck, Target, Source, 62)],
    };

    /// <summary>A port that a RST answers.</summary>
    public SynPathResult Refused(int ttl = 62) => Probe(SynOutcome.Refused, "ECONNREFUSED") with
    {
        Replies = [Packet(SynPacketKind.Reset, Target, Source, ttl)],
    };

    /// <summary>An attempt that an ICMP error ended; the code is that of IPv4 or of IPv6.</summary>
    public SynPathResult Icmp(string offender, (int Type, int Code) v4, (int Type, int Code) v6, bool isLocal = false) =>
        Probe(SynOutcome.IcmpError, "EHOSTUNREACH") with
        {
            ErrorQueue = [Report(offender, IsIPv6 ? v6 : v4, isLocal)],
            Syns = isLocal ? [] : [Packet(SynPacketKind.Syn, Source, Target, 64)],
        };

    public IcmpReport Report(string offender, (int Type, int Code) kind, bool isLocal) => new()
    {
        Offender = offender,
        OffenderIsLocal = isLocal,
        Origin = IsIPv6 ? "IcmpV6" : "Icmp",
        Type = kind.Type,
        Code = kind.Code,
        ErrorName = "EHOSTUNREACH",
    };

    public SynPacket Packet(SynPacketKind kind, string from, string to, int ttl) => new()
    {
        Kind = kind,
        From = from,
        To = to,
        Ttl = ttl,
        InterfaceAlias = "eth0",
        CapturedAt = Noon,
        SequenceNumber = kind == SynPacketKind.Syn ? 1000 : 9000,
        AcknowledgmentNumber = kind == SynPacketKind.Syn ? 0 : 1001,
    };

    /// <summary>The listener of the target, as the target itself reads it a moment after an attempt.</summary>
    public SocketEntry Listener(int waiting = 0, int halfOpen = 0, long drops = 0) => new()
    {
        ComputerName = "db1",
        NetNamespace = "green",
        ObservedAt = Noon.AddSeconds(3),
        Kind = SocketKind.Stream,
        Protocol = TransportProtocol.Tcp,
        AddressFamily = Family,
        State = SocketState.Listen,
        LocalAddress = IsIPv6 ? "::" : "0.0.0.0",
        LocalPort = 443,
        RemoteAddress = IsIPv6 ? "::" : "0.0.0.0",
        AcceptQueueLength = waiting,
        AcceptQueueLimit = 8,
        SynQueueLength = halfOpen,
        AskedAddress = Target,
        AskedPort = 443,
        Cookie = 1,
        OwningProcess = 77,
        OwningProcessName = "served",
        Memory = new SocketMemory { Drops = drops },
    };

    /// <summary>The target's statement that nothing listens.</summary>
    public SocketEntry AbsentListener() => Listener() with
    {
        State = SocketState.Absent,
        ObservedAt = Noon.AddSeconds(4),
        LocalAddress = Target,
        AcceptQueueLength = null,
        AcceptQueueLimit = null,
        SynQueueLength = null,
        Cookie = 0,
        OwningProcess = null,
        OwningProcessName = null,
        Memory = null,
    };

    /// <summary>A connection of this host that is stuck in SYN_SENT.</summary>
    public SocketEntry Stuck(int retransmits = 3) => Listener() with
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        State = SocketState.SynSent,
        LocalAddress = Source,
        LocalPort = 40001,
        RemoteAddress = Target,
        RemotePort = 443,
        AskedAddress = null,
        AskedPort = 0,
        AcceptQueueLength = null,
        AcceptQueueLimit = null,
        SynQueueLength = null,
        Cookie = 3,
        Timer = SocketTimer.Retransmit,
        TimerMilliseconds = 900,
        Retransmits = retransmits,
    };

    /// <summary>A UDP socket whose buffer is full.</summary>
    public SocketEntry Receiver(long drops) => Listener() with
    {
        Kind = SocketKind.Datagram,
        Protocol = TransportProtocol.Udp,
        State = SocketState.Unconnected,
        ObservedAt = Noon,
        LocalPort = 5000,
        AskedAddress = null,
        AskedPort = 0,
        AcceptQueueLength = null,
        AcceptQueueLimit = null,
        SynQueueLength = null,
        Cookie = 7,
        ReceiveQueueBytes = 4000,
        Memory = new SocketMemory { ReceiveBytes = 212000, ReceiveLimitBytes = 212992, Drops = drops },
    };

    public PathHop Hop(int ttl, string? address) => new() { Ttl = ttl, Address = address, IcmpType = address is null ? null : IsIPv6 ? 3 : 11, IcmpCode = 0 };

    /// <summary>A path MTU probe: by default everything passes, there and back.</summary>
    public MtuProbeResult Mtu(MtuOutcome outcome = MtuOutcome.Clear, int path = 1500) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        RemoteAddress = Target,
        TargetName = Target,
        Protocol = IsIPv6 ? TransportProtocol.IcmpV6 : TransportProtocol.Icmp,
        Outcome = outcome,
        Method = MtuMethod.Icmp,
        PathMtu = path,
        ReversePathMtu = path,
        DirectionsSeparated = true,
        LimitDirection = path == 1500 ? MtuDirection.None : MtuDirection.Forward,
        SmallestLost = path == 1500 ? null : path + 1,
        InterfaceMtu = 1500,
        InterfaceAlias = "eth0",
        LocalAddress = Source,
        CaptureStatus = CaptureStatus.Complete,
        Route = Route(),
        Interface = Link(),
        Neighbor = Neighbor(),
        Probes =
        [
            new() { Method = MtuMethod.Icmp, Size = 1500, Result = path == 1500 ? MtuPacketResult.Passed : MtuPacketResult.Lost },
            new() { Method = MtuMethod.Icmp, Size = path, Result = MtuPacketResult.Passed, From = Target },
        ],
        PacketTooBig = outcome switch
        {
            MtuOutcome.Reduced => [TooBig(path, PacketTooBigJudgement.Believed)],
            MtuOutcome.BlackHole => [new() { SentSize = path + 1, Judgement = PacketTooBigJudgement.Missing, Reason = "packets of this size vanish and no report came" }],
            _ => [],
        },
        BlackHoleHop = outcome != MtuOutcome.BlackHole ? null : new()
        {
            Size = path + 1, LastGoodTtl = 1, LastGood = Gateway, FirstBadTtl = 2, FirstBad = FarRouter,
        },
    };

    /// <summary>A Packet Too Big from the gateway.</summary>
    public PacketTooBigReport TooBig(int mtu, PacketTooBigJudgement judgement, bool reachedSocket = true) => new()
    {
        From = Gateway, Mtu = mtu, SentSize = 1500, Judgement = judgement, Reason = "so it was found", ReachedSocket = reachedSocket,
    };
}

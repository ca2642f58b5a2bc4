namespace PacketPath.Diagnosis;

/// <summary>Everything known about one target, newest first, and the questions the fault rules ask of it.</summary>
internal sealed partial class EvidenceSet
{
    /// <summary>The target.</summary>
    public required TargetKey Key { get; init; }

    /// <summary>The host, as the evidence spells it.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The attempts on this target, newest first.</summary>
    public IReadOnlyList<SynPathResult> Probes { get; init; } = [];

    /// <summary>The path MTU probes of this address, whatever their port, newest first.</summary>
    public IReadOnlyList<MtuProbeResult> MtuProbes { get; init; } = [];

    /// <summary>What application probes saw of this target, newest first.</summary>
    public IReadOnlyList<ApplicationEvidence> Applications { get; init; } = [];

    /// <summary>The lookup of the name that the target was given by; null where it was given by address, or nobody looked.</summary>
    public NameResolution? Name { get; init; }

    /// <summary>True where the target is a name, and no address of it is known or was tried.</summary>
    public bool IsNameOnly { get; init; }

    /// <summary>A connection to this target that was there already, where no attempt was made; null elsewhere.</summary>
    public ConnectionState? Connection { get; init; }

    /// <summary>What this host said of connections that come in, where no attempt was made; null elsewhere.</summary>
    public ListeningResult? Inbound { get; init; }

    /// <summary>The attempts on other ports of the same address.</summary>
    public IReadOnlyList<SynPathResult> Siblings { get; init; } = [];

    /// <summary>The route lookups for this target, newest first.</summary>
    public IReadOnlyList<PacketRoute> Routes { get; init; } = [];

    /// <summary>The neighbor entries of the next hop, newest first.</summary>
    public IReadOnlyList<NeighborEntry> Neighbors { get; init; } = [];

    /// <summary>The readings of the egress interface, newest first.</summary>
    public IReadOnlyList<PacketInterface> Interfaces { get; init; } = [];

    /// <summary>The readings of every other interface of the host.</summary>
    public IReadOnlyList<PacketInterface> OtherInterfaces { get; init; } = [];

    /// <summary>The policy rules of the host.</summary>
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>The firewall of the host, as often as it was read.</summary>
    public IReadOnlyList<FirewallHook> Firewall { get; init; } = [];

    /// <summary>What was read where this flow passes or ends: on routers, on the target.</summary>
    public IReadOnlyList<FarHost> Elsewhere { get; init; } = [];

    /// <summary>Lookups on this host of the flow's answer as it came in, newest first.</summary>
    public IReadOnlyList<PacketRoute> ReplyRoutes { get; init; } = [];

    /// <summary>Connections to this target under way (SYN_SENT), newest reading first.</summary>
    public IReadOnlyList<SocketEntry> Attempts { get; init; } = [];

    /// <summary>A connection to this target whose peer acknowledges and has never answered; null where none is known.</summary>
    public SilentTalk? SilentTalk { get; init; }

    /// <summary>The sockets of the host that has the target's address.</summary>
    public TargetSockets TargetSockets { get; init; } = TargetSockets.None;

    /// <summary>The readings of one receiving socket, newest first, where it stands for itself.</summary>
    public IReadOnlyList<SocketEntry> Receiver { get; init; } = [];

    /// <summary>The loss counters that collectors read in this namespace, at whatever time.</summary>
    public IReadOnlyList<CounterSnapshot> Counters { get; init; } = [];

    /// <summary>The readings of connection tracking in this namespace.</summary>
    public IReadOnlyList<ConntrackStats> Conntrack { get; init; } = [];

    /// <summary>The tracked connections read in this namespace.</summary>
    public IReadOnlyList<ConntrackEntry> Connections { get; init; } = [];

    /// <summary>What other hosts said of connections that come in to this target, beside the attempt that counts.</summary>
    public IReadOnlyList<FarInbound> FarInbounds { get; init; } = [];

    /// <summary>What captures in other places saw of the attempt that counts; null where there are none.</summary>
    public TwoEnds? TwoEnds { get; init; }

    /// <summary>The server's socket of the attempt that counts, where it still waits for the end of the handshake; null where none was read.</summary>
    public SocketEntry? HalfOpen { get; init; }

    /// <summary>What is known of the attempt that the target made upon this host; null where it made none.</summary>
    public EvidenceSet? Opposite { get; init; }

    /// <summary>True where the attempt was put together from captured packets: no socket was asked.</summary>
    public bool IsSighted { get; init; }

    /// <summary>The attempt that counts: the newest, unless a later lookup shows that the host has changed since it succeeded.</summary>
    public SynPathResult? Probe => Probes.Count == 0 || IsOvertaken(Probes[0]) ? null : Probes[0];

    /// <summary>The path MTU probe that counts: the newest.</summary>
    public MtuProbeResult? Mtu => MtuProbes.Count == 0 ? null : MtuProbes[0];

    /// <summary>The route that counts.</summary>
    public PacketRoute? Route => Routes.Count == 0 ? null : Routes[0];

    /// <summary>The next hop's neighbor entry that counts.</summary>
    public NeighborEntry? Neighbor => Neighbors.Count == 0 ? null : Neighbors[0];

    /// <summary>The reading of the egress interface that counts.</summary>
    public PacketInterface? Interface => Interfaces.Count == 0 ? null : Interfaces[0];

    /// <summary>The destination address; empty for evidence about this host alone.</summary>
    public string RemoteAddress => Key.RemoteAddress;

    /// <summary>The destination as a person writes it.</summary>
    public string Target => TargetKey.Text(RemoteAddress, Key.RemotePort);

    /// <summary>True where the destination is IPv6.</summary>
    public bool IsIPv6 => RemoteAddress.Contains(':');

    /// <summary>True where no destination was asked about: a neighbor, an interface or rules alone.</summary>
    public bool IsHostOnly => Probes.Count == 0 && Routes.Count == 0 && Attempts.Count == 0 && MtuProbes.Count == 0 && Applications.Count == 0 && SilentTalk is null && Inbound is null && !IsNameOnly;

    /// <summary>The target as the user wrote it; empty where nobody wrote it.</summary>
    public string TargetName => Name?.Lookup.TargetName ?? Probe?.TargetName ?? Current.FirstOrDefault()?.TargetName ?? Mtu?.TargetName ?? "";

    /// <summary>The time of the newest observation.</summary>
    public DateTime ObservedAt => Everything.Select(e => e.ObservedAt).DefaultIfEmpty().Max();

    private IEnumerable<PacketEvidence> Everything =>
        Probes.Concat<PacketEvidence>(MtuProbes).Concat(Applications).Concat(Routes).Concat(Neighbors).Concat(Interfaces).Concat(Rules).Concat(Attempts).Concat(Receiver).Concat(TargetSockets.Readings).Concat(Inbound is null ? [] : [Inbound])
            .Concat(SilentTalk is null ? [] : [SilentTalk.Last]);

    private bool IsOvertaken(SynPathResult probe) =>
        probe.Outcome == SynOutcome.Open && Routes.Count > 0
        && Routes[0].ObservedAt > probe.ObservedAt && Routes[0].Outcome != RouteOutcome.Usable;
}

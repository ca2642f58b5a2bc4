namespace PacketPath.Diagnosis;

/// <content>The questions the fault rules ask.</content>
internal sealed partial class EvidenceSet
{
    /// <summary>True where the newest attempt completed its handshake, or its datagram was answered.</summary>
    public bool IsOpen => Probe?.Outcome == SynOutcome.Open;

    /// <summary>A handshake that completed here and not there; null where none is known.</summary>
    public LastAck? LastAck => (_lastAck = _lastAck.IsKnown ? _lastAck : (true, Diagnosis.LastAck.Of(this))).Lost;

    /// <summary>True where the target answered the packets of a path MTU probe.</summary>
    public bool HeardOfMtu => Mtu is { } mtu && mtu.Probes.Any(p => p.Result == MtuPacketResult.Passed);

    /// <summary>True where the target answered an application probe over UDP.</summary>
    public bool IsHeardByDatagram => Current.Any(a => ApplicationAnswers.IsHeardByDatagram(a) && Stands(a));

    /// <summary>The newest result of each question put to an application.</summary>
    public IEnumerable<ApplicationEvidence> Current => Applications.DistinctBy(static a => (a.GetType(), ApplicationAnswers.Question(a)));

    /// <summary>True where the newest evidence of the target is that it answers: large packets and what lies beyond are all that is left to judge.</summary>
    public bool IsReached => IsOpen || IsHeardByDatagram || (Probe is null && Attempts.Count == 0 && (HeardOfMtu || SilentTalk is not null)) || IsConnected;

    /// <summary>True where a connection stands and its packets come through: at most, one end does not read.</summary>
    public bool IsConnected => Probe is null && Attempts.Count == 0 && Connection is { IsRetransmitting: false };

    /// <summary>True where nobody beyond this host has been heard: no attempt was made, or it ended here or in silence.</summary>
    public bool IsUnanswered => Probe is null ? !HeardOfMtu && SilentTalk is null && !IsConnected
        : (Probe.Outcome is SynOutcome.NoReply or SynOutcome.LocalError or SynOutcome.NeighborFailed
            && Probe.Replies.Length == 0 && !RemoteReports.Any());

    /// <summary>True where datagrams are what was sent.</summary>
    public bool IsUdp => Key.Protocol == TransportProtocol.Udp;

    /// <summary>What was sent first, in a word.</summary>
    public string Unit => IsUdp ? "datagram" : "SYN";

    /// <summary>True where the attempt timed out in silence, or what it sent was dropped under way through this host.</summary>
    public bool IsSilent => Probe?.Outcome == SynOutcome.NoReply || SendDropped is not null;

    /// <summary>The error by which the kernel says that it dropped a datagram after the routes had let it pass: EPERM of a hook or program, ENOBUFS of a queue. Of a SYN it says nothing. Null where it said none.</summary>
    public string? SendDropped => Probe is { Protocol: TransportProtocol.Udp, Outcome: SynOutcome.LocalError, FailedCall: "send", SocketError: "EPERM" or "ENOBUFS" } probe ? probe.SocketError : null;

    /// <summary>The answer of the target itself to a control datagram to a closed port of it: the way there and back works, and the host is up. Null where there is none.</summary>
    public SynPacket? ControlAnswer => IsUdp && Probe?.ControlReply is { } control && TargetKey.Canonical(control.From) == RemoteAddress ? control : null;

    /// <summary>True where the capture stood and lost nothing, so that absence counts.</summary>
    public bool CaptureIsComplete => Probe?.CaptureStatus == CaptureStatus.Complete;

    /// <summary>True where a SYN, or a datagram, was captured leaving.</summary>
    public bool SynSeen => Probe?.Syns.Length > 0;

    /// <summary>True where a complete capture saw none leave, or the kernel said that it dropped it.</summary>
    public bool SynAbsent => (CaptureIsComplete || SendDropped is not null) && !SynSeen;

    /// <summary>The SYN-ACK, or the datagram, captured coming back; null where none was.</summary>
    public SynPacket? SynAck => Probe?.Replies.FirstOrDefault(r => r.Kind is SynPacketKind.SynAck or SynPacketKind.Datagram);

    /// <summary>The RST captured coming back; null where none was.</summary>
    public SynPacket? Reset => Probe?.Replies.FirstOrDefault(r => r.Kind == SynPacketKind.Reset);

    /// <summary>The error-queue reports that came from beyond this host.</summary>
    public IEnumerable<IcmpReport> RemoteReports =>
        Probe?.ErrorQueue.Where(r => !IsLocal(r) && r.Offender.Length > 0) ?? [];

    /// <summary>The error-queue reports made by this host itself.</summary>
    public IEnumerable<IcmpReport> LocalReports => Probe?.ErrorQueue.Where(IsLocal) ?? [];

    /// <summary>The hops of a TTL walk that answered, target excluded.</summary>
    public IReadOnlyList<PathHop> AnsweringHops =>
        Probe?.Hops.Where(h => h.Address is not null && !h.IsTarget).OrderBy(h => h.Ttl).ToArray() ?? [];

    /// <summary>A connection that is stuck, where nothing was tried anew: it sent its SYN, or its data, more than once and heard nothing. The one that has tried longest.</summary>
    public SocketEntry? Stuck => Probe is not null ? null
        : Attempts.Where(s => s.Retransmits > 0).MaxBy(s => s.Retransmits) ?? (Connection is { IsRetransmitting: true } stuck ? stuck.Last : null);

    /// <summary>True where the target is an address of this host.</summary>
    public bool TargetIsLocal => Route?.TypeOfRoute == RouteType.Local;

    /// <summary>The egress interface's name; empty where unknown.</summary>
    public string InterfaceAlias =>
        Route?.InterfaceAlias ?? Probe?.InterfaceAlias ?? Interface?.InterfaceAlias ?? Neighbor?.InterfaceAlias ?? "";

    /// <summary>True where the link is up with carrier, false where it is not; null where nobody looked.</summary>
    public bool? LinkIsUsable => Interface is null ? null : Interface.AdminUp && !LacksCarrier(Interface);

    /// <summary>What is known of the next hop's link-layer address.</summary>
    public NextHopState NextHop
    {
        get
        {
            if (Neighbor is { } entry)
            {
                return entry.State switch
                {
                    NeighborState.Unreachable => NextHopState.Failed,
                    NeighborState.Incomplete => NextHopState.Resolving,
                    NeighborState.Absent => NextHopState.Absent,
                    NeighborState.NotRequired => NextHopState.NotNeeded,
                    _ => NextHopState.Known,
                };
            }

            return Route is { Outcome: RouteOutcome.Usable, NeighborAddress: null, NextHop: null }
                ? NextHopState.NotNeeded
                : NextHopState.Unknown;
        }
    }

    /// <summary>The address to be resolved on the link; empty where unknown.</summary>
    public string NextHopAddress =>
        Neighbor?.IPAddress is { Length: > 0 } address ? address : Route?.NeighborAddress ?? Route?.NextHop ?? RemoteAddress;

    /// <summary>The loss counters of this namespace that moved during the attempt that counts: by the probe's own reading, or by collectors that ran before and after it.</summary>
    public IReadOnlyList<CounterChange> CounterChanges => _counterChanges ??= CounterWindow.All(Probe, Counters);

    /// <summary>The neighbor table that had no room for new entries during the attempt; null where none moved its counter.</summary>
    public CounterChange? FullNeighborTable => CounterChanges.FirstOrDefault(c =>
        c is { Source: "NeighborTable", Counter: "table_fulls" } && c.Object == (IsIPv6 ? "ndisc_cache" : "arp_cache"));

    /// <summary>The losses counted during the attempt on the way out of the egress interface: by its queue, or by the device.</summary>
    public IEnumerable<CounterChange> EgressLosses => InterfaceAlias.Length == 0 ? [] : CounterChanges.Where(c => c switch
    {
        { Source: "Qdisc", Counter: "drops" } => c.Object == InterfaceAlias || c.Object?.StartsWith(InterfaceAlias + " ", StringComparison.Ordinal) == true,
        { Source: "Interface" } => c.Object == InterfaceAlias && c.Counter.StartsWith("tx_", StringComparison.Ordinal) && c.Counter != "tx_packets",
        _ => false,
    });

    /// <summary>True where an IPsec policy may have sent the packet encrypted, and nobody could look.</summary>
    public bool IpsecIsUnknown => Probe?.NotObserved.Any(m => m.What == MissingObservation.IpsecPolicies) == true;

    /// <summary>True where the interface is up but has no carrier.</summary>
    public static bool LacksCarrier(PacketInterface link) => link.AdminUp
        && (link.Carrier == false || (link.Carrier is null
            && link.OperationalStatus is OperationalStatus.Down or OperationalStatus.LowerLayerDown or OperationalStatus.NotPresent));

    /// <summary>What an ICMP report says went wrong.</summary>
    public IcmpCause CauseOf(IcmpReport report) =>
        IcmpCauses.Of(report.Origin == "IcmpV6" || (report.Origin != "Icmp" && IsIPv6), report.Type, report.Code);

    // What was heard clears the path for as long as nothing newer says otherwise.
    private bool Stands(ApplicationEvidence heard)
    {
        var end = heard.ObservedAt.AddMilliseconds(heard.ElapsedMilliseconds);
        return (Probes.Count == 0 || ReferenceEquals(heard.TcpPath, Probes[0]) || end >= Probes[0].ObservedAt)
            && (Routes.Count == 0 || Routes[0].Outcome == RouteOutcome.Usable || end >= Routes[0].ObservedAt);
    }

    private IReadOnlyList<CounterChange>? _counterChanges;

    private (bool IsKnown, LastAck? Lost) _lastAck;

    private static bool IsLocal(IcmpReport report) => report.OffenderIsLocal || report.Origin == "Local";
}

/// <summary>What is known of the next hop's link-layer address.</summary>
internal enum NextHopState
{
    /// <summary>Nobody looked.</summary>
    Unknown,

    /// <summary>The link needs none.</summary>
    NotNeeded,

    /// <summary>It is known.</summary>
    Known,

    /// <summary>Solicitations are going out.</summary>
    Resolving,

    /// <summary>Solicitations went unanswered.</summary>
    Failed,

    /// <summary>There is no entry: nothing has asked for it yet.</summary>
    Absent,
}

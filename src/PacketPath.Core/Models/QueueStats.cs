namespace PacketPath;

/// <summary>The counters of one place where packets wait or are lost: a queuing discipline, a class, an interface, one of its queues, a processor's backlog, a protocol.</summary>
public sealed record QueueStats : PacketEvidence
{
    /// <summary>What sort of place it is.</summary>
    public QueueKind Kind { get; init; }

    /// <summary>Its name: the discipline's kind (<c>tbf</c>), the interface, the queue (<c>rx 0</c>), the processor (<c>cpu 1</c>), the counter as nstat spells it (<c>TcpExtListenOverflows</c>).</summary>
    public string Name { get; init; } = "";

    /// <summary>The interface's name; null for processors and protocols.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's index; 0 for processors and protocols.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The handle of a discipline (<c>8001:</c>) or class (<c>1:10</c>) as tc writes it; null elsewhere.</summary>
    public string? Handle { get; init => field = EmptyText.AsNull(value); }

    /// <summary>What it hangs on: <c>root</c>, <c>ingress</c>, or a class such as <c>1:10</c>; null elsewhere.</summary>
    public string? Parent { get; init => field = EmptyText.AsNull(value); }

    /// <summary>How deep it hangs in the interface's tree; the root is 0.</summary>
    public int Depth { get; init; }

    /// <summary>True where the counters are of the whole host, not of the network namespace: those of processors.</summary>
    public bool IsHostWide { get; init; }

    /// <summary>How many packets it holds at most; null where it has no such limit.</summary>
    public long? LimitPackets { get; init; }

    /// <summary>How many bytes it holds at most; null where it has no such limit.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>The rate it shapes to, in bits per second; null where it does not.</summary>
    public long? RateBitsPerSecond { get; init; }

    /// <summary>The rate it may borrow up to, in bits per second; null where it has none.</summary>
    public long? CeilingBitsPerSecond { get; init; }

    /// <summary>Packets that went out by it; null where none do.</summary>
    public long? SentPackets { get; init; }

    /// <summary>Bytes that went out by it; null where that is not counted.</summary>
    public long? SentBytes { get; init; }

    /// <summary>Packets that came in by it; null where none do.</summary>
    public long? ReceivedPackets { get; init; }

    /// <summary>Bytes that came in by it; null where that is not counted.</summary>
    public long? ReceivedBytes { get; init; }

    /// <summary>Packets lost here: the sum of the counters of meaning Drop that do not count the same packet twice.</summary>
    public long Drops { get; init; }

    /// <summary>Packets spoilt here, or signs of trouble: errors, exhausted budgets, pruned buffers.</summary>
    public long Errors { get; init; }

    /// <summary>Packets that had to wait for the rate; null where that is not counted.</summary>
    public long? Overlimits { get; init; }

    /// <summary>Packets given back by a busy device; null where that is not counted.</summary>
    public long? Requeues { get; init; }

    /// <summary>Packets waiting now; null where that is not counted.</summary>
    public long? BacklogPackets { get; init; }

    /// <summary>Bytes waiting now; null where that is not counted.</summary>
    public long? BacklogBytes { get; init; }

    /// <summary>The sample's number, from 1; null for a single reading.</summary>
    public int? Sample { get; init; }

    /// <summary>The seconds since the reading that the changes count from; null for a single reading.</summary>
    public double? IntervalSeconds { get; init; }

    /// <summary>Packets lost during the interval; null for a single reading.</summary>
    public long? DropsDelta { get; init; }

    /// <summary>Errors during the interval; null for a single reading.</summary>
    public long? ErrorsDelta { get; init; }

    /// <summary>Packets sent during the interval; null for a single reading.</summary>
    public long? SentPacketsDelta { get; init; }

    /// <summary>Packets received during the interval; null for a single reading.</summary>
    public long? ReceivedPacketsDelta { get; init; }

    /// <summary>Packets lost per second; null for a single reading.</summary>
    public double? DropsPerSecond { get; init; }

    /// <summary>Packets sent per second; null for a single reading.</summary>
    public double? SentPacketsPerSecond { get; init; }

    /// <summary>Bits sent per second; null for a single reading.</summary>
    public double? SentBitsPerSecond { get; init; }

    /// <summary>Packets received per second; null for a single reading.</summary>
    public double? ReceivedPacketsPerSecond { get; init; }

    /// <summary>Bits received per second; null for a single reading.</summary>
    public double? ReceivedBitsPerSecond { get; init; }

    /// <summary>Every counter by the kernel's own name.</summary>
    public QueueCounter[] Counters { get; init; } = [];

    /// <summary>What could not be looked at, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() =>
        $"{(InterfaceAlias is null || InterfaceAlias == Name ? "" : InterfaceAlias + " ")}{Name}{(Handle is null ? "" : " " + Handle)}: {Drops} dropped";
}

/// <summary>The places where packets wait or are lost.</summary>
public enum QueueKind
{
    /// <summary>A queuing discipline (RTM_GETQDISC).</summary>
    Qdisc,

    /// <summary>A class of a discipline (RTM_GETTCLASS).</summary>
    Class,

    /// <summary>The interface itself (struct rtnl_link_stats64).</summary>
    Interface,

    /// <summary>One hardware or driver queue (NETDEV_CMD_QSTATS_GET, ETHTOOL_GSTATS).</summary>
    InterfaceQueue,

    /// <summary>A ring of descriptors between driver and hardware (ETHTOOL_GRINGPARAM).</summary>
    Ring,

    /// <summary>One processor's backlog of received packets (/proc/net/softnet_stat). It is of the whole host.</summary>
    Softnet,

    /// <summary>A protocol counter that tells of losses (/proc/net/netstat, snmp, snmp6).</summary>
    Protocol,
}

/// <summary>One counter of a queue.</summary>
public sealed record QueueCounter
{
    /// <summary>The kernel's or driver's own name: <c>drops</c>, <c>rx_missed_errors</c>, <c>time_squeeze</c>, <c>ListenOverflows</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it tells of.</summary>
    public CounterMeaning Meaning { get; init; }

    /// <summary>Its value.</summary>
    public long Value { get; init; }

    /// <summary>By how much it rose during the interval; null for a single reading.</summary>
    public long? Delta { get; init; }

    /// <summary>How fast it rose, per second; null for a single reading.</summary>
    public double? PerSecond { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => Delta is null ? $"{Name} {Value}" : $"{Name} +{Delta}";
}

/// <summary>What a counter tells of.</summary>
public enum CounterMeaning
{
    /// <summary>Work done: packets, bytes.</summary>
    Traffic,

    /// <summary>Packets lost for want of room.</summary>
    Drop,

    /// <summary>Packets spoilt or refused, and signs of trouble.</summary>
    Error,

    /// <summary>A size or a level, which goes up and down.</summary>
    State,
}

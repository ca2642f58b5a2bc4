namespace PacketPath;

/// <summary>The counters of connection tracking, of one CPU or of all, and how full the table is (IPCTNL_MSG_CT_GET_STATS_CPU, nf_conntrack sysctls).</summary>
public sealed record ConntrackStats : PacketEvidence
{
    /// <summary>False where connection tracking is not loaded: nothing is tracked, and every number is 0 or null.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>The CPU that counted; null for the total.</summary>
    public int? Cpu { get; init; }

    /// <summary>Entries found by a lookup that the kernel counts: nowadays tuples that NAT found taken.</summary>
    public long Found { get; init; }

    /// <summary>Packets that could not be tracked: they fit no connection, or are malformed.</summary>
    public long Invalid { get; init; }

    /// <summary>Entries inserted; kernels since 4.9 leave it at 0.</summary>
    public long Insert { get; init; }

    /// <summary>Entries that could not be inserted because an entry with the same tuple was there: their packets were dropped.</summary>
    public long InsertFailed { get; init; }

    /// <summary>Packets dropped by connection tracking itself: no entry could be made or inserted.</summary>
    public long Drop { get; init; }

    /// <summary>Entries not yet assured that were thrown out to make room in a full table.</summary>
    public long EarlyDrop { get; init; }

    /// <summary>Packets refused by a protocol's tracker.</summary>
    public long Error { get; init; }

    /// <summary>Lookups restarted because the table was resized.</summary>
    public long SearchRestart { get; init; }

    /// <summary>Insertions that clashed and were resolved without loss.</summary>
    public long ClashResolve { get; init; }

    /// <summary>Packets dropped because their hash bucket held too many entries.</summary>
    public long ChainTooLong { get; init; }

    /// <summary>Expected connections created.</summary>
    public long ExpectationsCreated { get; init; }

    /// <summary>Connections that came as expected.</summary>
    public long ExpectationsMatched { get; init; }

    /// <summary>Expected connections deleted.</summary>
    public long ExpectationsDeleted { get; init; }

    /// <summary>Entries of this namespace; null for a single CPU or where it could not be read.</summary>
    public long? Count { get; init; }

    /// <summary>The limit that each namespace's own count is held against (nf_conntrack_max); 0 is no limit.</summary>
    public long? Max { get; init; }

    /// <summary>Count as a share of Max, in percent; null where there is no limit.</summary>
    public double? UsagePercent { get; init; }

    /// <summary>The buckets of the hash table (nf_conntrack_buckets), which all namespaces share.</summary>
    public long? Buckets { get; init; }

    /// <summary>Connections expected now; null where it could not be read.</summary>
    public long? ExpectationCount { get; init; }

    /// <summary>The limit of expected connections (nf_conntrack_expect_max).</summary>
    public long? ExpectationMax { get; init; }

    /// <summary>True where packets and bytes of each entry are counted (nf_conntrack_acct).</summary>
    public bool? Accounting { get; init; }

    /// <summary>True where packets outside a connection's window are let pass as valid (nf_conntrack_tcp_be_liberal).</summary>
    public bool? TcpBeLiberal { get; init; }

    /// <summary>True where a connection is picked up in its middle (nf_conntrack_tcp_loose).</summary>
    public bool? TcpLoose { get; init; }

    /// <summary>The timeouts in force in this namespace.</summary>
    public ConntrackTimeout[] Timeouts { get; init; } = [];

    /// <summary>Seconds since the sample before; null on a single reading.</summary>
    public double? IntervalSeconds { get; init; }

    /// <summary>What the counters went up by since the sample before; null on a single reading.</summary>
    public ConntrackCounters? Delta { get; init; }

    /// <summary>The same, for each second; null on a single reading.</summary>
    public ConntrackRates? PerSecond { get; init; }

    /// <summary>What could not be read, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"conntrack {(Cpu is { } cpu ? $"cpu {cpu}" : $"{Count} of {Max} entries")}: {Invalid} invalid, {InsertFailed} insert failed, {Drop} dropped");
}

/// <summary>A timeout of connection tracking.</summary>
public sealed record ConntrackTimeout
{
    /// <summary>The protocol: tcp, udp, icmp, icmpv6, sctp, gre or generic.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The connection's state, for example <c>established</c>; empty where the protocol has one timeout for all.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Seconds after which an entry without packets goes.</summary>
    public long Seconds { get; init; }

    /// <summary>The sysctl that sets it.</summary>
    public string Setting { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant($"{Protocol}{(Phase.Length == 0 ? "" : " " + Phase)} {Seconds}s");
}

/// <summary>Differences of conntrack counters between two samples.</summary>
public sealed record ConntrackCounters
{
    /// <summary>See ConntrackStats.</summary>
    public long Found { get; init; }

    /// <summary>Packets that could not be tracked.</summary>
    public long Invalid { get; init; }

    /// <summary>Entries inserted; kernels since 4.9 do not count them.</summary>
    public long Insert { get; init; }

    /// <summary>Entries that could not be inserted.</summary>
    public long InsertFailed { get; init; }

    /// <summary>Packets dropped by connection tracking itself.</summary>
    public long Drop { get; init; }

    /// <summary>Entries thrown out of a full table.</summary>
    public long EarlyDrop { get; init; }

    /// <summary>Packets refused by a protocol's tracker.</summary>
    public long Error { get; init; }

    /// <summary>Lookups restarted.</summary>
    public long SearchRestart { get; init; }

    /// <summary>Clashes resolved without loss.</summary>
    public long ClashResolve { get; init; }

    /// <summary>Packets dropped for an overlong hash bucket.</summary>
    public long ChainTooLong { get; init; }

    /// <summary>The growth of the table, which may be negative; null for a single CPU.</summary>
    public long? Count { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Count:+0;-0;0} entries, {Invalid} invalid, {InsertFailed} insert failed, {Drop} dropped, {EarlyDrop} dropped early");
}

/// <summary>Differences of conntrack counters, for each second.</summary>
public sealed record ConntrackRates
{
    /// <summary>See ConntrackStats.</summary>
    public double Found { get; init; }

    /// <summary>Packets that could not be tracked.</summary>
    public double Invalid { get; init; }

    /// <summary>Entries inserted; kernels since 4.9 do not count them.</summary>
    public double Insert { get; init; }

    /// <summary>Entries that could not be inserted.</summary>
    public double InsertFailed { get; init; }

    /// <summary>Packets dropped by connection tracking itself.</summary>
    public double Drop { get; init; }

    /// <summary>Entries thrown out of a full table.</summary>
    public double EarlyDrop { get; init; }

    /// <summary>Packets refused by a protocol's tracker.</summary>
    public double Error { get; init; }

    /// <summary>Lookups restarted.</summary>
    public double SearchRestart { get; init; }

    /// <summary>Clashes resolved without loss.</summary>
    public double ClashResolve { get; init; }

    /// <summary>Packets dropped for an overlong hash bucket.</summary>
    public double ChainTooLong { get; init; }

    /// <summary>The growth of the table, which may be negative; null for a single CPU.</summary>
    public double? Count { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Count:+0.#;-0.#;0} entries/s, {Invalid:0.#} invalid/s, {InsertFailed:0.#} insert failed/s, {Drop:0.#} dropped/s");
}

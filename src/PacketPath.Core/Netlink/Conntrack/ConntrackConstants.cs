namespace PacketPath.Netlink.Conntrack;

/// <summary>Messages of the conntrack subsystem (IPCTNL_MSG_*, linux/netfilter/nfnetlink_conntrack.h).</summary>
internal static class ConntrackMessageType
{
    public const byte New = 0;
    public const byte Get = 1;
    public const byte Delete = 2;
    public const byte GetStatsPerCpu = 4;
    public const byte GetStats = 5;
    public const byte ExpectationGet = 1;
    public const byte ExpectationGetStatsPerCpu = 3;
}

/// <summary>Attributes of a connection (CTA_*).</summary>
internal static class ConntrackAttribute
{
    public const ushort TupleOriginal = 1;
    public const ushort TupleReply = 2;
    public const ushort Status = 3;
    public const ushort ProtocolInfo = 4;
    public const ushort Help = 5;
    public const ushort Timeout = 7;
    public const ushort Mark = 8;
    public const ushort CountersOriginal = 9;
    public const ushort CountersReply = 10;
    public const ushort Id = 12;
    public const ushort TupleMaster = 14;
    public const ushort Zone = 18;
    public const ushort SecurityContext = 19;
    public const ushort Timestamp = 20;
    public const ushort MarkMask = 21;
    public const ushort Labels = 22;
    public const ushort Filter = 25;
    public const ushort StatusMask = 26;
}

/// <summary>Attributes of a tuple (CTA_TUPLE_*), its addresses (CTA_IP_*) and its ports (CTA_PROTO_*).</summary>
internal static class TupleAttribute
{
    public const ushort Ip = 1;
    public const ushort Protocol = 2;
    public const ushort Zone = 3;

    public const ushort IPv4Source = 1;
    public const ushort IPv4Destination = 2;
    public const ushort IPv6Source = 3;
    public const ushort IPv6Destination = 4;

    public const ushort Number = 1;
    public const ushort SourcePort = 2;
    public const ushort DestinationPort = 3;
    public const ushort IcmpId = 4;
    public const ushort IcmpType = 5;
    public const ushort IcmpCode = 6;
    public const ushort IcmpV6Id = 7;
    public const ushort IcmpV6Type = 8;
    public const ushort IcmpV6Code = 9;
}

/// <summary>Attributes nested in others: CTA_PROTOINFO_*, CTA_COUNTERS_*, CTA_TIMESTAMP_*, CTA_HELP_*, CTA_SECCTX_*, CTA_FILTER_*.</summary>
internal static class ConntrackDetail
{
    public const ushort ProtocolTcp = 1;
    public const ushort ProtocolSctp = 3;
    public const ushort ProtocolState = 1;
    public const ushort Packets = 1;
    public const ushort Bytes = 2;
    public const ushort Packets32 = 3;
    public const ushort Bytes32 = 4;
    public const ushort Start = 1;
    public const ushort Name = 1;
    public const ushort FilterOriginal = 1;
    public const ushort FilterReply = 2;
}

/// <summary>The parts of a tuple that the kernel compares (CTA_FILTER_F_*, net/netfilter/nf_internals.h).</summary>
[Flags]
internal enum TupleParts : uint
{
    None = 0,
    Source = 1 << 0,
    Destination = 1 << 1,
    Zone = 1 << 2,
    Protocol = 1 << 3,
    SourcePort = 1 << 4,
    DestinationPort = 1 << 5,
}

/// <summary>Attributes of the statistics of one CPU (CTA_STATS_*), of the table (CTA_STATS_GLOBAL_*) and of expectations (CTA_STATS_EXP_*).</summary>
internal static class ConntrackStatsAttribute
{
    public const ushort Found = 2;
    public const ushort Invalid = 4;
    public const ushort Insert = 8;
    public const ushort InsertFailed = 9;
    public const ushort Drop = 10;
    public const ushort EarlyDrop = 11;
    public const ushort Error = 12;
    public const ushort SearchRestart = 13;
    public const ushort ClashResolve = 14;
    public const ushort ChainTooLong = 15;

    public const ushort GlobalEntries = 1;
    public const ushort GlobalMax = 2;

    public const ushort ExpectationNew = 1;
    public const ushort ExpectationCreate = 2;
    public const ushort ExpectationDelete = 3;
}

using System.Runtime.InteropServices;

namespace PacketPath.Netlink.TrafficControl;

/// <summary>RTM_NEWQDISC or RTM_NEWTCLASS, decoded: struct tcmsg and its attributes.</summary>
internal sealed record TcMessage
{
    /// <summary>sizeof(struct tcmsg).</summary>
    public const int FixedSize = 20;

    /// <summary>True for a class.</summary>
    public bool IsClass { get; init; }

    /// <summary>The interface.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The handle.</summary>
    public uint Handle { get; init; }

    /// <summary>The parent's handle.</summary>
    public uint Parent { get; init; }

    /// <summary>The handle of the discipline below a class; 0 where none. For a discipline, its reference count.</summary>
    public uint Info { get; init; }

    /// <summary>The kind: <c>tbf</c>, <c>htb</c> ...</summary>
    public string Kind { get; init; } = "";

    /// <summary>Bytes sent.</summary>
    public ulong Bytes { get; init; }

    /// <summary>Packets sent.</summary>
    public ulong Packets { get; init; }

    /// <summary>Packets waiting.</summary>
    public uint QueueLength { get; init; }

    /// <summary>Bytes waiting.</summary>
    public uint Backlog { get; init; }

    /// <summary>Packets dropped.</summary>
    public uint Drops { get; init; }

    /// <summary>Packets requeued.</summary>
    public uint Requeues { get; init; }

    /// <summary>Packets that had to wait.</summary>
    public uint Overlimits { get; init; }

    /// <summary>The limits and rates in force.</summary>
    public TcLimits Limits { get; init; }

    /// <summary>The kind's own counters.</summary>
    public (string Name, CounterMeaning Meaning, ulong Value)[] Extra { get; init; } = [];

    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static TcMessage Read(in NetlinkMessage message)
    {
        var header = message.Fixed(FixedSize, out var attributes);
        var kind = "";
        ReadOnlySpan<byte> options = default;
        ReadOnlySpan<byte> extra = default;
        TcStatistics legacy = default;
        TcStatistics? statistics = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TcAttribute.Kind:
                    kind = attributes.Text();
                    break;
                case TcAttribute.Options:
                    options = attributes.Value;
                    break;
                case TcAttribute.Statistics:
                    legacy = TcStatistics.ReadLegacy(attributes.Struct(TcStatisticsAttribute.LegacySize));
                    break;
                case TcAttribute.ExtraStatistics when extra.IsEmpty:
                    extra = attributes.Value;
                    break;
                case TcAttribute.Statistics2:
                    statistics = TcStatistics.Read(attributes.Nested(), ref extra);
                    break;
            }
        }

        attributes.Finish();
        var isClass = message.Type == RouteMessage.NewTrafficClass;
        var counted = statistics ?? legacy;
        return new TcMessage
        {
            IsClass = isClass,
            InterfaceIndex = MemoryMarshal.Read<int>(header[4..]),
            Handle = MemoryMarshal.Read<uint>(header[8..]),
            Parent = MemoryMarshal.Read<uint>(header[12..]),
            Info = MemoryMarshal.Read<uint>(header[16..]),
            Kind = kind,
            Bytes = counted.Bytes,
            Packets = counted.Packets,
            QueueLength = counted.QueueLength,
            Backlog = counted.Backlog,
            Drops = counted.Drops,
            Requeues = counted.Requeues,
            Overlimits = counted.Overlimits,
            Limits = TcLimits.Read(kind, isClass, options),
            Extra = TcExtraCounters.Read(kind, isClass, extra),
        };
    }
}

/// <summary>The counters every discipline and class has.</summary>
internal readonly record struct TcStatistics
{
    /// <summary>Bytes sent.</summary>
    public ulong Bytes { get; init; }

    /// <summary>Packets sent.</summary>
    public ulong Packets { get; init; }

    /// <summary>Packets waiting.</summary>
    public uint QueueLength { get; init; }

    /// <summary>Bytes waiting.</summary>
    public uint Backlog { get; init; }

    /// <summary>Packets dropped.</summary>
    public uint Drops { get; init; }

    /// <summary>Packets requeued.</summary>
    public uint Requeues { get; init; }

    /// <summary>Packets that had to wait.</summary>
    public uint Overlimits { get; init; }

    /// <summary>Decodes TCA_STATS2.</summary>
    /// <param name="attributes">What is inside.</param>
    /// <param name="application">Receives the kind's own counters where they are there.</param>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static TcStatistics Read(AttributeReader attributes, ref ReadOnlySpan<byte> application)
    {
        var statistics = default(TcStatistics);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TcStatisticsAttribute.Basic when attributes.Struct(TcStatisticsAttribute.BasicSize) is { IsEmpty: false } basic:
                    statistics = statistics with
                    {
                        Bytes = MemoryMarshal.Read<ulong>(basic),
                        Packets = Math.Max(statistics.Packets, MemoryMarshal.Read<uint>(basic[8..])),
                    };
                    break;
                case TcStatisticsAttribute.Packets64:
                    statistics = statistics with { Packets = attributes.U64() };
                    break;
                case TcStatisticsAttribute.Queue when attributes.Struct(TcStatisticsAttribute.QueueSize) is { IsEmpty: false } queue:
                    statistics = statistics with
                    {
                        QueueLength = MemoryMarshal.Read<uint>(queue),
                        Backlog = MemoryMarshal.Read<uint>(queue[4..]),
                        Drops = MemoryMarshal.Read<uint>(queue[8..]),
                        Requeues = MemoryMarshal.Read<uint>(queue[12..]),
                        Overlimits = MemoryMarshal.Read<uint>(queue[16..]),
                    };
                    break;
                case TcStatisticsAttribute.Application:
                    application = attributes.Value;
                    break;
            }
        }

        attributes.Finish();
        return statistics;
    }

    /// <summary>Decodes struct tc_stats, which kernels before 2.6.10 had alone.</summary>
    public static TcStatistics ReadLegacy(ReadOnlySpan<byte> data) => data.IsEmpty ? default : new TcStatistics
    {
        Bytes = MemoryMarshal.Read<ulong>(data),
        Packets = MemoryMarshal.Read<uint>(data[8..]),
        Drops = MemoryMarshal.Read<uint>(data[12..]),
        Overlimits = MemoryMarshal.Read<uint>(data[16..]),
        QueueLength = MemoryMarshal.Read<uint>(data[28..]),
        Backlog = MemoryMarshal.Read<uint>(data[32..]),
    };
}

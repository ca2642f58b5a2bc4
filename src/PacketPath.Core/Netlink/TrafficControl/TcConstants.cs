using System.Globalization;

namespace PacketPath.Netlink.TrafficControl;

/// <summary>Attributes of a queuing discipline or class (TCA_*, linux/rtnetlink.h).</summary>
internal static class TcAttribute
{
    public const ushort Kind = 1;
    public const ushort Options = 2;
    public const ushort Statistics = 3;
    public const ushort ExtraStatistics = 4;
    public const ushort Statistics2 = 7;
}

/// <summary>What is inside <see cref="TcAttribute.Statistics2"/> (TCA_STATS_*, linux/gen_stats.h).</summary>
internal static class TcStatisticsAttribute
{
    public const ushort Basic = 1;
    public const ushort Queue = 3;
    public const ushort Application = 4;
    public const ushort Packets64 = 8;

    /// <summary>sizeof(struct gnet_stats_basic) without its padding.</summary>
    public const int BasicSize = 12;

    /// <summary>sizeof(struct gnet_stats_queue).</summary>
    public const int QueueSize = 20;

    /// <summary>The part of struct tc_stats that is read: up to and with backlog.</summary>
    public const int LegacySize = 36;
}

/// <summary>Handles of disciplines and classes: 16 bits of major, 16 of minor number.</summary>
internal static class TcHandle
{
    /// <summary>TC_H_ROOT.</summary>
    public const uint Root = 0xffffffff;

    /// <summary>TC_H_INGRESS, which is TC_H_CLSACT too.</summary>
    public const uint Ingress = 0xfffffff1;

    /// <summary>A discipline's handle as tc writes it.</summary>
    public static string Discipline(uint handle) => (handle >> 16).ToString("x", CultureInfo.InvariantCulture) + ":";

    /// <summary>A class's handle as tc writes it.</summary>
    public static string Class(uint handle) => handle switch
    {
        Root => "root",
        Ingress => "ingress",
        0 => "none",
        _ when handle >> 16 == 0 => ":" + (handle & 0xffff).ToString("x", CultureInfo.InvariantCulture),
        _ => Discipline(handle) + ((handle & 0xffff) == 0 ? "" : (handle & 0xffff).ToString("x", CultureInfo.InvariantCulture)),
    };
}

using System.Net;

namespace PacketPath.Probes;

/// <summary>What the strategy for one target starts from.</summary>
internal sealed record MtuQuestion
{
    private const int Floor4 = 68;
    private const int Floor6 = 1280;
    private const int Small4 = 64;
    private const int Small6 = 88;

    // The MTUs of common links and tunnels, largest first.
    private static readonly int[] Common =
    [
        65535, 16384, 9216, 9000, 8192, 4464, 4352, 2304, 2048, 1500, 1492, 1480, 1476, 1472, 1460, 1454, 1450, 1440, 1430, 1420, 1400, 1380, 1358, 1280, 1006, 576, 296,
    ];

    /// <summary>The target's address.</summary>
    public required IPAddress Target { get; init; }

    /// <summary>The MTU of the egress interface; 0 where unknown.</summary>
    public int InterfaceMtu { get; init; }

    /// <summary>The MTU the routes hold; null where the interface's applies.</summary>
    public int? RouteMtu { get; init; }

    /// <summary>The smallest size of interest; 0 for the protocol's minimum.</summary>
    public int Minimum { get; init; }

    /// <summary>The largest size of interest; 0 for the interface's MTU.</summary>
    public int Maximum { get; init; }

    /// <summary>How to probe.</summary>
    public MtuMethod Method { get; init; }

    /// <summary>True where an ICMP socket could be had.</summary>
    public bool CanEcho { get; init; }

    /// <summary>The highest TTL.</summary>
    public int MaxHops { get; init; } = 30;

    /// <summary>How long to wait while the target has not answered, in nanoseconds.</summary>
    public long Timeout { get; init; } = 1_000_000_000;

    /// <summary>The most packets in one second.</summary>
    public int PerSecond { get; init; } = 64;

    /// <summary>The most packets in all.</summary>
    public int Limit { get; init; } = 200;

    /// <summary>True for IPv6.</summary>
    public bool IsIPv6 => Target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>The size every path carries, to tell loss from size.</summary>
    public int Small => IsIPv6 ? Small6 : Small4;

    /// <summary>The protocol's least MTU.</summary>
    public int Floor => IsIPv6 ? Floor6 : Floor4;

    /// <summary>The smallest size to try for its own sake.</summary>
    public int Bottom => Math.Min(Top, Math.Max(Minimum == 0 ? Floor : Minimum, Small + 1));

    /// <summary>The largest size that can be sent and is of interest.</summary>
    public int Top
    {
        get
        {
            var most = IsIPv6 ? 65535 + 40 : 65535;
            var link = InterfaceMtu == 0 ? 1500 : Math.Min(InterfaceMtu, most);
            return Maximum == 0 ? link : Math.Min(link, Maximum);
        }
    }

    /// <summary>The sizes worth trying first, largest first: the top, what the routes hold, and the common ones.</summary>
    public IReadOnlyList<int> Candidates() =>
        [.. Common.Append(RouteMtu ?? 0).Append(Top).Append(Bottom).Where(s => s >= Bottom && s <= Top).Distinct().OrderDescending()];
}

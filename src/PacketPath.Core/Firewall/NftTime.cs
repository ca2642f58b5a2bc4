using System.Globalization;
using System.Text;

namespace PacketPath.Firewall;

/// <summary>Times and durations as nft writes them.</summary>
internal static class NftTime
{
    private static readonly (ulong Milliseconds, string Unit)[] Units =
    [
        (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms"),
    ];

    /// <summary>Writes a duration, for example <c>1h30m</c>.</summary>
    public static void WriteDuration(StringBuilder text, ulong milliseconds)
    {
        if (milliseconds == 0)
        {
            text.Append("0s");
            return;
        }

        foreach (var (size, unit) in Units)
        {
            if (milliseconds >= size)
            {
                text.Append(CultureInfo.InvariantCulture, $"{milliseconds / size}").Append(unit);
                milliseconds %= size;
            }
        }
    }

    /// <summary>Writes a point in time, local as nft does.</summary>
    public static void WriteTimestamp(StringBuilder text, long nanoseconds)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToLocalTime();
        text.Append('"').Append(time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).Append('"');
    }

    /// <summary>Writes a time of day, local as nft does.</summary>
    public static void WriteHour(StringBuilder text, uint seconds)
    {
        const int day = 86_400;
        var offset = (int)TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.UtcNow).TotalSeconds;
        var local = (int)(((((long)seconds + offset) % day) + day) % day);
        text.Append(CultureInfo.InvariantCulture, $"\"{local / 3600:00}:{local / 60 % 60:00}");
        if (local % 60 != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $":{local % 60:00}");
        }

        text.Append('"');
    }
}

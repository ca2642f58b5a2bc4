using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the columns of conntrack views. Takes property bags, so that live and deserialized objects look the same.</summary>
public static class ConntrackView
{
    /// <summary>The state of a connection; of a protocol without states, how far it came.</summary>
    /// <param name="entry">A ConntrackEntry.</param>
    public static string State(PSObject entry)
    {
        var state = Text(entry, "State");
        if (state != "None")
        {
            return state;
        }

        var bits = Number(entry, "StatusBits") ?? 0;
        return (bits & (long)ConntrackStatus.SeenReply) == 0 ? "unreplied" : (bits & (long)ConntrackStatus.Assured) == 0 ? "replied" : "assured";
    }

    /// <summary>One end of a connection.</summary>
    /// <param name="entry">A ConntrackEntry.</param>
    /// <param name="end">OriginalSource, OriginalDestination, ReplySource or ReplyDestination.</param>
    public static string End(PSObject entry, string end) => Join(Text(entry, end + "Address"), Number(entry, end + "Port"));

    /// <summary>What the ends of a connection were translated to.</summary>
    /// <param name="entry">A ConntrackEntry.</param>
    public static string Translation(PSObject entry)
    {
        var source = Text(entry, "TranslatedSourceAddress");
        var destination = Text(entry, "TranslatedDestinationAddress");
        return string.Join(
            ", ",
            new[]
            {
                source.Length == 0 ? "" : "src " + Join(source, Number(entry, "TranslatedSourcePort")),
                destination.Length == 0 ? "" : "dst " + Join(destination, Number(entry, "TranslatedDestinationPort")),
            }.Where(static text => text.Length > 0));
    }

    /// <summary>Packets and bytes of one direction; nothing without accounting.</summary>
    /// <param name="entry">A ConntrackEntry.</param>
    /// <param name="direction">Original or Reply.</param>
    public static string Counted(PSObject entry, string direction) => Number(entry, direction + "Packets") is { } packets
        ? FormattableString.Invariant($"{packets} packets, {Number(entry, direction + "Bytes")} bytes")
        : "";

    /// <summary>A counter of ConntrackStats: its value, or what it went up by where the object is a sample.</summary>
    /// <param name="stats">A ConntrackStats.</param>
    /// <param name="counter">The counter's property.</param>
    public static string Counter(PSObject stats, string counter)
    {
        var delta = stats?.Properties["Delta"]?.Value;
        return delta is null
            ? Short(Number(stats, counter))
            : Number(PSObject.AsPSObject(delta), counter) switch { null => "", 0 => "0", > 0 and var more => "+" + Short(more), var less => Short(less) };
    }

    /// <summary>Which CPU counted.</summary>
    /// <param name="stats">A ConntrackStats.</param>
    public static string Cpu(PSObject stats) => Text(stats, "Cpu") is { Length: > 0 } cpu ? cpu : "all";

    /// <summary>When a sample was taken, in local time.</summary>
    /// <param name="stats">A ConntrackStats.</param>
    public static string Time(PSObject stats) =>
        stats?.Properties["ObservedAt"]?.Value is DateTime time ? time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture) : "";

    /// <summary>How full the table is.</summary>
    /// <param name="stats">A ConntrackStats.</param>
    public static string Usage(PSObject stats) =>
        stats?.Properties["UsagePercent"]?.Value is { } usage && LanguagePrimitives.TryConvertTo(usage, CultureInfo.InvariantCulture, out double percent)
            ? percent.ToString("0.#", CultureInfo.InvariantCulture) + "%"
            : "";

    /// <summary>The timeouts, one protocol a line.</summary>
    /// <param name="stats">A ConntrackStats.</param>
    public static string Timeouts(PSObject stats)
    {
        var value = stats?.Properties["Timeouts"]?.Value;
        var items = (value is PSObject wrapped ? wrapped.BaseObject : value) as System.Collections.IEnumerable ?? Array.Empty<object>();
        return string.Join("\n", items.Cast<object>().Select(static item => PSObject.AsPSObject(item)).GroupBy(static item => Text(item, "Protocol"))
            .Select(static group => $"{group.Key}: {string.Join(", ", group.Select(static item => $"{Text(item, "Phase")} {Text(item, "Seconds")}s".TrimStart()))}"));
    }

    private static string Join(string address, long? port) => port is null
        ? address
        : FormattableString.Invariant($"{(address.Contains(':') ? $"[{address}]" : address)}:{port}");

    private static string Short(long? number) => number switch
    {
        null => "",
        >= 10_000_000_000 => FormattableString.Invariant($"{number / 1e9:0}G"),
        >= 10_000_000 => FormattableString.Invariant($"{number / 1e6:0}M"),
        >= 1_000_000 => FormattableString.Invariant($"{number / 1e3:0}k"),
        _ => number.Value.ToString(CultureInfo.InvariantCulture),
    };

    private static long? Number(PSObject? item, string name) =>
        item?.Properties[name]?.Value is { } value && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string Text(PSObject? item, string name) =>
        DisplayText.Clean(Convert.ToString(item?.Properties[name]?.Value, CultureInfo.InvariantCulture) ?? "");
}

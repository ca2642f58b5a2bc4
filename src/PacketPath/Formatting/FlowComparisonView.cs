using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the columns of the views of compared captures.</summary>
public static class FlowComparisonView
{
    /// <summary>The flow: protocol and ends, on two lines.</summary>
    /// <param name="flow">A PacketFlowComparison.</param>
    public static string Flow(PSObject flow) =>
        $"{Text(flow, "Protocol").ToLowerInvariant()} {End(flow, "Source")}\n  > {End(flow, "Destination")}";

    /// <summary>The packets of one direction: how many of them got through.</summary>
    /// <param name="flow">A PacketFlowComparison.</param>
    /// <param name="direction">Forward or Reply.</param>
    public static string Count(PSObject flow, string direction) =>
        Number(flow, direction + "Packets") is var packets and > 0 ? Invariant($"{packets - Math.Min(packets, Number(flow, direction + "Lost"))}/{packets}") : "0";

    /// <summary>The points with the delay between them, what was rewritten, and where it stopped.</summary>
    /// <param name="flow">A PacketFlowComparison.</param>
    public static string Way(PSObject flow)
    {
        var lines = new List<string>();
        var crossings = Items(flow, "Crossings").Where(static c => Text(c, "Direction") == nameof(CrossingDirection.Forward)).ToArray();
        var way = crossings.Length == 0
            ? string.Join(", ", Items(flow, "Points").Where(static p => Number(p, "ForwardPackets") + Number(p, "ReplyPackets") > 0).Select(static p => Text(p, "Name")))
            : crossings.Aggregate(Text(crossings[0], "From"), static (line, c) => $"{line} >{Delay(c)} {Text(c, "To")}");
        lines.Add(way);
        lines.AddRange(crossings.SelectMany(static c => Items(c, "Rewrites")).Where(static r => Text(r, "Field") is not ("Ttl" or "Identification")).Select(Rewrite).Distinct());
        if (Items(flow, "NotSeenAt", static item => item?.ToString() ?? "") is { Length: > 0 } missing)
        {
            lines.Add($"after {Text(flow, "StoppedAfter")} not at {string.Join(", ", missing)}");
        }

        if (Text(flow, "IsPartial") == bool.TrueString)
        {
            lines.Add("(a part of the flow)");
        }

        return string.Join('\n', lines);
    }

    /// <summary>What was rewritten from one point to the next.</summary>
    /// <param name="crossing">A FlowCrossing.</param>
    public static string Rewrites(PSObject crossing) => string.Join('\n', Items(crossing, "Rewrites").Select(Rewrite));

    /// <summary>Where and when a packet was seen.</summary>
    /// <param name="packet">A ComparedPacket.</param>
    public static string Sightings(PSObject packet) =>
        string.Join('\n', Items(packet, "Sightings").Select(static s => $"{Clock(s.Properties["ObservedAt"]?.Value)} {Text(s, "Point")}"));

    /// <summary>Where it was not seen.</summary>
    /// <param name="packet">A ComparedPacket.</param>
    public static string Missed(PSObject packet) => string.Join(", ", Items(packet, "MissedAt", static item => item?.ToString() ?? ""));

    /// <summary>The interface behind its namespace, or the file.</summary>
    /// <param name="summary">A PacketCaptureSummary.</param>
    public static string Capture(PSObject summary) => Text(summary, "ReadPath") is { Length: > 0 } path ? path : PacketRecordView.Interface(summary);

    /// <summary>A time of day, in local time.</summary>
    /// <param name="item">An object.</param>
    /// <param name="property">Its property.</param>
    public static string Time(PSObject item, string property) => Clock(item.Properties[property]?.Value);

    /// <summary>The packets lost; a question mark where nobody counted.</summary>
    /// <param name="summary">A PacketCaptureSummary.</param>
    public static string Lost(PSObject summary) => Text(summary, "Lost") is { Length: > 0 } lost ? lost : "?";

    private static string Rewrite(PSObject rewrite) => $"{Text(rewrite, "Field")} {Text(rewrite, "Before")} > {Text(rewrite, "After")}";

    private static string Delay(PSObject crossing) =>
        LanguagePrimitives.TryConvertTo(crossing.Properties["MedianDelayMilliseconds"]?.Value, CultureInfo.InvariantCulture, out double? delay) && delay is { } milliseconds
            ? Invariant($" {milliseconds:0.000} ms >") : "";

    private static string End(PSObject flow, string side)
    {
        var address = Text(flow, side + "Address");
        var port = Text(flow, side + "Port");
        return port is "" or "0" ? address : address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    private static string Clock(object? value) => LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out DateTime? time) && time is { } known
        ? (known.Kind == DateTimeKind.Utc ? known.ToLocalTime() : known).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture) : "";

    private static string Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString() ?? "";

    private static int Number(PSObject item, string property) =>
        LanguagePrimitives.TryConvertTo(item.Properties[property]?.Value, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private static PSObject[] Items(PSObject item, string property) => Items(item, property, static element => element is null ? null! : PSObject.AsPSObject(element));

    private static T[] Items<T>(PSObject item, string property, Func<object?, T> select) => item.Properties[property]?.Value switch
    {
        null => [],
        PSObject { BaseObject: IEnumerable many and not string } => [.. many.Cast<object?>().Where(static e => e is not null).Select(select)],
        IEnumerable many and not string => [.. many.Cast<object?>().Where(static e => e is not null).Select(select)],
        var one => [select(one)],
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

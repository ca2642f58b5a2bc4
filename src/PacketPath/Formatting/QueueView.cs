using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Writes queue counters as an operator reads them. Takes property bags, so that live and deserialized rows look the same.</summary>
public static class QueueView
{
    private const string Reset = "\u001b[0m";
    private const string Red = "\u001b[31m";
    private const string Yellow = "\u001b[33m";

    /// <summary>What rows stand together: an interface, the processors, the protocols.</summary>
    /// <param name="row">A QueueStats.</param>
    public static string Group(PSObject row)
    {
        var place = Text(row, "NetNamespace");
        var sample = Text(row, "Sample") is { Length: > 0 } number ? string.Create(CultureInfo.InvariantCulture, $", sample {number} of {Number(row, "IntervalSeconds") ?? 0:0.0##} s") : "";
        var group = Text(row, "Kind") switch
        {
            "Softnet" => $"Received packets per processor, of the whole host",
            "Protocol" => $"Protocols in {place}",
            _ => $"{Text(row, "InterfaceAlias")} in {place}",
        };
        return group + sample;
    }

    /// <summary>The row's place: disciplines and classes as a tree.</summary>
    /// <param name="row">A QueueStats.</param>
    public static string Place(PSObject row)
    {
        var name = Text(row, "Name");
        return Text(row, "Kind") switch
        {
            "Qdisc" => $"{Indent(row)}qdisc {name} {Text(row, "Handle")}{(Text(row, "Depth") == "0" ? " " + Text(row, "Parent") : "")}",
            "Class" => $"{Indent(row)}class {name} {Text(row, "Handle")}",
            "Interface" => "interface",
            "InterfaceQueue" => name == "driver" ? "driver" : name + " queue",
            "Ring" => name + " ring",
            _ => name,
        };
    }

    /// <summary>A count, or how much it rose where the row is a sample.</summary>
    /// <param name="row">A QueueStats.</param>
    /// <param name="property">SentPackets, ReceivedPackets, Drops or Errors.</param>
    public static string Count(PSObject row, string property)
    {
        var isSample = Text(row, "Sample").Length > 0;
        if (Number(row, isSample ? property + "Delta" : property) is not { } value)
        {
            return "";
        }

        var text = (isSample && value > 0 ? "+" : "") + Short(value);
        return value > 0 && property is "Drops" ? Red + text + Reset
            : value > 0 && property is "Errors" ? Yellow + text + Reset
            : text;
    }

    /// <summary>The packets waiting.</summary>
    /// <param name="row">A QueueStats.</param>
    public static string Backlog(PSObject row) => Number(row, "BacklogPackets") is { } packets ? Short(packets) : "";

    /// <summary>What else there is to say: limits and rates, the counters behind the sums.</summary>
    /// <param name="row">A QueueStats.</param>
    public static string Detail(PSObject row)
    {
        var parts = new List<string>();
        if (Text(row, "Kind") is not ("Qdisc" or "Class" or "Protocol"))
        {
            parts.AddRange(Told(row));
        }

        if (Number(row, "RateBitsPerSecond") is { } rate)
        {
            parts.Add(Rate(rate));
        }

        if (Number(row, "LimitPackets") is { } packets)
        {
            parts.Add($"limit {packets}p");
        }

        if (Number(row, "LimitBytes") is { } bytes)
        {
            parts.Add($"limit {bytes}b");
        }

        return string.Join(", ", parts);
    }

    /// <summary>The limits and rates in full.</summary>
    /// <param name="row">A QueueStats.</param>
    public static string Counters(PSObject row) => string.Join(", ", Items(row).Select(static counter =>
        $"{Text(counter, "Name")} {Text(counter, "Value")}{(Text(counter, "Delta") is { Length: > 0 } delta && delta != "0" ? $" (+{delta})" : "")}"));

    private static IEnumerable<string> Told(PSObject row)
    {
        var isSample = Text(row, "Sample").Length > 0;
        foreach (var counter in Items(row))
        {
            if (Text(counter, "Meaning") is "Drop" or "Error" && Number(counter, isSample ? "Delta" : "Value") is > 0 and var value)
            {
                yield return $"{Text(counter, "Name")} {Short(value)}";
            }
        }
    }

    private static string Indent(PSObject row) => new(' ', (int)Math.Min(20, 2 * (Number(row, "Depth") ?? 0)));

    private static string Rate(double bits) => bits switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e9:0.###}Gbit/s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e6:0.###}Mbit/s"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e3:0.###}kbit/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bits:0}bit/s"),
    };

    // At most six characters.
    private static string Short(double value) => value switch
    {
        < 1e6 => value.ToString("0", CultureInfo.InvariantCulture),
        < 1e9 => (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + "M",
        < 1e12 => (value / 1e9).ToString("0.0", CultureInfo.InvariantCulture) + "G",
        _ => (value / 1e12).ToString("0.0", CultureInfo.InvariantCulture) + "T",
    };

    private static double? Number(PSObject item, string name) =>
        item.Properties[name]?.Value is { } value && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static IEnumerable<PSObject> Items(PSObject row)
    {
        var value = row.Properties["Counters"]?.Value;
        value = value is PSObject { BaseObject: IEnumerable and not string } wrapped ? wrapped.BaseObject : value;
        return value is IEnumerable many and not string ? many.Cast<object?>().OfType<object>().Select(static one => PSObject.AsPSObject(one)) : [];
    }

    private static string Text(PSObject item, string name) =>
        DisplayText.Clean(Convert.ToString(item?.Properties[name]?.Value, CultureInfo.InvariantCulture) ?? "");
}

using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the views of routes and rules. Takes what a view has: an object, live or deserialized.</summary>
public static class RouteViewText
{
    /// <summary>The gateway, or what stands in its place: <c>on-link</c>, <c>local</c>, the number of members.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string NextHop(PSObject route)
    {
        var nextHop = Text(route, "NextHop");
        if (nextHop.Length > 0)
        {
            return nextHop;
        }

        return Text(route, "TypeOfRoute") switch
        {
            "Unicast" when Text(route, "InterfaceAlias").Length > 0 => "on-link",
            "Local" or "Broadcast" or "Multicast" or "Anycast" => Text(route, "TypeOfRoute").ToLowerInvariant(),
            _ => "",
        };
    }

    /// <summary>The source address, with its state where that is not plainly usable.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Source(PSObject route)
    {
        var state = Text(route, "SourceAddressState");
        var source = Text(route, "SourceAddress");
        return state is "" or "Valid" ? source : $"{(source.Length == 0 ? "none" : source)} ({state})";
    }

    /// <summary>The interface and its index.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Interface(PSObject route)
    {
        var name = Text(route, "InterfaceAlias");
        return name.Length == 0 ? "" : $"{name} ({Text(route, "InterfaceIndex")})";
    }

    /// <summary>The table's name and number.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Table(PSObject route)
    {
        var (name, id) = (Text(route, "Table"), Text(route, "TableId"));
        return name.Length == 0 || name == id ? name : $"{name} ({id})";
    }

    /// <summary>The MTU, whether it is locked, and how long a learned one lasts.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Mtu(PSObject route)
    {
        var expires = Text(route, "CacheExpiresSeconds");
        return Text(route, "Mtu")
            + (Equals(Value(route, "MtuLocked"), true) ? " locked" : "")
            + (expires.Length > 0 ? $" learned, for {expires} s more" : "");
    }

    /// <summary>The firewall mark in hexadecimal.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Mark(PSObject route) => Hex(route, "Mark");

    /// <summary>The mark a rule selects, and its mask.</summary>
    /// <param name="rule">A PolicyRule.</param>
    public static string RuleMark(PSObject rule)
    {
        var mask = Hex(rule, "MarkMask");
        return mask is "" or "0xffffffff" ? Hex(rule, "Mark") : $"{Hex(rule, "Mark")}/{mask}";
    }

    /// <summary>A rule's text without its priority.</summary>
    /// <param name="rule">A PolicyRule.</param>
    public static string Rule(PSObject rule)
    {
        var text = Text(rule, "Text");
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? text : text[(colon + 2)..];
    }

    /// <summary>The members of a multipath route, a line each.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Members(PSObject route) => Lines(route, "MultipathMembers", static member =>
    {
        var nextHop = Text(member, "NextHop");
        return $"{(nextHop.Length == 0 ? "on-link" : "via " + nextHop)} dev {Text(member, "InterfaceAlias")} weight {Text(member, "Weight")}{Joined(member, "Flags")}";
    });

    /// <summary>The entries that lost, a line each with the reason.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string Alternatives(PSObject route) => Lines(route, "Alternatives", static entry =>
    {
        var type = Text(entry, "TypeOfRoute");
        var (nextHop, name, metric) = (Text(entry, "NextHop"), Text(entry, "InterfaceAlias"), Text(entry, "RouteMetric"));
        return (type is "Unicast" or "" ? "" : type.ToLowerInvariant() + " ")
            + Text(entry, "DestinationPrefix")
            + (nextHop.Length == 0 ? "" : " via " + nextHop)
            + (name.Length == 0 ? "" : " dev " + name)
            + " table " + Text(entry, "Table")
            + (metric is "0" or "" ? "" : " metric " + metric)
            + $": {Text(entry, "Reason")}, {Text(entry, "ReasonText")}";
    });

    /// <summary>What could not be looked at, a line each.</summary>
    /// <param name="route">A PacketRoute.</param>
    public static string NotObserved(PSObject route) => Lines(route, "NotObserved", static item =>
        $"{Text(item, "What")}: {Text(item, "Why").TrimEnd('.')}. {Text(item, "Remedy")}");

    private static string Joined(PSObject item, string name)
    {
        var words = new List<string>();
        foreach (var word in Items(item, name))
        {
            words.Add(word.ToString() ?? "");
        }

        return words.Count == 0 ? "" : " (" + string.Join(", ", words) + ")";
    }

    private static string Lines(PSObject item, string name, Func<PSObject, string> write)
    {
        var lines = new List<string>();
        foreach (var part in Items(item, name))
        {
            lines.Add(write(PSObject.AsPSObject(part)));
        }

        return string.Join("\n", lines);
    }

    private static IEnumerable Items(PSObject item, string name) => Value(item, name) as IEnumerable ?? Array.Empty<object>();

    private static string Hex(PSObject item, string name) =>
        Value(item, name) is { } value && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out long number) ? $"0x{number:x}" : "";

    private static string Text(PSObject item, string name) => Convert.ToString(Value(item, name), CultureInfo.InvariantCulture) ?? "";

    private static object? Value(PSObject item, string name)
    {
        var value = item.Properties[name]?.Value;
        return value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
    }
}

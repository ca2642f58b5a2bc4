using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the columns of views. Takes what a view has: an object, live or deserialized.</summary>
public static class ViewText
{
    /// <summary>A number of seconds in at most five characters: <c>0.3s</c>, <c>42s</c>, <c>7m</c>, <c>3h</c>, <c>12d</c>.</summary>
    /// <param name="seconds">The number; nothing for nothing.</param>
    public static string Age(PSObject? seconds)
    {
        if (seconds is null || !LanguagePrimitives.TryConvertTo(seconds, CultureInfo.InvariantCulture, out double value))
        {
            return "";
        }

        var format = value switch
        {
            < 10 => $"{value:0.0}s",
            < 120 => $"{value:0}s",
            < 7200 => $"{value / 60:0}m",
            < 172800 => $"{value / 3600:0}h",
            _ => $"{value / 86400:0}d",
        };
        return format;
    }

    /// <summary>What an interface can do now: its operational status, or the nearer reason why it is not up.</summary>
    /// <param name="link">A PacketInterface.</param>
    public static string LinkStatus(PSObject link) =>
        Equals(Value(link, "AdminUp"), false) ? "AdminDown"
        : Equals(Value(link, "Carrier"), false) ? "NoCarrier"
        : Value(link, "OperationalStatus")?.ToString() ?? "";

    /// <summary>The addresses of an interface, with the state of those that are not plainly usable.</summary>
    /// <param name="link">A PacketInterface.</param>
    /// <param name="separator">What stands between two of them.</param>
    public static string Addresses(PSObject link, string separator)
    {
        var texts = new List<string>();
        foreach (var item in Value(link, "Addresses") as IEnumerable ?? Array.Empty<object>())
        {
            var address = PSObject.AsPSObject(item);
            var state = Value(address, "State")?.ToString();
            texts.Add($"{Value(address, "IPAddress")}/{Value(address, "PrefixLength")}{(state is "Valid" or null ? "" : $" ({state})")}");
        }

        return string.Join(separator, texts);
    }

    /// <summary>The counters of one direction: packets, bytes, errors and drops.</summary>
    /// <param name="link">A PacketInterface.</param>
    /// <param name="received">True for received, false for sent.</param>
    public static string Counters(PSObject link, bool received)
    {
        if (Value(link, "Statistics") is not { } value)
        {
            return "";
        }

        var counters = PSObject.AsPSObject(value);
        return received
            ? $"{Value(counters, "ReceivedPackets")} packets, {Value(counters, "ReceivedBytes")} bytes, {Value(counters, "ReceiveErrors")} errors, {Value(counters, "ReceiveDropped")} dropped, {Value(counters, "ReceiveMissed")} missed"
            : $"{Value(counters, "SentPackets")} packets, {Value(counters, "SentBytes")} bytes, {Value(counters, "TransmitErrors")} errors, {Value(counters, "TransmitDropped")} dropped, {Value(counters, "TransmitCarrierErrors")} carrier";
    }

    private static object? Value(PSObject item, string name)
    {
        var value = item.Properties[name]?.Value;
        return value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
    }
}

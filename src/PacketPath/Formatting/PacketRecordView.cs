using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the columns of the packet view.</summary>
public static class PacketRecordView
{
    private const long NanosecondsPerTick = 100;

    /// <summary>The time of day in local time, to the microsecond.</summary>
    /// <param name="record">A PacketRecord.</param>
    public static string Time(PSObject record) =>
        LanguagePrimitives.TryConvertTo(record.Properties["TimestampNanoseconds"]?.Value, CultureInfo.InvariantCulture, out long nanoseconds)
            ? DateTime.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick).ToLocalTime().ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture)
            : "";

    /// <summary>The way it crossed the interface: <c>in</c>, <c>out</c>, <c>by</c> for what passes by, else nothing.</summary>
    /// <param name="record">A PacketRecord.</param>
    public static string Way(PSObject record) => record.Properties["Direction"]?.Value?.ToString() switch
    {
        nameof(PacketDirection.Incoming) => "in",
        nameof(PacketDirection.Outgoing) => "out",
        nameof(PacketDirection.Passing) => "by",
        _ => "",
    };

    /// <summary>The interface, behind its namespace where that has a name.</summary>
    /// <param name="record">A PacketRecord.</param>
    public static string Interface(PSObject record)
    {
        var name = record.Properties["InterfaceAlias"]?.Value?.ToString() ?? "";
        var network = record.Properties["NetNamespace"]?.Value?.ToString() ?? "";
        return network.Length == 0 || network.Contains('[', StringComparison.Ordinal) ? name : $"{network}:{name}";
    }

    /// <summary>One end: its address, and its port where there is one. A packet without addresses shows those of the link.</summary>
    /// <param name="record">A PacketRecord.</param>
    /// <param name="source">True for the source.</param>
    public static string EndPoint(PSObject record, bool source)
    {
        var address = record.Properties[source ? "SourceAddress" : "DestinationAddress"]?.Value?.ToString();
        if (string.IsNullOrEmpty(address))
        {
            return record.Properties[source ? "LinkLayerSource" : "LinkLayerDestination"]?.Value?.ToString() ?? "";
        }

        var port = record.Properties[source ? "SourcePort" : "DestinationPort"]?.Value?.ToString();
        return port is null or "0" ? address : address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
    }
}

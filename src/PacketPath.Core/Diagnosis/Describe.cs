using System.Globalization;

namespace PacketPath.Diagnosis;

/// <summary>Names objects the way an operator writes them.</summary>
internal static class Describe
{
    /// <summary>A route: <c>10.0.0.0/8 via 192.0.2.1 dev eth0 (table main)</c>.</summary>
    public static string Route(PacketRoute route)
    {
        var kind = route.TypeOfRoute is RouteType.Unicast or RouteType.Unspecified ? "" : Word(route.TypeOfRoute) + " ";
        return Entry(kind, route.DestinationPrefix, route.NextHop, route.InterfaceAlias, route.Table, route.RouteMetric);
    }

    /// <summary>An entry that lost.</summary>
    public static string Alternative(RouteAlternative entry) =>
        Entry("", entry.DestinationPrefix, entry.NextHop, entry.InterfaceAlias, entry.Table, entry.RouteMetric);

    /// <summary>A policy rule, by its text where it has one.</summary>
    public static string Rule(PolicyRule rule) => rule.Text.Length > 0
        ? rule.Text
        : Text($"{rule.Priority}: from {rule.From} to {rule.To} {rule.Action.ToString().ToLowerInvariant()}");

    /// <summary>A neighbor: <c>192.0.2.1 on eth0</c>.</summary>
    public static string Neighbor(string address, string alias) => alias.Length == 0 ? address : $"{address} on {alias}";

    /// <summary>The kernel's word for a neighbor's state.</summary>
    public static string State(NeighborEntry entry) =>
        entry.NudState.Length > 0 ? entry.NudState : entry.State.ToString().ToUpperInvariant();

    /// <summary>An ICMP report: <c>ICMP 3/1 (host unreachable) from 192.0.2.1</c>.</summary>
    public static string Report(IcmpReport report) =>
        Icmp(report.Type, report.Code, report.Offender) + (report.Meaning.Length == 0 ? "" : $" ({report.Meaning})");

    /// <summary>An ICMP message by type, code and sender.</summary>
    public static string Icmp(int type, int code, string from) =>
        Text($"ICMP{(from.Contains(':') ? "v6" : "")} {type}/{code}{(from.Length == 0 ? "" : " from " + from)}");

    /// <summary>A local endpoint.</summary>
    public static string Local(SynPathResult probe) =>
        probe.LocalAddress is null ? "this host" : TargetKey.Text(probe.LocalAddress, probe.LocalPort);

    /// <summary>A number of things, with its noun.</summary>
    public static string Count(int number, string noun) => Text($"{number} {noun}{(number == 1 ? "" : "s")}");

    /// <summary>A route type in the field's word.</summary>
    public static string Word(RouteType type) => type.ToString().ToLowerInvariant();

    /// <summary>Another host or namespace, as seen from here: by its namespace where it is of this computer.</summary>
    public static string Place((string ComputerName, string NetNamespace) place, (string ComputerName, string NetNamespace) here) =>
        place == here ? "this host"
        : place.NetNamespace.Length == 0 ? place.ComputerName
        : place.ComputerName == here.ComputerName ? $"namespace {place.NetNamespace}"
        : $"{place.ComputerName}, namespace {place.NetNamespace}";

    /// <summary>The beginning of a sentence.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Text that reads the same in every culture.</summary>
    public static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>A duration.</summary>
    public static string Seconds(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";

    private static string Entry(string kind, string? prefix, string? nextHop, string? alias, string? table, long metric)
    {
        var via = nextHop is null ? "" : " via " + nextHop;
        var device = alias is null ? "" : " dev " + alias;
        var metricText = metric == 0 ? "" : Text($", metric {metric}");
        return $"{kind}{prefix ?? "(no prefix)"}{via}{device} (table {(string.IsNullOrEmpty(table) ? "unknown" : table)}{metricText})";
    }
}

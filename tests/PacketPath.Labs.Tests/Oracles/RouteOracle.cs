using System.Globalization;
using System.Net;
using System.Text.Json;
using PacketPath.HostState;

namespace PacketPath.Labs.Tests.Oracles;

/// <summary>Asks <c>ip</c> and PacketPath the same questions, in the words of <c>ip route get</c>, and puts both answers in the same words.</summary>
internal static class RouteOracle
{
    private const string Separator = "@@";

    /// <summary>What <c>ip</c> answers, a line for each question.</summary>
    public static string[] AskIp(LabNetwork network, string node, IReadOnlyList<string> questions)
    {
        var script = string.Join('\n', questions.SelectMany(q => new[]
        {
            $"ip -j -d route get {q} 2>&1; echo {Separator}",
            $"ip -j -d route get fibmatch {q} 2>&1; echo {Separator}",
        }));
        var parts = network.Exec(node, script, TimeSpan.FromMinutes(2)).Output.Split(Separator);
        return [.. questions.Select((q, i) => $"{q}: {Answer(parts[2 * i].Trim(), parts[(2 * i) + 1].Trim())}")];
    }

    /// <summary>What PacketPath answers, a line for each question.</summary>
    public static (string[] Lines, PacketRoute[] Routes) Ask(LabNetwork network, string node, IReadOnlyList<string> questions)
    {
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf(node));
        using var table = RouteTable.Open(networkNamespace);
        var routes = table.Resolve(questions.Select(Query)).ToArray();
        return ([.. questions.Zip(routes, (q, r) => $"{q}: {Answer(r)}")], routes);
    }

    /// <summary>The question as a query.</summary>
    public static RouteQuery Query(string question)
    {
        var words = question.Split(' ');
        var query = new RouteQuery { Destination = IPAddress.Parse(words[0]) };
        for (var i = 1; i < words.Length; i += 2)
        {
            var value = words[i + 1];
            query = words[i] switch
            {
                "from" => query with { Source = IPAddress.Parse(value) },
                "oif" => query with { OutputInterface = value },
                "iif" => query with { InputInterface = value },
                "mark" => query with { Mark = (uint)Number(value) },
                "tos" => query with { Tos = (byte)Number(value) },
                "uid" => query with { Uid = (uint)Number(value) },
                "ipproto" => query with { Protocol = Enum.Parse<TransportProtocol>(value, ignoreCase: true) },
                "sport" => query with { SourcePort = Number(value) },
                "dport" => query with { DestinationPort = Number(value) },
                _ => throw new ArgumentException(words[i]),
            };
        }

        return query;
    }

    /// <summary>Fails with the first pair of lines that differ.</summary>
    public static void AssertAgree(string[] expected, string[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i] == actual[i], $"{Environment.NewLine}ip         {expected[i]}{Environment.NewLine}PacketPath {actual[i]}");
        }
    }

    private static int Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? int.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : int.Parse(text, CultureInfo.InvariantCulture);

    private static string Answer(PacketRoute route)
    {
        if (route.ErrorName is not null)
        {
            return route.ErrorName;
        }

        var lookup = $"{route.TypeOfRoute.ToString().ToLowerInvariant()} via {route.NextHop ?? "-"} dev {route.InterfaceAlias} src {route.SourceAddress ?? "-"} mtu {route.Mtu ?? 0}";
        return route.TableId == 0
            ? $"{lookup} from no table"
            : $"{lookup} from {route.DestinationPrefix} table {route.Table} metric {route.RouteMetric} proto {route.RouteProtocol} scope {route.Scope} members {string.Join(',', route.MultipathMembers.Select(m => $"{m.NextHop}%{m.InterfaceAlias}*{m.Weight}").Order())}";
    }

    private static string Answer(string lookup, string match)
    {
        if (!lookup.StartsWith('['))
        {
            return ErrorName(lookup);
        }

        using var json = JsonDocument.Parse(lookup);
        var answer = json.RootElement[0];
        var source = Text(answer, "from") ?? Text(answer, "src");
        source = source is "::" or null ? Text(answer, "prefsrc") : source;
        var line = $"{Text(answer, "type")} via {Gateway(answer) ?? "-"} dev {Text(answer, "dev")} src {source ?? "-"} mtu {Mtu(answer)}";
        if (!match.StartsWith('['))
        {
            return $"{line} from no table";
        }

        using var matchJson = JsonDocument.Parse(match);
        var entry = matchJson.RootElement[0];
        var v6 = Text(answer, "dst")!.Contains(':');
        var members = entry.TryGetProperty("nexthops", out var hops)
            ? string.Join(',', hops.EnumerateArray().Select(h => $"{Gateway(h)}%{Text(h, "dev")}*{Text(h, "weight")}").Order())
            : "";
        return $"{line} from {Prefix(Text(entry, "dst")!, v6)} table {Text(entry, "table")} metric {Text(entry, "metric") ?? "0"} proto {Text(entry, "protocol")} scope {Text(entry, "scope")} members {members}";
    }

    /// <summary>A prefix as <c>ip</c> writes it, in full.</summary>
    public static string Prefix(string text, bool v6) =>
        text == "default" ? v6 ? "::/0" : "0.0.0.0/0"
        : text.Contains('/') ? text
        : text + (v6 ? "/128" : "/32");

    /// <summary>The gateway of a route or next hop; null where there is none.</summary>
    public static string? Gateway(JsonElement item) =>
        item.TryGetProperty("via", out var via) ? Text(via, "host") : Text(item, "gateway");

    /// <summary>A member as text; null where there is none.</summary>
    public static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static string Mtu(JsonElement item) =>
        item.TryGetProperty("metrics", out var metrics)
            ? metrics.EnumerateArray().Select(m => Text(m, "mtu")).FirstOrDefault(m => m is not null) ?? "0"
            : "0";

    private static string ErrorName(string text) => text switch
    {
        _ when text.Contains("Network is unreachable", StringComparison.Ordinal) => "ENETUNREACH",
        _ when text.Contains("No route to host", StringComparison.Ordinal) => "EHOSTUNREACH",
        _ when text.Contains("Invalid argument", StringComparison.Ordinal) => "EINVAL",
        _ when text.Contains("Permission denied", StringComparison.Ordinal) => "EACCES",
        _ when text.Contains("Invalid cross-device link", StringComparison.Ordinal) => "EXDEV",
        _ => text,
    };
}

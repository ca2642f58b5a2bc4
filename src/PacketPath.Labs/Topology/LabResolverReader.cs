using PacketPath.Targets;

namespace PacketPath.Labs;

/// <summary>Reads the resolver of a node of a scenario document.</summary>
internal static class LabResolverReader
{
    private const int MostServers = 3;

    /// <summary>Reads it.</summary>
    public static LabResolver Read(JsonCursor at)
    {
        var members = at.Members("servers", "search", "options", "hosts");
        var servers = members.TryGetValue("servers", out var list) ? list.Items().Select(Address).ToArray() : [];
        return new LabResolver
        {
            Servers = servers.Length <= MostServers ? servers : throw list.Wrong($"at most {MostServers} name servers are asked."),
            Search = members.TryGetValue("search", out var search) ? [.. search.Items().Select(Name)] : [],
            Options = members.TryGetValue("options", out var options) ? [.. options.Items().Select(Word)] : [],
            Hosts = members.TryGetValue("hosts", out var hosts)
                ? hosts.AnyMembers().ToDictionary(h => Name(h.Key, h.Value), h => (IReadOnlyList<string>)[.. h.Value.Items().Select(Address)])
                : new Dictionary<string, IReadOnlyList<string>>(),
        };
    }

    private static string Address(JsonCursor at) =>
        TargetParser.TryParse(at.Text(), out var target, out _) && target.Address is not null ? target.Text : throw at.Wrong($"'{at.Text()}' is not an address.");

    private static string Name(JsonCursor at) => Name(at.Text(), at);

    private static string Name(string text, JsonCursor at) =>
        TargetParser.TryParse(text, out var target, out _) && target.HostName is { } name ? name : throw at.Wrong($"'{text}' is not a name.");

    private static string Word(JsonCursor at) =>
        at.Text() is var text && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is ':' or '-') ? text : throw at.Wrong($"'{text}' is not an option of resolv.conf, such as ndots:2.");
}

namespace PacketPath.Labs;

/// <summary>How names are looked up in a node: its own resolv.conf and hosts file.</summary>
public sealed record LabResolver
{
    /// <summary>The name servers, in order; at most three are asked.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>The domains appended to names.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>The options of resolv.conf(5), such as <c>ndots:2</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The names of the hosts file, each with its addresses.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Hosts { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The text of resolv.conf.</summary>
    internal string ConfigurationText => string.Concat(
        Servers.Select(static server => $"nameserver {server}\n")
            .Concat(Search.Count == 0 ? [] : [$"search {string.Join(' ', Search)}\n"])
            .Concat(Options.Count == 0 ? [] : [$"options {string.Join(' ', Options)}\n"]));

    /// <summary>The text of the hosts file.</summary>
    internal string HostsText => "127.0.0.1 localhost\n::1 localhost\n" + string.Concat(
        Hosts.SelectMany(static host => host.Value.Select(address => $"{address} {host.Key}\n")));
}

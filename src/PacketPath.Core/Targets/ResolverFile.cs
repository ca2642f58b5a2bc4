using System.Globalization;
using System.Net;
using PacketPath.HostState;

namespace PacketPath.Targets;

/// <summary>How names are looked up in a namespace, as its resolv.conf says: the file that <c>ip netns exec</c> puts in place, where the namespace has one of its own.</summary>
public sealed record ResolverFile
{
    private const int LongestFile = 65536;
    private const string FileName = "resolv.conf";
    private const int MostDots = 15;

    /// <summary>The file read.</summary>
    public string Path { get; init; } = "";

    /// <summary>The servers, in its order. Where it names none the local host is the server, as for the system's own resolver.</summary>
    public string[] Servers { get; init; } = [];

    /// <summary>True where the file names no server, or is not there.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The domains that are appended to names, in order. Where the file names none, the one of the host's own name.</summary>
    public string[] Search { get; init; } = [];

    /// <summary>With so many dots a name is tried as it is before a domain is appended to it.</summary>
    public int DotsForComplete { get; init; } = 1;

    /// <summary>True where a name without a dot is never tried as it is.</summary>
    public bool NoTopLevel { get; init; }

    /// <summary>True where the system's resolver states by EDNS how large an answer it takes.</summary>
    public bool UsesEdns { get; init; }

    /// <summary>Reads the file of a namespace.</summary>
    public static ResolverFile Of(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);

        // Whoever is inside already has the right file in /etc.
        return Of(networkNamespace.IsCurrent ? "" : networkNamespace.Label, "/etc");
    }

    /// <summary>The names that the system's resolver tries for a name, in its order, each complete and with its last dot.</summary>
    /// <param name="name">The name; one that ends in a dot is complete.</param>
    public IReadOnlyList<string> Candidates(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.EndsWith('.'))
        {
            return [name];
        }

        var dots = name.Count(static c => c == '.');
        var complete = name + ".";
        var appended = Search.Select(domain => domain is "." ? complete : $"{name}.{domain.TrimEnd('.')}.");
        var all = dots >= DotsForComplete ? appended.Prepend(complete) : dots == 0 && NoTopLevel ? appended : appended.Append(complete);
        return [.. all.Where(static candidate => candidate.Length <= 254).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Reads the file of a namespace below a folder.</summary>
    internal static ResolverFile Of(string label, string folder)
    {
        var own = NamespaceFiles.FolderOf(label, System.IO.Path.Combine(folder, "netns")) is { } place ? System.IO.Path.Combine(place, FileName) : null;
        var path = own is not null && File.Exists(own) ? own : System.IO.Path.Combine(folder, FileName);
        return Parse(path, Lines(path), Dns.GetHostName(), Environment.GetEnvironmentVariable("LOCALDOMAIN"), Environment.GetEnvironmentVariable("RES_OPTIONS"));
    }

    /// <summary>Reads the lines of a file, and what the environment says in place of them (resolv.conf(5)).</summary>
    internal static ResolverFile Parse(string path, IEnumerable<string> lines, string hostName, string? localDomain, string? options)
    {
        var words = lines.Select(Words).Where(static line => line.Length > 0).ToArray();
        string[] servers = [.. words.Select(Server).OfType<string>().Distinct()];
        var search = string.IsNullOrWhiteSpace(localDomain)
            ? words.LastOrDefault(static line => line is ["search" or "domain", _, ..]) switch
            {
                ["domain", var domain, ..] => [domain],
                { } line => line[1..],
                null => hostName.IndexOf('.') is > 0 and var dot && dot < hostName.Length - 1 ? [hostName[(dot + 1)..]] : [],
            }
            : Words(localDomain);
        var settings = words.Where(static line => line[0] == "options").SelectMany(static line => line[1..]).Concat(Words(options ?? "")).ToArray();
        return new ResolverFile
        {
            Path = path,
            Servers = servers.Length > 0 ? servers : ["127.0.0.1"],
            IsDefault = servers.Length == 0,
            Search = search,
            DotsForComplete = settings.Select(Dots).LastOrDefault(static dots => dots is not null) ?? 1,
            UsesEdns = settings.Contains("edns0"),
            NoTopLevel = settings.Contains("no-tld-query"),
        };
    }

    private static string[] Lines(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[LongestFile];
            return new string(buffer, 0, reader.ReadBlock(buffer)).Split('\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string[] Words(string line) => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static string? Server(string[] words) =>
        words is ["nameserver", var server, ..] && TargetParser.TryParse(server, out var target, out _) && target.Address is not null ? server : null;

    private static int? Dots(string option) =>
        option.StartsWith("ndots:", StringComparison.Ordinal) && int.TryParse(option.AsSpan("ndots:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var dots)
            ? Math.Min(dots, MostDots) : null;
}

using System.Collections.Frozen;
using System.Globalization;

namespace PacketPath.HostState.Routing;

/// <summary>The names that iproute2's files give to tables, protocols, scopes and the like; a number where they give none.</summary>
internal static class RoutingNames
{
    // The later file has the last word.
    private static readonly string[] Folders = ["/usr/share/iproute2", "/usr/lib/iproute2", "/etc/iproute2"];

    private static readonly Lazy<FrozenDictionary<uint, string>> Tables = new(() => Load("rt_tables", new()
    {
        [253] = "default", [254] = "main", [255] = "local",
    }));

    private static readonly Lazy<FrozenDictionary<uint, string>> Protocols = new(() => Load("rt_protos", new()
    {
        [0] = "unspec", [1] = "redirect", [2] = "kernel", [3] = "boot", [4] = "static", [8] = "gated", [9] = "ra",
        [10] = "mrt", [11] = "zebra", [12] = "bird", [13] = "dnrouted", [14] = "xorp", [15] = "ntk", [16] = "dhcp",
        [18] = "keepalived", [42] = "babel", [99] = "openr", [186] = "bgp", [187] = "isis", [188] = "ospf", [189] = "rip", [192] = "eigrp",
    }));

    private static readonly Lazy<FrozenDictionary<uint, string>> Scopes = new(() => Load("rt_scopes", new()
    {
        [0] = "global", [200] = "site", [253] = "link", [254] = "host", [255] = "nowhere",
    }));

    private static readonly Lazy<FrozenDictionary<uint, string>> TrafficClasses = new(() => Load("rt_dsfield", []));

    private static readonly Lazy<FrozenDictionary<uint, string>> Realms = new(() => Load("rt_realms", new() { [0] = "unknown" }));

    private static readonly Lazy<FrozenDictionary<uint, string>> Groups = new(() => Load("group", new() { [0] = "default" }));

    private static readonly Lazy<FrozenDictionary<uint, string>> IpProtocols = new(LoadIpProtocols);

    /// <summary>The names of all tables that have one.</summary>
    public static IEnumerable<string> TableNames => Tables.Value.Values;

    /// <summary>The table's name, else its number.</summary>
    public static string Table(uint id) => Name(Tables, id);

    /// <summary>The number of a table given by name or number; null where there is no such name.</summary>
    public static uint? FindTable(string nameOrNumber)
    {
        if (uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        foreach (var (id, name) in Tables.Value)
        {
            if (string.Equals(name, nameOrNumber, StringComparison.OrdinalIgnoreCase))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Who installed a route or rule.</summary>
    public static string Protocol(byte id) => Name(Protocols, id);

    /// <summary>The scope of a route or address.</summary>
    public static string Scope(byte id) => Name(Scopes, id);

    /// <summary>A type of service, in hexadecimal where it has no name.</summary>
    public static string TrafficClass(byte id) => TrafficClasses.Value.TryGetValue(id, out var name) ? name : $"0x{id:x2}";

    /// <summary>A routing realm.</summary>
    public static string Realm(uint id) => Name(Realms, id);

    /// <summary>An interface group.</summary>
    public static string Group(int id) => Name(Groups, (uint)id);

    /// <summary>A transport protocol by the name in /etc/protocols; <c>ipproto-99</c> where it has none.</summary>
    public static string IpProtocol(byte id) => IpProtocols.Value.TryGetValue(id, out var name) ? name : $"ipproto-{id}";

    private static string Name(Lazy<FrozenDictionary<uint, string>> names, uint id) =>
        names.Value.TryGetValue(id, out var name) ? name : id.ToString(CultureInfo.InvariantCulture);

    private static FrozenDictionary<uint, string> Load(string file, Dictionary<uint, string> names)
    {
        foreach (var folder in Folders)
        {
            ReadFile(Path.Combine(folder, file), names);
            foreach (var extra in FilesIn(Path.Combine(folder, file + ".d")))
            {
                ReadFile(extra, names);
            }
        }

        return names.ToFrozenDictionary();
    }

    private static IEnumerable<string> FilesIn(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.conf").Order(StringComparer.Ordinal) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void ReadFile(string path, Dictionary<uint, string> names)
    {
        foreach (var fields in Lines(path))
        {
            if (fields.Length >= 2 && TryNumber(fields[0], out var id))
            {
                names[id] = DisplayText.Clean(fields[1]);
            }
        }
    }

    private static FrozenDictionary<uint, string> LoadIpProtocols()
    {
        var names = new Dictionary<uint, string>();
        foreach (var fields in Lines("/etc/protocols"))
        {
            if (fields.Length >= 2 && TryNumber(fields[1], out var id))
            {
                names.TryAdd(id, DisplayText.Clean(fields[0]));
            }
        }

        return names.ToFrozenDictionary();
    }

    private static IEnumerable<string[]> Lines(string path)
    {
        string[] lines;
        try
        {
            lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var line in lines)
        {
            var comment = line.IndexOf('#', StringComparison.Ordinal);
            yield return (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        }
    }

    private static bool TryNumber(string text, out uint number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

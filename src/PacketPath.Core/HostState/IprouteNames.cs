using System.Globalization;

namespace PacketPath.HostState;

/// <summary>Names for the numbers of routing tables, protocols, scopes and groups: the files of iproute2 where present, over the built-in ones.</summary>
internal sealed class IprouteNames
{
    private static readonly string[] Directories = ["/usr/lib/iproute2", "/usr/share/iproute2", "/etc/iproute2"];

    private readonly Dictionary<uint, string> _names;

    private IprouteNames(string file, Dictionary<uint, string> builtIn)
    {
        _names = builtIn;
        foreach (var directory in Directories)
        {
            ReadFile(Path.Combine(directory, file));
            ReadDirectory(Path.Combine(directory, file + ".d"));
        }
    }

    /// <summary>rt_tables.</summary>
    public static IprouteNames Tables { get; } = new("rt_tables", new()
    {
        [0] = "unspec",
        [253] = "default",
        [254] = "main",
        [255] = "local",
    });

    /// <summary>rt_protos.</summary>
    public static IprouteNames Protocols { get; } = new("rt_protos", new()
    {
        [0] = "unspec",
        [1] = "redirect",
        [2] = "kernel",
        [3] = "boot",
        [4] = "static",
        [8] = "gated",
        [9] = "ra",
        [10] = "mrt",
        [11] = "zebra",
        [12] = "bird",
        [13] = "dnrouted",
        [14] = "xorp",
        [15] = "ntk",
        [16] = "dhcp",
        [18] = "keepalived",
        [42] = "babel",
        [99] = "openr",
        [186] = "bgp",
        [187] = "isis",
        [188] = "ospf",
        [189] = "rip",
        [192] = "eigrp",
    });

    /// <summary>rt_scopes.</summary>
    public static IprouteNames Scopes { get; } = new("rt_scopes", new()
    {
        [0] = "global",
        [200] = "site",
        [253] = "link",
        [254] = "host",
        [255] = "nowhere",
    });

    /// <summary>rt_dsfield: types of service.</summary>
    public static IprouteNames TrafficClasses { get; } = new("rt_dsfield", []);

    /// <summary>rt_realms.</summary>
    public static IprouteNames Realms { get; } = new("rt_realms", new() { [0] = "unknown" });

    /// <summary>The groups of interfaces.</summary>
    public static IprouteNames Groups { get; } = new("group", new() { [0] = "default" });

    /// <summary>Every name there is.</summary>
    public IEnumerable<string> All => _names.Values;

    /// <summary>rt_marks: packet marks.</summary>
    public static IprouteNames Marks { get; } = new("rt_marks", []);

    /// <summary>The number's name; null where it has none.</summary>
    public string? Find(uint number) => _names.GetValueOrDefault(number);

    /// <summary>The number's name, else the number as text.</summary>
    public string Name(uint number) =>
        _names.TryGetValue(number, out var name) ? name : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of a name; null where it is not known.</summary>
    public uint? Number(string name)
    {
        foreach (var (number, known) in _names)
        {
            if (known == name)
            {
                return number;
            }
        }

        return null;
    }

    private void ReadDirectory(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(directory, "*.conf").Order(StringComparer.Ordinal))
        {
            ReadFile(file);
        }
    }

    private void ReadFile(string path)
    {
        try
        {
            foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
            {
                var words = line.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 2 && TryNumber(words[0], out var number))
                {
                    _names[number] = DisplayText.Clean(words[1]);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The built-in names stay.
        }
    }

    private static bool TryNumber(string text, out uint number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

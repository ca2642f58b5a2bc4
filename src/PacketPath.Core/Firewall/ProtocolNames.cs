using System.Globalization;

namespace PacketPath.Firewall;

/// <summary>Names of IP protocols: /etc/protocols where present, over the built-in ones.</summary>
internal static class ProtocolNames
{
    private const string Path = "/etc/protocols";

    private static readonly (string Name, ulong Value)[] BuiltIn =
    [
        ("ip", 0), ("icmp", 1), ("igmp", 2), ("ipencap", 4), ("tcp", 6), ("udp", 17), ("dccp", 33), ("ipv6", 41), ("gre", 47), ("esp", 50),
        ("ah", 51), ("ipv6-icmp", 58), ("ospf", 89), ("ipip", 94), ("pim", 103), ("ipcomp", 108), ("vrrp", 112), ("sctp", 132),
        ("udplite", 136),
    ];

    /// <summary>Names and numbers; the file's come first.</summary>
    public static (string Name, ulong Value)[] All { get; } = [.. Read(), .. BuiltIn];

    private static List<(string Name, ulong Value)> Read()
    {
        var names = new List<(string, ulong)>();
        try
        {
            foreach (var line in File.Exists(Path) ? File.ReadLines(Path) : [])
            {
                var words = line.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length >= 2 && byte.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    names.Add((DisplayText.Clean(words[0]), number));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The built-in names stay.
        }

        return names;
    }
}

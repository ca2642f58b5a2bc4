using System.Globalization;

namespace PacketPath.HostState.Routing;

/// <summary>Transport protocols by the names in /etc/protocols, as getprotobynumber gives them.</summary>
internal static class IpProtocolNames
{
    private static readonly Lazy<Dictionary<byte, string>> Names = new(Load);

    /// <summary>The protocol's name; <c>ipproto-99</c> where it has none.</summary>
    public static string Name(byte id) =>
        Names.Value.TryGetValue(id, out var name) ? name : string.Create(CultureInfo.InvariantCulture, $"ipproto-{id}");

    private static Dictionary<byte, string> Load()
    {
        var names = new Dictionary<byte, string>();
        try
        {
            foreach (var line in File.Exists("/etc/protocols") ? File.ReadLines("/etc/protocols") : [])
            {
                var words = line.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length >= 2 && byte.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                {
                    names.TryAdd(id, DisplayText.Clean(words[0]));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Numbers will do.
        }

        return names;
    }
}

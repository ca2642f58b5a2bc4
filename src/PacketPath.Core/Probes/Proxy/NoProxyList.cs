using System.Globalization;
using System.Net;

namespace PacketPath.Probes;

/// <summary>
/// The list of hosts that a proxy is not to be used for: names with all below them, addresses and prefixes, <c>*</c> for every host,
/// between commas or spaces, each perhaps with a port.
/// </summary>
internal static class NoProxyList
{
    private static readonly char[] Separators = [',', ' ', '\t'];

    /// <summary>The entry that exempts a host; null where none does.</summary>
    public static string? Match(string list, string host, int port)
    {
        var name = host.TrimEnd('.');
        var address = IPAddress.TryParse(name, out var parsed) ? parsed : null;
        return list.Split(Separators, StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(entry => entry == "*" || (address is null ? FitsName(entry, name, port) : FitsAddress(entry, address, port)));
    }

    private static bool FitsName(string entry, string name, int port)
    {
        var colon = entry.IndexOf(':');
        if (colon >= 0 && (entry.IndexOf(':', colon + 1) >= 0 || !IsPort(entry.AsSpan(colon + 1), port)))
        {
            return false;
        }

        var suffix = (colon < 0 ? entry : entry[..colon]).TrimEnd('.');
        suffix = suffix.StartsWith("*.", StringComparison.Ordinal) ? suffix[2..] : suffix.StartsWith('.') ? suffix[1..] : suffix;
        return suffix.Length > 0 && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
            && (name.Length == suffix.Length || name[name.Length - suffix.Length - 1] == '.');
    }

    private static bool FitsAddress(string entry, IPAddress address, int port)
    {
        var text = entry;
        if (text.StartsWith('[') && text.IndexOf(']') is > 0 and var close)
        {
            if (close < text.Length - 1 && (text[close + 1] != ':' || !IsPort(text.AsSpan(close + 2), port)))
            {
                return false;
            }

            text = text[1..close];
        }
        else if (text.IndexOf(':') is >= 0 and var colon && text.IndexOf(':', colon + 1) < 0)
        {
            if (!IsPort(text.AsSpan(colon + 1), port))
            {
                return false;
            }

            text = text[..colon];
        }

        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var network) || network.AddressFamily != address.AddressFamily)
        {
            return false;
        }

        var most = network.GetAddressBytes().Length * 8;
        var length = most;
        return (slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= most))
            && SamePrefix(network.GetAddressBytes(), address.GetAddressBytes(), length);
    }

    private static bool SamePrefix(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int bits)
    {
        var whole = bits / 8;
        var rest = bits % 8;
        return one[..whole].SequenceEqual(other[..whole])
            && (rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0);
    }

    private static bool IsPort(ReadOnlySpan<char> text, int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var own) && own == port;
}

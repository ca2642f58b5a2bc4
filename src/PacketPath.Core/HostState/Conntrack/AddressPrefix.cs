using System.Globalization;
using PacketPath.Netlink.Conntrack;
using PacketPath.Targets;

namespace PacketPath.HostState.Conntrack;

/// <summary>An address, or a prefix of addresses, to compare others with.</summary>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Value">The address as a number, bits beyond the prefix cleared.</param>
/// <param name="Length">The prefix's length.</param>
internal readonly record struct AddressPrefix(AddressFamily Family, UInt128 Value, int Length)
{
    /// <summary>True where it is one address.</summary>
    public bool IsAddress => Length == Width(Family);

    /// <summary>Reads <c>192.0.2.1</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>.</summary>
    /// <exception cref="TargetException">The text is neither an address nor a prefix.</exception>
    public static AddressPrefix Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/');
        var target = TargetParser.Parse(slash < 0 ? text : text[..slash]);
        if (target.Address is not { } address)
        {
            throw new TargetException(TargetProblem.Malformed, text, $"'{text}' is a name, not an address.", "Give an address such as 192.0.2.1, or a prefix such as 10.0.0.0/8.");
        }

        var bytes = address.GetAddressBytes();
        var family = bytes.Length == 4 ? AddressFamily.IPv4 : AddressFamily.IPv6;
        var width = Width(family);
        var length = width;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > width))
        {
            throw new TargetException(TargetProblem.Malformed, text, $"'{text}' has no valid prefix length.", $"Give a length of 0 to {width} after the slash.");
        }

        var value = ConntrackTuple.Number(bytes);
        return new AddressPrefix(family, value & Mask(family, length), length);
    }

    /// <summary>True where one of them covers the address, or there are none.</summary>
    public static bool AnyCovers(AddressPrefix[] prefixes, byte family, UInt128 address)
    {
        if (prefixes.Length == 0)
        {
            return true;
        }

        foreach (var prefix in prefixes)
        {
            if ((byte)prefix.Family == family && (address & Mask(prefix.Family, prefix.Length)) == prefix.Value)
            {
                return true;
            }
        }

        return false;
    }

    private static int Width(AddressFamily family) => family == AddressFamily.IPv4 ? 32 : 128;

    private static UInt128 Mask(AddressFamily family, int length) =>
        length == 0 ? 0 : UInt128.MaxValue << (Width(family) - length);
}

using System.Numerics;

namespace PacketPath.Netlink;

/// <summary>Bits by name.</summary>
internal static class FlagNames
{
    /// <summary>The names of the bits set, lowest first. A bit beyond the names, or with an empty one, is left out.</summary>
    public static string[] Describe(uint flags, ReadOnlySpan<string> names)
    {
        if (flags == 0)
        {
            return [];
        }

        var found = new List<string>(BitOperations.PopCount(flags));
        for (var bit = 0; bit < names.Length; bit++)
        {
            if ((flags >> bit & 1) != 0 && names[bit].Length > 0)
            {
                found.Add(names[bit]);
            }
        }

        return [.. found];
    }
}

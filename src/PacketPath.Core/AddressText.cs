using System.Buffers.Binary;

namespace PacketPath;

/// <summary>Addresses as text, in the form inet_ntop writes and without its allocations.</summary>
internal static class AddressText
{
    /// <summary>An IPv4 (4 bytes) or IPv6 (16 bytes) address as text.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static string Format(ReadOnlySpan<byte> address)
    {
        Span<char> text = stackalloc char[46];
        var length = address.Length switch
        {
            4 => WriteV4(address, text),
            16 => WriteV6(address, text),
            _ => throw new ArgumentException($"an address has 4 or 16 bytes, not {address.Length}", nameof(address)),
        };
        return new string(text[..length]);
    }

    /// <summary>A link-layer address, lower-case with colons; null where it is empty.</summary>
    public static string? FormatLinkLayer(ReadOnlySpan<byte> address)
    {
        if (address.IsEmpty || address.Length > 64)
        {
            return null;
        }

        Span<char> text = stackalloc char[(64 * 3) - 1];
        var length = 0;
        for (var i = 0; i < address.Length; i++)
        {
            if (i > 0)
            {
                text[length++] = ':';
            }

            text[length++] = Hex(address[i] >> 4);
            text[length++] = Hex(address[i] & 0xf);
        }

        return new string(text[..length]);
    }

    private static int WriteV4(ReadOnlySpan<byte> address, Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < 4; i++)
        {
            if (i > 0)
            {
                text[length++] = '.';
            }

            int value = address[i];
            if (value >= 100)
            {
                text[length++] = (char)('0' + (value / 100));
            }

            if (value >= 10)
            {
                text[length++] = (char)('0' + (value / 10 % 10));
            }

            text[length++] = (char)('0' + (value % 10));
        }

        return length;
    }

    private static int WriteV6(ReadOnlySpan<byte> address, Span<char> text)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 0; i < 8; i++)
        {
            groups[i] = BinaryPrimitives.ReadUInt16BigEndian(address[(i * 2)..]);
        }

        var (runStart, runLength) = LongestZeroRun(groups);
        var length = 0;
        for (var i = 0; i < 8; i++)
        {
            if (i == runStart)
            {
                text[length++] = ':';
                i += runLength - 1;
                if (i == 7)
                {
                    text[length++] = ':';
                }

                continue;
            }

            if (i > 0)
            {
                text[length++] = ':';
            }

            // ::a.b.c.d and ::ffff:a.b.c.d
            if (i == 6 && runStart == 0 && (runLength == 6 || (runLength == 5 && groups[5] == 0xffff)))
            {
                return length + WriteV4(address[12..], text[length..]);
            }

            length += WriteGroup(groups[i], text[length..]);
        }

        return length;
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: -1, Length: 1);
        for (var i = 0; i < groups.Length; i++)
        {
            var end = i;
            while (end < groups.Length && groups[end] == 0)
            {
                end++;
            }

            if (end - i > best.Length)
            {
                best = (i, end - i);
            }

            i = Math.Max(i, end - 1);
        }

        return best;
    }

    private static int WriteGroup(ushort group, Span<char> text)
    {
        var length = 0;
        for (var shift = 12; shift >= 0; shift -= 4)
        {
            var digit = (group >> shift) & 0xf;
            if (digit != 0 || length > 0 || shift == 0)
            {
                text[length++] = Hex(digit);
            }
        }

        return length;
    }

    private static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}

using System.Numerics;

namespace PacketPath.Firewall;

/// <summary>Masks and prefixes over bytes, most significant first.</summary>
internal static class BitText
{
    /// <summary>The length of the prefix whose first and last value these are; null where they are none.</summary>
    public static int? PrefixLength(ReadOnlySpan<byte> first, ReadOnlySpan<byte> last)
    {
        var length = 0;
        var ended = false;
        for (var i = 0; i < first.Length; i++)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var low = first[i] >> bit & 1;
                var high = last[i] >> bit & 1;
                if (low == high)
                {
                    if (ended)
                    {
                        return null;
                    }

                    length++;
                }
                else if (low == 1)
                {
                    return null;
                }
                else
                {
                    ended = true;
                }
            }
        }

        return length;
    }

    /// <summary>The length of the prefix a mask selects; null where its ones are not all in front.</summary>
    public static int? PrefixLength(ReadOnlySpan<byte> mask)
    {
        if (Run(mask) is not { } run)
        {
            return null;
        }

        return run.Leading == 0 ? run.Ones : null;
    }

    /// <summary>Zeros in front, ones, zeros behind; null where the ones are not in one run.</summary>
    public static (int Leading, int Ones, int Trailing)? Run(ReadOnlySpan<byte> mask)
    {
        var leading = 0;
        var ones = 0;
        var trailing = 0;
        foreach (var part in mask)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                if ((part >> bit & 1) != 0)
                {
                    if (trailing > 0)
                    {
                        return null;
                    }

                    ones++;
                }
                else if (ones == 0)
                {
                    leading++;
                }
                else
                {
                    trailing++;
                }
            }
        }

        return ones == 0 ? null : (leading, ones, trailing);
    }

    /// <summary>True where every bit is zero.</summary>
    public static bool IsZero(ReadOnlySpan<byte> value) => value.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>True where every bit is one.</summary>
    public static bool IsOnes(ReadOnlySpan<byte> value) => value.IndexOfAnyExcept((byte)0xff) < 0;

    /// <summary>The value before this one.</summary>
    public static byte[] Previous(byte[] value)
    {
        var result = (byte[])value.Clone();
        for (var i = result.Length - 1; i >= 0 && result[i]-- == 0; i--)
        {
            // A borrow goes on to the byte before.
        }

        return result;
    }

    /// <summary>The largest value.</summary>
    public static byte[] Ones(int length)
    {
        var result = new byte[length];
        Array.Fill(result, (byte)0xff);
        return result;
    }

    /// <summary>The value shifted right, in as many bytes as asked.</summary>
    public static byte[] ShiftRight(ReadOnlySpan<byte> value, int bits, int bytes)
    {
        var number = new BigInteger(value, isUnsigned: true, isBigEndian: true) >> bits;
        var result = new byte[bytes];
        for (var i = bytes - 1; i >= 0; i--, number >>= 8)
        {
            result[i] = (byte)(number & 0xff);
        }

        return result;
    }
}

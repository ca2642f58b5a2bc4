namespace PacketPath.Firewall;

/// <summary>Bytes of which some bits are known.</summary>
internal readonly struct FlowBits(byte[] value, byte[] known)
{
    /// <summary>The bits; zero where they are not known.</summary>
    public byte[] Value { get; } = value;

    /// <summary>Ones where the bit is known.</summary>
    public byte[] Known { get; } = known;

    public int Length => Value.Length;

    /// <summary>True where every bit is known.</summary>
    public bool IsKnown => BitText.IsOnes(Known);

    /// <summary>Nothing is known.</summary>
    public static FlowBits Unknown(int length) => new(new byte[length], new byte[length]);

    /// <summary>Everything is known.</summary>
    public static FlowBits Of(byte[] value)
    {
        var known = new byte[value.Length];
        Array.Fill(known, (byte)0xff);
        return new FlowBits(value, known);
    }

    /// <summary>Whether the bits are these; null where that cannot be known.</summary>
    public bool? Equal(ReadOnlySpan<byte> other)
    {
        var length = Math.Min(Length, other.Length);
        for (var i = 0; i < length; i++)
        {
            if (((Value[i] ^ other[i]) & Known[i]) != 0)
            {
                return false;
            }
        }

        return BitText.IsOnes(Known.AsSpan(0, length)) ? true : null;
    }

    /// <summary>The bytes compared as big-endian numbers; null where that cannot be known.</summary>
    public int? Compare(ReadOnlySpan<byte> other)
    {
        for (var i = 0; i < Math.Min(Length, other.Length); i++)
        {
            if (Known[i] != 0xff)
            {
                return null;
            }

            if (Value[i] != other[i])
            {
                return Value[i].CompareTo(other[i]);
            }
        }

        return 0;
    }

    /// <summary>Whether some value these bits may have lies within a range; null where it may and may not.</summary>
    public bool? Within(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var lowest = (byte[])Value.Clone();
        var highest = (byte[])Value.Clone();
        for (var i = 0; i < Length; i++)
        {
            highest[i] |= (byte)~Known[i];
        }

        if (highest.AsSpan().SequenceCompareTo(from) < 0 || lowest.AsSpan().SequenceCompareTo(to) > 0)
        {
            return false;
        }

        return lowest.AsSpan().SequenceCompareTo(from) >= 0 && highest.AsSpan().SequenceCompareTo(to) <= 0 ? true : null;
    }
}

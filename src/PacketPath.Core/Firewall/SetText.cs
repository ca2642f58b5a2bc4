using System.Text;
using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>Writes the elements of sets and maps.</summary>
internal sealed class SetText(INftNames names)
{
    private readonly StringBuilder _text = new();
    private int _shift;

    /// <summary>One interval or single value, both ends inclusive.</summary>
    private readonly record struct Interval(byte[] From, byte[] To, SetElement Element);

    /// <summary>The elements in nft's order.</summary>
    /// <param name="set">The set.</param>
    /// <param name="key">The types of the key's parts.</param>
    /// <param name="data">The types of a map's data.</param>
    /// <param name="hostOrder">True where keys are in host order; null for what the types say.</param>
    /// <param name="shift">How many bits to the left of their place keys lie.</param>
    public string[] Elements(SetDefinition set, NftType[] key, NftType[] data, bool? hostOrder = null, int shift = 0)
    {
        _shift = shift;
        var intervals = Intervals(set, key, hostOrder);
        var result = new string[intervals.Count];
        for (var i = 0; i < result.Length; i++)
        {
            _text.Clear();
            WriteElement(intervals[i], key, hostOrder, set, data);
            result[i] = _text.ToString();
        }

        return result;
    }

    /// <summary>A value of one or more parts.</summary>
    public string Value(NftType[] types, ReadOnlySpan<byte> value, bool? hostOrder = null)
    {
        _text.Clear();
        _shift = 0;
        WriteParts(types, value, value, hostOrder);
        return _text.ToString();
    }

    private static List<Interval> Intervals(SetDefinition set, NftType[] key, bool? hostOrder)
    {
        var elements = set.Elements;
        var list = new List<Interval>(elements.Length);
        if (set.IsInterval && key.Length == 1)
        {
            Decompose(elements, list);
            return list;
        }

        foreach (var element in elements)
        {
            list.Add(new Interval(element.Key, element.KeyEnd ?? element.Key, element));
        }

        if (!set.IsInterval)
        {
            list.Sort((one, other) => Order(one.Element, other.Element, key, hostOrder));
        }

        return list;
    }

    /// <summary>Pairs each start with the end that follows it.</summary>
    private static void Decompose(SetElement[] elements, List<Interval> list)
    {
        var sorted = elements.Where(static element => !element.IsCatchAll).ToArray();
        Array.Sort(sorted, static (one, other) =>
        {
            var order = one.Key.AsSpan().SequenceCompareTo(other.Key);
            return order != 0 ? order : other.IsIntervalEnd.CompareTo(one.IsIntervalEnd);
        });
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].IsIntervalEnd)
            {
                continue;
            }

            var to = i + 1 < sorted.Length ? BitText.Previous(sorted[i + 1].Key) : BitText.Ones(sorted[i].Key.Length);
            list.Add(new Interval(sorted[i].Key, to, sorted[i]));
        }

        list.AddRange(elements.Where(static element => element.IsCatchAll).Select(static element => new Interval([], [], element)));
    }

    private static int Order(SetElement one, SetElement other, NftType[] key, bool? hostOrder)
    {
        if (one.IsCatchAll || other.IsCatchAll)
        {
            return one.IsCatchAll.CompareTo(other.IsCatchAll);
        }

        ReadOnlySpan<byte> left = one.Key;
        ReadOnlySpan<byte> right = other.Key;
        foreach (var type in key)
        {
            var part = NextPart(type, key.Length, ref left);
            var otherPart = NextPart(type, key.Length, ref right);
            var reversed = type.IsText || (hostOrder ?? type.HostOrder);
            var order = reversed ? ReverseCompare(part, otherPart) : part.SequenceCompareTo(otherPart);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int ReverseCompare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        for (var i = Math.Min(one.Length, other.Length) - 1; i >= 0; i--)
        {
            if (one[i] != other[i])
            {
                return one[i].CompareTo(other[i]);
            }
        }

        return one.Length.CompareTo(other.Length);
    }

    /// <summary>Cuts a part off: parts of a concatenation fill whole registers.</summary>
    private static ReadOnlySpan<byte> NextPart(NftType type, int parts, ref ReadOnlySpan<byte> rest)
    {
        var length = type.Bytes == 0 ? (parts == 1 ? rest.Length : 4) : type.Bytes;
        length = parts == 1 ? Math.Min(type.Bytes == 0 ? rest.Length : type.Bytes, rest.Length) : Math.Min(length, rest.Length);
        var part = rest[..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return part;
    }

    private void WriteElement(in Interval interval, NftType[] key, bool? hostOrder, SetDefinition set, NftType[] data)
    {
        var element = interval.Element;
        if (element.IsCatchAll)
        {
            _text.Append('*');
        }
        else
        {
            WriteParts(key, interval.From, interval.To, set.IsInterval ? false : hostOrder);
        }

        if (element.TimeoutMilliseconds != 0 && element.TimeoutMilliseconds != set.Message.TimeoutMilliseconds)
        {
            _text.Append(" timeout ");
            NftTime.WriteDuration(_text, element.TimeoutMilliseconds);
        }

        if (element.ExpiresMilliseconds != 0)
        {
            _text.Append(" expires ");
            NftTime.WriteDuration(_text, element.ExpiresMilliseconds);
        }

        foreach (var expression in element.Expressions)
        {
            _text.Append(' ').Append(StatefulText.Write(expression));
        }

        if (element.Comment is { } comment)
        {
            _text.Append(" comment \"").Append(comment).Append('"');
        }

        if (element.Data.Verdict is { } verdict)
        {
            _text.Append(" : ").Append(verdict.Text);
        }
        else if (element.ObjectName is { } name)
        {
            _text.Append(" : \"").Append(name).Append('"');
        }
        else if (element.Data.Value.Length > 0)
        {
            _text.Append(" : ");
            WriteData(data, element.Data.Value);
        }
    }

    private void WriteData(NftType[] types, byte[] value)
    {
        var shift = _shift;
        _shift = 0;
        // A map of ranges holds both ends one after the other.
        var single = types.Sum(static type => (type.Bytes + 3) & ~3);
        if (single > 0 && value.Length == single * 2)
        {
            WriteParts(types, value.AsSpan(0, single), value.AsSpan(single), null);
        }
        else
        {
            WriteParts(types, value, value, null);
        }

        _shift = shift;
    }

    private void WriteParts(NftType[] types, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool? hostOrder)
    {
        for (var i = 0; i < types.Length; i++)
        {
            if (i > 0)
            {
                _text.Append(" . ");
            }

            var low = NextPart(types[i], types.Length, ref from);
            var high = NextPart(types[i], types.Length, ref to);
            WriteRange(types[i], low, high, hostOrder);
        }
    }

    private void WriteRange(NftType type, ReadOnlySpan<byte> low, ReadOnlySpan<byte> high, bool? hostOrder)
    {
        if (low.SequenceEqual(high))
        {
            WriteOne(type, low, hostOrder);
            return;
        }

        if (type.IsText)
        {
            // A range of names is all that begin alike.
            type.Write(_text, [.. low[..low.CommonPrefixLength(high)].TrimEnd((byte)0), (byte)'*'], names);
            return;
        }

        WriteOne(type, low, hostOrder);
        if (type.HasPrefixes && BitText.PrefixLength(low, high) is { } length)
        {
            _text.Append('/').Append(length);
            return;
        }

        _text.Append('-');
        WriteOne(type, high, hostOrder);
    }

    private void WriteOne(NftType type, ReadOnlySpan<byte> value, bool? hostOrder)
    {
        if (_shift > 0)
        {
            value = BitText.ShiftRight(value, _shift, value.Length);
        }

        if (BitConverter.IsLittleEndian && !type.IsText && (hostOrder ?? type.HostOrder) && value.Length <= 64)
        {
            Span<byte> reversed = stackalloc byte[value.Length];
            value.CopyTo(reversed);
            reversed.Reverse();
            type.Write(_text, reversed, names);
            return;
        }

        type.Write(_text, value, names);
    }
}

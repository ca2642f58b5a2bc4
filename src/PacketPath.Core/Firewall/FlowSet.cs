using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>A set as a flow is looked up in it.</summary>
internal sealed class FlowSet
{
    private readonly List<(byte[] From, byte[] To, SetElement Element)> _entries = [];
    private readonly Dictionary<string, SetElement>? _exact;
    private readonly SetElement? _other;
    private readonly int[] _parts;

    /// <summary>Reads a set's elements.</summary>
    /// <exception cref="Netlink.NetlinkDecodeException">They are malformed.</exception>
    public FlowSet(FirewallSet set)
    {
        var elements = SetElement.ReadList(Convert.FromBase64String(set.ElementData));
        _other = Array.Find(elements, static element => element.IsCatchAll);
        var isInterval = ((NftSetFlag)set.RawFlags).HasFlag(NftSetFlag.Interval);
        KeyLength = set.KeyLength;
        _parts = Parts(set);
        if (!isInterval)
        {
            _exact = [];
            foreach (var element in elements.Where(static element => !element.IsCatchAll))
            {
                _exact[Convert.ToHexString(element.Key)] = element;
                _entries.Add((element.Key, element.Key, element));
            }
        }
        else if (_parts.Length > 1)
        {
            _entries.AddRange(elements.Where(static element => !element.IsCatchAll)
                .Select(static element => (element.Key, element.KeyEnd ?? element.Key, element)));
        }
        else
        {
            AddIntervals(elements);
        }
    }

    /// <summary>The length of a key in bytes.</summary>
    public int KeyLength { get; }

    /// <summary>The element for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="element">The element; null where there is none or it cannot be known.</param>
    /// <returns>Whether there is one; null where that cannot be known.</returns>
    public bool? Find(FlowBits key, out SetElement? element)
    {
        element = null;
        if (key.IsKnown && _exact is not null)
        {
            element = _exact.GetValueOrDefault(Convert.ToHexString(key.Value)) ?? _other;
            return element is not null;
        }

        bool? found = _other is null ? false : null;
        foreach (var entry in _entries)
        {
            switch (Within(key, entry.From, entry.To))
            {
                case true:
                    element = entry.Element;
                    return true;
                case null:
                    found = null;
                    break;
            }
        }

        if (found is null && _other is not null && key.IsKnown)
        {
            element = _other;
            return true;
        }

        return found;
    }

    private static int[] Parts(FirewallSet set)
    {
        var names = set.KeyType.Split(" . ");
        if (names.Length == 1)
        {
            return [set.KeyLength];
        }

        return [.. names.Select(static name => NftType.Named(name) is { Bytes: > 0 } type ? type.Bytes : 4)];
    }

    private void AddIntervals(SetElement[] elements)
    {
        var sorted = elements.Where(static element => !element.IsCatchAll).ToArray();
        Array.Sort(sorted, static (one, other) =>
        {
            var order = one.Key.AsSpan().SequenceCompareTo(other.Key);
            return order != 0 ? order : other.IsIntervalEnd.CompareTo(one.IsIntervalEnd);
        });
        for (var i = 0; i < sorted.Length; i++)
        {
            if (!sorted[i].IsIntervalEnd)
            {
                var to = i + 1 < sorted.Length ? BitText.Previous(sorted[i + 1].Key) : BitText.Ones(sorted[i].Key.Length);
                _entries.Add((sorted[i].Key, to, sorted[i]));
            }
        }
    }

    /// <summary>Parts of a concatenation must each lie within their own range.</summary>
    private bool? Within(FlowBits key, byte[] from, byte[] to)
    {
        bool? within = true;
        var offset = 0;
        foreach (var length in _parts)
        {
            if (offset + length > key.Length || offset + length > from.Length || offset + length > to.Length)
            {
                return null;
            }

            var part = new FlowBits(key.Value[offset..(offset + length)], key.Known[offset..(offset + length)]);
            switch (part.Within(from.AsSpan(offset, length), to.AsSpan(offset, length)))
            {
                case false:
                    return false;
                case null:
                    within = null;
                    break;
            }

            offset += (length + 3) & ~3;
        }

        return within;
    }
}

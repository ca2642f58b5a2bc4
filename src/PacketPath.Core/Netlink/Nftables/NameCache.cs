namespace PacketPath.Netlink.Nftables;

/// <summary>Keeps the last few names read, so that a dump of thousands of rules does not hold thousands of copies of one chain's name.</summary>
internal sealed class NameCache
{
    private const int Size = 64;

    private readonly (byte[] Bytes, string Text)[] _slots;

    /// <summary>Creates a cache.</summary>
    public NameCache()
        : this(Size)
    {
    }

    private NameCache(int size) => _slots = new (byte[], string)[size];

    /// <summary>Keeps nothing.</summary>
    public static NameCache None { get; } = new(0);

    /// <summary>The current attribute's text.</summary>
    public string Text(ref AttributeReader reader)
    {
        if (_slots.Length == 0)
        {
            return reader.Text();
        }

        var hash = new HashCode();
        hash.AddBytes(reader.Value);
        ref var slot = ref _slots[(uint)hash.ToHashCode() % (uint)_slots.Length];
        if (slot.Bytes is null || !reader.Value.SequenceEqual(slot.Bytes))
        {
            slot = (reader.Value.ToArray(), reader.Text());
        }

        return slot.Text;
    }
}

namespace PacketPath.HostState.Routing;

/// <summary>A path-compressed binary trie of prefixes. Each prefix has a number, counted from 0 in the order of insertion.</summary>
internal sealed class PrefixTrie
{
    private const int None = -1;

    private Node[] _nodes = new Node[64];
    private int _count;
    private int _root = None;

    /// <summary>How many prefixes it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a prefix, unless it is there already.</summary>
    /// <returns>The prefix's number.</returns>
    public int Add(UInt128 key, int length)
    {
        key &= Netlink.IpBits.Mask(length);
        var (parent, right, at) = (None, false, _root);
        while (at != None)
        {
            ref var node = ref _nodes[at];
            var shared = Math.Min(SharedBits(node.Key, key), Math.Min(node.Length, length));
            if (shared < node.Length)
            {
                return Split(parent, right, at, key, length, shared);
            }

            if (node.Length == length)
            {
                return node.Number != None ? node.Number : node.Number = Count++;
            }

            right = Bit(key, node.Length);
            parent = at;
            at = right ? node.Right : node.Left;
        }

        var leaf = New(key, length);
        Attach(parent, right, leaf);
        return _nodes[leaf].Number = Count++;
    }

    /// <summary>The number of the longest prefix that covers the address; -1 where none does.</summary>
    public int FindLongest(UInt128 address)
    {
        var best = None;
        for (var at = _root; at != None;)
        {
            ref readonly var node = ref _nodes[at];
            if (!node.Covers(address))
            {
                break;
            }

            best = node.Number != None ? node.Number : best;
            at = node.Next(address);
        }

        return best;
    }

    /// <summary>The numbers of all prefixes that cover the address, the longest first.</summary>
    public List<int> FindAll(UInt128 address)
    {
        var found = new List<int>();
        for (var at = _root; at != None;)
        {
            ref readonly var node = ref _nodes[at];
            if (!node.Covers(address))
            {
                break;
            }

            if (node.Number != None)
            {
                found.Add(node.Number);
            }

            at = node.Next(address);
        }

        found.Reverse();
        return found;
    }

    private static bool Bit(UInt128 key, int index) => ((key >> (127 - index)) & 1) != 0;

    private static int SharedBits(UInt128 a, UInt128 b) => (int)UInt128.LeadingZeroCount(a ^ b);

    // A new node for what both share takes the old one's place; where the new prefix is that shared part, it is the node.
    private int Split(int parent, bool right, int old, UInt128 key, int length, int shared)
    {
        var oldRight = Bit(_nodes[old].Key, shared);
        var middle = New(key & Netlink.IpBits.Mask(shared), shared);
        Attach(parent, right, middle);
        Attach(middle, oldRight, old);
        if (shared == length)
        {
            return _nodes[middle].Number = Count++;
        }

        var leaf = New(key, length);
        Attach(middle, !oldRight, leaf);
        return _nodes[leaf].Number = Count++;
    }

    private void Attach(int parent, bool right, int child)
    {
        if (parent == None)
        {
            _root = child;
        }
        else if (right)
        {
            _nodes[parent].Right = child;
        }
        else
        {
            _nodes[parent].Left = child;
        }
    }

    private int New(UInt128 key, int length)
    {
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _count * 2);
        }

        _nodes[_count] = new Node { Key = key, Length = length, Left = None, Right = None, Number = None };
        return _count++;
    }

    private struct Node
    {
        public UInt128 Key;
        public int Length;
        public int Left;
        public int Right;
        public int Number;

        // In halves of 64 bits, because this is where lookups spend their time.
        public readonly bool Covers(UInt128 address)
        {
            var upper = Upper(Key) ^ Upper(address);
            return Length switch
            {
                0 => true,
                <= 64 => upper >> (64 - Length) == 0,
                _ => upper == 0 && (Lower(Key) ^ Lower(address)) >> (128 - Length) == 0,
            };
        }

        public readonly int Next(UInt128 address)
        {
            if (Length == 128)
            {
                return None;
            }

            var bit = Length < 64 ? Upper(address) >> (63 - Length) : Lower(address) >> (127 - Length);
            return (bit & 1) != 0 ? Right : Left;
        }

        private static ulong Upper(UInt128 value) => (ulong)(value >> 64);

        private static ulong Lower(UInt128 value) => (ulong)value;
    }
}

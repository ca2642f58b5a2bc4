using PacketPath.HostState.Routing;
using PacketPath.Netlink;

namespace PacketPath.Core.Tests.Routing;

public class PrefixTrieTests
{
    [Fact]
    public void EmptyTrieCoversNothing()
    {
        var trie = new PrefixTrie();
        Assert.Equal(-1, trie.FindLongest(0));
        Assert.Empty(trie.FindAll(UInt128.MaxValue));
    }

    [Fact]
    public void TheSamePrefixHasOneNumber()
    {
        var trie = new PrefixTrie();
        var first = trie.Add(Bits("10.0.0.0"), 8);
        Assert.Equal(first, trie.Add(Bits("10.9.9.9"), 8));
        Assert.NotEqual(first, trie.Add(Bits("10.0.0.0"), 9));
        Assert.Equal(2, trie.Count);
    }

    [Fact]
    public void TheLongestComesFirst()
    {
        var trie = new PrefixTrie();
        var host = trie.Add(Bits("10.1.2.3"), 32);
        var everything = trie.Add(0, 0);
        var eight = trie.Add(Bits("10.0.0.0"), 8);
        var sixteen = trie.Add(Bits("10.1.0.0"), 16);
        Assert.Equal([host, sixteen, eight, everything], trie.FindAll(Bits("10.1.2.3")));
        Assert.Equal(sixteen, trie.FindLongest(Bits("10.1.2.4")));
        Assert.Equal(everything, trie.FindLongest(Bits("11.0.0.0")));
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(2, 128)]
    [InlineData(3, 12)]
    public void AgreesWithALinearSearch(int seed, int width)
    {
        var random = new Random(seed);
        var trie = new PrefixTrie();
        var prefixes = new Dictionary<(UInt128 Key, int Length), int>();
        for (var i = 0; i < 2000; i++)
        {
            var length = random.Next(width + 1);
            var key = Random128(random, width) & IpBits.Mask(length);
            prefixes[(key, length)] = trie.Add(key, length);
        }

        Assert.Equal(prefixes.Count, trie.Count);
        for (var i = 0; i < 2000; i++)
        {
            // Half of the addresses lie near a prefix.
            var near = prefixes.Keys.ElementAt(random.Next(prefixes.Count));
            var address = i % 2 == 0 ? Random128(random, width) : near.Key | (Random128(random, width) & ~IpBits.Mask(near.Length));
            var expected = prefixes.Where(p => IpBits.Covers(p.Key.Key, p.Key.Length, address)).OrderByDescending(p => p.Key.Length).Select(p => p.Value).ToList();
            Assert.Equal(expected, trie.FindAll(address));
            Assert.Equal(expected.Count == 0 ? -1 : expected[0], trie.FindLongest(address));
        }
    }

    private static UInt128 Random128(Random random, int width) =>
        new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64() << 1) << 1 & IpBits.Mask(width);

    private static UInt128 Bits(string address) => IpBits.From(System.Net.IPAddress.Parse(address));
}

using PacketPath.Core.Tests.Netlink;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Core.Tests.Firewall;

/// <summary>Recorded messages of nf_tables; the comments of the files hold the ruleset that made them.</summary>
public class NftGoldenTests
{
    private static List<T> Read<T>(string file, MessageParser<T> parse)
        where T : class
    {
        var found = new List<T>();
        foreach (var bytes in NetlinkData.Messages(file))
        {
            ReadOnlySpan<byte> data = bytes;
            found.Add(parse(NetlinkMessage.Take(ref data))!);
        }

        return found;
    }

    [Fact]
    public void Tables()
    {
        var table = Assert.Single(Read<TableMessage>("nft-table-dump.hex", TableMessage.Read));
        Assert.Equal((NftFamily.Inet, "g", false), (table.Family, table.Name, table.Dormant));
    }

    [Fact]
    public void Chains()
    {
        var chains = Read<ChainMessage>("nft-chain-dump.hex", ChainMessage.Read).ToDictionary(chain => chain.Name);
        Assert.False(chains["sub"].IsBase);
        var chain = chains["c"];
        Assert.Equal((true, 3u, 0, "filter", (int?)NftVerdictCode.Drop), (chain.IsBase, chain.Hook, chain.Priority, chain.Type, chain.Policy));
    }

    [Fact]
    public void Rules()
    {
        var rules = Read<RuleMessage>("nft-rule-dump.hex", RuleMessage.Read);
        Assert.Equal(
            [
                "counter packets 7 bytes 420 reject with icmpx admin-prohibited comment \"no entry\"",
                "ip saddr @allow tcp dport @__set0 accept",
                "ip6 daddr fd00::/8 udp dport 53 log prefix \"dns: \" accept",
                "tcp dport vmap @m",
                "ct state established,related ct mark set meta mark & 0x000000ff",
                "limit rate over 10/minute burst 20 packets drop",
                "fib daddr type local meta mark set numgen inc mod 3",
                "goto sub",
            ],
            rules.Select(NftParsers.Text));
        Assert.All(rules, rule => Assert.Equal("g", rule.Table));
        Assert.Equal("no entry", rules[0].Comment);
        var counter = Assert.IsType<CounterExpression>(ExpressionReader.ReadList(rules[0].Expressions)[0]);
        Assert.Equal((7ul, 420ul), (counter.Packets, counter.Bytes));
    }

    [Fact]
    public void SetsAndElements()
    {
        var sets = Read<SetMessage>("nft-set-dump.hex", SetMessage.Read).ToDictionary(set => set.Name);
        Assert.Equal((NftSetFlag.Interval, 7u, 4), (sets["allow"].Flags, sets["allow"].KeyType, sets["allow"].KeyLength));
        Assert.Equal(NftSetFlag.Map, sets["m"].Flags);
        Assert.True(sets["__set0"].Flags.HasFlag(NftSetFlag.Anonymous | NftSetFlag.Interval));

        var elements = SetElement.ReadList(SetElementData.Join(Read<byte[]>("nft-element-dump.hex", SetElementData.Read)));
        Assert.Equal(5, elements.Length);
        Assert.Equal(3, elements.Count(element => element.IsIntervalEnd));
    }
}

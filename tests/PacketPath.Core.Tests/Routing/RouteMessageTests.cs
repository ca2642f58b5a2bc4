using PacketPath.Core.Tests.Netlink;
using PacketPath.HostState.Routing;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.Core.Tests.Routing;

public class RouteMessageTests
{
    private static T[] Read<T>(string file, MessageParser<T> parse)
        where T : class
    {
        var found = new List<T>();
        foreach (var bytes in NetlinkData.Messages(file))
        {
            ReadOnlySpan<byte> data = bytes;
            if (parse(NetlinkMessage.Take(ref data)) is { } item)
            {
                found.Add(item);
            }
        }

        return [.. found];
    }

    private static RouteEntry One(RouteEntry[] entries, string prefix) => Assert.Single(entries, e => RouteText.Prefix(e) == prefix);

    private static string? Gateway(RouteHop hop) => RouteText.Gateway(hop);

    [Fact]
    public void IPv4Tables()
    {
        var entries = Read("route-dump-v4.hex", RouteEntryReader.Read);

        var byDefault = One(entries, "0.0.0.0/0");
        Assert.Equal(("10.1.0.254", 11, 100u, 254u), (Gateway(byDefault.Hop), byDefault.Hop.Interface, byDefault.Metric, byDefault.Table));

        var withMtu = One(entries, "10.20.0.0/16");
        Assert.Equal((1400u, true), (withMtu.Mtu, withMtu.IsMtuLocked));
        Assert.Equal("10.1.0.1", IpBits.Text(withMtu.PreferredSource!.Value, IpBits.IPv4));
        Assert.Equal("static", PacketPath.HostState.IprouteNames.Protocols.Name(withMtu.Protocol));

        Assert.Equal(0x10, One(entries, "10.30.0.0/16").Tos);

        var multipath = One(entries, "10.40.0.0/16");
        Assert.Equal(["10.1.0.4", "10.2.0.4"], multipath.Hops.Select(h => Gateway(h)));
        Assert.Equal([11, 12], multipath.Hops.Select(h => h.Interface));
        Assert.Equal([3, 1], multipath.Hops.Select(h => h.Weight));
        Assert.Equal(RouteFlags.OnLink, multipath.Hops[1].Flags);

        Assert.Equal(
            [RouteType.Blackhole, RouteType.Prohibit, RouteType.Unreachable, RouteType.Throw],
            new[] { "10.50.0.0/16", "10.51.0.0/16", "10.52.0.0/16", "10.53.0.0/16" }.Select(p => One(entries, p).Type));
        Assert.Equal(100u, One(entries, "10.53.0.0/16").Table);

        var overIPv6 = One(entries, "10.60.0.0/16");
        Assert.Equal(("2001:db8:1::60", IpBits.IPv6), (Gateway(overIPv6.Hop), overIPv6.Hop.GatewayFamily));

        var byObject = One(entries, "10.70.0.0/16");
        Assert.Equal((7u, "10.1.0.7"), (byObject.NextHopId, Gateway(byObject.Hop)));
        Assert.Equal((RouteType.Local, 255u), (One(entries, "10.1.0.1/32").Type, One(entries, "10.1.0.1/32").Table));
    }

    [Fact]
    public void IPv6Tables()
    {
        var entries = Read("route-dump-v6.hex", RouteEntryReader.Read);
        var defaults = entries.Where(e => e.DestinationLength == 0).OrderBy(e => e.SourceLength).ToArray();
        Assert.Equal(2, defaults.Length);
        Assert.Equal((50u, (byte)1, "2001:db8:1::fe"), (defaults[0].Metric, defaults[0].Preference, Gateway(defaults[0].Hop)));
        Assert.Equal("2001:db8:2::/64", IpBits.PrefixText(defaults[1].Source, defaults[1].SourceLength, IpBits.IPv6));

        var multipath = One(entries, "2001:db8:40::/48");
        Assert.Equal([1, 2], multipath.Hops.Select(h => h.Weight));
        Assert.Equal(["2001:db8:1::4", "2001:db8:2::4"], multipath.Hops.Select(h => Gateway(h)));
        Assert.Equal(RouteType.Prohibit, One(entries, "2001:db8:51::/48").Type);
        Assert.Equal((1300u, false), (One(entries, "2001:db8:20::/48").Mtu, One(entries, "2001:db8:20::/48").IsMtuLocked));
        Assert.Equal(2, entries.Count(e => RouteText.Prefix(e) == "ff00::/8" && e.Type == RouteType.Multicast));
    }

    [Fact]
    public void Answers()
    {
        var answers = Read("route-get.hex", RouteEntryReader.Read);
        Assert.Equal(4, answers.Length);
        Assert.Equal(("10.20.1.1/32", 254u, "10.1.0.2", 1400u), (RouteText.Prefix(answers[0]), answers[0].Table, Gateway(answers[0].Hop), answers[0].Mtu));
        Assert.False(answers[0].IsCached);
        Assert.Equal(("10.40.0.0/16", 2), (RouteText.Prefix(answers[1]), answers[1].Hops.Length));
        Assert.Equal(("2001:db8:20::1/128", "2001:db8:1::2", 1300u), (RouteText.Prefix(answers[2]), Gateway(answers[2].Hop), answers[2].Mtu));
        Assert.False(answers[2].IsCached);
        Assert.Equal("2001:db8:40::/48", RouteText.Prefix(answers[3]));
    }

    [Fact]
    public void ARefusalIsAnError()
    {
        ReadOnlySpan<byte> refusal = NetlinkData.Messages("route-get.hex")[2];
        Assert.Equal(PacketPath.Interop.Errno.EINVAL, NetlinkStatus.Read(NetlinkMessage.Take(ref refusal)).Errno);
    }

    [Fact]
    public void RulesInTheirOwnWords()
    {
        // What ip wrote, with a space for the tab.
        Assert.Equal(
            [
                "0: from all lookup local",
                "101: not from 10.0.0.0/8 to 172.16.0.1 tos 0x10 iif va oif vx [detached] lookup main suppress_prefixlength 0 suppress_ifgroup 5",
                "102: from 1.2.3.4 fwmark 0x10/0xff uidrange 1000-1999 ipproto tcp sport 1000-2000 dport 80 goto 200 [unresolved]",
                "103: from all ipproto udp nop",
                "201: from all to 9.9.9.9 prohibit proto static",
                "205: from all tun_id 7 lookup 300",
                "206: from all lookup [l3mdev-table]",
                "32766: from all lookup main",
                "32767: from all lookup default",
            ],
            Read("rule-dump-v4.hex", RuleEntryReader.Read).Select(RuleText.Write));
        Assert.Equal(
            [
                "0: from all lookup local",
                "77: from 2001:db8::/32 fwmark 0x1 lookup 7",
                "78: from all to 2001:db8:99::/48 blackhole",
                "32766: from all lookup main",
            ],
            Read("rule-dump-v6.hex", RuleEntryReader.Read).Select(RuleText.Write));
    }

    [Fact]
    public void EveryFieldOfARule()
    {
        var rules = Read("rule-dump-v4.hex", RuleEntryReader.Read).ToDictionary(r => r.Priority, r => RuleText.ToModel(r, default));
        var odd = rules[101];
        Assert.True(odd.Inverted);
        Assert.Equal(("10.0.0.0/8", "172.16.0.1/32", "va", "vx"), (odd.From, odd.To, odd.InputInterface, odd.OutputInterface));
        Assert.Equal((16, 0, 5, "main"), (odd.Tos, odd.SuppressPrefixLength, odd.SuppressInterfaceGroup, odd.Table));
        Assert.Null(odd.Mark);

        var jump = rules[102];
        Assert.Equal((RuleAction.Goto, 200L, 16L, 255L), (jump.Action, jump.GotoPriority, jump.Mark, jump.MarkMask));
        Assert.Equal(("tcp", "1000-2000", "80", "1000-1999"), (jump.IpProtocol, jump.SourcePort, jump.DestinationPort, jump.UidRange));
        Assert.Null(jump.Table);

        Assert.Equal((RuleAction.Prohibit, "static"), (rules[201].Action, rules[201].RuleProtocol));
        Assert.Equal(7, rules[205].TunnelId);
        Assert.True(rules[206].L3Mdev);
        Assert.Equal(("all", "all", "kernel"), (rules[32766].From, rules[32766].To, rules[32766].RuleProtocol));
    }

    [Theory]
    [InlineData(IpBits.IPv4, "10.1.2.3", false, "30000000 1A00 0100 00000000 00000000 02202010 00000000 00100000 08000100 0A010203 08000200 0A000001 08000400 05000000 08001000 01000000 08001900 E8030000 05001B00 06000000 06001D00 01BB0000")]
    [InlineData(IpBits.IPv4, "10.1.2.3", true, "30000000 1A00 0100 00000000 00000000 02202010 00000000 00300000 08000100 0A010203 08000200 0A000001 08000400 05000000 08001000 01000000 08001900 E8030000 05001B00 06000000 06001D00 01BB0000")]
    public void Requests(byte family, string destination, bool fibMatch, string expected)
    {
        var writer = new AttributeWriter();
        var flow = new FlowKey
        {
            Family = family,
            Source = ModelHost.Bits("10.0.0.1"),
            OutputInterface = 5,
            Mark = 1,
            Tos = 0x10,
            Uid = 1000,
            IpProtocol = 6,
            DestinationPort = 443,
        };
        RouteRequest.Lookup(writer, flow, ModelHost.Bits(destination), fibMatch);
        var hex = Convert.ToHexString(writer.Written);
        var wanted = expected.Replace(" ", "");
        Assert.Equal((wanted.Length / 2).ToString("X2"), hex[..2]);
        Assert.Equal(wanted[2..], hex[2..]);
    }

    [Fact]
    public void AnIPv6LookupDoesNotAskForTheTable()
    {
        var writer = new AttributeWriter();
        RouteRequest.Lookup(writer, new FlowKey { Family = IpBits.IPv6 }, ModelHost.Bits("2001:db8::1"), fibMatch: false);
        Assert.Equal(0u, BitConverter.ToUInt32(writer.Written[24..28]));
        RouteRequest.Lookup(writer, new FlowKey { Family = IpBits.IPv6 }, ModelHost.Bits("2001:db8::1"), fibMatch: true);
        Assert.Equal(2, writer.Messages);
    }

    [Fact]
    public void PrefixLongerThanItsFamilyIsMalformed()
    {
        var message = NetlinkData.Messages("route-dump-v4.hex")[0];
        message[17] = 33;
        Assert.Throws<NetlinkDecodeException>(() =>
        {
            ReadOnlySpan<byte> data = message;
            RouteEntryReader.Read(NetlinkMessage.Take(ref data));
        });
    }
}

using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.Core.Tests.Routing;

public class RoutingModelTests
{
    private static RouteEntry Via(RouteEntry entry, string gateway) =>
        entry with { Hop = entry.Hop with { Gateway = ModelHost.Bits(gateway), GatewayFamily = entry.Family } };

    private static Func<RouteEntry, RouteEntry> Of(RouteType type) => e => e with { Type = type, Hop = default };

    private static Func<RouteEntry, RouteEntry> Metric(uint metric) => e => e with { Metric = metric };

    private static Func<RouteEntry, RouteEntry> Flags(uint flags) => e => e with { Hop = e.Hop with { Flags = flags } };

    [Fact]
    public void TheLongestPrefixWins()
    {
        var host = ModelHost.IPv4().Route("0.0.0.0/0").Route("10.0.0.0/8").Route("10.1.0.0/16");
        Assert.Equal("10.1.0.0/16 main", host.Winner("10.1.1.1"));
        Assert.Equal(["10.0.0.0/8 main LessSpecific", "0.0.0.0/0 main LessSpecific"], host.Losers("10.1.1.1"));
        Assert.Equal("0.0.0.0/0 main", host.Winner("11.1.1.1"));
        Assert.Contains("less specific than 10.1.0.0/16 dev eth0", host.Ask("10.1.1.1").Alternatives[0].ReasonText);
    }

    [Fact]
    public void NothingMatches() => Assert.Equal("Missing", ModelHost.IPv4().Route("10.0.0.0/8").Winner("11.0.0.1"));

    [Fact]
    public void TheLowestMetricWins()
    {
        var host = ModelHost.IPv4()
            .Route("10.0.0.0/8", dev: 2, more: e => Via(e, "192.0.2.2") with { Metric = 200 })
            .Route("10.0.0.0/8", more: e => Via(e, "192.0.2.1") with { Metric = 100 });
        var route = host.Ask("10.1.1.1");
        Assert.Equal(100, route.RouteMetric);
        var loser = Assert.Single(route.Alternatives);
        Assert.Equal(AlternativeReason.HigherMetric, loser.Reason);
        Assert.Equal("metric 200 against 100 of 10.0.0.0/8 via 192.0.2.1 dev eth0", loser.ReasonText);
        Assert.Equal(("192.0.2.2", "eth1", 2), (loser.NextHop, loser.InterfaceAlias, loser.InterfaceIndex));
    }

    [Fact]
    public void OfEqualsTheFirstWins()
    {
        var host = ModelHost.IPv4().Route("10.0.0.0/8").Route("10.0.0.0/8", dev: 2);
        Assert.Equal(["10.0.0.0/8 main EqualNotFirst"], host.Losers("10.1.1.1"));
        Assert.Equal("eth1", host.Ask("10.1.1.1").Alternatives[0].InterfaceAlias);
    }

    [Theory]
    [InlineData(RouteType.Blackhole, "Blackhole")]
    [InlineData(RouteType.Prohibit, "Prohibit")]
    [InlineData(RouteType.Unreachable, "Unreachable")]
    public void ARefusalIsNamed(RouteType type, string outcome)
    {
        var host = ModelHost.IPv4().Route("0.0.0.0/0").Route("10.0.0.0/8", more: Of(type));
        var route = host.Ask("10.1.1.1");
        Assert.Equal(outcome, route.Outcome.ToString());
        Assert.Equal("10.0.0.0/8", route.DestinationPrefix);
        Assert.Equal(type, route.TypeOfRoute);
        Assert.Equal(["0.0.0.0/0 main LessSpecific"], host.Losers("10.1.1.1"));
    }

    [Theory]
    [InlineData(RuleAction.Blackhole, "RuleBlackhole")]
    [InlineData(RuleAction.Prohibit, "RuleProhibit")]
    [InlineData(RuleAction.Unreachable, "RuleUnreachable")]
    public void ARuleEndsTheLookup(RuleAction action, string outcome)
    {
        var host = ModelHost.IPv4().Rule(100, action).Route("0.0.0.0/0");
        Assert.Equal(outcome, host.Winner("10.1.1.1"));
        var loser = Assert.Single(host.Ask("10.1.1.1").Alternatives);
        Assert.Equal(AlternativeReason.TableNotReached, loser.Reason);
        Assert.Equal("rule 100 ended the lookup before table main", loser.ReasonText);
    }

    [Fact]
    public void RulesAreFollowedByPriority()
    {
        var host = ModelHost.IPv4().Rule(200, 20).Rule(100, 10).Route("0.0.0.0/0", 10).Route("10.0.0.0/8", 20);
        Assert.Equal("0.0.0.0/0 10", host.Winner("10.1.1.1"));
        Assert.Equal(["10.0.0.0/8 20 TableNotReached"], host.Losers("10.1.1.1"));
    }

    [Fact]
    public void AMarkSelectsATable()
    {
        var host = ModelHost.IPv4().Rule(100, 10, r => r with { Mark = 1 }).Route("0.0.0.0/0", 10, dev: 2).Route("0.0.0.0/0");
        Assert.Equal("0.0.0.0/0 main", host.Winner("10.1.1.1"));
        Assert.Equal("0.0.0.0/0 10", host.Winner("10.1.1.1", f => f with { Mark = 1 }));
        Assert.Equal("no rule that consults table 10 selects this packet", host.Ask("10.1.1.1").Alternatives.Single().ReasonText);
    }

    [Fact]
    public void ThrowGoesOnWithTheNextRule()
    {
        var host = ModelHost.IPv4().Rule(100, 10).Route("10.0.0.0/8", 10, more: Of(RouteType.Throw)).Route("0.0.0.0/0", 10).Route("0.0.0.0/0");
        Assert.Equal("0.0.0.0/0 main", host.Winner("10.1.1.1"));
        Assert.Equal(["10.0.0.0/8 10 Thrown", "0.0.0.0/0 10 Thrown"], host.Losers("10.1.1.1"));
        Assert.Equal("0.0.0.0/0 10", host.Winner("11.1.1.1"));
    }

    [Fact]
    public void SuppressPrefixLength0IgnoresTheDefaultRoute()
    {
        var host = ModelHost.IPv4()
            .Rule(100, 254, r => r with { SuppressPrefixLength = 0 })
            .Rule(101, 10)
            .Route("0.0.0.0/0").Route("10.0.0.0/8").Route("0.0.0.0/0", 10, dev: 2);
        Assert.Equal("10.0.0.0/8 main", host.Winner("10.1.1.1"));
        Assert.Equal("0.0.0.0/0 10", host.Winner("11.1.1.1"));
        Assert.Equal(["0.0.0.0/0 main Suppressed"], host.Losers("11.1.1.1"));
    }

    [Fact]
    public void SuppressInterfaceGroup()
    {
        var host = ModelHost.IPv4()
            .Rule(100, 10, r => r with { SuppressInterfaceGroup = 5 })
            .Route("0.0.0.0/0", 10, dev: 2).Route("0.0.0.0/0");
        Assert.Equal("0.0.0.0/0 main", host.Winner("11.1.1.1"));
        Assert.Equal(["0.0.0.0/0 10 Suppressed"], host.Losers("11.1.1.1"));
    }

    [Fact]
    public void ARefusalIsNotSuppressed()
    {
        var host = ModelHost.IPv4().Rule(100, 10, r => r with { SuppressPrefixLength = 0 }).Route("0.0.0.0/0", 10, more: Of(RouteType.Blackhole)).Route("0.0.0.0/0");
        Assert.Equal("0.0.0.0/0 10", host.Winner("11.1.1.1"));
    }

    [Fact]
    public void GotoSkipsAndNopDoesNothing()
    {
        var host = ModelHost.IPv4()
            .Rule(50, RuleAction.Nop)
            .Rule(100, RuleAction.Goto, more: r => r with { GotoPriority = 300 })
            .Rule(200, RuleAction.Prohibit)
            .Rule(300, 10)
            .Route("0.0.0.0/0", 10);
        Assert.Equal("0.0.0.0/0 10", host.Winner("10.1.1.1"));
    }

    [Fact]
    public void AnUnresolvedGotoDoesNothing()
    {
        var host = ModelHost.IPv4().Rule(100, RuleAction.Goto, more: r => r with { GotoPriority = 301 }).Rule(200, RuleAction.Prohibit);
        Assert.Equal("RuleProhibit", host.Winner("10.1.1.1"));
    }

    [Fact]
    public void ADeadNextHopIsPassedOver()
    {
        var host = ModelHost.IPv4().Route("10.0.0.0/8", more: Flags(RouteFlags.Dead)).Route("0.0.0.0/0", dev: 2);
        Assert.Equal("0.0.0.0/0 main", host.Winner("10.1.1.1"));
        Assert.Equal(["10.0.0.0/8 main DeadNextHop"], host.Losers("10.1.1.1"));
    }

    [Fact]
    public void LinkDownCountsWhereItIsToBeIgnored()
    {
        var ignored = ModelHost.IPv4().Route("10.0.0.0/8", more: Flags(RouteFlags.Dead | RouteFlags.LinkDown)).Route("0.0.0.0/0", dev: 2);
        Assert.Equal(["10.0.0.0/8 main LinkDown"], ignored.Losers("10.1.1.1"));
        var used = ModelHost.IPv4().Route("10.0.0.0/8", more: Flags(RouteFlags.LinkDown)).Route("0.0.0.0/0", dev: 2);
        Assert.Equal("10.0.0.0/8 main", used.Winner("10.1.1.1"));
        Assert.Equal(["LinkDown"], used.Ask("10.1.1.1").NextHopFlags);
    }

    [Fact]
    public void AMultipathEntryWorksWhileOneMemberDoes()
    {
        RouteHop[] hops =
        [
            new() { Interface = 1, Flags = RouteFlags.Dead, Weight = 1 },
            new() { Interface = 2, Gateway = ModelHost.Bits("192.0.2.2"), GatewayFamily = IpBits.IPv4, Weight = 3 },
        ];
        var host = ModelHost.IPv4().Route("10.0.0.0/8", more: e => e with { Hop = default, Hops = hops }).Route("0.0.0.0/0");
        var route = host.Ask("10.1.1.1");
        Assert.Equal("10.0.0.0/8", route.DestinationPrefix);
        Assert.Equal(["Dead"], route.MultipathMembers[0].Flags);
        Assert.Equal(("192.0.2.2", "eth1", 3), (route.MultipathMembers[1].NextHop, route.MultipathMembers[1].InterfaceAlias, route.MultipathMembers[1].Weight));
        Assert.Equal(["10.0.0.0/8 main OtherInterface"], host.Losers("10.1.1.1", f => f with { OutputInterface = 3 }).Where(l => l.StartsWith("10")));
    }

    [Fact]
    public void AnEgressInterfaceRulesOutTheOthers()
    {
        var host = ModelHost.IPv4().Route("10.0.0.0/8").Route("0.0.0.0/0", dev: 2);
        Assert.Equal("0.0.0.0/0 main", host.Winner("10.1.1.1", f => f with { OutputInterface = 2 }));
        Assert.Equal("it leaves through eth0, not through eth1", host.Ask("10.1.1.1", f => f with { OutputInterface = 2 }).Alternatives.Single().ReasonText);
    }

    [Fact]
    public void TypesOfServicePreferTheirOwn()
    {
        var host = ModelHost.IPv4().Route("10.0.0.0/8").Route("10.0.0.0/8", dev: 2, more: e => e with { Tos = 0x10 });
        Assert.Equal(["10.0.0.0/8 main TosMismatch"], host.Losers("10.1.1.1"));
        Assert.Equal("eth0", host.Ask("10.1.1.1", f => f with { Tos = 0x10 }).Alternatives.Single().InterfaceAlias);
        Assert.Equal(["10.0.0.0/8 main LessSpecific"], host.Losers("10.1.1.1", f => f with { Tos = 0x10 }));
    }

    [Fact]
    public void WithoutRulesOfOnesOwnLocalAndMainAreOne()
    {
        Func<ModelHost> host = () => ModelHost.IPv4().Route("10.0.0.0/8", 255, more: Of(RouteType.Local)).Route("10.1.0.0/16");
        Assert.Equal("10.1.0.0/16 main", host().Winner("10.1.1.1"));
        Assert.Equal(["10.0.0.0/8 local LessSpecific"], host().Losers("10.1.1.1"));
        Assert.Equal("10.0.0.0/8 local", host().Rule(100, RuleAction.Nop).Winner("10.1.1.1"));
    }

    [Fact]
    public void AConnectedPrefixOfAnInterfaceThatIsDown()
    {
        var host = ModelHost.IPv4().Route("0.0.0.0/0").Address("10.1.0.9/16", dev: 3).Address("10.2.0.9/16", dev: 3, flags: 0x200).Address("10.3.0.9/16", dev: 1);
        Assert.Equal(["10.1.0.0/16 main InterfaceDown"], host.Losers("10.1.1.1"));
        Assert.Equal("eth2 is administratively down, so the kernel has withdrawn this connected prefix", host.Ask("10.1.1.1").Alternatives[0].ReasonText);
        Assert.Empty(host.Losers("10.2.1.1"));
        Assert.Empty(host.Losers("10.3.1.1"));
    }

    [Fact]
    public void Ipv6SourceSpecificRoutes()
    {
        var host = ModelHost.IPv6()
            .Route("::/0")
            .Route("::/0", dev: 2, more: e => e with { Source = ModelHost.Bits("2001:db8:2::"), SourceLength = 48 });
        Assert.Equal(["::/0 main SourceMismatch"], host.Losers("2001:db8:9::1"));
        Assert.Equal(["::/0 main SourceMismatch"], host.Losers("2001:db8:9::1", f => f with { Source = ModelHost.Bits("2001:db8:3::1") }));
        var fits = host.Ask("2001:db8:9::1", f => f with { Source = ModelHost.Bits("2001:db8:2::1") });
        Assert.Equal("eth0", fits.Alternatives.Single().InterfaceAlias);
        Assert.Equal(AlternativeReason.LessSpecific, fits.Alternatives.Single().Reason);
    }

    [Fact]
    public void Ipv6EntriesForOtherSourcesHideThoseForAll()
    {
        // Seen on Linux 6.18: fib6_node_lookup_1 goes back up where the tree of sources has no match.
        var host = ModelHost.IPv6()
            .Route("2001:db8::/32")
            .Route("2001:db8::/32", dev: 2, more: e => e with { Source = ModelHost.Bits("2001:db8:2::"), SourceLength = 48 })
            .Route("::/0", dev: 3);
        Assert.Equal("::/0 main", host.Winner("2001:db8:9::1"));
        Assert.Equal("entries of the same prefix for other sources hide it", host.Ask("2001:db8:9::1").Alternatives[0].ReasonText);
        Assert.Equal("2001:db8::/32 main", host.Winner("2001:db8:9::1", f => f with { Source = ModelHost.Bits("2001:db8:2::1") }));
    }

    [Fact]
    public void Ipv6RouterPreference()
    {
        var host = ModelHost.IPv6()
            .Route("::/0", more: e => e with { Metric = 1024, Preference = 3 })
            .Route("::/0", dev: 2, more: e => e with { Metric = 1024, Preference = 1 })
            .Route("::/0", dev: 3, more: Metric(2048));
        var route = host.Ask("2001:db8::1");
        Assert.Equal(["eth0", "eth2"], route.Alternatives.Select(a => a.InterfaceAlias));
        Assert.Equal([AlternativeReason.EqualNotFirst, AlternativeReason.HigherMetric], route.Alternatives.Select(a => a.Reason));
    }

    [Fact]
    public void Ipv6AnEgressInterfaceIsAPreferenceOnceASourceIsGiven()
    {
        var host = ModelHost.IPv6().Route("2001:db8::/32").Route("::/0", dev: 2);
        Assert.Equal("::/0 main", host.Winner("2001:db8::1", f => f with { OutputInterface = 2 }));
        Assert.Equal("2001:db8::/32 main", host.Winner("2001:db8::1", f => f with { OutputInterface = 2, Source = 1 }));
        var link = ModelHost.IPv6().Route("fe80::/64").Route("fe80::/64", dev: 2);
        Assert.Equal("eth0", link.Ask("fe80::1", f => f with { OutputInterface = 2, Source = 1 }).Alternatives.Single().InterfaceAlias);
    }

    [Fact]
    public void AVrfRuleConsultsThePacketsOwnTable()
    {
        var host = ModelHost.IPv4()
            .Interface(new() { Index = 20, Name = "red", Flags = 1, VrfTable = 10 })
            .Interface(new() { Index = 21, Name = "port", Flags = 1, Master = 20 })
            .Rule(1000, 0, r => r with { L3Mdev = true })
            .Route("10.0.0.0/8", 10, dev: 21)
            .Route("0.0.0.0/0");
        Assert.Equal("10.0.0.0/8 10", host.Winner("10.1.1.1", f => f with { OutputInterface = 21 }));
        Assert.Equal("0.0.0.0/0 main", host.Winner("10.1.1.1"));
    }

    [Fact]
    public void DestinationsThatRulesTellApartAreNotMistakenForEachOther()
    {
        var tables = ModelHost.IPv4().Rule(100, RuleAction.Prohibit, more: r => r with { HasDestination = true, Destination = ModelHost.Bits("10.1.0.0"), DestinationLength = 16 }).Route("10.0.0.0/8").Build();
        var flow = new FlowKey { Family = IpBits.IPv4 };
        Assert.Equal(RouteOutcome.Usable, tables.Decide(flow, ModelHost.Bits("10.2.0.1")).Outcome);
        Assert.Equal(RouteOutcome.RuleProhibit, tables.Decide(flow, ModelHost.Bits("10.1.0.1")).Outcome);
        Assert.Same(tables.Decide(flow, ModelHost.Bits("10.2.0.1")), tables.Decide(flow, ModelHost.Bits("10.3.0.1")));
        Assert.NotSame(tables.Decide(flow, ModelHost.Bits("10.2.0.1")), tables.Decide(flow with { Mark = 1 }, ModelHost.Bits("10.2.0.1")));
    }
}

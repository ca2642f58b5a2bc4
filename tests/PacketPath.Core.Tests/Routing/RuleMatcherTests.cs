using PacketPath.HostState.Routing;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.Core.Tests.Routing;

public class RuleMatcherTests
{
    private const string Near = "10.1.1.1";

    private static bool Selects(Func<RuleEntry, RuleEntry> rule, Func<FlowKey, FlowKey>? flow = null, string destination = Near, ModelHost? host = null, byte family = IpBits.IPv4)
    {
        var key = new FlowKey { Family = family };
        return RuleMatcher.Selects(
            rule(new RuleEntry { Family = family, Action = RuleAction.ToTable }),
            flow?.Invoke(key) ?? key,
            ModelHost.Bits(destination),
            (host ?? ModelHost.IPv4()).Build().Host,
            ownUid: 1000);
    }

    private static Func<RuleEntry, RuleEntry> From(string prefix, int length) => r => r with { HasSource = true, Source = ModelHost.Bits(prefix), SourceLength = length };

    [Fact]
    public void ARuleWithoutSelectorsSelectsEverything() => Assert.True(Selects(r => r));

    [Fact]
    public void AnInvertedRuleSelectsTheRest()
    {
        Assert.False(Selects(r => r with { Flags = RuleFlags.Invert }));
        Assert.True(Selects(r => r with { Flags = RuleFlags.Invert, Mark = 1 }));
    }

    [Theory]
    [InlineData(1u, null, 1u, true)]
    [InlineData(1u, null, 3u, false)]
    [InlineData(0x10u, 0xf0u, 0x1fu, true)]
    [InlineData(0x10u, 0xf0u, 0x2fu, false)]
    [InlineData(null, null, 7u, true)]
    [InlineData(0u, 0xffu, 0x100u, true)]
    public void Marks(uint? mark, uint? mask, uint packet, bool selected) =>
        Assert.Equal(selected, Selects(r => r with { Mark = mark, MarkMask = mask }, f => f with { Mark = packet }));

    [Fact]
    public void Destinations()
    {
        Func<RuleEntry, RuleEntry> to = r => r with { HasDestination = true, Destination = ModelHost.Bits("10.1.0.0"), DestinationLength = 16 };
        Assert.True(Selects(to));
        Assert.False(Selects(to, destination: "10.2.0.0"));
    }

    [Fact]
    public void Sources()
    {
        Assert.True(Selects(From("10.0.0.0", 8), f => f with { Source = ModelHost.Bits("10.9.9.9") }));
        Assert.False(Selects(From("10.0.0.0", 8), f => f with { Source = ModelHost.Bits("11.0.0.1") }));
    }

    [Fact]
    public void BeforeASourceIsChosenIPv4Compares0000()
    {
        Assert.False(Selects(From("10.0.0.0", 8)));
        Assert.True(Selects(From("0.0.0.0", 8)));
    }

    [Fact]
    public void BeforeASourceIsChosenIPv6SelectsNothing()
    {
        Assert.False(Selects(From("::", 8), destination: "2001:db8::1", host: ModelHost.IPv6(), family: IpBits.IPv6));
        Assert.True(Selects(r => From("2001:db8::", 32)(r) with { Flags = RuleFlags.FindSource }, destination: "2001:db8::1", host: ModelHost.IPv6(), family: IpBits.IPv6));
    }

    [Theory]
    [InlineData("lo", 0, true)]
    [InlineData("eth0", 0, false)]
    [InlineData("eth0", 1, true)]
    [InlineData("lo", 1, false)]
    [InlineData("gone", 0, false)]
    public void IngressInterfaces(string name, int packet, bool selected) =>
        Assert.Equal(selected, Selects(r => r with { InputInterface = name }, f => f with { InputInterface = packet }));

    [Theory]
    [InlineData("eth0", 1, true)]
    [InlineData("eth0", 2, false)]
    [InlineData("eth0", 0, false)]
    [InlineData("gone", 1, false)]
    public void EgressInterfaces(string name, int packet, bool selected) =>
        Assert.Equal(selected, Selects(r => r with { OutputInterface = name }, f => f with { OutputInterface = packet }));

    [Theory]
    [InlineData(IpBits.IPv4, 0x10, 0x10, true)]
    [InlineData(IpBits.IPv4, 0x10, 0x30, true)]
    [InlineData(IpBits.IPv4, 0x10, 0x08, false)]
    [InlineData(IpBits.IPv4, 0, 0x08, true)]
    [InlineData(IpBits.IPv6, 0x20, 0x20, true)]
    [InlineData(IpBits.IPv6, 0x20, 0x23, true)]
    [InlineData(IpBits.IPv6, 0x20, 0x60, false)]
    public void TypesOfService(byte family, byte tos, byte packet, bool selected) =>
        Assert.Equal(selected, Selects(r => r with { Tos = tos }, f => f with { Tos = packet }, family == IpBits.IPv4 ? Near : "2001:db8::1", null, family));

    [Theory]
    [InlineData(0x0a, 0x3f, 0x28, true)]
    [InlineData(0x0a, 0x3f, 0x2c, false)]
    [InlineData(0x08, 0x38, 0x2c, true)]
    public void CodePoints(byte dscp, byte mask, byte packet, bool selected) =>
        Assert.Equal(selected, Selects(r => r with { Dscp = dscp, DscpMask = mask }, f => f with { Tos = packet }));

    [Theory]
    [InlineData(IpBits.IPv4, 6, 6, true)]
    [InlineData(IpBits.IPv4, 6, 0, false)]
    [InlineData(IpBits.IPv4, 17, 0, true)]
    [InlineData(IpBits.IPv6, 17, 0, false)]
    [InlineData(IpBits.IPv6, 17, 17, true)]
    public void TransportProtocols(byte family, byte protocol, byte packet, bool selected) =>
        Assert.Equal(selected, Selects(r => r with { IpProtocol = protocol }, f => f with { IpProtocol = packet }, family == IpBits.IPv4 ? Near : "2001:db8::1", null, family));

    [Theory]
    [InlineData(0, 80, true)]
    [InlineData(0, 89, true)]
    [InlineData(0, 90, false)]
    [InlineData(0, 0, false)]
    [InlineData(0xfff0, 95, true)]
    [InlineData(0xfff0, 96, false)]
    public void Ports(ushort mask, ushort packet, bool selected)
    {
        Assert.Equal(selected, Selects(r => r with { DestinationPorts = new(80, 89), DestinationPortMask = mask }, f => f with { DestinationPort = packet }));
        Assert.Equal(selected, Selects(r => r with { SourcePorts = new(80, 89), SourcePortMask = mask }, f => f with { SourcePort = packet }));
    }

    [Fact]
    public void Users()
    {
        Assert.True(Selects(r => r with { Uids = new(1000, 1999) }));
        Assert.False(Selects(r => r with { Uids = new(1001, 1999) }));
        Assert.True(Selects(r => r with { Uids = new(0, 0) }, f => f with { Uid = 0 }));

        // A packet that came in belongs to nobody.
        Assert.False(Selects(r => r with { Uids = new(1000, 1999) }, f => f with { InputInterface = 1 }));
    }

    [Fact]
    public void VrfTables()
    {
        var host = ModelHost.IPv4()
            .Interface(new RoutingInterface { Index = 20, Name = "red", Flags = 1, VrfTable = 10 })
            .Interface(new RoutingInterface { Index = 21, Name = "port", Flags = 1, Master = 20 });
        Func<RuleEntry, RuleEntry> rule = r => r with { L3Mdev = true };
        Assert.False(Selects(rule, host: host));
        Assert.True(Selects(rule, f => f with { OutputInterface = 20 }, host: host));
        Assert.True(Selects(rule, f => f with { OutputInterface = 21 }, host: host));
        Assert.True(Selects(rule, f => f with { InputInterface = 21 }, host: host));
        Assert.Equal(10u, RuleMatcher.VrfTable(new FlowKey { InputInterface = 21 }, host.Build().Host));
    }

    [Fact]
    public void ALookupCarriesNoTunnelAndNoFlowLabel()
    {
        Assert.False(Selects(r => r with { TunnelId = 7 }));
        Assert.False(Selects(r => r with { FlowLabel = 5, FlowLabelMask = 0xfffff }));
    }
}

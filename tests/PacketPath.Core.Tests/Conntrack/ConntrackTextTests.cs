using PacketPath.HostState.Conntrack;
using PacketPath.Netlink.Conntrack;
using PacketPath.Targets;

namespace PacketPath.Core.Tests.Conntrack;

/// <summary>What is read where netlink may not be asked, and the small decisions around it.</summary>
public class ConntrackTextTests
{
    private const string Counters = """
        entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
        00000001  00000002 00000003 00000000 00000004 00000000 00000000 00000005 00000006 00000007 00000008 00000009 0000000a  0000000b 0000000c 0000000d 0000000e
        00000001  00000000 00000000 00000000 ffffffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000  00000000 00000000 00000000 00000000

        """;

    private static ConntrackEntry Entry(string line)
    {
        Assert.True(ConntrackLine.TryParse(line, out var message));
        return new ConntrackEntryBuilder(default).Build(message);
    }

    [Fact]
    public void CountersByColumnName()
    {
        var cpus = ConntrackCounterText.Parse(Counters);
        Assert.Equal(2, cpus.Count);
        Assert.Equal(new uint[] { 3, 4, 6, 7, 8, 9, 10, 14, 2, 5, 11, 12, 13 }, cpus[0].Values);
        Assert.Equal(uint.MaxValue, cpus[1][ConntrackCounter.Invalid]);
        Assert.Empty(ConntrackCounterText.Parse(""));
        Assert.Equal(7u, Assert.Single(ConntrackCounterText.Parse("drop unknown\n7 8 9"))[ConntrackCounter.Drop]);
    }

    [Fact]
    public void ALineOfTheTable()
    {
        var entry = Entry("ipv4     2 tcp      6 431997 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=50354 dport=80 packets=2 bytes=112 "
            + "src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000 packets=1 bytes=60 [ASSURED] mark=7 zone=3 delta-time=2 use=2");
        Assert.Equal((ConntrackState.Established, 431997L, 7L, 3), (entry.State, entry.TimeoutSeconds, entry.Mark, entry.Zone));
        Assert.Equal((ConntrackNat.Source, "10.0.0.1", 40000), (entry.NatType, entry.TranslatedSourceAddress, entry.TranslatedSourcePort));
        Assert.Equal((2L, 112L, 1L, 60L), (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes));
        Assert.True(entry.Status.HasFlag(ConntrackStatus.Assured | ConntrackStatus.SeenReply));

        var echo = Entry("ipv6     10 icmpv6   58 29 src=fd00::1 dst=fd00::2 type=128 code=0 id=5 [UNREPLIED] src=fd00::2 dst=fd00::1 type=129 code=0 id=5 mark=0 zone=0 use=2");
        Assert.Equal((TransportProtocol.IcmpV6, 128, 5, ConntrackNat.None), (echo.Protocol, echo.IcmpType, echo.IcmpId, echo.NatType));
        Assert.False(echo.Status.HasFlag(ConntrackStatus.SeenReply));
        Assert.Null(echo.OriginalPackets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ipv4 2 tcp 6 1")]
    [InlineData("ipv4 x tcp 6 1 NONE src=1.1.1.1")]
    [InlineData("ipv4 2 tcp 6 1 NONE src=1.1.1.1 dst=2.2.2.2 use=1")]
    [InlineData("bridge 7 tcp 6 1 NONE src=1.1.1.1 dst=2.2.2.2 src=2.2.2.2 dst=1.1.1.1")]
    public void WhatIsNoLineIsPassedOver(string line) => Assert.False(ConntrackLine.TryParse(line, out _));

    [Fact]
    public void ACounterThatOverflowed()
    {
        Assert.Equal(3, ConntrackDifference.Grown(4, 7));
        Assert.Equal(0, ConntrackDifference.Grown(7, 7));
        Assert.Equal(5, ConntrackDifference.Grown(uint.MaxValue - 1L, 3));
    }

    [Fact]
    public void SamplesTellDeltasAndRates()
    {
        var time = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var before = new ConntrackStats { ObservedAt = time, Drop = 10, Count = 100 };
        var sample = ConntrackDifference.Of(before, before with { ObservedAt = time.AddSeconds(2), Drop = 16, Count = 90 });
        Assert.Equal(2, sample.IntervalSeconds);
        Assert.Equal((6L, -10L), (sample.Delta!.Drop, sample.Delta.Count));
        Assert.Equal((3.0, -5.0), (sample.PerSecond!.Drop, sample.PerSecond.Count));
        Assert.Equal(16, sample.Drop);
    }

    [Fact]
    public void PrefixesCoverWhatTheyShould()
    {
        var message = default(ConntrackMessage) with { Original = default(ConntrackTuple) with { Family = 2, Source = 0x0a010203, Protocol = 6, SourcePort = 9 } };
        Assert.True(new ConntrackQuery { Source = [AddressPrefix.Parse("10.0.0.0/8")] }.Wants(message));
        Assert.True(new ConntrackQuery { Source = [AddressPrefix.Parse("192.0.2.0/24"), AddressPrefix.Parse("10.1.2.3")] }.Wants(message));
        Assert.True(new ConntrackQuery { Source = [AddressPrefix.Parse("0.0.0.0/0")] }.Wants(message));
        Assert.False(new ConntrackQuery { Source = [AddressPrefix.Parse("10.1.2.2")] }.Wants(message));
        Assert.False(new ConntrackQuery { Source = [AddressPrefix.Parse("::/0")] }.Wants(message));
        Assert.False(new ConntrackQuery { DestinationPorts = [80] }.Wants(message));
        Assert.True(new ConntrackQuery { SourcePorts = [8, 9], Protocols = [TransportProtocol.Tcp] }.Wants(message));
        Assert.False(new ConntrackQuery { Status = (ConntrackStatus.SeenReply, 0) }.Wants(message));
        Assert.True(new ConntrackQuery { Status = (0, ConntrackStatus.SeenReply) }.Wants(message));
        Assert.False(new ConntrackQuery { Mark = (1, 1) }.Wants(message));
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("fd00::/129")]
    [InlineData("10")]
    [InlineData("host.example")]
    [InlineData("")]
    public void WhatIsNoPrefixIsRefused(string text) => Assert.Throws<TargetException>(() => AddressPrefix.Parse(text));

    [Fact]
    public void OnlyWhatTheKernelCanCompareGoesToIt()
    {
        var one = new ConntrackQuery { Source = [AddressPrefix.Parse("10.0.0.1")], Protocols = [TransportProtocol.Tcp], DestinationPorts = [80] }.ForKernel();
        Assert.Equal(TupleParts.Source | TupleParts.Protocol | TupleParts.DestinationPort, one.OriginalParts);
        Assert.Equal(2, one.Family);
        Assert.True(one.HasDetails);

        var wide = new ConntrackQuery { Source = [AddressPrefix.Parse("10.0.0.0/8")], Protocols = [TransportProtocol.Tcp, TransportProtocol.Udp], DestinationPorts = [80] }.ForKernel();
        Assert.Equal(TupleParts.None, wide.OriginalParts);
        Assert.Equal(2, wide.Family);

        var both = new ConntrackQuery { Protocols = [TransportProtocol.Tcp], DestinationPorts = [80] }.ForKernel();
        Assert.Equal((TupleParts.None, (byte)0), (both.OriginalParts, both.Family));
    }
}

using PacketPath.Core.Tests.Netlink;
using PacketPath.HostState.Conntrack;
using PacketPath.Netlink;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.Core.Tests.Conntrack;

public class ConntrackMessageTests
{
    private static readonly ConntrackEntry[] Entries =
        [.. NetlinkData.Load("conntrack-dump.hex").SelectMany(datagram => NetlinkParsers.ParseAll(datagram)).OfType<ConntrackEntry>()];

    private static ConntrackEntry One(TransportProtocol protocol, int? sourcePort) =>
        Assert.Single(Entries, entry => entry.Protocol == protocol && entry.OriginalSourcePort == sourcePort);

    [Fact]
    public void EveryEntryOfTheDump() => Assert.Equal(7, Entries.Length);

    [Fact]
    public void ATranslatedTcpConnection()
    {
        var entry = One(TransportProtocol.Tcp, 1000);

        Assert.Equal(3679392268, entry.Id);
        Assert.Equal(AddressFamily.IPv4, entry.AddressFamily);
        Assert.Equal(ConntrackState.Established, entry.State);
        Assert.Equal(999, entry.TimeoutSeconds);
        Assert.Equal(("10.0.0.1", "10.0.0.2", 80), (entry.OriginalSourceAddress, entry.OriginalDestinationAddress, entry.OriginalDestinationPort));
        Assert.Equal(("10.0.0.2", 80, "192.0.2.1", 4000), (entry.ReplySourceAddress, entry.ReplySourcePort, entry.ReplyDestinationAddress, entry.ReplyDestinationPort));
        Assert.Equal(ConntrackNat.Source, entry.NatType);
        Assert.Equal(("192.0.2.1", 4000), (entry.TranslatedSourceAddress, entry.TranslatedSourcePort));
        Assert.Null(entry.TranslatedDestinationAddress);
        Assert.Null(entry.TranslatedDestinationPort);
        Assert.Equal(7, entry.Mark);
        Assert.True(entry.Status.HasFlag(ConntrackStatus.Assured | ConntrackStatus.SeenReply | ConntrackStatus.Confirmed | ConntrackStatus.SourceNat));
        Assert.Equal((long)entry.Status, entry.StatusBits);
        Assert.Equal((0L, 0L, 0L, 0L), (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes));
        Assert.Equal(2026, entry.StartedAt?.Year);
        Assert.Equal("tcp 10.0.0.1:1000 > 10.0.0.2:80 Established", entry.ToString());
    }

    [Fact]
    public void ATranslatedDestinationOfIPv6()
    {
        var entry = One(TransportProtocol.Tcp, 2001);

        Assert.Equal(AddressFamily.IPv6, entry.AddressFamily);
        Assert.Equal(ConntrackState.SynSent, entry.State);
        Assert.Equal(ConntrackNat.Destination, entry.NatType);
        Assert.Equal(("fd00::9", 8443), (entry.TranslatedDestinationAddress, entry.TranslatedDestinationPort));
        Assert.Null(entry.TranslatedSourceAddress);
        Assert.False(entry.Status.HasFlag(ConntrackStatus.SeenReply));
        Assert.Equal("tcp [fd00::1]:2001 > [fd00::3]:443 SynSent", entry.ToString());
    }

    [Fact]
    public void ZonesOfBothDirectionsAndOfOne()
    {
        Assert.Equal((5, null, null), (One(TransportProtocol.Udp, 1001).Zone, One(TransportProtocol.Udp, 1001).OriginalZone, One(TransportProtocol.Udp, 1001).ReplyZone));
        Assert.Equal((0, 3, null), (One(TransportProtocol.Udp, 1002).Zone, One(TransportProtocol.Udp, 1002).OriginalZone, One(TransportProtocol.Udp, 1002).ReplyZone));
        Assert.Equal(ConntrackState.None, One(TransportProtocol.Udp, 1001).State);
    }

    [Fact]
    public void ProtocolsWithoutPorts()
    {
        var echo = One(TransportProtocol.Icmp, null);
        Assert.Equal((8, 0, 77), (echo.IcmpType, echo.IcmpCode, echo.IcmpId));
        Assert.Null(echo.OriginalDestinationPort);
        Assert.Equal(ConntrackState.Established, One(TransportProtocol.Sctp, 3000).State);
    }

    [Fact]
    public void WhatIsNotTranslatedHasNoTranslation() =>
        Assert.All(
            Entries.Where(entry => entry.NatType == ConntrackNat.None),
            entry => Assert.Equal((null, null, null, null), (entry.TranslatedSourceAddress, entry.TranslatedSourcePort, entry.TranslatedDestinationAddress, entry.TranslatedDestinationPort)));

    [Fact]
    public void CountersOfEveryCpu()
    {
        var cpus = NetlinkData.Load("conntrack-stats-cpu.hex").SelectMany(datagram => NetlinkParsers.ParseAll(datagram)).OfType<ConntrackCpuCounters>().ToArray();
        Assert.Equal([0, 1], cpus.Select(cpu => cpu.Cpu));
        Assert.All(cpus, cpu => Assert.Equal((int)ConntrackCounter.Size, cpu.Values.Length));
        var table = Assert.Single(NetlinkData.Load("conntrack-stats.hex").SelectMany(datagram => NetlinkParsers.ParseAll(datagram)).OfType<ConntrackTableMessage>());
        Assert.Equal(new ConntrackTableMessage(7, 262144), table);
    }

    [Fact]
    public void CountersByTheirAttributes()
    {
        var writer = new AttributeWriter();
        writer.Begin(NetfilterMessage.Type(NetfilterMessage.Conntrack, ConntrackMessageType.GetStatsPerCpu), 0, NetfilterMessage.HeaderSize)[3] = 9;
        for (ushort attribute = 1; attribute <= 15; attribute++)
        {
            writer.U32BigEndian(attribute, attribute * 10u);
        }

        writer.End();
        ReadOnlySpan<byte> data = writer.Written;
        var cpu = ConntrackCpuCounters.Read(NetlinkMessage.Take(ref data));

        Assert.Equal(9, cpu.Cpu);
        Assert.Equal(
            new uint[] { 20, 40, 80, 90, 100, 110, 120, 130, 140, 150, 0, 0, 0 },
            cpu.Values);
    }

    [Fact]
    public void ATupleIsReadAsItWasWritten()
    {
        var tuple = default(ConntrackTuple) with
        {
            Family = 10,
            Source = ConntrackTuple.Number(System.Net.IPAddress.Parse("fd00::1").GetAddressBytes()),
            Destination = ConntrackTuple.Number(System.Net.IPAddress.Parse("fd00::2").GetAddressBytes()),
            Protocol = 6,
            SourcePort = 40000,
            DestinationPort = 443,
        };
        var writer = new AttributeWriter();
        ConntrackRequests.Get(writer, ConntrackAttribute.TupleOriginal, tuple);
        ReadOnlySpan<byte> data = writer.Written;
        NetlinkMessage.Take(ref data).Fixed(NetfilterMessage.HeaderSize, out var attributes);

        Assert.True(attributes.Next());
        Assert.Equal(tuple, ConntrackTuple.Read(attributes.Nested()));
        Assert.False(attributes.Next());
    }
}

using PacketPath.Capture;
using static PacketPath.Core.Tests.Capture.PacketBytes;

namespace PacketPath.Core.Tests.Capture;

public class PacketRecordReaderTests
{
    private const long Time = 1_700_000_000_123_456_789;

    [Fact]
    public void A_SYN_tells_its_flow_and_options()
    {
        var record = Read(CaptureLinkType.LinuxSll2, Sll2(7, 4, 0x0800, SamplePackets.Syn4()));

        Assert.Equal((PacketDirection.Outgoing, 7, null), (record.Direction, record.InterfaceIndex, record.InterfaceAlias));
        Assert.Equal(("10.0.0.1", 40000, "10.0.0.2", 80), (record.SourceAddress, record.SourcePort, record.DestinationAddress, record.DestinationPort));
        Assert.Equal((NetworkKind.IPv4, TransportProtocol.Tcp, 64), (record.Network, record.Protocol, record.Ttl));
        Assert.Equal(("SYN", 0x11223344L, 64240, 1460, 7), (record.TcpFlags, record.SequenceNumber, record.Window, record.MaximumSegmentSize, record.WindowScale));
        Assert.Equal((Time, new DateTime(2023, 11, 14, 22, 13, 20, DateTimeKind.Utc).AddTicks(1234567)), (record.TimestampNanoseconds, record.ObservedAt));
        Assert.Equal("SYN mss 1460", record.Summary);
        Assert.Equal(("host", "lab"), (record.ComputerName, record.NetNamespace));
        Assert.Null(record.IcmpType);
        Assert.Null(record.Quoted);
    }

    [Fact]
    public void The_payload_counts_what_the_snapshot_cut_off()
    {
        var whole = IPv4("10.0.0.1", "10.0.0.2", 17, Udp(1, 53, new byte[400]));

        Assert.Equal(400, Read(CaptureLinkType.Raw, whole).PayloadLength);
        Assert.Equal(400, Read(CaptureLinkType.Raw, whole[..100], whole.Length).PayloadLength);
        Assert.Equal("UDP 400 bytes", Read(CaptureLinkType.Raw, whole[..100], whole.Length).Summary);
    }

    [Fact]
    public void An_ICMP_error_quotes_the_flow_it_is_about()
    {
        var quoted = IPv4("10.0.0.1", "192.0.2.9", 6, Tcp(40000, 443, 2, sequence: 99));
        var record = Read(CaptureLinkType.Raw, IPv4("10.0.0.254", "10.0.0.1", 1, Icmp(3, 4, 1400, quoted)));

        Assert.Equal((3, 4, 1400L), (record.IcmpType, record.IcmpCode, record.IcmpMtu));
        Assert.Equal("fragmentation needed, MTU 1400", record.Summary);
        Assert.Equal(
            new QuotedFlow { SourceAddress = "10.0.0.1", SourcePort = 40000, DestinationAddress = "192.0.2.9", DestinationPort = 443, Protocol = TransportProtocol.Tcp, SequenceNumber = 99 },
            record.Quoted);
        Assert.Null(record.TcpFlags);
    }

    [Theory]
    [InlineData(1, "ARP who has 10.0.0.2")]
    [InlineData(2, "ARP 10.0.0.1 is at 02:00:00:00:00:0a")]
    [InlineData(9, "ARP operation 9")]
    public void ARP_is_told_in_words(ushort operation, string summary)
    {
        var record = Read(CaptureLinkType.Ethernet, Ethernet(0x0806, Arp(operation, "10.0.0.1", "10.0.0.2")));

        Assert.Equal((NetworkKind.Arp, "10.0.0.1", "10.0.0.2", (int?)operation), (record.Network, record.SourceAddress, record.DestinationAddress, record.ArpOperation));
        Assert.Equal(summary, record.Summary);
        Assert.Equal(TransportProtocol.Any, record.Protocol);
    }

    [Fact]
    public void Fragments_say_that_they_are()
    {
        var first = Read(CaptureLinkType.Raw, IPv4("10.0.0.1", "10.0.0.2", 17, Udp(1, 53, new byte[8]), fragment: 0x2000));
        var last = Read(CaptureLinkType.Raw, IPv4("10.0.0.1", "10.0.0.2", 17, new byte[16], fragment: 3));

        Assert.Equal((true, 0, "UDP 8 bytes, first fragment"), (first.MoreFragments, first.FragmentOffset, first.Summary));
        Assert.Equal((false, 24, "fragment at 24, the last", 0), (last.MoreFragments, last.FragmentOffset, last.Summary, last.PayloadLength));
        Assert.Equal(0x1234, last.Identification);
    }

    [Theory]
    [InlineData("02:00:00:00:00:02", PacketDirection.Incoming)]
    [InlineData("02:00:00:00:00:01", PacketDirection.Outgoing)]
    [InlineData("02:00:00:00:00:99", PacketDirection.Passing)]
    [InlineData(null, PacketDirection.Unknown)]
    public void On_one_Ethernet_interface_its_own_address_tells_the_way(string? own, PacketDirection expected)
    {
        byte[] frame = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, .. SamplePackets.Syn4()];
        var place = CapturePlace.On(new PacketInterface { InterfaceAlias = "eth0", InterfaceIndex = 3, LinkLayerAddress = own });

        var record = Read(CaptureLinkType.Ethernet, frame, place: place);

        Assert.Equal((expected, "eth0", 3), (record.Direction, record.InterfaceAlias, record.InterfaceIndex));
        Assert.Equal(("02:00:00:00:00:01", "02:00:00:00:00:02"), (record.LinkLayerSource, record.LinkLayerDestination));
    }

    [Fact]
    public void What_is_cut_short_anywhere_is_a_record_all_the_same()
    {
        foreach (var (name, link, data) in SamplePackets.All)
        {
            for (var length = 0; length <= data.Length; length++)
            {
                var record = Read(link, data[..length], data.Length);
                Assert.True(record.Summary.Length > 0, $"{name} cut to {length} bytes says nothing");
                Assert.Equal(data.Length, record.Length);
                Assert.InRange(record.PayloadLength, 0, data.Length);
            }
        }
    }

    private static PacketRecord Read(CaptureLinkType link, byte[] data, int? length = null, CapturePlace? place = null) =>
        new PacketRecordReader("host", "lab", place ?? CapturePlace.Recorded).Read(
            new CapturedPacket { Data = data, OriginalLength = length ?? data.Length, TimestampNanoseconds = Time, LinkType = link });
}

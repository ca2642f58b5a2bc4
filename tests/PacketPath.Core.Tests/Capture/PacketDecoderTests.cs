using System.Net;
using PacketPath.Capture;
using static PacketPath.Core.Tests.Capture.PacketBytes;

namespace PacketPath.Core.Tests.Capture;

public class PacketDecoderTests
{
    [Fact]
    public void ASynIsReadWithAllItsOptions()
    {
        DecodedPacket packet = Decode(Ethernet(0x0800, IPv4("192.0.2.1", "198.51.100.7", 6, Tcp(49152, 443, 0x02, 0xdeadbeef, 0, 29200, SynOptions()), ttl: 57, id: 0xabcd)));

        Assert.Equal(NetworkKind.IPv4, packet.Network);
        Assert.Equal(IPAddress.Parse("192.0.2.1"), packet.Ip.Source.ToIPAddress());
        Assert.Equal(IPAddress.Parse("198.51.100.7"), packet.Ip.Destination.ToIPAddress());
        Assert.Equal(57, packet.Ip.Ttl);
        Assert.Equal(0xabcdu, packet.Ip.Identification);
        Assert.True(packet.Ip.DontFragment);
        Assert.Equal(TransportKind.Tcp, packet.Transport);
        Assert.Equal(49152, packet.SourcePort);
        Assert.Equal(443, packet.DestinationPort);
        Assert.Equal(0xdeadbeef, packet.Tcp.SequenceNumber);
        Assert.Equal(TcpFlags.Syn, packet.Tcp.Flags);
        Assert.Equal(29200, packet.Tcp.Window);
        Assert.Equal((ushort)1460, packet.Tcp.MaximumSegmentSize);
        Assert.Equal((byte)7, packet.Tcp.WindowScale);
        Assert.True(packet.Tcp.SackPermitted);
        Assert.Equal(9u, packet.Tcp.TimestampValue);
        Assert.Equal(0u, packet.Tcp.TimestampEcho);
        Assert.Equal("02:00:00:00:00:0a", packet.LinkSource.ToString());
        Assert.Equal("02:00:00:00:00:0b", packet.LinkDestination.ToString());
        Assert.Equal(0, packet.PayloadLength);
    }

    [Fact]
    public void PaddingOfTheLinkIsNotPayload()
    {
        byte[] frame = Join(Ethernet(0x0800, IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(1, 2, 0x10))), new byte[6]);
        Assert.Equal(0, Decode(frame).PayloadLength);
    }

    [Fact]
    public void PayloadIsWhereTheDecoderSays()
    {
        byte[] frame = Ethernet(0x0800, IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(1, 2, 0x18, options: SynOptions(), payload: [0xaa, 0xbb])));
        DecodedPacket packet = Decode(frame);
        Assert.Equal([0xaa, 0xbb], frame.AsSpan(packet.PayloadOffset, packet.PayloadLength).ToArray());
    }

    [Theory]
    [InlineData(0x8100, 1)]
    [InlineData(0x88a8, 2)]
    public void VlanTagsAreUnwrapped(ushort outer, int tags)
    {
        byte[] inner = tags == 1 ? Vlan(10, 0x0800, SamplePackets.Syn4()) : Vlan(10, 0x8100, Vlan(20, 0x0800, SamplePackets.Syn4()));
        DecodedPacket packet = Decode(Ethernet(outer, inner));
        Assert.Equal((ushort)10, packet.VlanId);
        Assert.Equal(tags == 1 ? null : (ushort)20, packet.InnerVlanId);
        Assert.Equal(TcpFlags.Syn, packet.Tcp.Flags);
    }

    [Fact]
    public void CookedVersion2TellsInterfaceAndDirection()
    {
        DecodedPacket packet = Decode(Sll2(7, 4, 0x86dd, SamplePackets.Syn6()), CaptureLinkType.LinuxSll2);
        Assert.Equal(7, packet.InterfaceIndex);
        Assert.Equal(PacketType.Outgoing, packet.PacketType);
        Assert.Equal("02:00:00:00:00:0a", packet.LinkSource.ToString());
        Assert.Equal(NetworkKind.IPv6, packet.Network);
        Assert.Equal(80, packet.DestinationPort);
    }

    [Fact]
    public void CookedVersion1TellsDirection()
    {
        DecodedPacket packet = Decode(Sll(0, 0x0800, SamplePackets.Syn4()), CaptureLinkType.LinuxSll);
        Assert.Equal(PacketType.Host, packet.PacketType);
        Assert.Equal(0, packet.InterfaceIndex);
        Assert.Equal(TransportKind.Tcp, packet.Transport);
    }

    [Fact]
    public void ArpIsRead()
    {
        DecodedPacket packet = Decode(Ethernet(0x0806, Arp(1, "10.0.0.1", "10.0.0.2")));
        Assert.Equal(NetworkKind.Arp, packet.Network);
        Assert.Equal(1, packet.Arp.Operation);
        Assert.Equal("10.0.0.1", packet.Arp.Sender.ToString());
        Assert.Equal("10.0.0.2", packet.Arp.Target.ToString());
        Assert.Equal("02:00:00:00:00:0a", packet.Arp.SenderLink.ToString());
        Assert.Equal("00:00:00:00:00:00", packet.Arp.TargetLink.ToString());
    }

    [Fact]
    public void ExtensionHeadersLeadToTheTransport()
    {
        byte[] tcp = Tcp(40000, 443, 0x12);
        DecodedPacket packet = Decode(IPv6("fd00::1", "fd00::2", 0, Extension(43, Extension(60, Extension(44, Fragment6(51, 0, true, Authentication(6, tcp)))))), CaptureLinkType.Raw);
        Assert.Equal(TransportKind.Tcp, packet.Transport);
        Assert.Equal(TcpFlags.Syn | TcpFlags.Ack, packet.Tcp.Flags);
        Assert.Equal(0xcafeu, packet.Ip.Identification);
        Assert.True(packet.Ip.MoreFragments);
        Assert.Equal(6, packet.Ip.Protocol);
    }

    [Fact]
    public void EndlessExtensionHeadersEnd()
    {
        byte[] chain = [.. Enumerable.Repeat(Extension(60), 60).SelectMany(x => x)];
        DecodedPacket packet = Decode(IPv6("fd00::1", "fd00::2", 60, chain), CaptureLinkType.Raw);
        Assert.Equal(TransportKind.None, packet.Transport);
        Assert.False(packet.Ip.HasProtocolHeader);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void LaterFragmentsHaveNoTransport(int version)
    {
        byte[] body = Tcp(1, 2, 2);
        byte[] data = version == 4
            ? IPv4("10.0.0.1", "10.0.0.2", 6, body, fragment: 185)
            : IPv6("fd00::1", "fd00::2", 44, Fragment6(6, 1480, false, body));
        DecodedPacket packet = Decode(data, CaptureLinkType.Raw);
        Assert.Equal(1480, packet.Ip.FragmentOffset);
        Assert.Equal(6, packet.Ip.Protocol);
        Assert.Equal(TransportKind.None, packet.Transport);
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 5, 180 })]
    [InlineData(new byte[] { 2, 1, 5, 180 })]
    [InlineData(new byte[] { 2, 40, 5, 180 })]
    [InlineData(new byte[] { 1, 1, 1, 2 })]
    [InlineData(new byte[] { 254, 0, 0, 0 })]
    public void DamagedTcpOptionsEndTheOptionsOnly(byte[] options)
    {
        DecodedPacket packet = Decode(IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(1, 2, 2, options: options)), CaptureLinkType.Raw);
        Assert.Equal(TransportKind.Tcp, packet.Transport);
        Assert.Null(packet.Tcp.MaximumSegmentSize);
        Assert.Equal(24, packet.Tcp.HeaderLength);
    }

    [Fact]
    public void TcpWithAHeaderTooShortIsNotTcp()
    {
        byte[] tcp = Tcp(1, 2, 2);
        tcp[12] = 0x40;
        Assert.Equal(TransportKind.None, Decode(IPv4("10.0.0.1", "10.0.0.2", 6, tcp), CaptureLinkType.Raw).Transport);
    }

    [Fact]
    public void UdpIsRead()
    {
        DecodedPacket packet = Decode(IPv4("10.0.0.1", "10.0.0.2", 17, Udp(5353, 53, 1, 2, 3)), CaptureLinkType.Raw);
        Assert.Equal(TransportKind.Udp, packet.Transport);
        Assert.Equal(5353, packet.SourcePort);
        Assert.Equal(53, packet.DestinationPort);
        Assert.Equal(3, packet.PayloadLength);
    }

    [Fact]
    public void AnUnknownLinkTypeIsNotDecoded() => Assert.False(PacketDecoder.TryDecode(SamplePackets.Syn4(), (CaptureLinkType)147, out _));

    [Fact]
    public void FlagsReadAsTheFieldWritesThem()
    {
        Assert.Equal("SYN,ACK", (TcpFlags.Syn | TcpFlags.Ack).ToText());
        Assert.Equal("RST", TcpFlags.Rst.ToText());
        Assert.Equal("", TcpFlags.None.ToText());
    }

    private static DecodedPacket Decode(byte[] data, CaptureLinkType linkType = CaptureLinkType.Ethernet)
    {
        Assert.True(PacketDecoder.TryDecode(data, linkType, out DecodedPacket packet));
        return packet;
    }
}

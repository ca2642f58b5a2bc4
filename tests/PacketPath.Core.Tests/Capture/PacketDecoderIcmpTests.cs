using PacketPath.Capture;
using static PacketPath.Core.Tests.Capture.PacketBytes;

namespace PacketPath.Core.Tests.Capture;

public class PacketDecoderIcmpTests
{
    [Fact]
    public void AnErrorTellsTheQuotedFlow()
    {
        byte[] quoted = IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 2, 0x01020304), ttl: 1)[..28];
        DecodedPacket packet = Decode(IPv4("10.0.0.254", "10.0.0.1", 1, Icmp(11, 0, 0, quoted), ttl: 255));
        Assert.Equal(TransportKind.Icmp, packet.Transport);
        Assert.Equal((11, 0), (packet.Icmp.Type, packet.Icmp.Code));
        Assert.True(packet.Icmp.IsError);
        Assert.Equal("10.0.0.254", packet.Ip.Source.ToString());
        Assert.True(packet.Quoted.IsPresent);
        Assert.Equal("10.0.0.1", packet.Quoted.Ip.Source.ToString());
        Assert.Equal("10.0.0.2", packet.Quoted.Ip.Destination.ToString());
        Assert.Equal(1, packet.Quoted.Ip.Ttl);
        Assert.True(packet.Quoted.HasPorts);
        Assert.Equal((40000, 80), (packet.Quoted.SourcePort, packet.Quoted.DestinationPort));
        Assert.Equal(0x01020304u, packet.Quoted.SequenceNumber);
    }

    [Fact]
    public void AQuoteCutBehindThePortsHasNoSequenceNumber()
    {
        byte[] quoted = SamplePackets.Syn4()[..24];
        DecodedPacket packet = Decode(IPv4("10.0.0.254", "10.0.0.1", 1, Icmp(3, 13, 0, quoted)));
        Assert.True(packet.Quoted.HasPorts);
        Assert.Null(packet.Quoted.SequenceNumber);
    }

    [Fact]
    public void AQuotedLaterFragmentHasNoPorts()
    {
        byte[] quoted = IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 2), fragment: 100);
        DecodedPacket packet = Decode(IPv4("10.0.0.254", "10.0.0.1", 1, Icmp(11, 1, 0, quoted)));
        Assert.True(packet.Quoted.IsPresent);
        Assert.False(packet.Quoted.HasPorts);
    }

    [Fact]
    public void FragmentationNeededCarriesTheMtu() =>
        Assert.Equal(1400u, Decode(IPv4("10.0.0.254", "10.0.0.1", 1, Icmp(3, 4, 1400, SamplePackets.Syn4()))).Icmp.Mtu);

    [Fact]
    public void ARedirectNamesTheGateway() =>
        Assert.Equal("10.0.0.8", Decode(IPv4("10.0.0.254", "10.0.0.1", 1, Icmp(5, 1, 0x0a000008, SamplePackets.Syn4()))).Icmp.Target.ToString());

    [Fact]
    public void EchoesCarryIdentifierAndSequence()
    {
        DecodedPacket packet = Decode(IPv4("10.0.0.1", "10.0.0.2", 1, Icmp(8, 0, 0x00070009)));
        Assert.Equal((7, 9), (packet.Icmp.Identifier, packet.Icmp.SequenceNumber));
        Assert.False(packet.Icmp.IsError);
        Assert.False(packet.Quoted.IsPresent);
    }

    [Fact]
    public void PacketTooBigQuotesBehindExtensionHeaders()
    {
        byte[] quoted = IPv6("fd00::1", "fd00::2", 60, Extension(44, Fragment6(6, 0, true, Tcp(40000, 443, 2, 77))));
        DecodedPacket packet = Decode(IPv6("fd00::9", "fd00::1", 58, Icmp(2, 0, 1280, quoted)));
        Assert.Equal(TransportKind.IcmpV6, packet.Transport);
        Assert.Equal(1280u, packet.Icmp.Mtu);
        Assert.Equal("fd00::2", packet.Quoted.Ip.Destination.ToString());
        Assert.Equal((40000, 443), (packet.Quoted.SourcePort, packet.Quoted.DestinationPort));
        Assert.Equal(77u, packet.Quoted.SequenceNumber);
    }

    [Fact]
    public void NeighborMessagesNameTheTarget()
    {
        DecodedPacket packet = Decode(IPv6("fe80::1", "ff02::1:ff00:2", 58, Icmp(135, 0, 0, Address("fe80::2"), [14, 1, 0, 0, 0, 0, 0, 0], [1, 1, 2, 0, 0, 0, 0, 0x0a]), 255));
        Assert.Equal(135, packet.Icmp.Type);
        Assert.Equal("fe80::2", packet.Icmp.Target.ToString());
        Assert.Equal("02:00:00:00:00:0a", packet.Icmp.TargetLink.ToString());
    }

    [Fact]
    public void ANeighborOptionOfLengthZeroEndsTheOptions()
    {
        DecodedPacket packet = Decode(IPv6("fe80::1", "ff02::1:ff00:2", 58, Icmp(136, 0, 0, Address("fe80::2"), [2, 0, 2, 0, 0, 0, 0, 0x0a])));
        Assert.Equal("fe80::2", packet.Icmp.Target.ToString());
        Assert.Equal(0, packet.Icmp.TargetLink.Length);
    }

    private static DecodedPacket Decode(byte[] data)
    {
        Assert.True(PacketDecoder.TryDecode(data, CaptureLinkType.Raw, out DecodedPacket packet));
        return packet;
    }
}

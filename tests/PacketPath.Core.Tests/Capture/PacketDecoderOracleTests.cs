using System.Net;
using System.Net.NetworkInformation;
using PacketDotNet;
using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture;

/// <summary>Packets written by another library mean the same to our decoder.</summary>
public class PacketDecoderOracleTests
{
    private static readonly PhysicalAddress From = PhysicalAddress.Parse("02-00-00-00-00-0a");
    private static readonly PhysicalAddress To = PhysicalAddress.Parse("02-00-00-00-00-0b");

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.7")]
    [InlineData("2001:db8::1", "2001:db8:ffff::7")]
    public void TcpSegments(string source, string destination)
    {
        var tcp = new PacketDotNet.TcpPacket(49152, 443)
        {
            SequenceNumber = 0xfedcba98,
            AcknowledgmentNumber = 0x89abcdef,
            Synchronize = true,
            Acknowledgment = true,
            WindowSize = 65160,
            PayloadData = [1, 2, 3, 4, 5],
        };
        byte[] frame = Frame(Ip(source, destination, tcp, 61));

        Assert.True(PacketDecoder.TryDecode(frame, CaptureLinkType.Ethernet, out DecodedPacket packet));
        Assert.Equal(IPAddress.Parse(source), packet.Ip.Source.ToIPAddress());
        Assert.Equal(IPAddress.Parse(destination), packet.Ip.Destination.ToIPAddress());
        Assert.Equal(61, packet.Ip.Ttl);
        Assert.Equal(tcp.SourcePort, packet.SourcePort);
        Assert.Equal(tcp.DestinationPort, packet.DestinationPort);
        Assert.Equal(tcp.SequenceNumber, packet.Tcp.SequenceNumber);
        Assert.Equal(tcp.AcknowledgmentNumber, packet.Tcp.AcknowledgmentNumber);
        Assert.Equal(tcp.WindowSize, packet.Tcp.Window);
        Assert.Equal(TcpFlags.Syn | TcpFlags.Ack, packet.Tcp.Flags);
        Assert.Equal([1, 2, 3, 4, 5], frame.AsSpan(packet.PayloadOffset, packet.PayloadLength).ToArray());
        Assert.Equal("02:00:00:00:00:0a", packet.LinkSource.ToString());
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.7")]
    [InlineData("2001:db8::1", "2001:db8:ffff::7")]
    public void UdpDatagrams(string source, string destination)
    {
        var udp = new PacketDotNet.UdpPacket(5353, 53) { PayloadData = [9, 8, 7] };
        byte[] frame = Frame(Ip(source, destination, udp, 12));

        Assert.True(PacketDecoder.TryDecode(frame, CaptureLinkType.Ethernet, out DecodedPacket packet));
        Assert.Equal(TransportKind.Udp, packet.Transport);
        Assert.Equal((5353, 53), (packet.SourcePort, packet.DestinationPort));
        Assert.Equal([9, 8, 7], frame.AsSpan(packet.PayloadOffset, packet.PayloadLength).ToArray());
    }

    [Fact]
    public void ArpRequests()
    {
        var arp = new ArpPacket(ArpOperation.Request, PhysicalAddress.Parse("00-00-00-00-00-00"), IPAddress.Parse("10.0.0.2"), From, IPAddress.Parse("10.0.0.1"));
        var ethernet = new EthernetPacket(From, PhysicalAddress.Parse("FF-FF-FF-FF-FF-FF"), EthernetType.Arp) { PayloadPacket = arp };

        Assert.True(PacketDecoder.TryDecode(ethernet.Bytes, CaptureLinkType.Ethernet, out DecodedPacket packet));
        Assert.Equal((ushort)ArpOperation.Request, packet.Arp.Operation);
        Assert.Equal("10.0.0.2", packet.Arp.Target.ToString());
        Assert.Equal("ff:ff:ff:ff:ff:ff", packet.LinkDestination.ToString());
    }

    private static IPPacket Ip(string source, string destination, TransportPacket payload, int ttl)
    {
        var from = IPAddress.Parse(source);
        var to = IPAddress.Parse(destination);
        IPPacket ip = from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? new IPv4Packet(from, to) : new IPv6Packet(from, to);
        ip.TimeToLive = ttl;
        ip.PayloadPacket = payload;
        return ip;
    }

    private static byte[] Frame(IPPacket ip) =>
        new EthernetPacket(From, To, ip is IPv4Packet ? EthernetType.IPv4 : EthernetType.IPv6) { PayloadPacket = ip }.Bytes;
}

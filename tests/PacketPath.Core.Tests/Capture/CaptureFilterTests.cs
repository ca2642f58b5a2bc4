using System.Net;
using PacketPath.Capture;
using static PacketPath.Core.Tests.Capture.PacketBytes;

namespace PacketPath.Core.Tests.Capture;

/// <summary>The filters are judged by libpcap: packets go to a file and are read back through the filter.</summary>
public class CaptureFilterTests
{
    private static readonly IPEndPoint[] Peers = [new(IPAddress.Parse("10.0.0.2"), 80), new(IPAddress.Parse("fd00::2"), 80)];

    public static TheoryData<string, byte[], bool> Packets => new()
    {
        { "SYN to the peer", IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 0x02)), true },
        { "SYN-ACK from the peer", IPv4("10.0.0.2", "10.0.0.1", 6, Tcp(80, 40000, 0x12)), true },
        { "RST from the peer", IPv4("10.0.0.2", "10.0.0.1", 6, Tcp(80, 40000, 0x14)), true },
        { "SYN behind IP options", IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 0x02), options: [1, 1, 1, 1]), true },
        { "data to the peer", IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 0x18)), false },
        { "SYN to another port", IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 81, 0x02)), false },
        { "SYN to another host", IPv4("10.0.0.1", "10.0.0.3", 6, Tcp(40000, 80, 0x02)), false },
        { "UDP to the peer", IPv4("10.0.0.1", "10.0.0.2", 17, Udp(40000, 80)), false },
        { "unreachable", IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(3, 1, 0, SamplePackets.Syn4())), true },
        { "time exceeded", IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(11, 0, 0, SamplePackets.Syn4())), true },
        { "echo", IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(8, 0, 0)), false },
        { "SYN to the peer, v6", IPv6("fd00::1", "fd00::2", 6, Tcp(40000, 80, 0x02)), true },
        { "RST from the peer, v6", IPv6("fd00::2", "fd00::1", 6, Tcp(80, 40000, 0x04)), true },
        { "data to the peer, v6", IPv6("fd00::1", "fd00::2", 6, Tcp(40000, 80, 0x10)), false },
        { "SYN to another port, v6", IPv6("fd00::1", "fd00::2", 6, Tcp(40000, 81, 0x02)), false },
        { "SYN to another host, v6", IPv6("fd00::1", "fd00::3", 6, Tcp(40000, 80, 0x02)), false },
        { "SYN behind extension headers, v6", IPv6("fd00::1", "fd00::2", 60, Extension(6, Tcp(40000, 80, 0x02))), true },
        { "unreachable, v6", IPv6("fd00::9", "fd00::1", 58, Icmp(1, 0, 0, SamplePackets.Syn6())), true },
        { "SYN behind hop-by-hop options, v6", IPv6("fd00::1", "fd00::2", 0, Extension(6, Tcp(40000, 80, 0x02))), true },
        { "group membership report", IPv6("fe80::1", "ff02::16", 0, Extension(58, Icmp(143, 0, 0))), false },
        { "neighbor solicitation", IPv6("fe80::1", "ff02::1", 58, Icmp(135, 0, 0, Address("fe80::2"))), false },
    };

    [LibpcapTheory]
    [MemberData(nameof(Packets))]
    public void ASynFilterPassesTheFlowAndTheErrors(string name, byte[] packet, bool passes) =>
        Assert.True(passes == Passes(CaptureFilter.ForSyn(Peers), packet), name);

    public static TheoryData<string, byte[], bool> Datagrams => new()
    {
        { "to the port", IPv4("10.0.0.1", "10.0.0.2", 17, Udp(40000, 5000)), true },
        { "from the port", IPv4("10.0.0.2", "10.0.0.1", 17, Udp(5000, 40000)), true },
        { "of the length, to another port", IPv4("10.0.0.1", "10.0.0.3", 17, Udp(40000, 6000, [1, 2, 3])), true },
        { "of another length, to another port", IPv4("10.0.0.1", "10.0.0.3", 17, Udp(40000, 6000, [1, 2, 3, 4])), false },
        { "a SYN to the port", IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 5000, 0x02)), false },
        { "unreachable", IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(3, 3, 0, SamplePackets.Syn4())), true },
        { "to the port, v6", IPv6("fd00::1", "fd00::2", 17, Udp(40000, 5000)), true },
        { "of the length, to another port, v6", IPv6("fd00::1", "fd00::3", 17, Udp(40000, 6000, [1, 2, 3])), true },
        { "of another length, to another port, v6", IPv6("fd00::1", "fd00::3", 17, Udp(40000, 6000, [1, 2])), false },
        { "behind extension headers, v6", IPv6("fd00::1", "fd00::2", 60, Extension(17, Udp(40000, 6000))), true },
        { "unreachable, v6", IPv6("fd00::9", "fd00::1", 58, Icmp(1, 4, 0, SamplePackets.Syn6())), true },
    };

    [LibpcapTheory]
    [MemberData(nameof(Datagrams))]
    public void ADatagramFilterPassesThePortTheLengthAndTheErrors(string name, byte[] packet, bool passes)
    {
        Assert.True(passes == Passes(CaptureFilter.ForDatagrams(5000, 11), packet), name);
        Assert.True(Passes(CaptureFilter.ForDatagrams(0, 0), IPv4("10.0.0.1", "10.0.0.2", 17, Udp(1, 2))));
    }

    [LibpcapFact]
    public void WithoutPeersEverySynPasses()
    {
        string filter = CaptureFilter.ForSyn([]);
        Assert.True(Passes(filter, SamplePackets.Syn4()));
        Assert.True(Passes(filter, SamplePackets.Syn6()));
        Assert.False(Passes(filter, IPv4("10.0.0.1", "10.0.0.2", 17, Udp(1, 2))));
    }

    [LibpcapFact]
    public void PortZeroStandsForEveryPort() =>
        Assert.True(Passes(CaptureFilter.ForSyn([new IPEndPoint(IPAddress.Parse("10.0.0.2"), 0)]), IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 81, 0x02))));

    [LibpcapFact]
    public void ManyPeersStillFitAndStillPass()
    {
        IPEndPoint[] peers = [.. Enumerable.Range(0, 1000).Select(i => new IPEndPoint(new IPAddress([10, 1, (byte)(i >> 8), (byte)i]), 1 + i))];
        string filter = CaptureFilter.ForSyn(peers);
        Assert.InRange(filter.Length, 1, 1000);
        Assert.True(Passes(filter, IPv4("10.0.0.1", "10.1.3.231", 6, Tcp(40000, 1000, 0x02))));
    }

    [LibpcapTheory]
    [InlineData(CaptureLinkType.Ethernet)]
    [InlineData(CaptureLinkType.LinuxSll)]
    [InlineData(CaptureLinkType.LinuxSll2)]
    [InlineData(CaptureLinkType.Raw)]
    public void TheFilterCompilesForEveryLinkType(CaptureLinkType linkType)
    {
        Assert.Null(PacketSources.Factory.ValidateFilter(CaptureFilter.ForSyn(Peers), linkType));
        Assert.Null(PacketSources.Factory.ValidateFilter(CaptureFilter.ForSyn([]), linkType));
        Assert.Null(PacketSources.Factory.ValidateFilter(CaptureFilter.ForDatagrams(53, 25), linkType));
        Assert.Null(PacketSources.Factory.ValidateFilter(CaptureFilter.ForDatagrams(0, 0), linkType));
    }

    [LibpcapTheory]
    [InlineData("tcp port")]
    [InlineData("host 10.0.0.300")]
    [InlineData("tcp and (")]
    [InlineData("port 99999")]
    [InlineData("tcp\0 port 80")]
    public void AWrongFilterIsToldInWords(string filter)
    {
        string? words = PacketSources.Factory.ValidateFilter(filter, CaptureLinkType.Ethernet);
        Assert.False(string.IsNullOrWhiteSpace(words));
    }

    private static bool Passes(string filter, byte[] packet)
    {
        string path = Path.Combine(Path.GetTempPath(), $"packetpath-{Guid.NewGuid():N}.pcap");
        try
        {
            byte[] frame = Ethernet(packet[0] >> 4 == 4 ? (ushort)0x0800 : (ushort)0x86dd, packet);
            using (var writer = PcapWriter.Create(path, CaptureLinkType.Ethernet))
            {
                writer.Write(new CapturedPacket { Data = frame, OriginalLength = frame.Length, LinkType = CaptureLinkType.Ethernet });
            }

            int passed = 0;
            using IPacketSource source = PacketSources.Factory.OpenFile(path, filter);
            source.Run((in CapturedPacket _) => passed++, CancellationToken.None);
            return passed == 1;
        }
        finally
        {
            File.Delete(path);
        }
    }
}

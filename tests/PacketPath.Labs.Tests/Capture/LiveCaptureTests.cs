using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;

namespace PacketPath.Labs.Tests.Capture;

public sealed class LiveCaptureTests : IDisposable
{
    private readonly CaptureLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AllInterfacesTellInterfaceAndDirection(bool quickOpen)
    {
        List<DecodedPacket> seen = [];
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { Filter = CaptureFilter.ForSyn([]), QuickOpen = quickOpen }), Collect(seen));
        Assert.Equal(CaptureLinkType.LinuxSll2, capture.Source.LinkType);
        _lab.ConnectRefused(CaptureLab.PeerIPv4, 81);
        _lab.ConnectRefused(CaptureLab.PeerIPv6, 82);
        RunningCapture.Until(() => seen.Count >= 4, "SYN and RST of two connections");
        _ = capture.Stop();

        Assert.Equal(4, seen.Count);
        Assert.All(seen, p => Assert.NotEqual(0, p.InterfaceIndex));
        Assert.Equal([PacketType.Outgoing, PacketType.Host, PacketType.Outgoing, PacketType.Host], seen.Select(p => p.PacketType));
        Assert.Equal(["SYN", "RST,ACK", "SYN", "RST,ACK"], seen.Select(p => p.Tcp.Flags.ToText()));
        Assert.Equal([AddressFamily.IPv4, AddressFamily.IPv4, AddressFamily.IPv6, AddressFamily.IPv6], seen.Select(p => p.Ip.Source.Family));
        Assert.Equal(0, capture.Source.GetCounts().Dropped);
    }

    [CaptureFact]
    public void OneInterfaceGivesItsOwnLinkHeader()
    {
        List<DecodedPacket> seen = [];
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { InterfaceName = "eth0", Filter = "udp" }), Collect(seen));
        Assert.Equal(CaptureLinkType.Ethernet, capture.Source.LinkType);
        Assert.Equal(3, _lab.SendUdp(CaptureLab.PeerIPv4, 3));
        RunningCapture.Until(() => seen.Count >= 3, "three datagrams");
        _ = capture.Stop();
        Assert.All(seen, p => Assert.Equal((CaptureLab.Port, 10), (p.DestinationPort, p.PayloadLength)));
        Assert.All(seen, p => Assert.Equal(6, p.LinkDestination.Length));
    }

    [CaptureTheory]
    [InlineData(false, CaptureDirection.Incoming, "RST,ACK")]
    [InlineData(false, CaptureDirection.Outgoing, "SYN")]
    [InlineData(true, CaptureDirection.Incoming, "RST,ACK")]
    [InlineData(true, CaptureDirection.Outgoing, "SYN")]
    public void OneDirectionOnly(bool quickOpen, CaptureDirection direction, string flags)
    {
        List<DecodedPacket> seen = [];
        using var capture = new RunningCapture(
            _lab.Open(new CaptureOptions { InterfaceName = "eth0", Filter = "tcp", Direction = direction, QuickOpen = quickOpen }), Collect(seen));
        _lab.ConnectRefused(CaptureLab.PeerIPv4, 81);
        RunningCapture.Until(() => seen.Count >= 1, "one segment");
        _ = capture.Stop();
        Assert.Equal(flags, Assert.Single(seen).Tcp.Flags.ToText());
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoopbackPacketsAreSeenOnce(bool quickOpen)
    {
        List<DecodedPacket> seen = [];
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen }), Collect(seen));
        Assert.Equal(1, _lab.SendUdp(IPAddress.Loopback, 1));
        Assert.Equal(1, _lab.SendUdp(CaptureLab.PeerIPv4, 1));
        RunningCapture.Until(() => seen.Count >= 2, "two datagrams");
        _ = capture.Stop();
        Assert.Equal([PacketType.Host, PacketType.Outgoing], seen.Select(p => p.PacketType));
        Assert.Equal(quickOpen ? 2 : 3, capture.Source.GetCounts().Received);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void TimesAreInNanosecondsAndInOrder(bool quickOpen)
    {
        List<long> times = [];
        using var capture = new RunningCapture(
            _lab.Open(new CaptureOptions { InterfaceName = "eth0", Filter = "udp", QuickOpen = quickOpen }),
            (in CapturedPacket p) => times.Add(p.TimestampNanoseconds));
        long before = Now();
        _ = _lab.SendUdp(CaptureLab.PeerIPv4, 100);
        long after = Now();
        RunningCapture.Until(() => times.Count >= 100, "a hundred datagrams");
        _ = capture.Stop();
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[0], before, after);
        Assert.InRange(times[^1], before, after);
        Assert.Contains(times, t => t % 1000 != 0);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void LongPacketsKeepTheirLength(bool quickOpen)
    {
        List<(int Captured, int Length)> seen = [];
        using var capture = new RunningCapture(
            _lab.Open(new CaptureOptions { Filter = "udp", SnapshotLength = 100, QuickOpen = quickOpen }),
            (in CapturedPacket p) => seen.Add((p.Data.Length, p.OriginalLength)));
        _lab.Run(() =>
        {
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            _ = socket.SendTo(new byte[1000], new IPEndPoint(CaptureLab.PeerIPv4, CaptureLab.Port));
        });
        RunningCapture.Until(() => seen.Count >= 1, "one datagram");
        _ = capture.Stop();
        (int captured, int length) = Assert.Single(seen);
        Assert.Equal(20 + 20 + 8 + 1000, length);
        Assert.InRange(captured, 100, 120);
    }

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private static PacketHandler Collect(List<DecodedPacket> seen) => (in CapturedPacket captured) =>
    {
        Assert.True(PacketDecoder.TryDecode(captured.Data, captured.LinkType, out DecodedPacket packet));
        seen.Add(packet);
    };
}

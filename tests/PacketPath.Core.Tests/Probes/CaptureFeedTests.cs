using System.Buffers.Binary;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class CaptureFeedTests
{
    [Fact]
    public void Whatever_ends_the_capture_thread_is_told_and_ends_nothing_else()
    {
        using var wake = new EventDescriptor();
        using var here = NetworkNamespace.Open(null);
        using var feed = new CaptureFeed(here, wake, new Factory(() => throw new InvalidOperationException("odd")));
        feed.WaitUntilOpened(CancellationToken.None);
        Assert.False(feed.IsOpen);
        Assert.Equal("odd", feed.Failure?.Message);
    }

    [Fact]
    public void Every_packet_for_which_there_was_no_room_counts_as_lost()
    {
        const int Sent = 65536 + 10;
        using var source = new Flood(Sent, Syn(packetType: 4));
        using var wake = new EventDescriptor();
        using var here = NetworkNamespace.Open(null);
        using var feed = new CaptureFeed(here, wake, new Factory(() => source));
        Assert.True(source.Delivered.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal((65536, 10), (feed.Waiting, feed.Lost));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void What_is_addressed_to_another_host_is_nobodys_answer(byte packetType, bool counts)
    {
        var packet = new CapturedPacket { Data = Syn(packetType), OriginalLength = 60, LinkType = CaptureLinkType.LinuxSll2 };
        Assert.Equal(counts, SegmentReader.TryRead(packet, out _));
    }

    private static byte[] Syn(byte packetType)
    {
        var bytes = new byte[60];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, 0x0800);
        bytes[7] = 2;
        bytes[10] = packetType;
        bytes[20] = 0x45;
        bytes[23] = 40;
        bytes[29] = 6;
        bytes[52] = 0x50;
        bytes[53] = 2;
        return bytes;
    }

    private sealed class Factory(Func<IPacketSource> open) : IPacketSourceFactory
    {
        public IPacketSource OpenLive(CaptureOptions options) => open();

        public IPacketSource OpenFile(string path, string filter) => throw new NotSupportedException();

        public string? ValidateFilter(string filter, CaptureLinkType linkType) => null;
    }

    private sealed class Flood(int count, byte[] packet) : IPacketSource
    {
        public ManualResetEventSlim Delivered { get; } = new();

        public CaptureLinkType LinkType => CaptureLinkType.LinuxSll2;

        public void Run(PacketHandler handler, CancellationToken stop)
        {
            for (var i = 0; i < count; i++)
            {
                handler(new CapturedPacket { Data = packet, OriginalLength = packet.Length, LinkType = LinkType });
            }

            Delivered.Set();
            stop.WaitHandle.WaitOne();
        }

        public CaptureCounts GetCounts() => new(count, 0, 0);

        public void Dispose()
        {
        }
    }
}

using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture;

public sealed class PcapFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"packetpath-{Guid.NewGuid():N}.pcap");

    public void Dispose() => File.Delete(_path);

    [LibpcapFact]
    public void WhatIsWrittenIsReadBack()
    {
        byte[] data = PacketBytes.Ethernet(0x0800, SamplePackets.Syn4());
        using (var writer = PcapWriter.Create(_path, CaptureLinkType.Ethernet))
        {
            writer.Write(new CapturedPacket { Data = data, OriginalLength = 1514, TimestampNanoseconds = 1_700_000_000_123_456_789, LinkType = CaptureLinkType.Ethernet });
            writer.Write(new CapturedPacket { Data = data.AsSpan(0, 20), OriginalLength = 60, TimestampNanoseconds = 1_700_000_001_000_000_001, LinkType = CaptureLinkType.Ethernet });
            Assert.Equal(2, writer.Count);
        }

        List<(byte[] Data, int Length, long Time, CaptureLinkType Link)> read = Read("");
        Assert.Equal(2, read.Count);
        Assert.Equal(data, read[0].Data);
        Assert.Equal((1514, 1_700_000_000_123_456_789, CaptureLinkType.Ethernet), (read[0].Length, read[0].Time, read[0].Link));
        Assert.Equal(data[..20], read[1].Data);
        Assert.Equal((60, 1_700_000_001_000_000_001), (read[1].Length, read[1].Time));
    }

    [LibpcapFact]
    public void APcapngFileIsReadBackToo()
    {
        byte[] data = PacketBytes.Sll2(2, 4, 0x0800, SamplePackets.Syn4());
        using (var writer = new PcapngWriter(File.Create(_path)))
        {
            int first = writer.AddInterface("lab:eth0", CaptureLinkType.LinuxSll2);
            int second = writer.AddInterface("eth1", CaptureLinkType.LinuxSll2);
            for (int cut = 0; cut < 4; cut++)
            {
                writer.Write(cut % 2 == 0 ? first : second, new CapturedPacket
                {
                    Data = data.AsSpan(0, data.Length - cut), OriginalLength = 1500 + cut, TimestampNanoseconds = 1_700_000_000_123_456_789 + cut, LinkType = CaptureLinkType.LinuxSll2,
                });
            }

            Assert.Equal(4, writer.Count);
            Assert.Throws<ArgumentException>(() => writer.Write(first, new CapturedPacket { Data = data, LinkType = CaptureLinkType.Raw }));
        }

        var read = Read("");
        Assert.Equal(
            Enumerable.Range(0, 4).Select(cut => (data.Length - cut, 1500 + cut, 1_700_000_000_123_456_789 + cut)),
            read.Select(p => (p.Data.Length, p.Length, p.Time)));
        Assert.All(read, p => Assert.Equal(data[..p.Data.Length], p.Data));
    }

    [LibpcapFact]
    public void TheSnapshotLengthCutsTheDataButNotTheLength()
    {
        byte[] data = SamplePackets.Syn4();
        using (var writer = PcapWriter.Create(_path, CaptureLinkType.Raw, snapshotLength: 24))
        {
            writer.Write(new CapturedPacket { Data = data, OriginalLength = data.Length, LinkType = CaptureLinkType.Raw });
        }

        var packet = Assert.Single(Read(""));
        Assert.Equal((24, data.Length, CaptureLinkType.Raw), (packet.Data.Length, packet.Length, packet.Link));
    }

    [LibpcapFact]
    public void AFilterAppliesToAFile()
    {
        using (var writer = PcapWriter.Create(_path, CaptureLinkType.Raw))
        {
            byte[] udp = PacketBytes.IPv4("10.0.0.1", "10.0.0.2", 17, PacketBytes.Udp(1, 53));
            writer.Write(new CapturedPacket { Data = SamplePackets.Syn4(), OriginalLength = 60, LinkType = CaptureLinkType.Raw });
            writer.Write(new CapturedPacket { Data = udp, OriginalLength = udp.Length, LinkType = CaptureLinkType.Raw });
        }

        Assert.Equal(2, Read("").Count);
        Assert.Equal(28, Assert.Single(Read("udp port 53")).Length);
        Assert.Equal(CaptureFailureReason.InvalidFilter, Assert.Throws<CaptureException>(() => Read("udp prot 53")).Reason);
    }

    [LibpcapFact]
    public void ACutFileGivesWhatItHasAndThenATypedError()
    {
        using (var writer = PcapWriter.Create(_path, CaptureLinkType.Raw))
        {
            writer.Write(new CapturedPacket { Data = SamplePackets.Syn4(), OriginalLength = 60, LinkType = CaptureLinkType.Raw });
            writer.Write(new CapturedPacket { Data = SamplePackets.Syn4(), OriginalLength = 60, LinkType = CaptureLinkType.Raw });
        }

        File.WriteAllBytes(_path, File.ReadAllBytes(_path)[..^10]);
        int seen = 0;
        using IPacketSource source = PacketSources.Factory.OpenFile(_path, "");
        var error = Assert.Throws<CaptureException>(() => source.Run((in CapturedPacket _) => seen++, CancellationToken.None));
        Assert.Equal(1, seen);
        Assert.Equal(CaptureFailureReason.InvalidFile, error.Reason);
        Assert.Contains(_path, error.Message);
    }

    [LibpcapTheory]
    [InlineData(null)]
    [InlineData("this is no capture file, only text")]
    public void AFileThatIsNoCaptureIsATypedError(string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(_path, content);
        }

        var error = Assert.Throws<CaptureException>(() => PacketSources.Factory.OpenFile(_path, ""));
        Assert.Equal(CaptureFailureReason.InvalidFile, error.Reason);
        Assert.Contains(_path, error.Message);
    }

    [Fact]
    public void AnotherLinkTypeIsRefused()
    {
        using var writer = new PcapWriter(new MemoryStream(), CaptureLinkType.Ethernet);
        Assert.Throws<ArgumentException>(() => writer.Write(new CapturedPacket { Data = SamplePackets.Syn4(), LinkType = CaptureLinkType.Raw }));
    }

    private List<(byte[] Data, int Length, long Time, CaptureLinkType Link)> Read(string filter)
    {
        List<(byte[], int, long, CaptureLinkType)> packets = [];
        using IPacketSource source = PacketSources.Factory.OpenFile(_path, filter);
        source.Run((in CapturedPacket p) => packets.Add((p.Data.ToArray(), p.OriginalLength, p.TimestampNanoseconds, p.LinkType)), CancellationToken.None);
        Assert.Equal(packets.Count, source.GetCounts().Received);
        return packets;
    }
}

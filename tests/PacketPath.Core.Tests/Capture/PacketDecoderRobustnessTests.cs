using System.Globalization;
using PacketPath.Capture;
using Xunit.Abstractions;

namespace PacketPath.Core.Tests.Capture;

/// <summary>Whatever the bytes, the decoder ends, stays inside the packet, and allocates nothing.</summary>
public class PacketDecoderRobustnessTests(ITestOutputHelper output)
{
    private const int QuickCount = 100_000;
    private const int Seed = 20_260_101;

    private static readonly CaptureLinkType[] LinkTypes = Enum.GetValues<CaptureLinkType>();

    [Fact]
    public void EverySampleIsDecodedWhole()
    {
        foreach ((string name, CaptureLinkType link, byte[] data) in SamplePackets.All)
        {
            Assert.True(PacketDecoder.TryDecode(data, link, out DecodedPacket packet), name);
            AssertInside(in packet, data.Length);
        }
    }

    [Fact]
    public void EverySampleCutAtEveryLength()
    {
        foreach ((_, CaptureLinkType link, byte[] data) in SamplePackets.All)
        {
            for (int length = 0; length < data.Length; length++)
            {
                // A copy of exact size: reading past the end throws instead of finding the rest.
                byte[] cut = data[..length];
                if (PacketDecoder.TryDecode(cut, link, out DecodedPacket packet))
                {
                    AssertInside(in packet, length);
                }
            }
        }
    }

    [Fact]
    public void MutatedAndRandomPackets()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_COUNT"), CultureInfo.InvariantCulture, out int asked) ? asked : QuickCount;
        var random = new Random(Seed);
        byte[][] exact = [.. Enumerable.Range(0, 256).Select(n => new byte[n])];
        int decoded = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] data;
            CaptureLinkType link;
            if (i % 4 == 0)
            {
                data = exact[random.Next(exact.Length)];
                random.NextBytes(data);
                link = LinkTypes[random.Next(LinkTypes.Length)];
                if (data.Length > 0 && i % 8 == 0)
                {
                    data[0] = (byte)((random.Next(2) == 0 ? 0x40 : 0x60) | (data[0] & 0x0f));
                }
            }
            else
            {
                (_, link, byte[] seed) = SamplePackets.All[random.Next(SamplePackets.All.Length)];
                data = exact[random.Next(4) == 0 ? random.Next(seed.Length + 1) : seed.Length];
                seed.AsSpan(0, data.Length).CopyTo(data);
                for (int flips = random.Next(1, 8); flips > 0 && data.Length > 0; flips--)
                {
                    data[random.Next(data.Length)] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
                }
            }

            if (PacketDecoder.TryDecode(data, link, out DecodedPacket packet))
            {
                decoded++;
                AssertInside(in packet, data.Length);
            }
        }

        output.WriteLine($"{count} packets, {decoded} of them decoded");
        Assert.InRange(decoded, count / 4, count);
    }

    [Fact]
    public void NothingIsAllocated()
    {
        _ = DecodeAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int decoded = DecodeAll();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(SamplePackets.All.Length, decoded);
        Assert.Equal(0, allocated);
    }

    private static int DecodeAll()
    {
        int decoded = 0;
        foreach ((_, CaptureLinkType link, byte[] data) in SamplePackets.All)
        {
            decoded += PacketDecoder.TryDecode(data, link, out DecodedPacket packet) && packet.Ip.Source == packet.Ip.Source ? 1 : 0;
        }

        return decoded;
    }

    private static void AssertInside(in DecodedPacket packet, int length)
    {
        if (packet.PayloadOffset < 0 || packet.PayloadLength < 0 || packet.PayloadOffset + packet.PayloadLength > length)
        {
            Assert.Fail($"Payload at {packet.PayloadOffset}, {packet.PayloadLength} long, in a packet of {length}.");
        }

        if (packet.Network == NetworkKind.None || (packet.Quoted.IsPresent && !packet.Icmp.IsError))
        {
            Assert.Fail("Decoded, but without a network header, or quoting without an error.");
        }
    }
}

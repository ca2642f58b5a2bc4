using System.Globalization;
using PacketPath.Netlink;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.Neighbor;
using PacketPath.Netlink.Rule;

namespace PacketPath.Core.Tests.Netlink;

public class HostileMessageTests
{
    private static readonly string[] Files = ["link-dump.hex", "link-get.hex", "address-dump.hex", "neighbor-dump.hex", "neighbor-get.hex", "neighbor-table-dump.hex", "xfrm-policy-dump.hex", "error-extack.hex", "error-plain.hex", "route-dump-v4.hex", "route-dump-v6.hex", "route-get.hex", "rule-dump-v4.hex", "rule-dump-v6.hex", "netconf-dump.hex", "qdisc-dump.hex", "class-dump.hex", "device-queue-dump.hex",
        "nft-table-dump.hex", "nft-chain-dump.hex", "nft-rule-dump.hex", "nft-set-dump.hex", "nft-element-dump.hex",
        "socket-tcp-v4.hex", "socket-tcp-v6.hex", "socket-udp-v4.hex", "socket-udp-v6.hex",
        "conntrack-dump.hex", "conntrack-stats-cpu.hex", "conntrack-stats.hex", "conntrack-expect-stats-cpu.hex"];

    public static TheoryData<string> FileNames => [.. Files];

    private static bool Survives(ReadOnlySpan<byte> datagram)
    {
        try
        {
            NetlinkParsers.ParseAll(datagram);
            return true;
        }
        catch (NetlinkDecodeException)
        {
            return false;
        }
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void CutOffAtEveryLength(string file)
    {
        foreach (var message in NetlinkData.Messages(file))
        {
            Assert.True(Survives(message));
            for (var length = 1; length < message.Length; length++)
            {
                // The header still claims the whole length.
                Assert.False(Survives(message.AsSpan(0, length)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void CutOffAtEveryLengthWithAnHonestHeader(string file)
    {
        var refused = 0;
        foreach (var message in NetlinkData.Messages(file))
        {
            for (var length = NetlinkHeader.Size; length < message.Length; length++)
            {
                var cut = message[..length];
                BitConverter.TryWriteBytes(cut, length);
                refused += Survives(cut) ? 0 : 1;
            }
        }

        Assert.True(refused > 0);
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void UnknownAttributesAreKeptOrPassedOver(string file)
    {
        foreach (var message in NetlinkData.Messages(file).Where(message => BitConverter.ToUInt16(message, 4) >= ControlType.FirstOfFamily))
        {
            byte[] longer = [.. message, .. new byte[(4 - (message.Length % 4)) % 4], 9, 0, 0xff, 0x3f, 1, 2, 3, 4, 5, 0, 0, 0];
            BitConverter.TryWriteBytes(longer, longer.Length);
            var kept = NetlinkParsers.ParseAll(longer).Select(Unknown).ToArray();
            Assert.All(kept, unknown => Assert.Equal(["16383: 0102030405"], unknown ?? ["16383: 0102030405"]));
            if (file is "link-dump.hex" or "neighbor-dump.hex" or "rule-dump-v4.hex" or "rule-dump-v6.hex")
            {
                Assert.All(kept, Assert.NotNull);
                Assert.All(NetlinkParsers.ParseAll(message).Select(Unknown), unknown => Assert.Empty(unknown ?? []));
            }
            else
            {
                Assert.Equivalent(NetlinkParsers.ParseAll(message).Where(parsed => Unknown(parsed) is null), NetlinkParsers.ParseAll(longer).Where(parsed => Unknown(parsed) is null), strict: true);
            }
        }
    }

    private static string[]? Unknown(object? parsed) => parsed switch
    {
        System.Runtime.CompilerServices.ITuple { Length: > 0 } link when link[0] is LinkMessage read => read.UnknownAttributes,
        NeighborMessage neighbor => neighbor.UnknownAttributes ?? [],
        RuleEntry rule => rule.UnknownAttributes,
        _ => null,
    };

    [Fact]
    public void MutatedMessages()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_COUNT") ?? "50000", CultureInfo.InvariantCulture);
        var seeds = Files.SelectMany(NetlinkData.Load).ToArray();
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var survived = 0;
        for (var i = 0; i < count; i++)
        {
            var data = Mutate(seeds[random.Next(seeds.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                survived += Survives(data) ? 1 : 0;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, input {i}: {exception.GetType()} on {Convert.ToHexString(data)}{Environment.NewLine}{exception}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * (data.Length + 1024), $"seed {seed}, input {i}");
        }

        Assert.InRange(survived, 1, count - 1);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var data = (byte[])original.Clone();
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            var at = random.Next(data.Length);
            switch (random.Next(5))
            {
                case 0:
                    data[at] = (byte)random.Next(256);
                    break;
                case 1:
                    data[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when data.Length >= 4:
                    // A length or type field, at an aligned place.
                    BitConverter.TryWriteBytes(data.AsSpan(at & ~3 & (data.Length - 2)), (ushort)random.Next(0, 70));
                    break;
                case 3:
                    data = data[..Math.Max(1, at)];
                    break;
                default:
                    var length = random.Next(1, Math.Min(64, data.Length - at) + 1);
                    random.NextBytes(data.AsSpan(at, length));
                    break;
            }
        }

        return data;
    }
}

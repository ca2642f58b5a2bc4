using System.Globalization;
using PacketPath.Probes;
using PacketPath.Quic;
using Xunit.Abstractions;

namespace PacketPath.Core.Tests.Quic;

/// <summary>Whatever the bytes: the readers end, stay inside the datagram, and take nothing for an answer that is none.</summary>
public class QuicRobustnessTests(ITestOutputHelper output)
{
    private const int QuickCount = 20_000;
    private const int Seed = 20_260_102;

    private static readonly byte[] Id = Convert.FromHexString("8394c8f03e515708");
    private static readonly byte[] Own = Convert.FromHexString("f067a5502a4262b5");

    private static readonly byte[][] Frames =
    [
        QuicPackets.Acknowledge(),
        QuicPackets.Crypto(QuicServerHello.Build(0x1301)),
        QuicPackets.Close(0x170, "no"),
        [0x03, 0x05, 0x40, 0x19, 0x02, 0x01, 0x00, 0x01, 0x00, 0x01, 0x01, 0x01, 0x01],
        QuicPackets.Crypto(QuicClientHello.Build("lab.example", ["h3"], Own)),
    ];

    [Fact]
    public void MutatedDatagrams()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_COUNT"), CultureInfo.InvariantCulture, out int asked) ? asked : QuickCount;
        var random = new Random(Seed);
        byte[][] samples = Samples();
        QuicKeys server = QuicKeys.OfServer(Id);
        int read = 0, unprotected = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] data = Mutated(random, samples[random.Next(samples.Length)]);
            ReadOnlySpan<byte> rest = data;
            for (int packets = 0; packets < 64 && QuicPacket.TryRead(rest, out QuicPacket packet); packets++)
            {
                read++;
                Assert.InRange(packet.Bytes.Length, 1, rest.Length);
                Assert.InRange(packet.Versions().Length, 0, QuicPacket.MostVersions);
                if (packet.Kind == QuicPacketKind.Initial && i % 8 == 0 && PacketProtection.TryUnprotect(server, in packet, out byte[] plain))
                {
                    unprotected++;
                    _ = InitialFrames.Read(plain);
                }

                rest = rest[packet.Bytes.Length..];
            }

            byte[] frames = Mutated(random, Frames[random.Next(Frames.Length)]);
            InitialFrames? said = InitialFrames.Read(frames);
            if (said is not null)
            {
                Assert.True(said.Crypto0.Length <= frames.Length && (said.Close?.Reason.Length ?? 0) <= 256);
                _ = QuicServerHello.Read(said.Crypto0);
                _ = QuicClientHello.ServerName(said.Crypto0);
            }
        }

        output.WriteLine($"{count} datagrams, {read} packets read, {unprotected} opened");
        Assert.InRange(read, count / 4, count * 8);
    }

    [Fact]
    public void EverySampleCutAtEveryLength()
    {
        foreach (byte[] sample in Samples())
        {
            for (int length = 0; length < sample.Length; length++)
            {
                // A copy of exact size: reading past the end throws instead of finding the rest.
                byte[] cut = sample[..length];
                Assert.True(!PacketIsOpened(cut) || length >= QuicPacket.SmallestInitial, $"{length} of {sample.Length}");
            }
        }
    }

    [Fact]
    public void LengthsOf62BitsEndAtOnce()
    {
        const string Most = "ffffffffffffffff";
        string[] hostile =
        [
            "c00000000108" + Convert.ToHexString(Own) + "00" + Most,
            "c00000000108" + Convert.ToHexString(Own) + "0000" + Most,
            "8000000000ff",
            "80000000000000",
            "800000000000001a2a3a",
            "d0000000010000" + Most,
        ];
        Assert.All(hostile, h => Assert.False(QuicPacket.TryRead(Convert.FromHexString(h), out _), h));
        string[] frames = ["02" + "00" + "00" + Most + "00", "06" + "00" + Most, "06" + Most + "00" + "1c", "1c00" + "00" + Most, "1d", "02", "ffffffffffffffff", "", "0000000000"];
        Assert.All(frames, f => Assert.Null(InitialFrames.Read(Convert.FromHexString(f))));
    }

    [Fact]
    public void AVersionListIsCutWhereItIsEndless()
    {
        byte[] packet = [0xc0, 0, 0, 0, 0, 8, .. Own, 8, .. Id, .. Enumerable.Repeat<byte>(7, 4 * 900)];
        Assert.True(QuicPacket.TryRead(packet, out QuicPacket read));
        Assert.Equal(QuicPacket.MostVersions, read.Versions().Length);
        Assert.False(QuicPacket.TryRead(packet.AsSpan(..^1), out _));
    }

    [Fact]
    public void OnlyAnAnswerToWhatWasAskedCounts()
    {
        var dialog = new NegotiationDialog();
        Assert.True(QuicPacket.TryRead(dialog.Next(), out QuicPacket asked));
        Assert.Equal((QuicPacketKind.OtherVersion, 1200, true), (asked.Kind, dialog.Next().Length, QuicVersions.IsReserved(asked.Version)));
        byte[] answer = QuicPackets.Negotiate(in asked, 1, QuicVersions.Two, 0x4a5a6a7a);
        foreach (int at in new[] { 6, 15 })
        {
            byte[] other = [.. answer];
            other[at] ^= 1;
            Assert.False(dialog.Take(other));
        }

        Assert.False(dialog.Take(dialog.Next()));
        Assert.False(dialog.Take([]));
        Assert.False(dialog.IsOver);
        Assert.True(dialog.Take(answer));
        Assert.True(dialog.IsOver);
        Assert.Equal([1u, QuicVersions.Two, 0x4a5a6a7au], dialog.Versions);
    }

    [Fact]
    public void AHandshakeTakesOneGenuineRetryAndThenItsServer()
    {
        var dialog = new HandshakeDialog("lab.example", ["h3"]);
        Assert.True(QuicPacket.TryRead(dialog.Next(), out QuicPacket first));
        byte[] retry = QuicPackets.Retry(in first, Id, "token"u8);
        byte[] forged = [.. retry];
        forged[^1] ^= 1;
        Assert.False(dialog.Take(forged));
        Assert.True(dialog.Take(retry));
        Assert.True(dialog.IsDue);
        Assert.False(dialog.Take(retry));

        byte[] next = dialog.Next();
        Assert.Equal(1200, next.Length);
        Assert.True(QuicPacket.TryRead(next, out QuicPacket second));
        Assert.Equal("token"u8.ToArray(), second.Token.ToArray());
        Assert.Equal(Id, second.DestinationId.ToArray());

        byte[] hello = QuicPackets.Initial(QuicKeys.OfServer(Id), second.SourceId, Own, [], 0, QuicPackets.Crypto(QuicServerHello.Build(0x1302)));
        byte[] wrong = QuicPackets.Initial(QuicKeys.OfServer(Own), second.SourceId, Own, [], 0, QuicPackets.Crypto(QuicServerHello.Build(0x1302)));
        Assert.False(dialog.Take(wrong));
        Assert.True(dialog.Take(hello));
        Assert.Equal((true, QuicHandshakeOutcome.ServerHello, "TLS_AES_256_GCM_SHA384"), (dialog.IsOver, dialog.Outcome, dialog.Hello!.CipherSuite));
        Assert.True(QuicPacket.TryRead(dialog.Farewell(), out QuicPacket bye));
        Assert.Equal(Own, bye.DestinationId.ToArray());
    }

    [Fact]
    public void AVersionListThatHoldsTheVersionAskedAnswersNothing()
    {
        var dialog = new HandshakeDialog(null, ["h3"]);
        Assert.True(QuicPacket.TryRead(dialog.Next(), out QuicPacket first));
        Assert.False(dialog.Take(QuicPackets.Negotiate(in first, QuicVersions.Two, 1)));
        Assert.True(dialog.Take(QuicPackets.Negotiate(in first, QuicVersions.Two)));
        Assert.Equal(QuicHandshakeOutcome.VersionNegotiation, dialog.Outcome);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(0.5, 3)]
    [InlineData(0.05, 3)]
    [InlineData(60, 8)]
    public void SendingBacksOffAndLeavesTimeForTheLastAnswer(double timeout, int sends)
    {
        TimeSpan[] times = SendTimes.Of(TimeSpan.FromSeconds(timeout));
        Assert.Equal((sends, TimeSpan.Zero), (times.Length, times[0]));
        double[] waits = [.. times.Skip(1).Zip(times, (a, b) => (a - b).TotalSeconds)];
        Assert.Equal(waits.Order(), waits);
        Assert.True(timeout - times[^1].TotalSeconds >= waits[^1]);
    }

    [Theory]
    [InlineData(1u, "1")]
    [InlineData(0x6b3343cfu, "2")]
    [InlineData(0xff00001du, "draft-29")]
    [InlineData(0x51303433u, "0x51303433")]
    public void VersionsHaveNames(uint version, string name) => Assert.Equal(name, QuicVersions.Name(version));

    [Fact]
    public void AServerNameIsReadBackFromAClientHello()
    {
        Assert.Equal("lab.example", QuicClientHello.ServerName(QuicClientHello.Build("lab.example", ["h3", "h3-29"], Own)));
        Assert.Null(QuicClientHello.ServerName(QuicClientHello.Build(null, ["h3"], Own)));
    }

    private static bool PacketIsOpened(ReadOnlySpan<byte> data) =>
        QuicPacket.TryRead(data, out QuicPacket packet) && packet.Kind == QuicPacketKind.Initial && PacketProtection.TryUnprotect(QuicKeys.OfServer(Id), in packet, out _);

    private static byte[] Mutated(Random random, byte[] seed)
    {
        byte[] data = seed[..(random.Next(4) == 0 ? random.Next(seed.Length + 1) : seed.Length)];
        for (int flips = random.Next(0, 6); flips > 0 && data.Length > 0; flips--)
        {
            // Mostly in the header, where the lengths are.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(data.Length, 40)) : random.Next(data.Length);
            data[at] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
        }

        return data;
    }

    private static byte[][] Samples()
    {
        byte[] forced = QuicPackets.ForceNegotiation(Id, Own);
        _ = QuicPacket.TryRead(forced, out QuicPacket asked);
        byte[] initial = QuicPackets.Initial(QuicKeys.OfServer(Id), Own, Id, "token"u8, 0, QuicPackets.Crypto(QuicServerHello.Build(0x1301)));
        return
        [
            forced[..64],
            QuicPackets.Negotiate(in asked, 1, QuicVersions.Two, 0x4a5a6a7a),
            initial,
            [.. initial, .. initial[..200]],
            QuicPackets.Retry(in asked, Id, "token"u8),
            [0x40, .. Id, .. Own],
        ];
    }
}

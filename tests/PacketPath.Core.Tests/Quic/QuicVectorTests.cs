using PacketPath.Quic;

namespace PacketPath.Core.Tests.Quic;

/// <summary>The worked examples of RFC 9001, appendix A, and of RFC 9000, appendix A.</summary>
public class QuicVectorTests
{
    private const string ClientId = "8394c8f03e515708";

    private const string ClientHelloFrame =
        "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578616d706c"
        + "652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753d"
        + "e171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffff"
        + "ff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff";

    private const string ServerInitial =
        "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6"
        + "ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee";

    private const string ServerFrames =
        "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c940d89690b"
        + "84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";

    [Fact]
    public void KeysOfTheClient()
    {
        QuicKeys keys = QuicKeys.OfClient(Hex(ClientId));
        Assert.Equal("1f369613dd76d5467730efcbe3b1a22d", Text(keys.Key));
        Assert.Equal("fa044b2f42a3fd3b46fb255c", Text(keys.Iv));
        Assert.Equal("9f50449e04a0e810283a1e9933adedd2", Text(keys.HeaderKey));
    }

    [Fact]
    public void KeysOfTheServer()
    {
        QuicKeys keys = QuicKeys.OfServer(Hex(ClientId));
        Assert.Equal("cf3a5331653c364c88f0f379b6067e37", Text(keys.Key));
        Assert.Equal("0ac1493ca1905853b0bba03e", Text(keys.Iv));
        Assert.Equal("c206b8d9b9f0f37644430b490eeaa314", Text(keys.HeaderKey));
    }

    [Fact]
    public void InitialOfTheClient()
    {
        byte[] frames = new byte[1162];
        Hex(ClientHelloFrame).CopyTo(frames, 0);
        byte[] header = Hex("c300000001088394c8f03e5157080000449e00000002");

        byte[] packet = PacketProtection.Protect(QuicKeys.OfClient(Hex(ClientId)), header, 4, 2, frames);

        // The tag covers every byte before it.
        Assert.Equal(1200, packet.Length);
        Assert.Equal("c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b", Text(packet[..38]));
        Assert.Equal("e221af44860018ab0856972e194cd934", Text(packet[^16..]));

        Assert.True(QuicPacket.TryRead(packet, out QuicPacket read));
        Assert.Equal(QuicPacketKind.Initial, read.Kind);
        Assert.Equal(ClientId, Text(read.DestinationId.ToArray()));
        Assert.True(PacketProtection.TryUnprotect(QuicKeys.OfClient(read.DestinationId), in read, out byte[] plain));
        Assert.Equal(frames, plain);
        Assert.Equal("example.com", QuicClientHello.ServerName(InitialFrames.Read(plain)!.Crypto0));
    }

    [Fact]
    public void InitialOfTheServer()
    {
        byte[] packet = PacketProtection.Protect(QuicKeys.OfServer(Hex(ClientId)), Hex("c1000000010008f067a5502a4262b50040750001"), 2, 1, Hex(ServerFrames));
        Assert.Equal(ServerInitial, Text(packet));

        Assert.True(QuicPacket.TryRead(packet, out QuicPacket read));
        Assert.Equal("f067a5502a4262b5", Text(read.SourceId.ToArray()));
        Assert.True(PacketProtection.TryUnprotect(QuicKeys.OfServer(Hex(ClientId)), in read, out byte[] plain));
        Assert.Equal(ServerFrames, Text(plain));

        InitialFrames frames = InitialFrames.Read(plain)!;
        Assert.True(frames.Acknowledges);
        Assert.Equal(new QuicServerHello("TLS_AES_128_GCM_SHA256", false), QuicServerHello.Read(frames.Crypto0));
        Assert.False(PacketProtection.TryUnprotect(QuicKeys.OfClient(Hex(ClientId)), in read, out _));
    }

    [Fact]
    public void Retry()
    {
        byte[] packet = Hex("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
        Assert.True(QuicPacket.TryRead(packet, out QuicPacket read));
        Assert.Equal(QuicPacketKind.Retry, read.Kind);
        Assert.Equal("token"u8.ToArray(), read.Token.ToArray());
        Assert.True(QuicPackets.IsGenuine(in read, Hex(ClientId)));
        Assert.False(QuicPackets.IsGenuine(in read, Hex("8394c8f03e515709")));
    }

    [Theory]
    [InlineData("c2197c5eff14e88c", 151288809941952652)]
    [InlineData("9d7f3e7d", 494878333)]
    [InlineData("7bbd", 15293)]
    [InlineData("25", 37)]
    [InlineData("4025", 37)]
    public void VariableLengthIntegers(string hex, ulong value)
    {
        var reader = new QuicReader(Hex(hex));
        Assert.True(reader.TryVariable(out ulong read));
        Assert.Equal(value, read);
        Assert.Equal(0, reader.Left);
        Assert.True(hex == "4025" || Text(new QuicWriter().Variable(value).ToArray()) == hex);
        var cut = new QuicReader(Hex(hex)[..^1]);
        Assert.False(cut.TryVariable(out _));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private static string Text(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}

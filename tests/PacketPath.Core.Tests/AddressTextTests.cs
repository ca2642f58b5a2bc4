using System.Net;

namespace PacketPath.Core.Tests;

public class AddressTextTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.200.9")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1::")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8:0:1:1:1:1:1")]
    [InlineData("1:0:0:2::3")]
    [InlineData("1::2:0:0:3:4")]
    [InlineData("fe80::5efe:a00:1")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("::192.0.2.1")]
    [InlineData("ff02::1:ff00:a")]
    [InlineData("abcd:ef01:2345:6789:abcd:ef01:2345:6789")]
    public void WritesTheCanonicalForm(string text) => Assert.Equal(text, AddressText.Format(IPAddress.Parse(text).GetAddressBytes()));

    [Fact]
    public void EveryTextReadsBack()
    {
        var random = new Random(1);
        var bytes = new byte[16];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            for (var group = 0; group < 8; group++)
            {
                if (random.Next(2) == 0)
                {
                    bytes[group * 2] = bytes[(group * 2) + 1] = 0;
                }
            }

            Assert.Equal(new IPAddress(bytes), IPAddress.Parse(AddressText.Format(bytes)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(17)]
    public void OtherLengthsAreRefused(int length) => Assert.Throws<ArgumentException>(() => AddressText.Format(new byte[length]));

    [Fact]
    public void LinkLayerAddresses()
    {
        Assert.Equal("02:00:5e:ff:00:0a", AddressText.FormatLinkLayer([2, 0, 0x5e, 0xff, 0, 10]));
        Assert.Null(AddressText.FormatLinkLayer([]));
        Assert.Equal((20 * 3) - 1, AddressText.FormatLinkLayer(new byte[20])!.Length);
    }

    [Theory]
    [InlineData("eth0", "eth0")]
    [InlineData("a\u001b[31mb", "a\ufffd[31mb")]
    [InlineData("a\u202eb\u0085", "a\ufffdb\ufffd")]
    public void ControlCharactersNeverReachATerminal(string text, string shown) => Assert.Equal(shown, DisplayText.Clean(text));
}

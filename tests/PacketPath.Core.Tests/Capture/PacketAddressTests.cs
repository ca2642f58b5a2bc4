using System.Net;
using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture;

public class PacketAddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    [InlineData("2001:db8::1")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void AddressesSurviveTheRoundTrip(string text)
    {
        var address = IPAddress.Parse(text);
        PacketAddress packed = PacketAddress.From(address);
        Assert.Equal(address, packed.ToIPAddress());
        Assert.Equal(text, packed.ToString());
        Assert.Equal(packed, PacketAddress.From(IPAddress.Parse(text)));
        Assert.False(packed.IsNone);
    }

    [Fact]
    public void FamiliesAreNeverEqual()
    {
        Assert.NotEqual(PacketAddress.From(IPAddress.Parse("0.0.0.1")), PacketAddress.From(IPAddress.Parse("::1")));
        Assert.NotEqual(PacketAddress.From(IPAddress.Any), default);
    }

    [Fact]
    public void ZonesAreLeftOut() =>
        Assert.Equal(PacketAddress.From(IPAddress.Parse("fe80::1")), PacketAddress.From(IPAddress.Parse("fe80::1%1")));

    [Fact]
    public void ComparingAllocatesNothing()
    {
        PacketAddress a = PacketAddress.From(IPAddress.Parse("2001:db8::1"));
        PacketAddress b = PacketAddress.From(IPAddress.Parse("2001:db8::2"));
        bool equal = a == b;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            equal |= a == b || a.GetHashCode() == 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(equal);
    }

    [Fact]
    public void NoAddressReadsAsNothing()
    {
        Assert.True(default(PacketAddress).IsNone);
        Assert.Equal("", default(PacketAddress).ToString());
        Assert.Equal("", default(LinkAddress).ToString());
    }
}

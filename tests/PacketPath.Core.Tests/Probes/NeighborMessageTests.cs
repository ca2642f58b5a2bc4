using System.Net;
using System.Net.NetworkInformation;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class NeighborMessageTests
{
    private static readonly PhysicalAddress Station = PhysicalAddress.Parse("02-00-00-00-00-05");

    // Who has 10.0.0.1? Tell 10.0.0.5; and the reply to it.
    private const string Request = "0001080006040001" + "020000000005" + "0a000005" + "000000000000" + "0a000001";
    private const string Reply = "0001080006040002" + "020000000001" + "0a000001" + "020000000005" + "0a000005";

    // Solicited, override, target 2001:db8::1, target link-layer address 02:00:00:00:00:01.
    private const string Advertisement = "8800abcd60000000" + "20010db8000000000000000000000001" + "0201020000000001";

    [Fact]
    public void ARequestIsWrittenAsRfc826HasIt()
    {
        var message = new byte[ArpMessage.Length];
        ArpMessage.WriteRequest(message, Station, IPAddress.Parse("10.0.0.5"), IPAddress.Parse("10.0.0.1"));
        Assert.Equal(Request, Convert.ToHexStringLower(message));
    }

    [Fact]
    public void AReplyTellsWhoAnswersForWhat()
    {
        Assert.True(ArpMessage.TryReadReply(Convert.FromHexString(Reply + "0000"), out var address, out var station));
        Assert.Equal((IPAddress.Parse("10.0.0.1"), PhysicalAddress.Parse("02-00-00-00-00-01")), (address, station));
        Assert.False(ArpMessage.TryReadReply(Convert.FromHexString(Request), out _, out _));
    }

    [Fact]
    public void ASolicitationIsWrittenAsRfc4861HasIt()
    {
        var message = new byte[NeighborDiscoveryMessage.SolicitationLength];
        NeighborDiscoveryMessage.WriteSolicitation(message, Station, IPAddress.Parse("2001:db8::1"));
        Assert.Equal("8700000000000000" + "20010db8000000000000000000000001" + "0101020000000005", Convert.ToHexStringLower(message));
    }

    [Theory]
    [InlineData("2001:db8::1234:5678", "ff02::1:ff34:5678")]
    [InlineData("fe80::ff:fe00:1", "ff02::1:ff00:1")]
    public void TheGroupIsThatOfTheAddress(string address, string group) =>
        Assert.Equal(IPAddress.Parse(group), NeighborDiscoveryMessage.GroupOf(IPAddress.Parse(address)));

    [Fact]
    public void AnAdvertisementTellsWhoAnswersForWhat()
    {
        // Another option before the one that counts.
        var other = Advertisement.Insert(48, "0e01000000000000");
        foreach (var text in new[] { Advertisement, other })
        {
            Assert.True(NeighborDiscoveryMessage.TryReadAdvertisement(Convert.FromHexString(text), out var address, out var station));
            Assert.Equal((IPAddress.Parse("2001:db8::1"), PhysicalAddress.Parse("02-00-00-00-00-01")), (address, station));
        }
    }

    [Fact]
    public void WhatIsCutOrMutatedIsNeverMisread()
    {
        var reply = Convert.FromHexString(Reply);
        var advertisement = Convert.FromHexString(Advertisement);
        for (var length = 0; length < reply.Length; length++)
        {
            Assert.False(ArpMessage.TryReadReply(reply.AsSpan(0, length), out _, out _));
        }

        for (var length = 0; length < advertisement.Length; length++)
        {
            Assert.False(NeighborDiscoveryMessage.TryReadAdvertisement(advertisement.AsSpan(0, length), out _, out _));
        }

        var random = new Random(826);
        for (var round = 0; round < 20_000; round++)
        {
            var mutated = (byte[])advertisement.Clone();
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            if (NeighborDiscoveryMessage.TryReadAdvertisement(mutated, out var address, out var station))
            {
                Assert.Equal(136, mutated[0]);
                Assert.Equal(6, station.GetAddressBytes().Length);
                Assert.Equal(16, address.GetAddressBytes().Length);
            }
        }
    }
}

using System.Net;
using PacketPath.Interop;

namespace PacketPath.Core.Tests.Probes;

public class ErrorQueueTests
{
    // cmsghdr (SOL_IP, IP_RECVERR), sock_extended_err (EHOSTUNREACH, ICMP 3/13), sockaddr_in of the offender 10.0.1.254.
    private static readonly byte[] Prohibited4 = Convert.FromHexString(
        "3000000000000000" + "00000000" + "0B000000"
        + "71000000" + "02" + "03" + "0D" + "00" + "00000000" + "00000000"
        + "02000000" + "0A0001FE" + "0000000000000000");

    // cmsghdr (SOL_IPV6, IPV6_RECVERR), sock_extended_err (EACCES, ICMPv6 1/1), sockaddr_in6 of the offender fd01::ff.
    private static readonly byte[] Prohibited6 = Convert.FromHexString(
        "3C00000000000000" + "29000000" + "19000000"
        + "0D000000" + "03" + "01" + "01" + "00" + "00000000" + "00000000"
        + "0A000000" + "00000000" + "FD0100000000000000000000000000FF" + "00000000");

    [Fact]
    public void IPv4_report() => Assert.Equal(
        new ErrorQueueRecord(Errno.EHOSTUNREACH, ErrorOrigin.Icmp, 3, 13, 0, IPAddress.Parse("10.0.1.254")),
        ErrorQueue.Parse(Prohibited4));

    [Fact]
    public void IPv6_report() => Assert.Equal(
        new ErrorQueueRecord(Errno.EACCES, ErrorOrigin.IcmpV6, 1, 1, 0, IPAddress.Parse("fd01::ff")),
        ErrorQueue.Parse(Prohibited6));

    [Fact]
    public void Another_control_message_before_it_is_passed_over()
    {
        // A timestamp (SOL_SOCKET, SO_TIMESTAMP) of 4 bytes, padded to 8.
        var timestamp = Convert.FromHexString("1400000000000000" + "01000000" + "1D000000" + "0102030400000000");
        Assert.Equal(ErrorQueue.Parse(Prohibited4), ErrorQueue.Parse([.. timestamp, .. Prohibited4]));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Cut_short_at_every_length_it_is_nothing_or_a_report(bool ipv6)
    {
        var whole = ipv6 ? Prohibited6 : Prohibited4;
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Null(ErrorQueue.Parse(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_record_without_a_whole_offender_has_none()
    {
        var cut = Prohibited4.AsSpan(0, 36).ToArray();
        cut[0] = 36;
        Assert.Equal(new ErrorQueueRecord(Errno.EHOSTUNREACH, ErrorOrigin.Icmp, 3, 13, 0, null), ErrorQueue.Parse(cut));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20260101);
        var reports = 0;
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = (round % 2 == 0 ? Prohibited4 : Prohibited6).ToArray();
            for (var i = 0; i < 4; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            reports += ErrorQueue.Parse(bytes) is null ? 0 : 1;
        }

        Assert.InRange(reports, 1, 100_000);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PacketPath.HostState;
using PacketPath.HostState.Counters;

namespace PacketPath.Core.Tests.HostState;

public class CounterTests
{
    private const string Netstat =
        "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts\nTcpExt: 1 22 333 4\nIpExt: InNoRoutes InOctets\nIpExt: 5 6\n";

    private static Dictionary<string, ulong> Read(string text, TwoLineLayout layout)
    {
        var found = new Dictionary<string, ulong>();
        layout.Read(Encoding.ASCII.GetBytes(text), (table, counter, value) => found.Add($"{table}.{counter}", value));
        return found;
    }

    [Fact]
    public void Only_what_is_wanted_is_taken_from_the_two_lines()
    {
        var layout = new TwoLineLayout(new HashSet<string> { "TcpExt.ListenOverflows", "TcpExt.ListenDrops", "IpExt.InNoRoutes" });
        var expected = new Dictionary<string, ulong> { ["TcpExt.ListenOverflows"] = 22, ["TcpExt.ListenDrops"] = 333, ["IpExt.InNoRoutes"] = 5 };
        Assert.Equal(expected, Read(Netstat, layout));
        Assert.Equal(expected, Read(Netstat, layout));
    }

    [Fact]
    public void Names_that_move_are_followed()
    {
        var layout = new TwoLineLayout(new HashSet<string> { "TcpExt.ListenDrops" });
        Assert.Equal(333ul, Read(Netstat, layout)["TcpExt.ListenDrops"]);
        Assert.Equal(7ul, Read("TcpExt: ListenDrops Other\nTcpExt: 7 8\n", layout)["TcpExt.ListenDrops"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("TcpExt: ListenDrops\n")]
    [InlineData("TcpExt: ListenDrops\nTcpExt:")]
    [InlineData("TcpExt: ListenDrops\nIpExt: 5\n")]
    [InlineData("TcpExt: ListenDrops\nTcpExt: -1\n")]
    [InlineData("TcpExt: ListenDrops\nTcpExt: 99999999999999999999999\n")]
    [InlineData("TcpExt: ListenDrops\nTcpExt: 5x\n")]
    public void What_does_not_fit_is_passed_over(string text) => Assert.Empty(Read(text, new TwoLineLayout(new HashSet<string> { "TcpExt.ListenDrops" })));

    [Fact]
    public void Cut_off_anywhere_the_files_are_read_without_an_exception()
    {
        var layout = new TwoLineLayout(new HashSet<string> { "TcpExt.ListenDrops", "IpExt.InNoRoutes" });
        for (var length = 0; length <= Netstat.Length; length++)
        {
            Assert.InRange(Read(Netstat[..length], layout).Count, 0, 2);
        }
    }

    [Fact]
    public void Only_counters_that_went_up_and_were_there_before_count()
    {
        var before = new CounterReading();
        before.Add("Qdisc", "eth0 tbf 8001:", "drops", 3);
        before.Add("Qdisc", "eth0 tbf 8001:", "overlimits", 9);
        before.Add("Netstat", "TcpExt", "ListenDrops", 9);
        var after = new CounterReading();
        after.Add("Qdisc", "eth0 tbf 8001:", "drops", 5);
        after.Add("Qdisc", "eth0 tbf 8001:", "overlimits", 9);
        after.Add("Qdisc", "eth1 tbf 8002:", "drops", 7);
        after.Add("Netstat", "TcpExt", "ListenDrops", 1);
        Assert.Equal(
            [new CounterChange { Source = "Qdisc", Object = "eth0 tbf 8001:", Counter = "drops", Before = 3, After = 5, Delta = 2 }],
            after.ChangesSince(before));
    }

    [Fact]
    public void This_host_has_both_sources_and_a_lost_datagram_shows()
    {
        using var here = NetworkNamespace.Open(null);
        using var counters = HostCounters.Open(here);
        var before = counters.Read();
        Assert.Empty(before.Missing);

        // Nobody reads: what is over the smallest buffer is lost and counted.
        using var receiver = new Socket(SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 };
        receiver.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        using var sender = new Socket(SocketType.Dgram, ProtocolType.Udp);
        for (var i = 0; i < 64; i++)
        {
            sender.SendTo(new byte[1024], receiver.LocalEndPoint!);
        }

        var change = Assert.Single(counters.Read().ChangesSince(before), c => c.Counter == "Udp6RcvbufErrors");
        Assert.Equal(("Netstat", "Udp6"), (change.Source, change.Object));
        Assert.Equal(change.Delta, change.After - change.Before);
    }

    [Fact]
    public void A_reading_takes_less_than_a_millisecond()
    {
        using var here = NetworkNamespace.Open(null);
        using var counters = HostCounters.Open(here);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 200; i++)
        {
            var start = Stopwatch.GetTimestamp();
            counters.Read();
            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }

        Assert.InRange(best.TotalMilliseconds, 0, 1);
    }
}

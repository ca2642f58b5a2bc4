using System.Text;
using PacketPath.HostState;
using PacketPath.HostState.Counters;
using PacketPath.HostState.Queues;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.Core.Tests.HostState;

public class QueueTests
{
    private static readonly LinkCounters Link = new() { Index = 2, Name = "eth0" };

    private static QueueStats Row(params (string Name, CounterMeaning Meaning, long Value)[] counters) => new()
    {
        Kind = QueueKind.Qdisc,
        Name = "tbf",
        InterfaceIndex = 2,
        Handle = "1:",
        SentPackets = 10,
        Drops = counters.Where(counter => counter.Meaning == CounterMeaning.Drop).Sum(counter => counter.Value),
        Counters = [.. counters.Select(counter => new QueueCounter { Name = counter.Name, Meaning = counter.Meaning, Value = counter.Value })],
    };

    private static QueueReading Reading(long clock, params QueueStats[] rows) => new() { Rows = rows, Clock = clock };

    [Fact]
    public void TheBacklogOfEachProcessor()
    {
        var lines = SoftnetTable.Read(Encoding.ASCII.GetBytes(
            "000eaa0f 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000004 00000005 00000006 00000001 00000007 00000008\n"));
        Assert.Equal(new SoftnetLine(1, 0xeaa0f, 2, 3, 4, 5, 6, 7, 8), Assert.Single(lines));
    }

    [Fact]
    public void OlderKernelsHaveFewerColumns()
    {
        var lines = SoftnetTable.Read("0000000a 00000001 00000002\n0000000b 00000000 00000000 00000000\n"u8);
        Assert.Equal([new SoftnetLine(0, 10, 1, 2, 0, 0, 0, 0, 0), new SoftnetLine(1, 11, 0, 0, 0, 0, 0, 0, 0)], lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("cpu processed dropped\n")]
    [InlineData("0000000a\n")]
    [InlineData("fffffffff 00000000 00000000\n")]
    public void WhatIsNoBacklogIsPassedOver(string text) => Assert.Empty(SoftnetTable.Read(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("rx_queue_0_drops", "rx 0", "drops")]
    [InlineData("tx_queue_12_xdp_xmit_errors", "tx 12", "xdp_xmit_errors")]
    [InlineData("rx0_packets", "rx 0", "packets")]
    [InlineData("tx-3.tx_bytes", "tx 3", "bytes")]
    [InlineData("queue_1_tx_cnt", "tx 1", "cnt")]
    [InlineData("[7]: rx_ucast_packets", "rx 7", "rx_ucast_packets")]
    [InlineData("rx_no_buffer_cnt[2]", "rx 2", "rx_no_buffer_cnt")]
    [InlineData("ch0_events", "queue 0", "events")]
    public void QueuesInTheNamesOfDrivers(string name, string queue, string counter) => Assert.Equal((queue, counter), DriverCounterNames.Split(name));

    [Theory]
    [InlineData("rx_drops")]
    [InlineData("peer_ifindex")]
    [InlineData("rx_64_byte_packets")]
    [InlineData("rx_65_to_127_byte_packets")]
    [InlineData("rx_packets")]
    [InlineData("")]
    [InlineData("rx99999999999_packets")]
    public void OtherNamesAreOfNoQueue(string name) => Assert.Null(DriverCounterNames.Split(name));

    [Theory]
    [InlineData("rx_missed", CounterMeaning.Drop)]
    [InlineData("no_buffer_discards", CounterMeaning.Drop)]
    [InlineData("rx_crc_errors", CounterMeaning.Error)]
    [InlineData("packets", CounterMeaning.Traffic)]
    public void WhatADriversCounterTellsOf(string name, CounterMeaning meaning) => Assert.Equal(meaning, DriverCounterNames.Meaning(name));

    [Fact]
    public void TheTreeHangsTogetherWhateverTheOrder()
    {
        TcMessage[] all =
        [
            new() { Kind = "pfifo", Handle = 0x00100000, Parent = 0x00010010 },
            new() { Kind = "htb", IsClass = true, Handle = 0x00010010, Parent = 0x00010001 },
            new() { Kind = "clsact", Handle = 0xffff0000, Parent = TcHandle.Ingress },
            new() { Kind = "htb", IsClass = true, Handle = 0x00010001, Parent = TcHandle.Root },
            new() { Kind = "htb", Handle = 0x00010000, Parent = TcHandle.Root },
            new() { Kind = "bfifo", Handle = 0x00200000, Parent = 0x00300001 },
        ];
        var rows = new List<QueueStats>();
        new DisciplineTree([.. all], Link, new ObservationStamp("x"), new QueueQuery()).AddTo(rows);

        Assert.Equal(
            [("htb", "1:", 0), ("htb", "1:1", 1), ("htb", "1:10", 2), ("pfifo", "10:", 3), ("clsact", "ffff:", 0), ("bfifo", "20:", 0)],
            rows.Select(row => (row.Name, row.Handle!, row.Depth)));
    }

    [Fact]
    public void ARingOfParentsEnds()
    {
        TcMessage[] all =
        [
            new() { Kind = "htb", Handle = 0x00010000, Parent = TcHandle.Root },
            new() { Kind = "htb", IsClass = true, Handle = 0x00010001, Parent = 0x00010002 },
            new() { Kind = "htb", IsClass = true, Handle = 0x00010002, Parent = 0x00010001 },
            new() { Kind = "htb", IsClass = true, Handle = 0x00010003, Parent = 0x00010003 },
        ];
        var rows = new List<QueueStats>();
        new DisciplineTree([.. all], Link, new ObservationStamp("x"), new QueueQuery()).AddTo(rows);
        Assert.Equal(all.Length, rows.Count);
    }

    [Fact]
    public void ChangesAndRates()
    {
        var before = Reading(0, Row(("drops", CounterMeaning.Drop, 5), ("backlog", CounterMeaning.State, 7)));
        var after = Reading(2 * System.Diagnostics.Stopwatch.Frequency, Row(("drops", CounterMeaning.Drop, 25), ("backlog", CounterMeaning.State, 3)));

        var row = Assert.Single(QueueChanges.Between(before, after, 4));
        Assert.Equal((4, 2.0, 20L, 10.0, 0L), (row.Sample!.Value, row.IntervalSeconds!.Value, row.DropsDelta!.Value, row.DropsPerSecond!.Value, row.SentPacketsDelta!.Value));
        Assert.Equal((20L, 10.0), (row.Counters[0].Delta!.Value, row.Counters[0].PerSecond!.Value));
        Assert.Null(row.Counters[1].Delta);
        Assert.Null(row.ReceivedPacketsDelta);
        Assert.True(QueueChanges.HasSomethingToSay(row));
    }

    [Fact]
    public void ASampleWithoutLossesHasNothingToSay()
    {
        var row = Row(("drops", CounterMeaning.Drop, 5), ("packets", CounterMeaning.Traffic, 100));
        var later = row with { Counters = [row.Counters[0], row.Counters[1] with { Value = 200 }] };
        Assert.True(QueueChanges.HasSomethingToSay(row));
        Assert.False(QueueChanges.HasSomethingToSay(Assert.Single(QueueChanges.Between(Reading(0, row), Reading(1000, later), 1))));
        Assert.True(QueueChanges.HasSomethingToSay(new QueueStats { BacklogPackets = 1 }));
        Assert.False(QueueChanges.HasSomethingToSay(new QueueStats { BacklogPackets = 0, BacklogBytes = 0 }));
    }

    [Fact]
    public void WhatARowHangsOnIsShownWithIt()
    {
        static QueueStats At(int depth, string name, long drops, int link = 2) =>
            Row(("drops", CounterMeaning.Drop, drops)) with { Name = name, Depth = depth, InterfaceIndex = link };

        QueueStats[] rows =
        [
            At(0, "a", 0), At(1, "b", 0), At(2, "c", 0), At(2, "d", 5), At(3, "e", 5), At(1, "f", 0), At(0, "g", 0), At(0, "h", 0, 3), At(1, "i", 1, 3),
            At(0, "j", 0, 4), At(1, "k", 0, 5) with { Kind = QueueKind.Protocol, Drops = 0 },
        ];
        Assert.Equal("a b d e h i", string.Join(' ', QueueChanges.Telling(rows).Select(row => row.Name)));
    }

    [Fact]
    public void ANewRowHasNoChanges()
    {
        var row = Assert.Single(QueueChanges.Between(Reading(0), Reading(1000, Row(("drops", CounterMeaning.Drop, 5))), 1));
        Assert.Null(row.DropsDelta);
        Assert.Equal(5, row.Drops);
    }

    [Theory]
    [InlineData(5, 9, 4)]
    [InlineData(0xffff_fff0, 16, 32)]
    [InlineData(9, 5, 5)]
    [InlineData(0x1_0000_0005, 3, 3)]
    public void CountersThatWrapOrBeginAgain(long before, long after, long rise) => Assert.Equal(rise, QueueChanges.Rise(before, after));

    [Fact]
    public void TrafficIsToldOfOnlyBesideALoss()
    {
        var before = new CounterReading();
        var after = new CounterReading();
        foreach (var (name, isLossy) in new[] { ("eth0", true), ("eth1", false) })
        {
            before.Add("Interface", name, "tx_dropped", 1);
            before.AddTraffic("Interface", name, "tx_packets", 10);
            after.Add("Interface", name, "tx_dropped", isLossy ? 2UL : 1UL);
            after.AddTraffic("Interface", name, "tx_packets", 20);
        }

        Assert.Equal(["eth0 tx_dropped +1", "eth0 tx_packets +10"], after.ChangesSince(before).Select(change => change.ToString()).Order());
    }
}

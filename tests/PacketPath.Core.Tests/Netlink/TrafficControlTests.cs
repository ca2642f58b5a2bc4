using PacketPath.Netlink;
using PacketPath.Netlink.Generic;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.Core.Tests.Netlink;

public class TrafficControlTests
{
    private static List<T> Read<T>(string file, ushort type, MessageParser<T> parse)
    {
        var found = new List<T>();
        foreach (var bytes in NetlinkData.Messages(file))
        {
            ReadOnlySpan<byte> data = bytes;
            var message = NetlinkMessage.Take(ref data);
            if (message.Type == type && parse(message) is { } one)
            {
                found.Add(one);
            }
        }

        return found;
    }

    private static TcMessage ReadOne(AttributeWriter writer)
    {
        ReadOnlySpan<byte> data = writer.Written;
        return TcMessage.Read(NetlinkMessage.Take(ref data));
    }

    private static AttributeWriter Begin(string kind, ushort type = RouteMessage.NewQueueDiscipline)
    {
        var writer = new AttributeWriter();
        writer.Begin(type, 0, TcMessage.FixedSize);
        writer.Text(TcAttribute.Kind, kind);
        return writer;
    }

    [Fact]
    public void Disciplines()
    {
        var all = Read("qdisc-dump.hex", RouteMessage.NewQueueDiscipline, TcMessage.Read);

        Assert.Equal(["noqueue", "htb", "pfifo", "tbf", "clsact"], all.Select(item => item.Kind));
        var htb = all[1];
        Assert.False(htb.IsClass);
        Assert.Equal(("1:", "root"), (TcHandle.Discipline(htb.Handle), TcHandle.Class(htb.Parent)));
        Assert.Equal((5084ul, 16ul, 196u, 4u, 0u), (htb.Bytes, htb.Packets, htb.Drops, htb.Overlimits, htb.Requeues));
        var pfifo = all[2];
        Assert.Equal(("10:", "1:10"), (TcHandle.Discipline(pfifo.Handle), TcHandle.Class(pfifo.Parent)));
        Assert.Equal((196u, 2L), (pfifo.Drops, pfifo.Limits.Packets!.Value));
        Assert.Null(pfifo.Limits.Bytes);
        Assert.Equal((3000L, 1_000_000L), (all[3].Limits.Bytes!.Value, all[3].Limits.Rate!.Value));
        Assert.Equal(("ffff:", "ingress"), (TcHandle.Discipline(all[4].Handle), TcHandle.Class(all[4].Parent)));
    }

    [Fact]
    public void Classes()
    {
        var all = Read("class-dump.hex", RouteMessage.NewTrafficClass, TcMessage.Read).ToDictionary(item => TcHandle.Class(item.Handle));

        Assert.Equal(["1:1", "1:10", "1:20", "20:1"], all.Keys.Order());
        Assert.All(all.Values, item => Assert.True(item.IsClass));
        Assert.Equal(("root", "1:1", "1:1", "20:"), (Parent("1:1"), Parent("1:10"), Parent("1:20"), Parent("20:1")));
        var ten = all["1:10"];
        Assert.Equal((1_000_000L, 2_000_000L), (ten.Limits.Rate!.Value, ten.Limits.Ceiling!.Value));
        Assert.Equal((16ul, 196u, 3u), (ten.Packets, ten.Drops, ten.Overlimits));
        Assert.Equal([("lended", CounterMeaning.Traffic, 15ul), ("borrowed", CounterMeaning.Traffic, 1ul)], ten.Extra);

        string Parent(string handle) => TcHandle.Class(all[handle].Parent);
    }

    [Fact]
    public void OnlyTheOldStatistics()
    {
        var writer = Begin("pfifo_fast");
        var old = new byte[40];
        BitConverter.TryWriteBytes(old, 1000UL);
        foreach (var (offset, value) in new[] { (8, 1u), (12, 2u), (16, 3u), (28, 4u), (32, 5u) })
        {
            BitConverter.TryWriteBytes(old.AsSpan(offset), value);
        }

        writer.Bytes(TcAttribute.Statistics, old);
        writer.End();

        var read = ReadOne(writer);
        Assert.Equal((1000ul, 1ul, 2u, 3u, 4u, 5u), (read.Bytes, read.Packets, read.Drops, read.Overlimits, read.QueueLength, read.Backlog));
    }

    [Fact]
    public void MorePacketsThan32Bits()
    {
        var writer = Begin("fq");
        var nest = writer.BeginNested(TcAttribute.Statistics2);
        writer.Bytes(TcStatisticsAttribute.Basic, new byte[16]);
        writer.Bytes(TcStatisticsAttribute.Packets64, BitConverter.GetBytes(5_000_000_000UL));
        writer.EndNested(nest);
        writer.End();

        Assert.Equal(5_000_000_000UL, ReadOne(writer).Packets);
    }

    [Theory]
    [InlineData("fq_codel", 40, "drop_overlimit ecn_mark drop_overmemory")]
    [InlineData("fq_codel", 36, "drop_overlimit ecn_mark")]
    [InlineData("codel", 36, "drop_overlimit ecn_mark")]
    [InlineData("fq", 112, "flows_plimit pkts_too_long allocation_errors horizon_drops")]
    [InlineData("fq", 80, "flows_plimit pkts_too_long allocation_errors")]
    [InlineData("red", 16, "early pdrop other marked")]
    [InlineData("something_new", 64, "")]
    public void TheKindsOwnCounters(string kind, int length, string names)
    {
        var data = new byte[length];
        for (var i = 4; i < length; i += 4)
        {
            data[i] = (byte)i;
        }

        var writer = Begin(kind);
        writer.Bytes(TcAttribute.ExtraStatistics, data);
        writer.End();

        Assert.Equal(names, string.Join(' ', ReadOne(writer).Extra.Select(extra => extra.Name)));
    }

    [Fact]
    public void TheClassesOfFqCodelHaveOtherCounters()
    {
        var data = new byte[40];
        data[0] = 1;
        var writer = Begin("fq_codel", RouteMessage.NewTrafficClass);
        writer.Bytes(TcAttribute.ExtraStatistics, data);
        writer.End();

        Assert.Empty(ReadOne(writer).Extra);
    }

    [Fact]
    public void EveryCounterOfALink()
    {
        var links = Read("link-dump.hex", RouteMessage.NewLink, LinkCounters.Read).ToDictionary(link => link.Name);
        var known = Read("link-dump.hex", RouteMessage.NewLink, LinkMessage.Read).ToDictionary(link => link.Name);

        Assert.Equal(known.Keys.Order(), links.Keys.Order());
        Assert.Equal(["uplink", "a-name-longer-than-fifteen-characters"], links["va"].AlternativeNames);
        foreach (var (name, link) in links)
        {
            Assert.Equal(known[name].Index, link.Index);
            Assert.InRange(link.Values.Length, 24, LinkCounters.Names.Length);
            Assert.Equal((ulong)known[name].Statistics!.SentPackets, link.Values[Array.IndexOf(LinkCounters.Names, "tx_packets")]);
            Assert.Equal((ulong)known[name].Statistics!.SentBytes, link.Values[Array.IndexOf(LinkCounters.Names, "tx_bytes")]);
        }
    }

    [Fact]
    public void QueuesOfADevice()
    {
        var queues = Read("device-queue-dump.hex", NetlinkParsers.RecordedFamily, DeviceQueueMessage.Read);

        Assert.Equal([(false, 0u), (true, 0u)], queues.Select(queue => (queue.IsTransmit, queue.Queue)));
        Assert.Equal(["rx-packets", "rx-bytes"], queues[0].Values.Select(counter => counter.Name));
        Assert.Equal(["tx-packets", "tx-bytes", "tx-stop", "tx-wake"], queues[1].Values.Select(counter => counter.Name));
        Assert.All(queues, queue => Assert.True(queue.Values[0].Value > 0 && queue.InterfaceIndex > 0));
    }

    [Fact]
    public void AFamilyByName()
    {
        var id = Read<ushort?>("generic-family.hex", GenericMessage.Control, static (in NetlinkMessage message) => GenericMessage.ReadFamily(message));
        Assert.Equal((ushort)20, Assert.Single(id));
    }
}

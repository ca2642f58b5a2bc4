using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture.Compare;

public class FlowComparerTests
{
    [Theory]
    [InlineData("10.0.0.5:40000", "203.0.113.10:443")]
    [InlineData("[fd00::5]:40000", "[2001:db8::10]:443")]
    [InlineData("203.0.113.10:40000", "10.0.0.5:443")]
    public void A_whole_handshake_is_complete_with_its_delays(string client, string server)
    {
        var points = new Points();
        points.Cross("c", "s", points.Packet(client, server, "SYN", 100), 0);
        points.Cross("s", "c", points.Packet(server, client, "SYN,ACK", 900, 101), 2);
        points.Cross("c", "s", points.Packet(client, server, "ACK", 101, 901), 4);

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Complete, 2, 0, 1, 0), (flow.Outcome, flow.ForwardPackets, flow.ForwardLost, flow.ReplyPackets, flow.ReplyLost));
        Assert.Equal((40000, 443), (flow.SourcePort, flow.DestinationPort));
        Assert.Equal(["c:eth0", "s:eth0"], flow.Points.Select(p => p.Name));
        var there = Assert.Single(flow.Crossings, c => c.Direction == CrossingDirection.Forward);
        Assert.Equal((2, 2, 0, 0), (there.Sent, there.Arrived, there.Lost, there.Unannounced));
        Assert.Equal((1.0, 1.0, 0.0), (there.MinimumDelayMilliseconds, there.MaximumDelayMilliseconds, there.ClockOffsetMilliseconds));
        Assert.Equal("Ttl 64 > 63", Assert.Single(there.Rewrites).ToString());
        Assert.All(flow.Packets, p => Assert.Equal((2, 0), (p.Sightings.Length, p.MissedAt.Length)));
    }

    [Fact]
    public void A_flow_is_known_again_behind_source_translation()
    {
        var points = new Points();
        var syn = points.Packet("10.0.0.5:40000", "203.0.113.10:443", "SYN", 100);
        points.Cross("c", "s", syn, 0, syn with { SourceAddress = "203.0.113.1", SourcePort = 61000, MaximumSegmentSize = 1300 });
        var answer = points.Packet("203.0.113.10:443", "203.0.113.1:61000", "SYN,ACK", 900, 101);
        points.Cross("s", "c", answer, 2, answer with { DestinationAddress = "10.0.0.5", DestinationPort = 40000 });

        var flow = Assert.Single(points.Compare());

        Assert.Equal(FlowOutcome.Complete, flow.Outcome);
        Assert.Equal(("10.0.0.5", 40000, "203.0.113.10"), (flow.SourceAddress, flow.SourcePort, flow.DestinationAddress));
        Assert.Equal(("203.0.113.1", 61000), (flow.Points[1].SourceAddress, flow.Points[1].SourcePort));
        Assert.Equal(
            ["MaximumSegmentSize 1460 > 1300", "SourceAddress 10.0.0.5 > 203.0.113.1", "SourcePort 40000 > 61000", "Ttl 64 > 63"],
            flow.Crossings.Single(c => c.Direction == CrossingDirection.Forward).Rewrites.Select(r => r.ToString()).Order());
        Assert.Contains("DestinationPort 61000 > 40000", flow.Crossings.Single(c => c.Direction == CrossingDirection.Reply).Rewrites.Select(r => r.ToString()));
    }

    [Fact]
    public void Destination_translation_turns_the_order_of_the_ends_and_nothing_else()
    {
        var points = new Points();
        var syn = points.Packet("10.0.0.5:40000", "192.0.2.1:443", "SYN", 100);
        points.Cross("c", "s", syn, 0, syn with { DestinationAddress = "1.2.3.4", DestinationPort = 8443 });
        var answer = points.Packet("1.2.3.4:8443", "10.0.0.5:40000", "SYN,ACK", 900, 101);
        points.Cross("s", "c", answer, 2, answer with { SourceAddress = "192.0.2.1", SourcePort = 443 });

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Complete, 1, 1), (flow.Outcome, flow.ForwardPackets, flow.ReplyPackets));
        Assert.Equal(("1.2.3.4", 8443), (flow.Points[1].DestinationAddress, flow.Points[1].DestinationPort));
    }

    [Fact]
    public void Connections_to_others_with_the_same_number_are_not_joined()
    {
        var points = new Points();
        points.See("c", points.Packet("10.0.0.5:40000", "203.0.113.10:443", "SYN", 100), 0);
        points.See("s", points.Packet("10.9.9.9:50000", "203.0.113.99:80", "SYN", 100), 1);

        Assert.Equal(2, points.Compare().Length);
    }

    [Fact]
    public void The_lost_one_of_several_sendings_is_named()
    {
        var points = new Points();
        var (first, second, third) = (Syn(points), Syn(points), Syn(points));
        points.See("c", first, 0, 64, PacketDirection.Outgoing);
        points.Cross("c", "s", second, 1000);
        points.Cross("c", "s", third, 3000);
        points.Cross("s", "c", points.Packet("203.0.113.10:443", "10.0.0.5:40000", "SYN,ACK", 900, 101), 3002);
        points.Stood("s", -10, 9000);

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Lossy, 3, 1), (flow.Outcome, flow.ForwardPackets, flow.ForwardLost));
        var lost = Assert.Single(flow.Packets, p => p.MissedAt.Length > 0);
        Assert.Equal(flow.FirstSeen, lost.Sightings[0].ObservedAt);
    }

    [Fact]
    public void Numbers_written_anew_on_the_way_do_not_hide_that_it_is_the_same_packet()
    {
        var points = new Points();
        for (var i = 0; i < 3; i++)
        {
            var syn = Syn(points);
            points.Cross("c", "s", syn, i * 1000, syn with { Identification = syn.Identification + 5000 });
        }

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Unanswered, 3, 0), (flow.Outcome, flow.ForwardPackets, flow.ForwardLost));
    }

    [Fact]
    public void Bytes_that_arrive_in_other_segments_have_arrived()
    {
        var points = new Points();
        points.Cross("c", "s", Syn(points), 0);
        points.Cross("s", "c", points.Packet("203.0.113.10:443", "10.0.0.5:40000", "SYN,ACK", 900, 101), 2);
        points.See("c", points.Packet("10.0.0.5:40000", "203.0.113.10:443", "PSH,ACK", 101, 901, 3000), 3, 64, PacketDirection.Outgoing);
        points.See("s", points.Packet("10.0.0.5:40000", "203.0.113.10:443", "ACK", 101, 901, 1448), 4, 63);
        points.See("s", points.Packet("10.0.0.5:40000", "203.0.113.10:443", "PSH,ACK", 1549, 901, 1552), 4.1, 63);

        var flow = Assert.Single(points.Compare());

        var there = flow.Crossings.Single(c => c.Direction == CrossingDirection.Forward);
        Assert.Equal((FlowOutcome.Complete, 1, 0, 0), (flow.Outcome, there.Resegmented, there.Lost, there.Unannounced));
    }

    [Fact]
    public void A_lost_segment_sent_again_is_a_loss_all_the_same()
    {
        var points = new Points();
        points.Cross("c", "s", Syn(points), 0);
        points.Cross("s", "c", points.Packet("203.0.113.10:443", "10.0.0.5:40000", "SYN,ACK", 900, 101), 2);
        var data = points.Packet("10.0.0.5:40000", "203.0.113.10:443", "ACK", 101, 901, 500);
        points.See("c", data, 3, 64, PacketDirection.Outgoing);
        points.Cross("c", "s", data with { Identification = 999 }, 200);

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Lossy, 1), (flow.Outcome, flow.ForwardLost));
    }

    [Fact]
    public void Datagrams_are_known_by_their_payload_also_behind_translation()
    {
        var points = new Points();
        var query = points.Datagram("10.0.0.5:5353", "203.0.113.53:53", 40, 111);
        points.Cross("c", "s", query, 0, query with { SourceAddress = "203.0.113.1", SourcePort = 6000 });
        var answer = points.Datagram("203.0.113.53:53", "203.0.113.1:6000", 90, 222);
        points.Cross("s", "c", answer, 2, answer with { DestinationAddress = "10.0.0.5", DestinationPort = 5353 });

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Complete, TransportProtocol.Udp, "10.0.0.5", 53), (flow.Outcome, flow.Protocol, flow.SourceAddress, flow.DestinationPort));
    }

    [Fact]
    public void Echoes_are_known_by_their_sequence_number_also_where_the_identifier_is_translated()
    {
        var points = new Points();
        for (var i = 1; i <= 3; i++)
        {
            var request = points.Echo("10.0.0.5", "203.0.113.10", 8, 7, i);
            points.Cross("c", "s", request, i * 10, request with { SourceAddress = "203.0.113.1", IcmpIdentifier = 99 });
            var reply = points.Echo("203.0.113.10", "203.0.113.1", 0, 99, i);
            points.Cross("s", "c", reply, (i * 10) + 2, reply with { DestinationAddress = "10.0.0.5", IcmpIdentifier = 7 });
        }

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.Complete, 3, 3), (flow.Outcome, flow.ForwardPackets, flow.ReplyPackets));
    }

    [Fact]
    public void An_answer_that_never_comes_back_stops_on_the_way()
    {
        var points = new Points();
        points.Cross("c", "s", Syn(points), 0);
        points.See("s", points.Packet("203.0.113.10:443", "10.0.0.5:40000", "SYN,ACK", 900, 101), 2, 64, PacketDirection.Outgoing);

        var flow = Assert.Single(points.Compare());

        Assert.Equal((FlowOutcome.ReplyStopped, "s:eth0", 1), (flow.Outcome, flow.StoppedAfter, flow.ReplyLost));
        Assert.Equal(["c:eth0"], flow.NotSeenAt);
    }

    [Fact]
    public void Only_a_point_that_sees_these_addresses_is_said_to_have_missed_a_flow()
    {
        var points = new Points();
        points.See("c", Syn(points), 0, 64, PacketDirection.Outgoing);
        points.See("s", points.Packet("192.0.2.7:1", "192.0.2.8:2"), 1);
        Assert.Contains(points.Compare(), f => f is { DestinationPort: 443, Outcome: FlowOutcome.OnePoint });

        points = new Points();
        points.See("c", Syn(points), 0, 64, PacketDirection.Outgoing);
        points.See("s", points.Packet("192.0.2.7:1", "203.0.113.10:2"), 1);
        var flow = Assert.Single(points.Compare(), f => f.DestinationPort == 443);
        Assert.Equal((FlowOutcome.ForwardStopped, "c:eth0", 1), (flow.Outcome, flow.StoppedAfter, flow.ForwardLost));
        Assert.Equal(["s:eth0"], flow.NotSeenAt);
    }

    [Fact]
    public void What_is_for_the_link_alone_is_due_nowhere_else()
    {
        var points = new Points();
        points.See("c", points.Datagram("fe80::1", "ff02::2", 8, 5), 0);
        points.See("s", points.Datagram("fe80::2", "ff02::2", 8, 6), 1);

        Assert.All(points.Compare(), f => Assert.Equal(FlowOutcome.OnePoint, f.Outcome));
    }

    [Fact]
    public void Clocks_that_differ_are_set_against_each_other()
    {
        var points = new Points();
        PacketRecord At(PacketRecord packet, string host) => packet with { ComputerName = host };
        for (var i = 0; i < 4; i++)
        {
            var data = points.Packet("10.0.0.5:40000", "203.0.113.10:443", "ACK", 101 + i, 901, 1);
            points.See("c", At(data, "a"), i * 10, 64, PacketDirection.Outgoing);
            points.See("s", At(data, "b"), 5000 + (i * 10) + 3, 63);
            var answer = points.Packet("203.0.113.10:443", "10.0.0.5:40000", "ACK", 901 + i, 102 + i, 1);
            points.See("s", At(answer, "b"), 5000 + (i * 10) + 4, 64, PacketDirection.Outgoing);
            points.See("c", At(answer, "a"), (i * 10) + 7, 63);
        }

        var flow = Assert.Single(points.Compare());

        var there = flow.Crossings.Single(c => c.Direction == CrossingDirection.Forward);
        Assert.Equal(5000, there.ClockOffsetMilliseconds!.Value, 3);
        Assert.Equal(3, there.MedianDelayMilliseconds!.Value, 3);
        Assert.Equal(["a/c:eth0", "b/s:eth0"], flow.Points.Select(p => p.Name));
    }

    [Fact]
    public void One_way_traffic_between_two_clocks_has_no_delay()
    {
        var points = new Points();
        var syn = Syn(points);
        points.See("c", syn with { ComputerName = "a" }, 0, 64, PacketDirection.Outgoing).See("s", syn with { ComputerName = "b" }, 70, 63);

        var crossing = Assert.Single(Assert.Single(points.Compare()).Crossings);

        Assert.Equal((1, null, null), (crossing.Arrived, crossing.MedianDelayMilliseconds, crossing.ClockOffsetMilliseconds));
    }

    [Fact]
    public void The_same_ports_again_are_another_connection()
    {
        var points = new Points();
        foreach (var (sequence, time) in new[] { (100, 0), (5000, 60_000) })
        {
            points.Cross("c", "s", points.Packet("10.0.0.5:40000", "203.0.113.10:443", "SYN", sequence), time);
            points.Cross("s", "c", points.Packet("203.0.113.10:443", "10.0.0.5:40000", "SYN,ACK", 900, sequence + 1), time + 2);
        }

        Assert.Equal([FlowOutcome.Complete, FlowOutcome.Complete], points.Compare().Select(f => f.Outcome));
    }

    [Fact]
    public void One_capture_after_the_other_gives_what_both_at_once_give()
    {
        PacketFlowComparison[] Compare(Func<(string Place, PacketRecord Packet, double Time, int Ttl)[], IEnumerable<(string Place, PacketRecord Packet, double Time, int Ttl)>> order)
        {
            var points = new Points();
            var sightings = new List<(string, PacketRecord, double, int)>();
            for (var i = 0; i < 20; i++)
            {
                var client = $"10.0.0.5:{40000 + i}";
                var syn = points.Packet(client, "203.0.113.10:443", "SYN", 100 + i);
                sightings.Add(("c", syn, i, 64));
                sightings.Add(("s", syn with { SourceAddress = "203.0.113.1", SourcePort = 60000 + i }, i + 0.5, 63));
                var answer = points.Packet("203.0.113.10:443", $"203.0.113.1:{60000 + i}", "SYN,ACK", 900, 101 + i);
                sightings.Add(("s", answer, i + 0.6, 64));
                sightings.Add(("c", answer with { DestinationAddress = "10.0.0.5", DestinationPort = 40000 + i }, i + 0.9, 63));
            }

            foreach (var (place, packet, time, ttl) in order([.. sightings]))
            {
                points.See(place, packet, time, ttl);
            }

            return points.Compare();
        }

        var together = Compare(static s => s);
        var clientFirst = Compare(static s => s.OrderBy(x => x.Place));
        var serverFirst = Compare(static s => s.OrderByDescending(x => x.Place));

        Assert.Equal(20, together.Length);
        Assert.All(together, f => Assert.Equal(FlowOutcome.Complete, f.Outcome));
        foreach (var other in new[] { clientFirst, serverFirst })
        {
            Assert.Equal(together.Select(f => f.ToString()), other.Select(f => f.ToString()));
            Assert.Equal(together.SelectMany(f => f.Crossings).Select(c => c.ToString()), other.SelectMany(f => f.Crossings).Select(c => c.ToString()));
        }
    }

    [Fact]
    public void Too_many_packets_give_up_the_flows_silent_longest()
    {
        var points = new Points(most: 1000);
        for (var i = 0; i < 3000; i++)
        {
            points.Cross("c", "s", points.Packet($"10.0.0.5:{10000 + i}", "203.0.113.10:443", "SYN", i), i * 10);
            Assert.InRange(points.Store.Held, 0, 1001);
        }

        var flows = points.Compare();

        Assert.Equal(3000, flows.Sum(f => f.ForwardPackets));
        Assert.Contains(flows, f => f.IsPartial);
        Assert.All(flows.Where(f => !f.IsPartial), f => Assert.Equal(2, f.Points.Length));
        Assert.Equal(0, points.Store.Held);
    }

    [Fact]
    public void Any_jumble_of_sightings_is_counted_without_a_slip()
    {
        var random = new Random(20260102);
        for (var round = 0; round < 25; round++)
        {
            var points = new Points(most: random.Next(20, 200));
            var packets = Enumerable.Range(0, 40).Select(_ => random.Next(4) switch
            {
                0 => points.Datagram($"10.0.0.{random.Next(3)}:5", $"10.0.0.{random.Next(3)}:6", random.Next(30), random.Next(3)),
                1 => points.Echo("10.0.0.1", "10.0.0.2", random.Next(2) * 8, random.Next(2), random.Next(3)),
                _ => points.Packet($"10.0.0.{random.Next(3)}:{random.Next(2)}", $"10.0.0.{random.Next(3)}:9", random.Next(2) == 0 ? "SYN" : "ACK", random.Next(4), random.Next(3), random.Next(3)),
            }).ToArray();
            var seen = 0;
            for (var i = 0; i < 300; i++, seen++)
            {
                points.See(((char)('a' + random.Next(4))).ToString(), packets[random.Next(packets.Length)], random.Next(1000), random.Next(1, 65), (PacketDirection)random.Next(4));
            }

            var flows = points.Compare();

            Assert.Equal(seen, flows.Sum(f => f.Points.Sum(p => p.ForwardPackets + p.ReplyPackets)));
            Assert.All(flows.SelectMany(f => f.Crossings), c => Assert.InRange(c.Arrived + c.Lost, 0, c.Sent));
        }
    }

    private static PacketRecord Syn(Points points) => points.Packet("10.0.0.5:40000", "203.0.113.10:443", "SYN", 100);
}

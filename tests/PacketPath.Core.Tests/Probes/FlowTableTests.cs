using System.Net;
using PacketPath.Capture;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class FlowTableTests
{
    private static readonly FlowKey Flow = Key("10.0.0.1", 40000, "10.0.0.2", 80);

    [Fact]
    public void A_forwarded_copy_of_the_answer_is_not_an_arrival()
    {
        var table = Watching(Flow, "one");
        Assert.Equal(SegmentRole.None, table.Match(Segment(Flow.Reversed, TcpFlags.Syn | TcpFlags.Ack, outgoing: true), out _));
        Assert.Equal(SegmentRole.Reply, table.Match(Segment(Flow.Reversed, TcpFlags.Syn | TcpFlags.Ack, outgoing: false), out var owner));
        Assert.Equal("one", owner);
    }

    [Fact]
    public void A_syn_that_arrives_with_this_hosts_tuple_was_not_sent_here()
    {
        var table = Watching(Flow, "one");
        Assert.Equal(SegmentRole.None, table.Match(Segment(Flow, TcpFlags.Syn, outgoing: false), out _));
    }

    [Fact]
    public void The_handshakes_own_ack_tells_nothing()
    {
        var table = Watching(Flow, "one");
        Assert.Equal(SegmentRole.None, table.Match(Segment(Flow, TcpFlags.Ack, outgoing: true), out _));
    }

    [Fact]
    public void A_removed_flow_matches_nothing_translated_or_not()
    {
        var table = Watching(Flow, "one");
        var translated = Flow with { Source = PacketAddress.From(IPAddress.Parse("192.0.2.1")) };
        Assert.Equal(SegmentRole.Sent, table.Match(Segment(translated, TcpFlags.Syn, outgoing: true), out _));
        table.Remove(Flow, "one");
        Assert.Equal(SegmentRole.None, table.Match(Segment(Flow, TcpFlags.Syn, outgoing: true), out _));
        Assert.Equal(SegmentRole.None, table.Match(Segment(translated, TcpFlags.Syn, outgoing: true), out _));
    }

    [Fact]
    public void A_translated_destination_is_known_by_the_local_endpoint()
    {
        var table = Watching(Flow, "one");
        Assert.Equal(SegmentRole.Sent, table.Match(Segment(Key("10.0.0.1", 40000, "198.51.100.7", 8080), TcpFlags.Syn, outgoing: true), out var owner));
        Assert.Equal("one", owner);
    }

    [Fact]
    public void A_translated_destination_is_not_guessed_where_two_flows_share_the_local_endpoint()
    {
        var table = Watching(Flow, "one");
        table.Add(Key("10.0.0.1", 40000, "10.0.0.3", 80), "two");
        Assert.Equal(SegmentRole.None, table.Match(Segment(Key("10.0.0.1", 40000, "198.51.100.7", 8080), TcpFlags.Syn, outgoing: true), out _));
    }

    [Fact]
    public void An_error_about_another_flow_is_nobodys()
    {
        var table = Watching(Flow, "one");
        var error = new CapturedSegment { IsIcmp = true, Flow = Flow with { SourcePort = 40001 }, InterfaceIndex = 3 };
        Assert.Equal(SegmentRole.None, table.Match(error, out _));
    }

    private static FlowTable<string> Watching(FlowKey flow, string owner)
    {
        var table = new FlowTable<string>();
        table.Add(flow, owner);
        return table;
    }

    private static FlowKey Key(string source, int sourcePort, string destination, int destinationPort) =>
        new(TransportProtocol.Tcp, PacketAddress.From(IPAddress.Parse(source)), sourcePort, PacketAddress.From(IPAddress.Parse(destination)), destinationPort);

    private static CapturedSegment Segment(FlowKey flow, TcpFlags flags, bool outgoing) => new()
    {
        Flow = flow,
        From = flow.Source,
        To = flow.Destination,
        TcpFlags = flags,
        Outgoing = outgoing,
        InterfaceIndex = 3,
    };
}

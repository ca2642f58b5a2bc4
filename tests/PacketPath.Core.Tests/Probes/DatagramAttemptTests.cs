using System.Net;
using PacketPath.Capture;
using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>An attempt by datagrams as a state machine: what the socket, the wire and the clock say of it.</summary>
public class DatagramAttemptTests
{
    private const long Millisecond = 1_000_000;
    private const long WallStart = 1_700_000_000_000_000_000;
    private static readonly IPAddress Local = IPAddress.Parse("10.0.1.1");
    private static readonly IPAddress Target = IPAddress.Parse("10.0.2.1");
    private static readonly IPAddress Router = IPAddress.Parse("10.0.1.254");
    private static readonly byte[] Payload = [1, 2, 3];
    private static readonly FlowKey Flow = new(TransportProtocol.Udp, PacketAddress.From(Local), 40000, PacketAddress.From(Target), 5000);

    private readonly SynAttempt _attempt = Begin();

    private static SynAttempt Begin(bool watched = true)
    {
        var attempt = new SynAttempt(
            new AttemptPlan { Port = 5000, TimeoutNanoseconds = 600 * Millisecond, Payload = Payload, Refuser = Target }, watched, Local.Equals);
        attempt.Begin(0, DateTime.UnixEpoch.AddTicks(WallStart / 100));
        attempt.Connecting(new IPEndPoint(Local, 40000));
        return attempt;
    }

    private static CapturedSegment Datagram(FlowKey flow, bool outgoing, long at = 0, byte[]? payload = null) => new()
    {
        TimestampNanoseconds = WallStart + at, InterfaceIndex = 7, Outgoing = outgoing, From = flow.Source, To = flow.Destination, Flow = flow, Sequence = DatagramQuestion.MarkOf(payload ?? Payload),
    };

    private static SocketReading Report(int errno, IPAddress from, int type, int code) => new(errno, [new ErrorQueueRecord(errno, ErrorOrigin.Icmp, type, code, 0, from)], null);

    [Fact]
    public void It_is_sent_three_times_within_its_time()
    {
        Assert.Equal([200 * Millisecond, 400 * Millisecond], _attempt.Again);
        Assert.False(_attempt.IsToSendAgain(199 * Millisecond));
        Assert.True(_attempt.IsToSendAgain(200 * Millisecond));
        Assert.False(_attempt.IsToSendAgain(200 * Millisecond));
        Assert.True(_attempt.IsToSendAgain(400 * Millisecond));
        Assert.Equal(2, _attempt.SentAgain);
        _attempt.TimedOut(600 * Millisecond, new SocketReading(0, [], null));
        Assert.Equal(SynOutcome.NoReply, _attempt.Outcome);
    }

    [Fact]
    public void A_datagram_of_the_target_ends_it()
    {
        _attempt.Captured(Datagram(Flow, true), SegmentRole.Sent);
        _attempt.SocketRead(3 * Millisecond, new SocketReading(0, [], null) { Answered = true });
        Assert.Equal((SynOutcome.Open, AttemptState.Settling), (_attempt.Outcome, _attempt.State));
        _attempt.Captured(Datagram(Flow.Reversed, false), SegmentRole.Reply);
        Assert.True(_attempt.HasWhatItNeeds);
        Assert.False(_attempt.IsToSendAgain(200 * Millisecond));
    }

    [Fact]
    public void Only_the_targets_own_port_unreachable_is_a_refusal()
    {
        _attempt.SocketRead(3 * Millisecond, Report(Errno.ECONNREFUSED, Target, 3, 3));
        Assert.Equal(SynOutcome.Refused, _attempt.Outcome);

        var rejected = Begin();
        rejected.SocketRead(3 * Millisecond, Report(Errno.ECONNREFUSED, Router, 3, 3));
        Assert.Equal(SynOutcome.IcmpError, rejected.Outcome);

        var prohibited = Begin();
        prohibited.SocketRead(3 * Millisecond, Report(Errno.EHOSTUNREACH, Target, 3, 13));
        Assert.Equal(SynOutcome.IcmpError, prohibited.Outcome);
    }

    [Fact]
    public void What_refused_to_send_may_be_told_a_little_later()
    {
        _attempt.SendFailed(Millisecond, Errno.EPERM);
        Assert.Equal(31 * Millisecond, _attempt.Deadline);
        Assert.False(_attempt.IsToSendAgain(200 * Millisecond));
        _attempt.SocketRead(2 * Millisecond, Report(Errno.ECONNREFUSED, Local, 3, 3));
        Assert.Equal((SynOutcome.IcmpError, true), (_attempt.Outcome, _attempt.OffenderIsLocal));

        var dropped = Begin();
        dropped.SendFailed(Millisecond, Errno.EPERM);
        dropped.TimedOut(31 * Millisecond, new SocketReading(0, [], null));
        Assert.Equal((SynOutcome.LocalError, "send", Errno.EPERM, AttemptState.Ended), (dropped.Outcome, dropped.FailedCall, dropped.Error, dropped.State));
    }

    [Fact]
    public void A_datagram_too_big_for_the_path_is_waited_for_all_the_same()
    {
        _attempt.SocketRead(Millisecond, Report(Errno.EMSGSIZE, Router, 3, 4));
        Assert.Equal(AttemptState.Waiting, _attempt.State);
        Assert.True(_attempt.IsToSendAgain(200 * Millisecond));
    }

    [Fact]
    public void An_answer_that_came_late_is_not_laid_to_this_host()
    {
        _attempt.Captured(Datagram(Flow, true), SegmentRole.Sent);
        _attempt.Captured(Datagram(Flow.Reversed, false, 599 * Millisecond), SegmentRole.Reply);
        _attempt.TimedOut(600 * Millisecond, new SocketReading(0, [], null));
        Assert.True(_attempt.WantsAnotherLook);
        _attempt.LookedAgain(new SocketReading(0, [], null) { Answered = true });
        Assert.Equal(SynOutcome.Open, _attempt.Outcome);

        var dropped = Begin();
        dropped.Captured(Datagram(Flow, true), SegmentRole.Sent);
        dropped.Captured(Datagram(Flow.Reversed, false, Millisecond), SegmentRole.Reply);
        dropped.TimedOut(600 * Millisecond, new SocketReading(0, [], null));
        dropped.LookedAgain(new SocketReading(0, [], null));
        Assert.Equal(SynOutcome.NoReply, dropped.Outcome);
        Assert.Single(dropped.Replies);
    }

    [Fact]
    public void Each_sending_counts_and_each_interface_does_not()
    {
        _attempt.Captured(Datagram(Flow, true), SegmentRole.Sent);
        _attempt.Captured(Datagram(Flow, true, 1000) with { InterfaceIndex = 8 }, SegmentRole.Sent);
        _attempt.Captured(Datagram(Flow, true, 50 * Millisecond), SegmentRole.Sent);
        Assert.Equal(2, _attempt.Syns.Count);
    }

    [Fact]
    public void A_datagram_under_another_tuple_is_known_by_its_payload()
    {
        var strange = new StrangeSyns();
        var translated = Flow with { Source = PacketAddress.From(Router), SourcePort = 61000 };
        strange.Note(Datagram(translated, true, 2 * Millisecond, [9, 9, 9]));
        Assert.Null(strange.Of(_attempt));
        strange.Note(Datagram(translated with { SourcePort = 61001 }, true, 2 * Millisecond));
        Assert.Equal(61001, strange.Of(_attempt)?.SourcePort);
    }

    [Fact]
    public void The_flow_table_tells_the_parts_that_datagrams_play()
    {
        var table = new FlowTable<SynAttempt>();
        table.Add(Flow, _attempt);
        Assert.Equal(SegmentRole.Sent, table.Match(Datagram(Flow, true), out _));
        Assert.Equal(SegmentRole.Reply, table.Match(Datagram(Flow.Reversed, false), out _));
        Assert.Equal(SegmentRole.None, table.Match(Datagram(Flow.Reversed with { DestinationPort = 40001 }, false), out _));
        Assert.Equal(SegmentRole.Sent, table.Match(Datagram(Flow with { Destination = PacketAddress.From(Router) }, true), out _));
    }

    [Fact]
    public void The_questions_are_those_of_the_port()
    {
        var question = new DatagramQuestion();
        var dns = question.Of(53);
        Assert.Equal([0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1], dns[2..]);
        var ntp = question.Of(123);
        Assert.Equal((48, 0x23), (ntp.Length, ntp[0]));
        Assert.All(ntp[1..40], static b => Assert.Equal(0, b));
        Assert.NotEqual(ntp, question.Of(123));
        Assert.StartsWith("PacketPath ", System.Text.Encoding.ASCII.GetString(question.Of(5000)));
        Assert.Equal(Payload, new DatagramQuestion { Payload = Payload }.Of(53));
        Assert.Equal(8 + 48, new DatagramQuestion { Port = 123 }.Length);
    }

    [Fact]
    public void The_machine_asks_a_closed_port_beside_the_second_datagram()
    {
        var options = new SynProbeOptions { Namespace = PacketPath.HostState.NetworkNamespace.Open(null), Timeout = TimeSpan.FromSeconds(0.6), Datagram = new DatagramQuestion { Port = 5000 } };
        var machine = new SynProbeMachine(new SynTarget("10.0.2.1", Target, 5000), options);
        var plan = machine.Begin();
        Assert.True(plan.IsDatagram);
        Assert.Equal(TransportProtocol.Udp, plan.Protocol);
        var attempt = new SynAttempt(plan, true, Local.Equals);
        attempt.Begin(0, DateTime.UnixEpoch);
        Assert.Empty(machine.SentAgain(attempt, static () => true));
        Assert.True(attempt.IsToSendAgain(attempt.Again.First()));
        var control = Assert.Single(machine.SentAgain(attempt, static () => true));
        Assert.Equal((AttemptKind.Control, 33434), (control.Kind, control.Port));
        attempt.SocketRead(1, new SocketReading(0, [], null) { Answered = true });
        Assert.Same(control, Assert.Single(machine.Answered(attempt)));
    }
}

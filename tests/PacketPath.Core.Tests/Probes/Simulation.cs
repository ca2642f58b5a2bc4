using System.Net;
using PacketPath.Capture;
using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>Plays one attempt: what the socket, the wire and the clock say, in the order written, each at its millisecond.</summary>
internal sealed class Simulation
{
    private const int Ethernet = 7;
    private const int Loopback = 1;
    private const long Millisecond = 1_000_000;
    private const long WallStart = 1_700_000_000_000_000_000;

    private readonly FlowTable<SynAttempt> _flows = new();
    private readonly FlowKey _flow;
    private long _now;

    public Simulation(bool ipv6 = false, bool watched = true, AttemptKind kind = AttemptKind.Main, double timeout = 3000)
    {
        IPv6 = ipv6;
        Local = IPAddress.Parse(ipv6 ? "fd01::1" : "10.0.1.1");
        Target = IPAddress.Parse(ipv6 ? "fd02::1" : "10.0.2.1");
        Router = IPAddress.Parse(ipv6 ? "fd01::ff" : "10.0.1.254");
        var plan = new AttemptPlan { Kind = kind, Port = 80, TimeoutNanoseconds = (long)(timeout * Millisecond) };
        Attempt = new SynAttempt(plan, watched, Local.Equals);
        _flow = new FlowKey(plan.Protocol, PacketAddress.From(Local), 40000, PacketAddress.From(Target), 80);
        Attempt.Begin(0, DateTime.UnixEpoch.AddTicks(WallStart / 100));
        Attempt.Connecting(new IPEndPoint(Local, 40000));
        _flows.Add(_flow, Attempt);
    }

    public bool IPv6 { get; }

    public IPAddress Local { get; }

    public IPAddress Target { get; }

    public IPAddress Router { get; }

    public SynAttempt Attempt { get; }

    public Simulation At(double milliseconds)
    {
        _now = (long)(milliseconds * Millisecond);
        return this;
    }

    public Simulation SynLeaves(int interfaceIndex = Ethernet) => Wire(Tcp(_flow, TcpFlags.Syn, outgoing: interfaceIndex != Loopback) with { InterfaceIndex = interfaceIndex });

    public Simulation SynAckArrives(int interfaceIndex = Ethernet) =>
        Wire(Tcp(_flow.Reversed, TcpFlags.Syn | TcpFlags.Ack, outgoing: false) with { InterfaceIndex = interfaceIndex });

    public Simulation ResetArrives(int interfaceIndex = Ethernet) =>
        Wire(Tcp(_flow.Reversed, TcpFlags.Rst | TcpFlags.Ack, outgoing: false) with { InterfaceIndex = interfaceIndex });

    public Simulation ResetLeaves() => Wire(Tcp(_flow, TcpFlags.Rst, outgoing: true));

    public Simulation StaleSynAckArrives() =>
        Wire(Tcp(_flow.Reversed with { DestinationPort = 39999 }, TcpFlags.Syn | TcpFlags.Ack, outgoing: false));

    public Simulation TranslatedSynLeaves(string source) =>
        Wire(Tcp(_flow with { Source = PacketAddress.From(IPAddress.Parse(source)) }, TcpFlags.Syn, outgoing: true));

    public Simulation TranslatedSynAckArrives(string source) =>
        Wire(Tcp(_flow.Reversed with { Destination = PacketAddress.From(IPAddress.Parse(source)) }, TcpFlags.Syn | TcpFlags.Ack, outgoing: false));

    public Simulation IcmpArrives(IPAddress from, int type, int code, int interfaceIndex = Ethernet) =>
        Wire(Icmp(_flow, from, Local, type, code, outgoing: false) with { InterfaceIndex = interfaceIndex });

    public Simulation IcmpAboutTheReplyLeaves(int type, int code) => Wire(Icmp(_flow.Reversed, Local, Target, type, code, outgoing: true));

    public Simulation SocketConnects() => Socket(0, TcpInfo.Established);

    public Simulation SocketFails(int errno, int state = TcpInfo.Closed) => Socket(errno, state);

    public Simulation SocketReports(int errno, IPAddress? offender, int type, int code, int state = TcpInfo.Closed) =>
        Socket(errno, state, Record(errno, offender, type, code));

    public Simulation SocketQueues(IPAddress offender, int type, int code) =>
        Socket(0, TcpInfo.SynSent, Record(0, offender, type, code));

    /// <summary>The clock: the deadline of the moment passes.</summary>
    public Simulation TimePasses()
    {
        _now = Attempt.Deadline;
        var waiting = Attempt.State == AttemptState.Waiting;
        Attempt.TimedOut(_now, waiting ? new SocketReading(0, [], new TcpInfo { State = TcpInfo.SynSent }) : null);
        return this;
    }

    /// <summary>The capture has no packet left.</summary>
    public Simulation CaptureDrains()
    {
        Attempt.Settle();
        return this;
    }

    public Simulation Expect(SynOutcome outcome, AttemptState state = AttemptState.Ended)
    {
        Assert.Equal((outcome, state), (Attempt.Outcome, Attempt.State));
        return this;
    }

    public Simulation ExpectState(AttemptState state)
    {
        Assert.Equal(state, Attempt.State);
        return this;
    }

    public void ExpectWire(int syns, SynPacketKind[]? replies = null, SynPacketKind[]? localResponses = null)
    {
        Assert.Equal(syns, Attempt.Syns.Count);
        Assert.Equal(replies ?? [], Attempt.Replies.Select(s => s.Kind));
        Assert.Equal(localResponses ?? [], Attempt.LocalResponses.Select(s => s.Kind));
    }

    private Simulation Wire(CapturedSegment segment)
    {
        var role = _flows.Match(segment, out var owner);
        if (role != SegmentRole.None)
        {
            Assert.Same(Attempt, owner);
            Attempt.Captured(segment, role);
            if (Attempt.State == AttemptState.Settling && Attempt.HasWhatItNeeds)
            {
                Attempt.Settle();
            }
        }

        return this;
    }

    private Simulation Socket(int errno, int state, params ErrorQueueRecord[] queue)
    {
        Attempt.SocketRead(_now, new SocketReading(errno, queue, new TcpInfo { State = state, Rtt = 250 }));
        return this;
    }

    private ErrorQueueRecord Record(int errno, IPAddress? offender, int type, int code) =>
        new(errno, offender is null ? ErrorOrigin.Local : IPv6 ? ErrorOrigin.IcmpV6 : ErrorOrigin.Icmp, type, code, 0, offender);

    private CapturedSegment Tcp(FlowKey flow, TcpFlags flags, bool outgoing) => new()
    {
        TimestampNanoseconds = WallStart + _now,
        InterfaceIndex = Ethernet,
        Outgoing = outgoing,
        From = flow.Source,
        To = flow.Destination,
        Flow = flow,
        TcpFlags = flags,
        Sequence = 1000,
        Ttl = 64,
    };

    private CapturedSegment Icmp(FlowKey quoted, IPAddress from, IPAddress to, int type, int code, bool outgoing) => new()
    {
        TimestampNanoseconds = WallStart + _now,
        InterfaceIndex = Ethernet,
        Outgoing = outgoing,
        From = PacketAddress.From(from),
        To = PacketAddress.From(to),
        Flow = quoted,
        IsIcmp = true,
        IcmpType = type,
        IcmpCode = code,
        Ttl = 64,
    };
}

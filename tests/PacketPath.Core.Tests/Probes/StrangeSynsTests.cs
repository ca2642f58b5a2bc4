using System.Net;
using PacketPath.Capture;
using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class StrangeSynsTests
{
    private const long Millisecond = 1_000_000;
    private const long WallStart = 1_700_000_000_000_000_000;

    private static readonly FlowKey Translated = new(
        TransportProtocol.Tcp, PacketAddress.From(IPAddress.Parse("10.0.1.1")), 2000, PacketAddress.From(IPAddress.Parse("10.0.2.1")), 80);

    [Theory]
    [InlineData(1, 1030, true)]
    [InlineData(1, 1, false)]
    [InlineData(300, 1300, false)]
    public void A_silent_attempts_syn_is_one_that_left_with_it_and_was_repeated(long first, long last, bool fits)
    {
        var strangers = new StrangeSyns();
        strangers.Note(Segment(first, TcpFlags.Syn, outgoing: true));
        strangers.Note(Segment(last, TcpFlags.Syn, outgoing: true));
        Assert.Equal(fits ? Translated : null, strangers.Of(new Simulation().TimePasses().TimePasses().Expect(SynOutcome.NoReply).Attempt));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_attempts_syn_is_one_that_was_reset(bool reset)
    {
        var strangers = new StrangeSyns();
        strangers.Note(Segment(1, TcpFlags.Syn, outgoing: true));
        strangers.Note(Segment(2, reset ? TcpFlags.Rst | TcpFlags.Ack : TcpFlags.Syn | TcpFlags.Ack, outgoing: false) with { Flow = Translated.Reversed });
        var attempt = new Simulation().At(3).SocketFails(Errno.ECONNREFUSED).CaptureDrains().Expect(SynOutcome.Refused).Attempt;
        Assert.Equal(reset ? Translated : null, strangers.Of(attempt));
    }

    private static CapturedSegment Segment(long milliseconds, TcpFlags flags, bool outgoing) => new()
    {
        TimestampNanoseconds = WallStart + (milliseconds * Millisecond),
        InterfaceIndex = 7,
        Outgoing = outgoing,
        Flow = Translated,
        TcpFlags = flags,
        Sequence = 5,
    };
}

using PacketPath.Interop;
using PacketPath.Netlink;
using static PacketPath.Core.Tests.Netlink.ScriptedKernel;

namespace PacketPath.Core.Tests.Netlink;

public class NetlinkSocketTests
{
    private static readonly MessageParser<object> Value = static (in NetlinkMessage message) => (int)message.Payload[0];

    private static AttributeWriter Requests(int count, ushort flags = 0)
    {
        var writer = new AttributeWriter(16);
        for (var i = 0; i < count; i++)
        {
            writer.Begin(RouteMessage.GetLink, flags, 16);
            writer.Text(3, "eth0");
            writer.End();
        }

        return writer;
    }

    private static (List<object> Items, bool Interrupted, ScriptedKernel Kernel) Dump(Func<NetlinkHeader[], IEnumerable<object>> script)
    {
        var kernel = new ScriptedKernel(script);
        using var socket = new NetlinkSocket(kernel);
        var status = new DumpStatus();
        var items = socket.Dump(Requests(1, MessageFlags.Dump), Value, status, CancellationToken.None);
        return (items, status.Interrupted, kernel);
    }

    [Fact]
    public void ADumpOfManyDatagrams()
    {
        var (items, interrupted, _) = Dump(sent =>
        [
            (byte[])[.. Item(sent[0].Sequence, 1), .. Item(sent[0].Sequence, 2)],
            Item(sent[0].Sequence, 3),
            (byte[])[.. Item(sent[0].Sequence, 4), .. Done(sent[0].Sequence)],
        ]);
        Assert.Equal([1, 2, 3, 4], items);
        Assert.False(interrupted);
    }

    [Fact]
    public void AnEmptyDump() => Assert.Empty(Dump(sent => [Done(sent[0].Sequence)]).Items);

    [Fact]
    public void AnInterruptedDumpIsRepeated()
    {
        var turn = 0;
        var (items, interrupted, kernel) = Dump(sent => turn++ == 0
            ? [Item(sent[0].Sequence, 1, MessageFlags.Multi | MessageFlags.DumpInterrupted), Done(sent[0].Sequence)]
            : [Item(sent[0].Sequence, 2), Done(sent[0].Sequence)]);
        Assert.Equal([2], items);
        Assert.False(interrupted);
        Assert.Equal(2, kernel.Sends);
    }

    [Fact]
    public void ADumpThatNeverSettlesIsFlagged()
    {
        var (items, interrupted, kernel) = Dump(sent =>
            [Item(sent[0].Sequence, 1), Done(sent[0].Sequence, flags: MessageFlags.Multi | MessageFlags.DumpInterrupted)]);
        Assert.Equal([1], items);
        Assert.True(interrupted);
        Assert.Equal(4, kernel.Sends);
    }

    [Fact]
    public void LostAnswersAreAskedForAgain()
    {
        var turn = 0;
        var (items, _, kernel) = Dump(sent => turn++ == 0
            ? [Item(sent[0].Sequence, 1), new LinuxException(Errno.ENOBUFS, "recv"), Done(sent[0].Sequence)]
            : [Item(sent[0].Sequence, 2), Done(sent[0].Sequence)]);
        Assert.Equal([2], items);
        Assert.Equal(2, kernel.Sends);
    }

    [Fact]
    public void ADatagramThatDoesNotFitMakesRoom()
    {
        var large = new byte[200_000];
        large[0] = 5;
        var (items, _, kernel) = Dump(sent => [Message(sent[0].Sequence, RouteMessage.NewLink, MessageFlags.Multi, large), Done(sent[0].Sequence)]);
        Assert.Equal([5], items);
        Assert.Equal(2, kernel.Sends);
    }

    [Fact]
    public void AnswersToOthersArePassedOver()
    {
        var (items, _, _) = Dump(sent =>
        [
            Item(sent[0].Sequence - 1, 9),
            Done(sent[0].Sequence - 1),
            Message(78, sent[0].Sequence, RouteMessage.NewLink, MessageFlags.Multi, [9]),
            (byte[])[.. Message(sent[0].Sequence, ControlType.Noop, 0), .. Item(sent[0].Sequence, 1)],
            Done(sent[0].Sequence),
        ]);
        Assert.Equal([1], items);
    }

    [Fact]
    public void NothingButStrangersEnds()
    {
        var failure = Assert.Throws<NetlinkDecodeException>(() => Dump(sent => Enumerable.Repeat(Item(sent[0].Sequence + 1, 1), 5000)));
        Assert.Contains("none of the messages", failure.Message);
    }

    [Fact]
    public void ADumpTheKernelRefuses()
    {
        var failure = Assert.Throws<NetlinkException>(() => Dump(sent => [Refusal(sent[0], Errno.EINVAL, "Invalid values in header for dump request")]));
        Assert.Equal(Errno.EINVAL, failure.Errno);
        Assert.Equal("Invalid values in header for dump request", failure.KernelMessage);
        Assert.Contains("RTM_GETLINK", failure.Message);
        Assert.Contains("EINVAL", failure.Message);
    }

    [Fact]
    public void ADumpThatFailsAtItsEnd()
    {
        var failure = Assert.Throws<NetlinkException>(() => Dump(sent => [Item(sent[0].Sequence, 1), Done(sent[0].Sequence, Errno.ENOMEM)]));
        Assert.Equal(Errno.ENOMEM, failure.Errno);
    }

    [Fact]
    public void ASilentKernel()
    {
        var failure = Assert.Throws<LinuxException>(() => Dump(_ => []));
        Assert.Equal(Errno.ETIMEDOUT, failure.Errno);
    }

    [Fact]
    public void ATruncatedDatagram()
    {
        Assert.Throws<NetlinkDecodeException>(() => Dump(sent => [Item(sent[0].Sequence, 1)[..12]]));
        Assert.Throws<NetlinkDecodeException>(() => Dump(sent => [(byte[])[.. Item(sent[0].Sequence, 1), 1, 2, 3]]));
    }

    [Fact]
    public void ABatchAnsweredOutOfOrderAndInPieces()
    {
        var kernel = new ScriptedKernel(sent =>
        [
            (byte[])[.. Item(sent[2].Sequence, 3, 0), .. Item(sent[0].Sequence, 1, 0)],
            Refusal(sent[1], Errno.ENODEV, "no such device"),
            Item(sent[3].Sequence, 4, 0),
        ]);
        using var socket = new NetlinkSocket(kernel);
        var replies = new BatchReply<object>[4];
        socket.Batch(Requests(4), Value, replies, CancellationToken.None);
        Assert.Equal([new(1, 0, null), new(null, Errno.ENODEV, "no such device"), new(3, 0, null), new BatchReply<object>(4, 0, null)], replies);
        Assert.Equal(1, kernel.Sends);
    }

    [Fact]
    public void ABatchWithALostAnswerIsSentAgain()
    {
        var turn = 0;
        var kernel = new ScriptedKernel(sent => turn++ == 0
            ? [Item(sent[0].Sequence, 1, 0)]
            : [Item(sent[0].Sequence - 2, 9, 0), Item(sent[0].Sequence, 1, 0), Item(sent[1].Sequence, 2, 0)]);
        using var socket = new NetlinkSocket(kernel);
        var replies = new BatchReply<object>[2];
        socket.Batch(Requests(2), Value, replies, CancellationToken.None);
        Assert.Equal([1, 2], replies.Select(reply => reply.Value));
        Assert.Equal(2, kernel.Sends);
    }

    [Fact]
    public void AnAbandonedDumpIsReadToItsEndBeforeTheNextRequest()
    {
        var kernel = new ScriptedKernel(sent => (sent[0].Flags & MessageFlags.Dump) == 0
            ? [Item(sent[0].Sequence, 7, 0)]
            : [Item(sent[0].Sequence, 1), Item(sent[0].Sequence, 2), Done(sent[0].Sequence)]);
        using var socket = new NetlinkSocket(kernel);
        var first = socket.Stream(Requests(1, MessageFlags.Dump), Value, new DumpStatus(), CancellationToken.None).First();
        Assert.Equal(1, first);
        Assert.Equal(7, socket.Get(Requests(1), Value, CancellationToken.None));
    }

    [Fact]
    public void ADumpContinuedAfterAnotherRequestIsRefused()
    {
        var kernel = new ScriptedKernel(sent => [Item(sent[0].Sequence, 1), Item(sent[0].Sequence, 2), Done(sent[0].Sequence)]);
        using var socket = new NetlinkSocket(kernel);
        using var stale = socket.Stream(Requests(1, MessageFlags.Dump), Value, new DumpStatus(), CancellationToken.None).GetEnumerator();
        Assert.True(stale.MoveNext());
        Assert.Equal([1, 2], socket.Stream(Requests(1, MessageFlags.Dump), Value, new DumpStatus(), CancellationToken.None));
        Assert.Throws<InvalidOperationException>(() => stale.MoveNext());
    }

    [Fact]
    public void ACancelledDumpStops()
    {
        using var stop = new CancellationTokenSource();
        var kernel = new ScriptedKernel(sent => [Item(sent[0].Sequence, 1), Item(sent[0].Sequence, 2), Done(sent[0].Sequence)]);
        using var socket = new NetlinkSocket(kernel);
        using var items = socket.Stream(Requests(1, MessageFlags.Dump), Value, new DumpStatus(), stop.Token).GetEnumerator();
        Assert.True(items.MoveNext());
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => items.MoveNext());
    }

    [Fact]
    public void TheRealKernelAnswersAndCancels()
    {
        using var transport = new KernelTransport(NetlinkProtocol.Route);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => transport.Receive(new byte[100], stop.Token));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 2000);
        using var socket = new NetlinkSocket(transport);
        var failure = Assert.Throws<NetlinkException>(() => socket.Get(BadRequest(), Value, CancellationToken.None));
        Assert.Equal(Errno.ENODEV, failure.Errno);
    }

    private static AttributeWriter BadRequest()
    {
        var writer = new AttributeWriter();
        PacketPath.Netlink.Link.LinkRequests.Get(writer, int.MaxValue, statistics: false);
        return writer;
    }
}

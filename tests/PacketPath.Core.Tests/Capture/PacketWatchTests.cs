using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture;

public class PacketWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void As_many_as_were_asked_for_come_of_all_sources_together()
    {
        using var watch = new PacketWatch([Source(new Endless()), Source(new Endless())], null, most: 100, duration: null);

        Assert.Equal(100, Drain(watch).Count);
        Assert.Equal(100, watch.Taken);
    }

    [Fact]
    public void Sources_that_end_end_the_watch()
    {
        using var watch = new PacketWatch([Source(new Few(3)), Source(new Few(4))], null, most: 0, duration: null);

        Assert.Equal(7, Drain(watch).Count);
        Assert.False(watch.TryTakeFailure(out _));
    }

    [Fact]
    public void Time_ends_a_watch_that_sees_nothing()
    {
        using var watch = new PacketWatch([Source(new Idle())], null, most: 0, duration: TimeSpan.FromMilliseconds(50));

        Assert.Empty(Drain(watch));
    }

    [Fact]
    public void One_source_that_breaks_is_told_and_the_others_go_on()
    {
        using var watch = new PacketWatch([Source(new Broken(), "eth7"), Source(new Few(5))], null, most: 0, duration: null);

        Assert.Equal(5, Drain(watch).Count);
        Assert.True(watch.TryTakeFailure(out var failure));
        Assert.Equal("eth7", failure.Name);
        Assert.IsType<CaptureException>(failure.Cause);
        Assert.False(watch.TryTakeFailure(out _));
    }

    [Fact]
    public void A_reader_that_leaves_is_not_waited_for()
    {
        var source = new Endless();
        var watch = new PacketWatch([Source(source)], null, most: 0, duration: null);
        Assert.True(SpinWait.SpinUntil(() => source.IsBlocked, Patience), "the queue never filled");

        watch.Dispose();

        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void What_the_kernel_lost_is_counted()
    {
        using var watch = new PacketWatch([Source(new Few(1) { Counts = new CaptureCounts(10, 6, 2) }), Source(new Few(1) { Counts = new CaptureCounts(10, 1, 0) })], null, 0, null);

        Assert.Equal(2, Drain(watch).Count);
        Assert.Equal(9, watch.Lost);
    }

    private static WatchedSource Source(IPacketSource source, string name = "eth0") =>
        new(source, new PacketRecordReader("host", "lab", CapturePlace.Recorded), CapturePlace.Recorded, name);

    private static List<PacketRecord> Drain(PacketWatch watch)
    {
        using var patience = new CancellationTokenSource(Patience);
        var all = new List<PacketRecord>();
        while (!watch.IsCompleted)
        {
            if (watch.TryTake(Patience, patience.Token, out var record))
            {
                all.Add(record);
            }
        }

        return all;
    }

    private abstract class FakeSource : IPacketSource
    {
        private static readonly byte[] Data = SamplePackets.Syn4();

        public CaptureCounts Counts { get; init; }

        public bool IsDisposed { get; private set; }

        public CaptureLinkType LinkType => CaptureLinkType.Raw;

        public abstract void Run(PacketHandler handler, CancellationToken stop);

        public CaptureCounts GetCounts() => Counts;

        public void Dispose() => IsDisposed = true;

        protected static void Deliver(PacketHandler handler) =>
            handler(new CapturedPacket { Data = Data, OriginalLength = Data.Length, LinkType = CaptureLinkType.Raw });
    }

    private sealed class Endless : FakeSource
    {
        private long _delivered;
        private long _seen;

        /// <summary>True where nothing more was delivered since it was last asked.</summary>
        public bool IsBlocked
        {
            get
            {
                var now = Interlocked.Read(ref _delivered);
                var before = Interlocked.Exchange(ref _seen, now);
                return now > 0 && now == before;
            }
        }

        public override void Run(PacketHandler handler, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                Deliver(handler);
                Interlocked.Increment(ref _delivered);
            }
        }
    }

    private sealed class Few(int count) : FakeSource
    {
        public override void Run(PacketHandler handler, CancellationToken stop)
        {
            for (var i = 0; i < count; i++)
            {
                Deliver(handler);
            }
        }
    }

    private sealed class Idle : FakeSource
    {
        public override void Run(PacketHandler handler, CancellationToken stop) => stop.WaitHandle.WaitOne();
    }

    private sealed class Broken : FakeSource
    {
        public override void Run(PacketHandler handler, CancellationToken stop) =>
            throw new CaptureException(CaptureFailureReason.InterfaceNotFound, "gone", "look again");
    }
}

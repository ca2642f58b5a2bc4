using System.Diagnostics;
using PacketPath.Capture;

namespace PacketPath.Labs.Tests.Capture;

public sealed class CaptureLifetimeTests : IDisposable
{
    private const int Repeats = 15;

    private readonly CaptureLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnIdleCaptureStopsWithinFiveMilliseconds(bool quickOpen)
    {
        List<double> times = [];
        for (int i = 0; i < Repeats; i++)
        {
            using var started = new ManualResetEventSlim();
            using var capture = new RunningCapture(
                _lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen }), (in CapturedPacket _) => started.Set());
            _ = _lab.SendUdp(CaptureLab.PeerIPv4, 1);
            Assert.True(started.Wait(TimeSpan.FromSeconds(10)));
            times.Add(capture.Stop().TotalMilliseconds);
        }

        times.Sort();
        Assert.InRange(times[Repeats / 2], 0, 5);
    }

    [CaptureFact]
    public void QuickOpenIsQuick()
    {
        List<double> times = [];
        for (int i = 0; i < Repeats; i++)
        {
            _lab.Run(() =>
            {
                long start = Stopwatch.GetTimestamp();
                using IPacketSource source = PacketSources.Factory.OpenLive(new CaptureOptions { Filter = CaptureFilter.ForSyn([]), QuickOpen = true });
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            });
        }

        times.Sort();
        Assert.InRange(times[Repeats / 2], 0, 3);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatWasSentBeforeTheStopIsDelivered(bool quickOpen)
    {
        int seen = 0;
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen }), (in CapturedPacket _) => seen++);
        int sent = _lab.SendUdp(CaptureLab.PeerIPv4, 50);
        _ = capture.Stop();
        Assert.Equal(sent, seen);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void DisposingEndsTheRun(bool quickOpen)
    {
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen }), (in CapturedPacket _) => { });
        capture.Source.Dispose();
        capture.Join();
        Assert.Null(capture.Failure);
        Assert.Equal(0, capture.Source.GetCounts().Dropped);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATokenAlreadyCancelledEndsTheRunAtOnce(bool quickOpen)
    {
        using IPacketSource source = _lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen });
        var delivered = 0;
        source.Run((in CapturedPacket _) => delivered++, new CancellationToken(canceled: true));

        // What came before the filter stood may be counted, but is not shown.
        Assert.Equal(0, delivered);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AHandlersErrorEndsTheRunAndReachesTheCaller(bool quickOpen)
    {
        using var capture = new RunningCapture(
            _lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen }), (in CapturedPacket _) => throw new InvalidOperationException("handler"));
        _ = _lab.SendUdp(CaptureLab.PeerIPv4, 1);
        capture.Join();
        Assert.Equal("handler", Assert.IsType<InvalidOperationException>(capture.Failure).Message);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnInterfaceThatVanishesEndsTheRunWithAReason(bool quickOpen)
    {
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { InterfaceName = "eth0", QuickOpen = quickOpen }), (in CapturedPacket _) => { });
        _ = _lab.Network.MustExec("a", "ip link delete eth0");
        capture.Join();
        Assert.Equal(CaptureFailureReason.InterfaceNotFound, Assert.IsType<CaptureException>(capture.Failure).Reason);
        Assert.Contains("eth0", capture.Failure!.Message);
    }

    [CaptureFact]
    public void AllInterfacesOutliveOneThatVanishes()
    {
        int seen = 0;
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { Filter = "udp" }), (in CapturedPacket _) => seen++);
        _ = _lab.Network.MustExec("a", "ip link delete eth0");
        _ = _lab.SendUdp(System.Net.IPAddress.Loopback, 1);
        RunningCapture.Until(() => seen >= 1, "a datagram on loopback");
        _ = capture.Stop();
        Assert.Null(capture.Failure);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void DeliveringAllocatesNothing(bool quickOpen)
    {
        const int first = 200;
        const int last = 1200;
        long before = 0;
        long after = 0;
        int seen = 0;
        int syns = 0;
        using var capture = new RunningCapture(_lab.Open(new CaptureOptions { Filter = "udp", QuickOpen = quickOpen }), (in CapturedPacket captured) =>
        {
            syns += PacketDecoder.TryDecode(captured.Data, captured.LinkType, out DecodedPacket packet) && packet.Tcp.Flags == TcpFlags.Syn ? 1 : 0;
            seen++;
            before = seen == first ? GC.GetAllocatedBytesForCurrentThread() : before;
            after = seen == last ? GC.GetAllocatedBytesForCurrentThread() : after;
        });
        for (int sent = 0; sent < last; sent += 100)
        {
            _ = _lab.SendUdp(CaptureLab.PeerIPv4, 100);
            int expected = sent + 100;
            RunningCapture.Until(() => Volatile.Read(ref seen) >= expected, "a hundred more datagrams");
        }

        _ = capture.Stop();
        Assert.Equal(0, syns);
        Assert.Equal(0, after - before);
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>What is begun where QUIC meets silence: it ends with the probe, fails alone, and blames nobody for what came too late.</summary>
public sealed class QuicSilenceTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _here = NetworkNamespace.Open(null);
    private readonly Socket _silent = Bound();
    private readonly Socket _silentControl = Bound();

    private int Port => ((IPEndPoint)_silent.LocalEndPoint!).Port;

    private int ControlPort => ((IPEndPoint)_silentControl.LocalEndPoint!).Port;

    public void Dispose()
    {
        _silent.Dispose();
        _silentControl.Dispose();
        _here.Dispose();
    }

    [Fact]
    public void A_probe_that_is_stopped_leaves_no_socket_open()
    {
        const int Targets = 32;
        var opened = new ConcurrentBag<(Socket Socket, int Port)>();
        var outputs = new ConcurrentBag<ProbeOutput<QuicTarget, QuicPathResult>>();
        var engine = new QuicEngine(Options(TimeSpan.FromSeconds(20)), outputs.Add, (target, port, ttl) =>
        {
            var socket = new Socket(target.Address.AddressFamily, SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            opened.Add((socket, port));
            return new DatagramExchange(socket, new IPEndPoint(target.Address, port), ttl);
        });
        for (var i = 0; i < Targets; i++)
        {
            engine.Add(Target());
        }

        var running = new Thread(engine.Run) { IsBackground = true };
        running.Start();
        Assert.True(SpinWait.SpinUntil(() => opened.Count(o => o.Port == ControlPort) >= 2 * Targets, Limit));
        engine.Stop();
        Assert.True(running.Join(Limit));
        Assert.All(opened, o => Assert.True(o.Socket.SafeHandle.IsClosed));
        Assert.Empty(outputs);
    }

    [Fact]
    public void A_control_that_cannot_be_made_is_told_and_ends_nothing_else()
    {
        var result = Run(port => port == ControlPort ? throw new SynProbeException(SynProbeProblem.SocketUnavailable, "no socket left", "Close some.") : 0);
        Assert.Equal((QuicUdpOutcome.Silent, null, 0), (result.UdpOutcome, result.FullSizePasses, result.Controls.Length));
        var told = result.NotObserved.Where(m => m.Why == "no socket left").ToArray();
        Assert.Equal(3, told.Length);
        Assert.All(told, m => Assert.Equal("Close some.", m.Remedy));
    }

    [Fact]
    public void However_many_ports_are_silent_few_captures_stand()
    {
        var opened = new ConcurrentQueue<string>();
        using (var watches = new DatagramWatches(_here, new Factory(o => opened.Enqueue(o.Filter))))
        {
            var all = Enumerable.Range(1, 2000).Select(watches.Of).ToHashSet();
            Assert.Equal(DatagramWatches.Most, all.Count);
            Assert.Same(watches.Of(1), watches.Of(1));
            Assert.Same(watches.Of(1999), watches.Of(2000));
            Assert.True(SpinWait.SpinUntil(() => opened.Count == all.Count, Limit));
        }

        Assert.Contains("udp port 1", opened);
        Assert.Contains("udp", opened);
    }

    [Fact]
    public void One_capture_tells_the_flows_of_many_ports_apart()
    {
        using var gate = new ManualResetEventSlim();
        using var watch = new DatagramWatch(_here, "udp", new Factory(_ => { }, gate, Udp(50000, 443), Udp(443, 50000), Udp(444, 50000), Udp(443, 50001)));
        var (first, second) = (watch.Watch(IPAddress.Loopback, 443, 50000), watch.Watch(IPAddress.Loopback, 444, 50000));
        gate.Set();
        Assert.True(SpinWait.SpinUntil(() => second.ReturnedBefore(DateTime.MaxValue) > 0, Limit));
        Assert.Equal((1, 1), (first.Leaving, first.ReturnedBefore(DateTime.MaxValue)));
        Assert.Equal((0, 1), (second.Leaving, second.ReturnedBefore(DateTime.MaxValue)));
    }

    [Fact]
    public async Task An_answer_after_the_last_look_is_not_said_to_be_dropped_here()
    {
        using var exchange = new DatagramExchange(
            new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp), new IPEndPoint(IPAddress.Loopback, Port));
        var dialog = new NegotiationDialog();
        await exchange.RunAsync(dialog, [TimeSpan.Zero], TimeSpan.FromMilliseconds(50), CancellationToken.None);
        Assert.InRange(exchange.ReadAt, DateTime.UtcNow - Limit, DateTime.UtcNow);

        var sighting = new DatagramSighting();
        sighting.Leave();
        sighting.Return(exchange.ReadAt.AddTicks(1));
        sighting.Return(exchange.ReadAt.AddMilliseconds(-1));
        Assert.Equal(0, Build(exchange, dialog, sighting).DatagramsCapturedReturning);
        sighting.Return(exchange.ReadAt.AddMilliseconds(-40));
        Assert.Equal((CaptureStatus.Complete, 1), (Build(exchange, dialog, sighting).CaptureStatus, Build(exchange, dialog, sighting).DatagramsCapturedReturning));
    }

    private static Socket Bound()
    {
        var socket = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static byte[] Udp(int from, int to)
    {
        var bytes = new byte[20 + 28];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, 0x0800);
        bytes[20] = 0x45;
        bytes[23] = 28;
        bytes[29] = 17;
        (bytes[32], bytes[35], bytes[36], bytes[39]) = (127, 1, 127, 1);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(40), (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(42), (ushort)to);
        bytes[45] = 8;
        return bytes;
    }

    private QuicTarget Target() => new("127.0.0.1", IPAddress.Loopback, Port);

    private QuicProbeOptions Options(TimeSpan timeout) => new() { Namespace = _here, Timeout = timeout, Capture = false, ControlPort = ControlPort };

    private QuicPathResult Build(DatagramExchange exchange, NegotiationDialog dialog, DatagramSighting sighting) =>
        new QuicResultBuilder(Options(Limit) with { Capture = true }, IPAddress.IsLoopback)
            .Build(Target(), new SynPathResult(), new QuicNegotiation(dialog, exchange) { Sighting = sighting }, null, null);

    private QuicPathResult Run(Func<int, int> check)
    {
        var outputs = new ConcurrentQueue<ProbeOutput<QuicTarget, QuicPathResult>>();
        var engine = new QuicEngine(Options(TimeSpan.FromSeconds(0.4)), outputs.Enqueue, (target, port, ttl) =>
        {
            check(port);
            return new DatagramExchange(
                new Socket(target.Address.AddressFamily, SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp), new IPEndPoint(target.Address, port), ttl);
        });
        engine.Add(Target());
        engine.CompleteAdding();
        engine.Run();
        var output = Assert.Single(outputs);
        return output.Result ?? throw output.Problem!;
    }

    private sealed class Factory(Action<CaptureOptions> open, ManualResetEventSlim? gate = null, params byte[][] packets) : IPacketSourceFactory
    {
        public IPacketSource OpenLive(CaptureOptions options)
        {
            open(options);
            return new Source(gate, packets);
        }

        public IPacketSource OpenFile(string path, string filter) => throw new NotSupportedException();

        public string? ValidateFilter(string filter, CaptureLinkType linkType) => null;
    }

    private sealed class Source(ManualResetEventSlim? gate, byte[][] packets) : IPacketSource
    {
        public CaptureLinkType LinkType => CaptureLinkType.LinuxSll2;

        public void Run(PacketHandler handler, CancellationToken stop)
        {
            gate?.Wait(Limit, stop);
            foreach (var packet in packets)
            {
                handler(new CapturedPacket { Data = packet, OriginalLength = packet.Length, LinkType = LinkType, TimestampNanoseconds = 1 });
            }

            stop.WaitHandle.WaitOne();
        }

        public CaptureCounts GetCounts() => new(packets.Length, 0, 0);

        public void Dispose()
        {
        }
    }
}

using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>The captures beside TLS handshakes: none for a closed port, and never more than a few at once.</summary>
public sealed class TlsCaptureTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_target_that_refuses_opens_no_capture()
    {
        using var bound = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var factory = new Idle();
        var result = Assert.Single(Run(factory, [((IPEndPoint)bound.LocalEndPoint!).Port], "a.example"));
        Assert.Equal(SynOutcome.Refused, result.TcpPath!.Outcome);
        Assert.Equal(0, factory.Opened);
    }

    [Fact]
    public void Many_targets_share_a_bounded_number_of_captures_and_the_others_say_so()
    {
        const int Targets = TlsEngine.MostCaptures + 8;
        using var listener = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        var factory = new Idle();
        var results = Run(factory, Enumerable.Repeat(((IPEndPoint)listener.LocalEndPoint!).Port, Targets), "a.example");
        Assert.Equal(Targets, results.Count);
        Assert.InRange(factory.MostAtOnce, 1, TlsEngine.MostCaptures);
        var without = results.Where(r => r.CaptureStatus == CaptureStatus.Unavailable).ToArray();
        Assert.Equal(Targets - factory.Opened, without.Length);
        Assert.NotEmpty(without);
        Assert.All(without, r => Assert.Contains(r.NotObserved, m => m.What.Contains("capture", StringComparison.Ordinal) && m.Remedy.Contains("-ThrottleLimit", StringComparison.Ordinal)));
        Assert.All(results, r => Assert.NotEmpty(r.Handshakes));
    }

    private static List<TlsServerNameResult> Run(Idle factory, IEnumerable<int> ports, string name)
    {
        using var here = NetworkNamespace.Open(null);
        var results = new List<TlsServerNameResult>();
        var options = new TlsProbeOptions { Namespace = here, ServerNames = [name], Timeout = TimeSpan.FromSeconds(1), ThrottleLimit = 1000 };
        var engine = new TlsEngine(
            options,
            output =>
            {
                lock (results)
                {
                    results.Add(output.Result ?? throw output.Problem!);
                }
            },
            factory);
        foreach (var port in ports)
        {
            engine.Add(new TlsTarget("127.0.0.1", IPAddress.Loopback, port));
        }

        engine.CompleteAdding();
        var thread = new Thread(engine.Run) { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Limit));
        return results;
    }

    /// <summary>Captures that see nothing, counted.</summary>
    private sealed class Idle : IPacketSourceFactory
    {
        private readonly object _lock = new();
        private int _standing;

        public int Opened { get; private set; }

        public int MostAtOnce { get; private set; }

        public IPacketSource OpenLive(CaptureOptions options)
        {
            lock (_lock)
            {
                Opened++;
                MostAtOnce = Math.Max(MostAtOnce, ++_standing);
            }

            return new Source(this);
        }

        public IPacketSource OpenFile(string path, string filter) => throw new NotSupportedException();

        public string? ValidateFilter(string filter, CaptureLinkType linkType) => null;

        private sealed class Source(Idle owner) : IPacketSource
        {
            public CaptureLinkType LinkType => CaptureLinkType.LinuxSll2;

            public void Run(PacketHandler handler, CancellationToken stop)
            {
                // Within the cancelling call: the next one may open as soon as that returns.
                using var ending = stop.Register(() =>
                {
                    lock (owner._lock)
                    {
                        owner._standing--;
                    }
                });
                stop.WaitHandle.WaitOne();
            }

            public CaptureCounts GetCounts() => new(0, 0, 0);

            public void Dispose()
            {
            }
        }
    }
}

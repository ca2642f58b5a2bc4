using System.Diagnostics;
using System.Net;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Watches the wire beside all questions of one call: queries leaving, answers and their fragments coming back.</summary>
internal sealed class DnsWire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly EventDescriptor _wake = new();
    private readonly CaptureFeed<DnsSighting> _feed;
    private readonly int _serverPort;
    private readonly DnsLedger _ledger;
    private readonly Task _opened;

    /// <summary>Starts to open the capture.</summary>
    public DnsWire(NetworkNamespace networkNamespace, int serverPort, IPacketSourceFactory? factory = null)
    {
        _serverPort = serverPort;
        _ledger = new DnsLedger(serverPort);
        _feed = new CaptureFeed<DnsSighting>(networkNamespace, _wake, DnsSighting.Filter(serverPort), Read, factory);
        _opened = Task.Run(() => _feed.WaitUntilOpened(CancellationToken.None));
    }

    /// <summary>True where the capture stands.</summary>
    public bool IsOpen => _feed.IsOpen;

    /// <summary>Packets lost so far, by the kernel and for want of room here.</summary>
    public long Lost => _feed.Lost + _ledger.Dropped;

    /// <summary>Waits until the capture stands or has failed.</summary>
    public Task OpenedAsync(CancellationToken stop) => _opened.WaitAsync(stop);

    /// <summary>Keeps what is seen between a local port and a server from now on. Call it before the first query leaves.</summary>
    public void Watch(IPAddress server, int localPort) => _ledger.Register(PacketAddress.From(server), localPort);

    /// <summary>Forgets what was seen of it.</summary>
    public void Forget(IPAddress server, int localPort) => _ledger.Release(PacketAddress.From(server), localPort);

    /// <summary>What the capture was worth since then. Ask last: it tells of what was lost of all that is told.</summary>
    public (CaptureStatus Status, MissingObservation[] Missing) Standing(long lostBefore)
    {
        if (_feed.Failure is { } failure)
        {
            return (CaptureStatus.Unavailable, [Missed(failure.Message, failure.Remedy)]);
        }

        return Lost > lostBefore
            ? (CaptureStatus.Incomplete, [Missed("packets were lost while capturing: one that is not listed may still have passed", "Repeat the probe when this host is less busy.")])
            : (CaptureStatus.Complete, []);
    }

    /// <summary>What is missing where the wire is not watched.</summary>
    public static MissingObservation Missed(string why, string remedy) => new() { What = "queries and answers on the wire, and their fragments", Why = why, Remedy = remedy };

    /// <summary>Waits, a little, until all that the kernel has counted by now has been handed over.</summary>
    public async Task SettleAsync(CancellationToken stop)
    {
        var mark = _feed.Mark();
        for (var started = Stopwatch.GetTimestamp(); !_feed.HasHandedOver(mark) && Stopwatch.GetElapsedTime(started) < Patience;)
        {
            await Task.Delay(1, stop).ConfigureAwait(false);
        }
    }

    /// <summary>What was seen of one question. A socket listened until then: what came later it could not receive.</summary>
    public DnsExchange Tell(DnsReport report, IPAddress server)
    {
        var address = PacketAddress.From(server);
        var (seen, later) = _ledger.Of(address, report.Exchange.LocalPort, report.Id);
        return DnsWireCount.Tell(report.Exchange, seen, later, address, _serverPort, report.HeardUntil);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _feed.Dispose();
        _wake.Dispose();
    }

    // Filed where it is read: nothing waits in the feed, and traffic of others takes no room.
    private bool Read(in CapturedPacket captured, out DnsSighting sighting)
    {
        if (DnsSighting.TryRead(captured, out sighting))
        {
            _ledger.File(sighting);
        }

        return false;
    }
}

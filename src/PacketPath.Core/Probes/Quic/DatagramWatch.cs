using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>The captures of one call. The first few ports each have a narrow one, which wakes for nothing else; the ports beyond them share one of all UDP.</summary>
internal sealed class DatagramWatches(NetworkNamespace netNamespace, IPacketSourceFactory? factory = null) : IDisposable
{
    /// <summary>How many captures stand at most.</summary>
    public const int Most = NarrowOnes + 1;

    private const int NarrowOnes = 4;

    private readonly Dictionary<int, DatagramWatch> _narrow = [];
    private DatagramWatch? _wide;

    /// <summary>The capture that sees a remote port.</summary>
    public DatagramWatch Of(int port)
    {
        lock (_narrow)
        {
            return _narrow.TryGetValue(port, out var watch) ? watch
                : _narrow.Count < NarrowOnes ? _narrow[port] = new DatagramWatch(netNamespace, string.Create(CultureInfo.InvariantCulture, $"udp port {port}"), factory)
                : _wide ??= new DatagramWatch(netNamespace, "udp", factory);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_narrow)
        {
            foreach (var watch in _narrow.Values)
            {
                watch.Dispose();
            }

            _wide?.Dispose();
        }
    }
}

/// <summary>Watches the wire for datagrams of the flows it is told. Opened where QUIC meets silence, so that an answer which a firewall of this host drops is told from none.</summary>
internal sealed class DatagramWatch : IDisposable
{
    private const int Snapshot = 128;

    private readonly NetworkNamespace _namespace;
    private readonly string _filter;
    private readonly IPacketSourceFactory? _factory;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(PacketAddress Remote, int RemotePort, int LocalPort), DatagramSighting> _flows = new();
    private volatile IPacketSource? _source;

    /// <summary>Starts to open the capture.</summary>
    /// <param name="netNamespace">The namespace to watch.</param>
    /// <param name="filter">What to capture.</param>
    /// <param name="factory">Opens the capture; null for the module's own.</param>
    public DatagramWatch(NetworkNamespace netNamespace, string filter, IPacketSourceFactory? factory = null)
    {
        (_namespace, _filter, _factory) = (netNamespace, filter, factory);
        new Thread(Run) { IsBackground = true, Name = "PacketPath datagrams" }.Start();
    }

    /// <summary>Why there is no capture, or why it ended; null while it stands or is being opened.</summary>
    public CaptureException? Failure { get; private set; }

    /// <summary>Packets lost so far for lack of buffer.</summary>
    public long Lost => _source?.GetCounts().Dropped ?? 0;

    /// <summary>Counts the datagrams of one flow from now on.</summary>
    public DatagramSighting Watch(IPAddress remote, int remotePort, int localPort) =>
        _flows.GetOrAdd((PacketAddress.From(remote), remotePort, localPort), static _ => new());

    /// <summary>Counts the datagrams of one flow no more.</summary>
    public void Unwatch(IPAddress remote, int remotePort, int localPort) => _flows.TryRemove((PacketAddress.From(remote), remotePort, localPort), out _);

    /// <summary>Ends the capture; its thread closes it.</summary>
    public void Dispose() => _stop.Cancel();

    private void Run()
    {
        try
        {
            var options = new CaptureOptions { Filter = _filter, SnapshotLength = Snapshot, QuickOpen = true };
            using var source = _namespace.Run(() => (_factory ?? PacketSources.Factory).OpenLive(options));
            _source = source;
            try
            {
                source.Run(OnPacket, _stop.Token);
            }
            finally
            {
                _source = null;
            }
        }
        catch (CaptureException failure)
        {
            Failure = failure;
        }
        catch (Exception failure)
        {
            // The thread's last resort: an exception that got away here would end the user's whole session.
            Failure = new CaptureException(CaptureFailureReason.Other, failure.Message, "Look at the inner error.", failure);
        }
    }

    private void OnPacket(in CapturedPacket captured)
    {
        if (!PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet) || packet.Transport != TransportKind.Udp || packet.PacketType == PacketType.OtherHost)
        {
            return;
        }

        if (_flows.TryGetValue((packet.Ip.Destination, packet.DestinationPort, packet.SourcePort), out var leaving))
        {
            leaving.Leave();
        }
        else if (_flows.TryGetValue((packet.Ip.Source, packet.SourcePort, packet.DestinationPort), out var returning))
        {
            returning.Return(DateTime.UnixEpoch.AddTicks(captured.TimestampNanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }
}

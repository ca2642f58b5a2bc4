using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>What a capture saw of one flow of datagrams.</summary>
internal sealed class DatagramSighting
{
    private int _leaving;
    private int _returning;

    /// <summary>How many were seen leaving.</summary>
    public int Leaving => Volatile.Read(ref _leaving);

    /// <summary>How many were seen coming back.</summary>
    public int Returning => Volatile.Read(ref _returning);

    /// <summary>Counts one.</summary>
    public void Count(bool leaving) => Interlocked.Increment(ref leaving ? ref _leaving : ref _returning);
}

/// <summary>Watches the wire for datagrams of one remote port. Opened where QUIC meets silence, so that an answer which a firewall of this host drops is told from none.</summary>
internal sealed class DatagramWatch : IDisposable
{
    private const int Snapshot = 128;

    private readonly NetworkNamespace _namespace;
    private readonly int _port;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(PacketAddress Remote, int LocalPort), DatagramSighting> _flows = new();

    /// <summary>Starts to open the capture.</summary>
    public DatagramWatch(NetworkNamespace netNamespace, int port)
    {
        (_namespace, _port) = (netNamespace, port);
        new Thread(Run) { IsBackground = true, Name = "PacketPath datagrams" }.Start();
    }

    /// <summary>Why there is no capture, or why it ended; null while it stands or is being opened.</summary>
    public CaptureException? Failure { get; private set; }

    /// <summary>Counts the datagrams of one flow from now on.</summary>
    public DatagramSighting Watch(IPAddress remote, int localPort) => _flows.GetOrAdd((PacketAddress.From(remote), localPort), static _ => new());

    /// <summary>Ends the capture; its thread closes it.</summary>
    public void Dispose() => _stop.Cancel();

    private void Run()
    {
        try
        {
            var options = new CaptureOptions
            {
                Filter = string.Create(CultureInfo.InvariantCulture, $"udp port {_port}"), SnapshotLength = Snapshot, QuickOpen = true,
            };
            using var source = _namespace.Run(() => PacketSources.Factory.OpenLive(options));
            source.Run(OnPacket, _stop.Token);
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

        if (packet.DestinationPort == _port && _flows.TryGetValue((packet.Ip.Destination, packet.SourcePort), out var leaving))
        {
            leaving.Count(leaving: true);
        }
        else if (packet.SourcePort == _port && _flows.TryGetValue((packet.Ip.Source, packet.DestinationPort), out var returning))
        {
            returning.Count(leaving: false);
        }
    }
}

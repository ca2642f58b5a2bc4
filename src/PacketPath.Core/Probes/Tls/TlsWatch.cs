using System.Globalization;
using System.Net;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>What matters of one segment of a TLS connection.</summary>
internal readonly record struct TlsSegment(
    long TimestampNanoseconds, int InterfaceIndex, PacketAddress From, int SourcePort, int DestinationPort, int Ttl, TcpFlags Flags, uint Sequence, uint Acknowledgment, int Payload);

/// <summary>The capture beside the handshakes with one address.</summary>
internal sealed class TlsWatch : IDisposable
{
    private const int MostPackets = 64;
    private static readonly TimeSpan HandOver = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly EventDescriptor _wake = new();
    private readonly CaptureFeed<TlsSegment> _feed;
    private readonly int _port;
    private long _lost;

    /// <summary>Starts to open the capture.</summary>
    public TlsWatch(NetworkNamespace netNamespace, TlsTarget target, IPacketSourceFactory? factory = null)
    {
        _port = target.Port;
        _feed = new CaptureFeed<TlsSegment>(netNamespace, _wake, CaptureFilter.ForConnections(new IPEndPoint(target.Address, target.Port)), TryRead, factory);
    }

    /// <summary>Waits until it stands or has failed.</summary>
    public async Task OpenedAsync(CancellationToken stop)
    {
        try
        {
            await _feed.Opened.WaitAsync(Opening, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Then the packets that are missing count as lost.
        }

        _lost = _feed.Lost;
    }

    /// <summary>Gives each handshake its packets, and says what the capture is worth.</summary>
    public async Task<(TlsHandshake[] Handshakes, CaptureStatus Status, MissingObservation[] Missing)> CompleteAsync(
        IReadOnlyList<TlsHandshake> handshakes, SynPathResult tcp, CancellationToken stop)
    {
        if (_feed.Failure is { } failure)
        {
            return ([.. handshakes], CaptureStatus.Unavailable, [Missing(failure.Message, failure.Remedy)]);
        }

        var (mark, waited) = (_feed.Mark(), System.Diagnostics.Stopwatch.StartNew());
        while (!_feed.HasHandedOver(mark) && waited.Elapsed < HandOver)
        {
            await Task.Delay(Poll, stop).ConfigureAwait(false);
        }

        var lost = _feed.Lost > _lost || !_feed.IsOpen;
        var byPort = new Dictionary<int, List<TlsSegment>>();
        while (_feed.TryTake(out var segment))
        {
            var local = segment.DestinationPort == _port && segment.SourcePort != _port ? segment.SourcePort : segment.DestinationPort;
            if (!byPort.TryGetValue(local, out var packets))
            {
                byPort[local] = packets = [];
            }

            if (packets.Count < MostPackets)
            {
                packets.Add(segment);
            }
        }

        return (
            [.. handshakes.Select(h => byPort.TryGetValue(h.LocalPort, out var packets) ? h with { Packets = [.. packets.Select(p => Packet(p, h, tcp))] } : h)],
            lost ? CaptureStatus.Incomplete : CaptureStatus.Complete,
            lost ? [Missing("packets were lost while capturing: a packet that is not listed may still have passed", "Repeat the probe when this host is less busy, or with fewer targets at once (-ThrottleLimit).")] : []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _feed.Dispose();
        _wake.Dispose();
    }

    /// <summary>What is missing without it.</summary>
    public static MissingObservation Missing(string why, string remedy) => new() { What = "packet capture of the TLS connections", Why = why, Remedy = remedy };

    private TlsPacket Packet(TlsSegment segment, TlsHandshake handshake, SynPathResult tcp) => new()
    {
        IsFromPeer = segment.SourcePort == _port && segment.DestinationPort == handshake.LocalPort,
        Flags = segment.Flags.ToText(),
        PayloadBytes = segment.Payload,
        Ttl = segment.Ttl,
        SequenceNumber = segment.Sequence,
        AcknowledgmentNumber = segment.Acknowledgment,
        InterfaceAlias = segment.InterfaceIndex == tcp.InterfaceIndex ? tcp.InterfaceAlias : segment.InterfaceIndex > 0 ? string.Create(CultureInfo.InvariantCulture, $"if{segment.InterfaceIndex}") : null,
        OffsetMilliseconds = Math.Round((DateTime.UnixEpoch.AddTicks(segment.TimestampNanoseconds / 100) - handshake.StartedAt).TotalMilliseconds, 3),
    };

    private static bool TryRead(in CapturedPacket captured, out TlsSegment segment)
    {
        segment = default;
        if (!PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet) || packet.PacketType == PacketType.OtherHost || packet.Transport != TransportKind.Tcp)
        {
            return false;
        }

        // What was captured may be shorter than what crossed.
        var cut = Math.Max(0, captured.OriginalLength - captured.Data.Length);
        segment = new TlsSegment(
            captured.TimestampNanoseconds, packet.InterfaceIndex, packet.Ip.Source, packet.SourcePort, packet.DestinationPort,
            packet.Ip.Ttl, packet.Tcp.Flags, packet.Tcp.SequenceNumber, packet.Tcp.AcknowledgmentNumber, packet.PayloadLength + cut);
        return true;
    }
}

using System.Globalization;
using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture.Compare;

/// <summary>Puts packets before several points, and compares.</summary>
internal sealed class Points(int most = FlowStore.MostPackets)
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly SeenPacketReader _reader = new();
    private readonly FlowStore _store = new(most);
    private int _id;

    public FlowStore Store => _store;

    /// <summary>A packet that no point has seen yet. Ends are written as 10.0.0.5:40000.</summary>
    public PacketRecord Packet(string from, string to, string flags = "SYN", long sequence = 1000, long acknowledgment = 0, int length = 0, long? digest = null)
    {
        var (source, sourcePort) = End(from);
        var (destination, destinationPort) = End(to);
        var isIPv6 = source.Contains(':');
        return new PacketRecord
        {
            ComputerName = "host",
            Network = isIPv6 ? NetworkKind.IPv6 : NetworkKind.IPv4,
            Protocol = TransportProtocol.Tcp,
            SourceAddress = source,
            SourcePort = sourcePort,
            DestinationAddress = destination,
            DestinationPort = destinationPort,
            TcpFlags = flags,
            SequenceNumber = sequence,
            AcknowledgmentNumber = flags.Contains("ACK", StringComparison.Ordinal) ? acknowledgment : null,
            MaximumSegmentSize = flags.Contains("SYN", StringComparison.Ordinal) ? 1460 : null,
            PayloadLength = length,
            PayloadDigest = digest ?? (length > 0 ? sequence * 31 : null),
            Identification = isIPv6 ? null : ++_id,
            Ttl = 64,
        };
    }

    public PacketRecord Datagram(string from, string to, int length, long digest) => Packet(from, to) with
    {
        Protocol = TransportProtocol.Udp, TcpFlags = null, SequenceNumber = null, MaximumSegmentSize = null, PayloadLength = length, PayloadDigest = digest,
    };

    public PacketRecord Echo(string from, string to, int type, int id, int sequence) => Packet(from, to) with
    {
        Protocol = TransportProtocol.Icmp, TcpFlags = null, SequenceNumber = null, MaximumSegmentSize = null, PayloadLength = 56, PayloadDigest = 77,
        IcmpType = type, IcmpCode = 0, IcmpIdentifier = id, IcmpSequenceNumber = sequence,
    };

    /// <summary>A point sees a packet.</summary>
    public Points See(string place, PacketRecord packet, double atMilliseconds, int ttl = 64, PacketDirection direction = PacketDirection.Incoming)
    {
        var (network, alias) = place.Split(':') is [var name, var link] ? (name, link) : (place, "eth0");
        var record = packet with
        {
            NetNamespace = network,
            InterfaceAlias = alias,
            TimestampNanoseconds = CapturePoint.Nanoseconds(Start)!.Value + (long)(atMilliseconds * 1e6),
            ObservedAt = Start.AddMilliseconds(atMilliseconds),
            Ttl = ttl,
            Direction = direction,
        };
        Assert.True(_reader.TryRead(record, out var key, out var seen));
        _store.Add(_store.Point(record), key, seen);
        return this;
    }

    /// <summary>A packet goes from one host to another: seen leaving the one and entering the other.</summary>
    public Points Cross(string from, string to, PacketRecord packet, double atMilliseconds, PacketRecord? after = null)
    {
        See(from, packet, atMilliseconds, 64, PacketDirection.Outgoing);
        return See(to, after ?? packet, atMilliseconds + 1, 63);
    }

    /// <summary>A capture says how well it stood.</summary>
    public Points Stood(string place, double fromMilliseconds, double toMilliseconds, long lost = 0)
    {
        var (network, alias) = place.Split(':') is [var name, var link] ? (name, link) : (place, "eth0");
        _store.Point("host", network, alias, null).Summaries.Add(new PacketCaptureSummary
        {
            ComputerName = "host", NetNamespace = network, InterfaceAlias = alias, StartedAt = Start.AddMilliseconds(fromMilliseconds), EndedAt = Start.AddMilliseconds(toMilliseconds), Lost = lost,
        });
        return this;
    }

    public PacketFlowComparison[] Compare(bool sameClock = false)
    {
        var comparer = new FlowComparer(_store, sameClock, withPackets: true);
        return [.. comparer.GivenUp(CancellationToken.None), .. comparer.All(CancellationToken.None)];
    }

    private static (string Address, int Port) End(string end)
    {
        var colon = end.LastIndexOf(':');
        var isPort = colon >= 0 && (end.StartsWith('[') || end.IndexOf(':', StringComparison.Ordinal) == colon);
        return isPort ? (end[..colon].Trim('[', ']'), int.Parse(end[(colon + 1)..], CultureInfo.InvariantCulture)) : (end, 0);
    }
}

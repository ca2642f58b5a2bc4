namespace PacketPath.Capture;

/// <summary>Turns captured packets into the records that leave the module.</summary>
internal sealed class PacketRecordReader
{
    private const long NanosecondsPerTick = 100;

    private readonly string _computer;
    private readonly string _netNamespace;
    private readonly CapturePlace _place;
    private readonly string? _path;
    private readonly Dictionary<PacketAddress, string> _texts = [];

    /// <summary>Reads packets of one capture.</summary>
    /// <param name="computer">The host it stands on; empty where nobody knows.</param>
    /// <param name="netNamespace">The namespace it stands in; empty likewise.</param>
    /// <param name="place">Where it stands there.</param>
    /// <param name="path">The file it is read from; null where it is live.</param>
    public PacketRecordReader(string computer, string netNamespace, CapturePlace place, string? path = null)
    {
        _path = path;
        _computer = computer;
        _netNamespace = netNamespace;
        _place = place;
    }

    /// <summary>Reads one packet. One that no header was found in is a record all the same.</summary>
    public PacketRecord Read(in CapturedPacket captured)
    {
        _ = PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet);
        var ip = packet.Network is NetworkKind.IPv4 or NetworkKind.IPv6;
        var tcp = packet.Transport == TransportKind.Tcp;
        var icmp = packet.Transport is TransportKind.Icmp or TransportKind.IcmpV6;
        var echo = icmp && PayloadDigest.IsEcho(packet);
        var arp = packet.Network == NetworkKind.Arp;
        // What the snapshot cut off was payload.
        var payload = packet.Transport == TransportKind.None ? 0 : packet.PayloadLength + Math.Max(0, captured.OriginalLength - captured.Data.Length);
        return new PacketRecord
        {
            ComputerName = _computer,
            NetNamespace = _netNamespace,
            ObservedAt = DateTime.UnixEpoch.AddTicks(captured.TimestampNanoseconds / NanosecondsPerTick),
            TimestampNanoseconds = captured.TimestampNanoseconds,
            ReadPath = _path,
            InterfaceAlias = _place.NameOf(packet.InterfaceIndex),
            InterfaceIndex = packet.InterfaceIndex != 0 ? packet.InterfaceIndex : _place.Index,
            Direction = _place.DirectionOf(packet),
            LinkLayerSource = packet.LinkSource.ToString(),
            LinkLayerDestination = packet.LinkDestination.ToString(),
            VlanId = packet.VlanId,
            Network = packet.Network,
            SourceAddress = arp ? Text(packet.Arp.Sender) : ip ? Text(packet.Ip.Source) : null,
            SourcePort = packet.SourcePort,
            DestinationAddress = arp ? Text(packet.Arp.Target) : ip ? Text(packet.Ip.Destination) : null,
            DestinationPort = packet.DestinationPort,
            Protocol = ip ? (TransportProtocol)packet.Ip.Protocol : TransportProtocol.Any,
            Length = captured.OriginalLength,
            PayloadLength = payload,
            Ttl = ip ? packet.Ip.Ttl : null,
            TrafficClass = ip ? packet.Ip.TrafficClass : null,
            Identification = packet.Network == NetworkKind.IPv4 || IsFragment(packet.Ip) ? packet.Ip.Identification : null,
            DontFragment = ip && packet.Ip.DontFragment,
            MoreFragments = ip && packet.Ip.MoreFragments,
            FragmentOffset = ip ? packet.Ip.FragmentOffset : 0,
            TcpFlags = tcp ? packet.Tcp.Flags.ToText() : null,
            SequenceNumber = tcp ? packet.Tcp.SequenceNumber : null,
            AcknowledgmentNumber = tcp ? packet.Tcp.AcknowledgmentNumber : null,
            Window = tcp ? packet.Tcp.Window : null,
            MaximumSegmentSize = tcp ? packet.Tcp.MaximumSegmentSize : null,
            WindowScale = tcp ? packet.Tcp.WindowScale : null,
            TcpTimestamp = tcp ? packet.Tcp.TimestampValue : null,
            PayloadDigest = PayloadDigest.Of(captured, packet, payload),
            IcmpType = icmp ? packet.Icmp.Type : null,
            IcmpCode = icmp ? packet.Icmp.Code : null,
            IcmpIdentifier = echo ? packet.Icmp.Identifier : null,
            IcmpSequenceNumber = echo ? packet.Icmp.SequenceNumber : null,
            IcmpMtu = icmp && packet.Icmp.Mtu != 0 ? packet.Icmp.Mtu : null,
            Quoted = packet.Quoted.IsPresent ? QuotedOf(packet.Quoted) : null,
            ArpOperation = arp ? packet.Arp.Operation : null,
            Summary = PacketSummary.Of(packet, payload),
        };
    }

    private static bool IsFragment(in IpHeader ip) => ip.MoreFragments || ip.FragmentOffset != 0;

    private QuotedFlow QuotedOf(in QuotedPacket quoted) => new()
    {
        SourceAddress = Text(quoted.Ip.Source),
        SourcePort = quoted.SourcePort,
        DestinationAddress = Text(quoted.Ip.Destination),
        DestinationPort = quoted.DestinationPort,
        Protocol = (TransportProtocol)quoted.Ip.Protocol,
        SequenceNumber = quoted.SequenceNumber,
    };

    // A capture sees the same few addresses again and again.
    private string Text(PacketAddress address)
    {
        const int most = 4096;
        if (!_texts.TryGetValue(address, out var text))
        {
            if (_texts.Count >= most)
            {
                _texts.Clear();
            }

            _texts.Add(address, text = address.ToString());
        }

        return text;
    }
}

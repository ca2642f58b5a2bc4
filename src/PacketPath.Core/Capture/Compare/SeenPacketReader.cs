namespace PacketPath.Capture;

/// <summary>Reads what is kept of a packet, from its bytes or from its record.</summary>
internal sealed class SeenPacketReader
{
    private const int MostCached = 65_536;

    private readonly Dictionary<string, PacketAddress> _addresses = [];
    private readonly Dictionary<string, TcpFlags> _flags = [];

    /// <summary>Reads a captured packet; false where it is no IP packet.</summary>
    public static bool TryRead(in CapturedPacket captured, CapturePlace place, out int interfaceIndex, out FlowEnds key, out SeenPacket seen)
    {
        interfaceIndex = 0;
        key = default;
        seen = default;
        if (!PacketDecoder.TryDecode(captured.Data, captured.LinkType, out var packet) || packet.Network is not (NetworkKind.IPv4 or NetworkKind.IPv6))
        {
            return false;
        }

        interfaceIndex = packet.InterfaceIndex;
        var payload = packet.Transport == TransportKind.None ? 0 : packet.PayloadLength + Math.Max(0, captured.OriginalLength - captured.Data.Length);
        var common = new SeenPacket
        {
            Nanoseconds = captured.TimestampNanoseconds,
            Identification = packet.Network == NetworkKind.IPv4 || packet.Ip.MoreFragments || packet.Ip.FragmentOffset != 0 ? packet.Ip.Identification : 0,
            Ttl = packet.Ip.Ttl,
            Direction = place.DirectionOf(packet),
        };
        if (packet.Quoted.IsPresent)
        {
            var quoted = packet.Quoted;
            key = FlowEnds.Of(quoted.Ip.Protocol, quoted.Ip.Source, quoted.SourcePort, quoted.Ip.Destination, quoted.DestinationPort, out var quotedFromLow);
            seen = common with { Kind = SeenKind.IcmpError, Type = packet.Icmp.Type, Code = packet.Icmp.Code, Sequence = quoted.SequenceNumber ?? 0, FromLow = !quotedFromLow };
            return true;
        }

        var echo = packet.Transport is TransportKind.Icmp or TransportKind.IcmpV6 && PayloadDigest.IsEcho(packet);
        key = echo
            ? FlowEnds.Of(packet.Ip.Protocol, packet.Ip.Source, packet.Icmp.Identifier, packet.Ip.Destination, packet.Icmp.Identifier, out var fromLow)
            : FlowEnds.Of(packet.Ip.Protocol, packet.Ip.Source, packet.SourcePort, packet.Ip.Destination, packet.DestinationPort, out fromLow);
        seen = common with { FromLow = fromLow, Length = payload, Digest = PayloadDigest.Of(captured, packet, payload) ?? -1, Sequence = (uint)packet.Ip.FragmentOffset };
        if (packet.Transport == TransportKind.Tcp)
        {
            seen = seen with
            {
                Kind = SeenKind.Tcp,
                Flags = packet.Tcp.Flags,
                Sequence = packet.Tcp.SequenceNumber,
                Acknowledgment = packet.Tcp.AcknowledgmentNumber,
                Timestamp = packet.Tcp.TimestampValue ?? 0,
                MaximumSegment = packet.Tcp.MaximumSegmentSize ?? 0,
            };
        }
        else if (echo)
        {
            seen = seen with { Kind = SeenKind.Echo, Type = packet.Icmp.Type, Sequence = packet.Icmp.SequenceNumber };
        }

        return true;
    }

    /// <summary>Reads a record; false where it is of no IP packet, or its addresses cannot be read.</summary>
    public bool TryRead(PacketRecord record, out FlowEnds key, out SeenPacket seen)
    {
        key = default;
        seen = default;
        if (record.Network is not (NetworkKind.IPv4 or NetworkKind.IPv6) || !TryAddress(record.SourceAddress, out var source) || !TryAddress(record.DestinationAddress, out var destination))
        {
            return false;
        }

        var common = new SeenPacket
        {
            Nanoseconds = record.TimestampNanoseconds,
            Identification = (uint)(record.Identification ?? 0),
            Ttl = (byte)(record.Ttl ?? 0),
            Direction = record.Direction,
        };
        if (record.Quoted is { } quoted)
        {
            if (!TryAddress(quoted.SourceAddress, out source) || !TryAddress(quoted.DestinationAddress, out destination))
            {
                return false;
            }

            key = FlowEnds.Of((byte)quoted.Protocol, source, (ushort)quoted.SourcePort, destination, (ushort)quoted.DestinationPort, out var quotedFromLow);
            seen = common with { Kind = SeenKind.IcmpError, Type = (byte)(record.IcmpType ?? 0), Code = (byte)(record.IcmpCode ?? 0), Sequence = (uint)(quoted.SequenceNumber ?? 0), FromLow = !quotedFromLow };
            return true;
        }

        var echo = (ushort?)record.IcmpIdentifier;
        key = FlowEnds.Of((byte)record.Protocol, source, echo ?? (ushort)record.SourcePort, destination, echo ?? (ushort)record.DestinationPort, out var fromLow);
        seen = common with { FromLow = fromLow, Length = record.PayloadLength, Digest = record.PayloadDigest ?? -1, Sequence = (uint)record.FragmentOffset };
        if (record.SequenceNumber is { } sequence)
        {
            seen = seen with
            {
                Kind = SeenKind.Tcp,
                Flags = Flags(record.TcpFlags),
                Sequence = (uint)sequence,
                Acknowledgment = (uint)(record.AcknowledgmentNumber ?? 0),
                Timestamp = (uint)(record.TcpTimestamp ?? 0),
                MaximumSegment = (ushort)(record.MaximumSegmentSize ?? 0),
            };
        }
        else if (echo is not null)
        {
            seen = seen with { Kind = SeenKind.Echo, Type = (byte)(record.IcmpType ?? 0), Sequence = (uint)(record.IcmpSequenceNumber ?? 0) };
        }

        return true;
    }

    /// <summary>Reads what a probe kept of a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="fromLow">True where it goes from the low end to the high one.</param>
    /// <param name="leaves">True where it left the probe's host.</param>
    public SeenPacket Seen(SynPacket packet, bool fromLow, bool leaves) => packet.Kind == SynPacketKind.Datagram ? new()
    {
        Nanoseconds = CapturePoint.Nanoseconds(packet.CapturedAt)!.Value,
        Digest = packet.PayloadDigest ?? -1,
        Length = packet.PayloadLength ?? 0,
        Identification = (uint)packet.IpId,
        Ttl = (byte)packet.Ttl,
        FromLow = fromLow,
        Direction = leaves ? PacketDirection.Outgoing : PacketDirection.Incoming,
    }
    : new()
    {
        Kind = SeenKind.Tcp,
        Nanoseconds = CapturePoint.Nanoseconds(packet.CapturedAt)!.Value,
        Digest = -1,
        Sequence = (uint)(packet.SequenceNumber ?? 0),
        Acknowledgment = (uint)(packet.AcknowledgmentNumber ?? 0),
        Identification = (uint)packet.IpId,
        MaximumSegment = (ushort)(packet.Mss ?? 0),
        Flags = packet.Flags is not null ? Flags(packet.Flags) : packet.Kind switch
        {
            SynPacketKind.Syn => TcpFlags.Syn,
            SynPacketKind.SynAck => TcpFlags.Syn | TcpFlags.Ack,
            SynPacketKind.Reset => TcpFlags.Rst,
            _ => TcpFlags.Ack,
        },
        Ttl = (byte)packet.Ttl,
        FromLow = fromLow,
        Direction = leaves ? PacketDirection.Outgoing : PacketDirection.Incoming,
    };

    /// <summary>Reads an address; false where it is none.</summary>
    public bool TryAddress(string? text, out PacketAddress address)
    {
        address = default;
        if (text is null)
        {
            return false;
        }

        if (_addresses.TryGetValue(text, out address))
        {
            return true;
        }

        if (!System.Net.IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        Clear(_addresses);
        _addresses.Add(text, address = PacketAddress.From(parsed));
        return true;
    }

    private TcpFlags Flags(string? text)
    {
        if (text is null || _flags.TryGetValue(text, out var flags))
        {
            return text is null ? TcpFlags.None : _flags[text];
        }

        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            flags |= Enum.TryParse(name, ignoreCase: true, out TcpFlags flag) ? flag : TcpFlags.None;
        }

        Clear(_flags);
        return _flags[text] = flags;
    }

    private static void Clear<T>(Dictionary<string, T> cache)
    {
        if (cache.Count >= MostCached)
        {
            cache.Clear();
        }
    }
}

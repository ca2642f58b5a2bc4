using PacketPath.Capture;

namespace PacketPath;

/// <summary>
/// One packet as a capture saw it: where, when, which way, and what its headers say. What a header does not hold is null; host and namespace are empty
/// where the capture is a file. The time observed is when the packet crossed the interface.
/// </summary>
public sealed record PacketRecord : PacketEvidence
{
    /// <summary>The same in nanoseconds since 1970-01-01 UTC.</summary>
    public long TimestampNanoseconds { get; init; }

    /// <summary>The capture file it was read from; null where it was captured live.</summary>
    public string? ReadPath { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's name; null where the capture does not say.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface's index; 0 where the capture does not say.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The way the packet crossed the interface. Loopback traffic counts as incoming.</summary>
    public PacketDirection Direction { get; init; }

    /// <summary>The sender's link-layer address; null where the link has none or the capture does not say.</summary>
    public string? LinkLayerSource { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The receiver's link-layer address; null likewise. Cooked captures do not keep it.</summary>
    public string? LinkLayerDestination { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The VLAN identifier; null where untagged.</summary>
    public int? VlanId { get; init; }

    /// <summary>The network header found.</summary>
    public NetworkKind Network { get; init; }

    /// <summary>The source address; null where there is no network header. In ARP, the sender's.</summary>
    public string? SourceAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The source port; 0 where there is none.</summary>
    public int SourcePort { get; init; }

    /// <summary>The destination address; null where there is no network header. In ARP, the address asked for.</summary>
    public string? DestinationAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The destination port; 0 where there is none.</summary>
    public int DestinationPort { get; init; }

    /// <summary>The IP protocol; Any where there is none. Numbers without a name stay numbers.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The packet's length on the wire in bytes, from the link header on.</summary>
    public int Length { get; init; }

    /// <summary>The transport's payload in bytes, by the lengths in the headers; 0 for later fragments.</summary>
    public int PayloadLength { get; init; }

    /// <summary>The time to live or hop limit; null where there is no IP header.</summary>
    public int? Ttl { get; init; }

    /// <summary>The type of service or traffic class; null likewise.</summary>
    public int? TrafficClass { get; init; }

    /// <summary>The identification of IPv4, or of the IPv6 fragment header; null where there is none.</summary>
    public long? Identification { get; init; }

    /// <summary>True where routers may not fragment the packet (IPv4's DF; always so in IPv6).</summary>
    public bool DontFragment { get; init; }

    /// <summary>True where more fragments follow.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>Where in the datagram this fragment stands, in bytes.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>The TCP flags, for example <c>SYN,ACK</c>; null where this is not TCP.</summary>
    public string? TcpFlags { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The TCP sequence number; null where this is not TCP.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>The TCP acknowledgment number; null where this is not TCP.</summary>
    public long? AcknowledgmentNumber { get; init; }

    /// <summary>The TCP window, unscaled; null where this is not TCP.</summary>
    public int? Window { get; init; }

    /// <summary>The maximum segment size option (RFC 9293); null where absent.</summary>
    public int? MaximumSegmentSize { get; init; }

    /// <summary>The window scale option's shift (RFC 7323); null where absent.</summary>
    public int? WindowScale { get; init; }

    /// <summary>The sender's value of the TCP timestamp option (RFC 7323); null where absent.</summary>
    public long? TcpTimestamp { get; init; }

    /// <summary>A digest of the payload's first 64 bytes, by which two captures tell that they saw the same; null where there is no payload, or less of it was captured.</summary>
    public long? PayloadDigest { get; init; }

    /// <summary>The ICMP or ICMPv6 type; null where this is neither.</summary>
    public int? IcmpType { get; init; }

    /// <summary>The ICMP or ICMPv6 code; null likewise.</summary>
    public int? IcmpCode { get; init; }

    /// <summary>The identifier of an ICMP or ICMPv6 echo; null in other packets.</summary>
    public int? IcmpIdentifier { get; init; }

    /// <summary>The sequence number of an ICMP or ICMPv6 echo; null in other packets.</summary>
    public int? IcmpSequenceNumber { get; init; }

    /// <summary>The next-hop MTU of a Packet Too Big or Fragmentation Needed; null in other packets.</summary>
    public long? IcmpMtu { get; init; }

    /// <summary>The packet that an ICMP error quotes; null in other packets.</summary>
    public QuotedFlow? Quoted { get; init; }

    /// <summary>The ARP operation: 1 request, 2 reply; null where this is not ARP.</summary>
    public int? ArpOperation { get; init; }

    /// <summary>The transport's part in a few words, for example <c>SYN mss 1460</c>.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{SourceAddress}{(SourcePort == 0 ? "" : $":{SourcePort}")} > {DestinationAddress}{(DestinationPort == 0 ? "" : $":{DestinationPort}")} {Summary}";
}

/// <summary>The packet that an ICMP error quotes, as far as it was quoted.</summary>
public sealed record QuotedFlow
{
    /// <summary>The quoted source address.</summary>
    public string SourceAddress { get; init; } = "";

    /// <summary>The quoted source port; 0 where it was not quoted.</summary>
    public int SourcePort { get; init; }

    /// <summary>The quoted destination address.</summary>
    public string DestinationAddress { get; init; } = "";

    /// <summary>The quoted destination port; 0 where it was not quoted.</summary>
    public int DestinationPort { get; init; }

    /// <summary>The quoted IP protocol.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The quoted TCP sequence number; null where it was not quoted.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Protocol} {SourceAddress}:{SourcePort} > {DestinationAddress}:{DestinationPort}";
}

/// <summary>The way a packet crosses an interface.</summary>
public enum PacketDirection
{
    /// <summary>The capture does not say.</summary>
    Unknown,

    /// <summary>Into this host.</summary>
    Incoming,

    /// <summary>Out of this host.</summary>
    Outgoing,

    /// <summary>Between others: seen because the interface shows what is not for this host.</summary>
    Passing,
}

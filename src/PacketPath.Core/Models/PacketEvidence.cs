namespace PacketPath;

/// <summary>What every observation carries: where and when it was made.</summary>
public abstract record PacketEvidence
{
    /// <summary>The host that made the observation.</summary>
    public string ComputerName { get; init; } = "";

    /// <summary>The network namespace observed: its name under /run/netns, else <c>net:[inode]</c> as <c>/proc/self/ns/net</c> reads.</summary>
    public string NetNamespace { get; init; } = "";

    /// <summary>When the observation was made, in UTC.</summary>
    public DateTime ObservedAt { get; init; }
}

/// <summary>An observation about one destination.</summary>
public abstract record DestinationEvidence : PacketEvidence
{
    /// <summary>The destination address, as text.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The destination port, or 0 where none was asked.</summary>
    public int RemotePort { get; init; }

    /// <summary>The transport protocol asked.</summary>
    public TransportProtocol Protocol { get; init; }
}

/// <summary>A transport protocol, with its IANA protocol number.</summary>
public enum TransportProtocol
{
    /// <summary>None was asked.</summary>
    Any = 0,

    /// <summary>Internet Control Message Protocol (RFC 792).</summary>
    Icmp = 1,

    /// <summary>Transmission Control Protocol (RFC 9293).</summary>
    Tcp = 6,

    /// <summary>User Datagram Protocol (RFC 768).</summary>
    Udp = 17,

    /// <summary>Datagram Congestion Control Protocol (RFC 4340).</summary>
    Dccp = 33,

    /// <summary>Generic Routing Encapsulation (RFC 2784).</summary>
    Gre = 47,

    /// <summary>Internet Control Message Protocol for IPv6 (RFC 4443).</summary>
    IcmpV6 = 58,

    /// <summary>Stream Control Transmission Protocol (RFC 9260).</summary>
    Sctp = 132,

    /// <summary>Lightweight UDP (RFC 3828).</summary>
    UdpLite = 136,
}

/// <summary>Something that could not be looked at, why, and how to get it.</summary>
public sealed record MissingObservation
{
    internal const string IpsecPolicies = "IPsec policies";
    internal const string TrustedRoots = "trust in certificate chains";

    /// <summary>The part of the answer that is missing, for example "packet capture at the egress interface".</summary>
    public string What { get; init; } = "";

    /// <summary>Why: the missing capability, kernel feature or library.</summary>
    public string Why { get; init; } = "";

    /// <summary>What makes it available.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{What}: {Why}";
}

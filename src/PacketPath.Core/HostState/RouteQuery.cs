using System.Net;

namespace PacketPath.HostState;

/// <summary>One question to the routing tables: a destination, and what else rules and tables can select on.</summary>
public sealed record RouteQuery
{
    /// <summary>Where the packet goes.</summary>
    public required IPAddress Destination { get; init; }

    /// <summary>The source address; null where the kernel is to choose.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The egress interface the packet is bound to, by name or index; null where any.</summary>
    public string? OutputInterface { get; init; }

    /// <summary>The interface the packet came in on, by name or index; null for a packet of this host's own.</summary>
    public string? InputInterface { get; init; }

    /// <summary>The firewall mark; 0 where none.</summary>
    public uint Mark { get; init; }

    /// <summary>The type of service or traffic class; 0 where none.</summary>
    public byte Tos { get; init; }

    /// <summary>The user whose packet it is; null for the asking process's own.</summary>
    public uint? Uid { get; init; }

    /// <summary>The transport protocol.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The source port; 0 where none.</summary>
    public int SourcePort { get; init; }

    /// <summary>The destination port; 0 where none.</summary>
    public int DestinationPort { get; init; }

    /// <summary>True to ask also what becomes of the packet without what the rule selects it by, even where the answer is usable.</summary>
    public bool AsksPlain { get; init; }
}

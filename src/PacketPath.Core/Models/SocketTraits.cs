namespace PacketPath;

/// <summary>What tens of thousands of sockets mostly have in common; one object for all that have the same. The properties are SocketEntry's.</summary>
internal sealed record SocketTraits
{
    /// <summary>Nothing is known.</summary>
    public static readonly SocketTraits None = new();

    public SocketKind Kind { get; init; }

    public AddressFamily AddressFamily { get; init; }

    public SocketState State { get; init; }

    public string? AskedAddress { get; init; }

    public int AskedPort { get; init; }

    public int? AcceptQueueLength { get; init; }

    public int? AcceptQueueLimit { get; init; }

    public int? SynQueueLength { get; init; }

    public SocketTimer Timer { get; init; }

    public int Retransmits { get; init; }

    public string? InterfaceAlias { get; init; }

    public int InterfaceIndex { get; init; }

    public bool? Ipv6Only { get; init; }

    public long? Mark { get; init; }

    public long UserId { get; init; }

    public long? CgroupId { get; init; }

    public string? CongestionControl { get; init; }

    public string[] Shutdown { get; init; } = [];

    public int? TypeOfService { get; init; }

    public int? TrafficClass { get; init; }

    public string[] Options { get; init; } = [];

    public MissingObservation[] NotObserved { get; init; } = [];
}

/// <summary>What was set on a socket that did not come from the kernel as it is: an object from elsewhere, or a copy with changes.</summary>
internal sealed record SocketGiven
{
    public SocketMemory? Memory { get; init; }

    public SocketTcpInfo? TcpInfo { get; init; }

    public int? OwningProcess { get; init; }

    public string? OwningProcessName { get; init; }

    public SocketOwner[]? Owners { get; init; }
}

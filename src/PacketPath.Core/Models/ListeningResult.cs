namespace PacketPath;

/// <summary>What a host would do with a TCP connection or a datagram that comes in (Protocol says which): asked of its sockets, routes and counters, without a packet. The remote address and port are the ones a client connects to.</summary>
public sealed record ListeningResult : DestinationEvidence
{
    /// <summary>The address as the user wrote it.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>The client asked about; null where none was.</summary>
    public string? PeerAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface the client's packets come in by: as asked, else the one that leads back to it; null where neither is known.</summary>
    public string? InputInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The sockets that answer for the address and port, read before and after the counters were watched; one with State Absent where none does.</summary>
    public SocketEntry[] Sockets { get; init; } = [];

    /// <summary>Connections to the address and port, of the client where one was asked about, whose handshake has not ended: the last reading, at most 256.</summary>
    public SocketEntry[] HalfOpen { get; init; } = [];

    /// <summary>What becomes of a packet from the client as it comes in; null where no client was asked about.</summary>
    public PacketRoute? InputRoute { get; init; }

    /// <summary>The way back to the client; null likewise.</summary>
    public PacketRoute? ReturnRoute { get; init; }

    /// <summary>The interface the packets come in by, and the one that has the address.</summary>
    public PacketInterface[] Interfaces { get; init; } = [];

    /// <summary>The kernel counters of losses that moved while they were watched.</summary>
    public CounterChange[] CounterChanges { get; init; } = [];

    /// <summary>How long the counters were watched, in seconds.</summary>
    public double WatchedSeconds { get; init; }

    /// <summary>The base chains of the firewall that were read; null where they could not be.</summary>
    public int? FirewallChains { get; init; }

    /// <summary>The entries of connection tracking; null where nothing is tracked.</summary>
    public long? ConntrackCount { get; init; }

    /// <summary>The limit of connection tracking (nf_conntrack_max); null likewise.</summary>
    public long? ConntrackMax { get; init; }

    /// <summary>What could not be observed, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(RemoteAddress.Contains(':') ? "[" + RemoteAddress + "]" : RemoteAddress)}:{RemotePort} listening{(PeerAddress is null ? "" : " for " + PeerAddress)}";
}

using System.Net;
using PacketPath.HostState.Counters;

namespace PacketPath.Probes;

/// <summary>What this host knows about the path of a flow. Opened inside the namespace it reads.</summary>
internal interface IHostPathReader : IDisposable
{
    /// <summary>Reads route, egress interface and neighbor of many flows, in order.</summary>
    IReadOnlyList<HostPath> Read(IReadOnlyList<HostPathQuery> queries, CancellationToken stop);

    /// <summary>True where the address is one of this namespace's own.</summary>
    bool IsLocalAddress(IPAddress address);

    /// <summary>The loss counters as they stand now, or stood up to a second ago; null where none are read.</summary>
    CounterReading? Counters();

    /// <summary>An interface's name by its index; null where there is none.</summary>
    string? InterfaceName(int index);
}

/// <summary>A flow to look up.</summary>
/// <param name="Remote">The destination.</param>
/// <param name="Port">The destination port.</param>
/// <param name="Local">The local address, where one is bound or was asked.</param>
/// <param name="LocalPort">The local port; 0 where none was bound.</param>
/// <param name="Interface">The interface asked; null for none.</param>
/// <param name="Mark">The firewall mark.</param>
/// <param name="Before">The loss counters before the attempt, to be compared with those of now; null where they do not matter.</param>
/// <param name="PathMtu">The path MTU of the socket, where the flow may have left encrypted; null where that does not matter.</param>
/// <param name="HasNoPort">True where connect() found no local port: what takes them is then counted.</param>
internal sealed record HostPathQuery(IPAddress Remote, int Port, IPAddress? Local, int LocalPort, string? Interface, uint Mark, CounterReading? Before = null, uint? PathMtu = null, bool HasNoPort = false)
{
    /// <summary>The user whose packets they are; null for the asking process's own.</summary>
    public uint? Uid { get; init; }

    /// <summary>The transport.</summary>
    public TransportProtocol Protocol { get; init; } = TransportProtocol.Tcp;

    /// <summary>The interfaces on which an answer was captured that the socket never saw, by index, in the order it crossed them; empty where there was none.</summary>
    public IReadOnlyList<int> ReplyInterfaces { get; init; } = [];
}

/// <summary>What this host knows about a flow's path.</summary>
internal sealed record HostPath
{
    /// <summary>The routing decision; null where it could not be had.</summary>
    public PacketRoute? Route { get; init; }

    /// <summary>The egress interface; null where there is none.</summary>
    public PacketInterface? Interface { get; init; }

    /// <summary>The next hop's neighbor entry; null where the link needs none.</summary>
    public NeighborEntry? Neighbor { get; init; }

    /// <summary>The lookup of the gateway itself, where it did not resolve; null elsewhere.</summary>
    public PacketRoute? NextHopRoute { get; init; }

    /// <summary>What the kernel makes of an answer that came in by another interface than the route's; null where none did.</summary>
    public PacketRoute? ReplyRoute { get; init; }

    /// <summary>The loss counters that moved since the attempt began.</summary>
    public CounterChange[] CounterChanges { get; init; } = [];

    /// <summary>The outbound IPsec policy that covers the flow; null where none does or it does not matter.</summary>
    public string? IpsecPolicy { get; init; }

    /// <summary>How many local ports are taken; null where the kernel found one.</summary>
    public LocalPortUse? LocalPortUse { get; init; }

    /// <summary>The entries of connection tracking and their limit, after an attempt that failed; null where nothing is tracked.</summary>
    public (long? Count, long? Max) Conntrack { get; init; }

    /// <summary>What could not be read.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];
}

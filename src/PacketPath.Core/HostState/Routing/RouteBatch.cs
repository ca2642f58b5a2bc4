using System.Runtime.ExceptionServices;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;

namespace PacketPath.HostState.Routing;

/// <summary>Lookups that go to the kernel together.</summary>
internal sealed class RouteBatch
{
    private readonly RouteQuery[] _queries = new RouteQuery[NetlinkSocket.BatchSize];
    private readonly FlowKey[] _flows = new FlowKey[NetlinkSocket.BatchSize];
    private readonly UInt128[] _destinations = new UInt128[NetlinkSocket.BatchSize];
    private readonly BatchReply<RouteEntry>[] _replies = new BatchReply<RouteEntry>[NetlinkSocket.BatchSize];
    private readonly AttributeWriter _writer = new(NetlinkSocket.BatchSize * 64);

    /// <summary>How many lookups it holds.</summary>
    public int Count { get; private set; }

    /// <summary>True where it holds as many as it can.</summary>
    public bool IsFull => Count == _queries.Length;

    /// <summary>Adds a lookup.</summary>
    public void Add(RouteQuery query, in FlowKey flow, UInt128 destination)
    {
        _queries[Count] = query;
        _flows[Count] = flow;
        _destinations[Count] = destination;
        Count++;
    }

    /// <summary>Asks the kernel, and keeps its answers.</summary>
    /// <exception cref="Interop.LinuxException">The answers were lost.</exception>
    public void Ask(NetlinkSocket socket, CancellationToken stop)
    {
        _writer.Clear();
        for (var i = 0; i < Count; i++)
        {
            RouteRequest.Lookup(_writer, _flows[i], _destinations[i], fibMatch: false);
        }

        socket.Batch<RouteEntry>(_writer, RouteEntryReader.Read, _replies.AsSpan(0, Count), stop);
    }

    /// <summary>One lookup and its answer.</summary>
    public (RouteQuery Query, UInt128 Destination, BatchReply<RouteEntry> Reply) this[int index] => (_queries[index], _destinations[index], _replies[index]);

    /// <summary>What a lookup asks besides the destination.</summary>
    public ref readonly FlowKey Flow(int index) => ref _flows[index];

    /// <summary>The results, as many as there are lookups.</summary>
    public PacketRoute[] Results { get; } = new PacketRoute[NetlinkSocket.BatchSize];

    /// <summary>Why there are no results; null where there are.</summary>
    public ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>Forgets everything, keeping the memory.</summary>
    public void Clear()
    {
        Array.Clear(_queries, 0, Count);
        Array.Clear(_replies, 0, Count);
        Array.Clear(Results, 0, Count);
        Count = 0;
        Failure = null;
    }
}

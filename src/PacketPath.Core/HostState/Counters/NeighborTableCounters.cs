using PacketPath.Netlink;
using PacketPath.Netlink.NeighborTables;

namespace PacketPath.HostState.Counters;

/// <summary>How often the ARP and the Neighbor Discovery table had no room for a new entry. All namespaces of a kernel share the tables.</summary>
internal sealed class NeighborTableCounters : ICounterSource
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "NeighborTable";

    private readonly NetlinkSocket _socket;
    private readonly AttributeWriter _writer = new();

    private NeighborTableCounters(NetlinkSocket socket) => _socket = socket;

    /// <inheritdoc/>
    public string Name => SourceName;

    /// <summary>Opens the tables in the calling thread's namespace.</summary>
    public static NeighborTableCounters Open() => new(NetlinkSocket.Open(NetlinkProtocol.Route));

    /// <inheritdoc/>
    public void Read(CounterReading into, int interfaceIndex)
    {
        _writer.Clear();
        NeighborTableMessage.WriteDump(_writer);
        foreach (var table in _socket.Dump<NeighborTableMessage>(_writer, NeighborTableMessage.Read, new DumpStatus(), CancellationToken.None))
        {
            into.Add(SourceName, table.Name, "table_fulls", table.TableFulls);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

using PacketPath.HostState.Queues;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Link;

namespace PacketPath.HostState.Counters;

/// <summary>What interfaces lost (struct rtnl_link_stats64), and beside it what they carried.</summary>
internal sealed class InterfaceCounters : ICounterSource
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Interface";

    private readonly NetlinkSocket _socket;
    private readonly AttributeWriter _writer = new();

    private InterfaceCounters(NetlinkSocket socket) => _socket = socket;

    /// <inheritdoc/>
    public string Name => SourceName;

    /// <summary>Opens the interfaces of the calling thread's namespace.</summary>
    public static InterfaceCounters Open() => new(NetlinkSocket.Open(NetlinkProtocol.Route));

    /// <inheritdoc/>
    public void Read(CounterReading into, int interfaceIndex)
    {
        _writer.Clear();
        if (interfaceIndex > 0)
        {
            LinkRequests.Get(_writer, interfaceIndex, statistics: false);
            try
            {
                Add(into, _socket.Get<LinkCounters>(_writer, LinkCounters.Read, CancellationToken.None));
            }
            catch (NetlinkException exception) when (exception.Errno is Errno.ENODEV or Errno.ENXIO)
            {
                // It is gone, and its counters with it.
            }

            return;
        }

        LinkRequests.Dump(_writer, statistics: false);
        _socket.Dump<LinkCounters>(_writer, LinkCounters.Read, new DumpStatus(), CancellationToken.None).ForEach(link => Add(into, link));
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static void Add(CounterReading into, LinkCounters? link)
    {
        for (var i = 0; i < link?.Values.Length; i++)
        {
            var name = LinkCounters.Names[i];
            if (InterfaceRows.Meaning(name) is CounterMeaning.Drop or CounterMeaning.Error)
            {
                into.Add(SourceName, link.Name, name, link.Values[i]);
            }
            else if (name is "rx_packets" or "tx_packets")
            {
                into.AddTraffic(SourceName, link.Name, name, link.Values[i]);
            }
        }
    }
}

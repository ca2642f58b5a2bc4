using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.HostState.Counters;

/// <summary>What queuing disciplines dropped, and beside it what they sent and held back.</summary>
internal sealed class QdiscCounters : ICounterSource
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Qdisc";

    private readonly NetlinkSocket _socket;
    private readonly InterfaceNames _names;
    private readonly AttributeWriter _writer = new();

    private QdiscCounters(NetlinkSocket socket, InterfaceNames names)
    {
        _socket = socket;
        _names = names;
    }

    /// <inheritdoc/>
    public string Name => SourceName;

    /// <summary>Opens the disciplines of the calling thread's namespace.</summary>
    public static QdiscCounters Open() => new(NetlinkSocket.Open(NetlinkProtocol.Route), new InterfaceNames(NetlinkSocket.Open(NetlinkProtocol.Route)));

    /// <summary>How a discipline is called: <c>eth0 tbf 8001:</c>.</summary>
    public static string Object(string interfaceAlias, string kind, string? handle) => $"{interfaceAlias} {kind} {handle}".TrimEnd();

    /// <inheritdoc/>
    public void Read(CounterReading into, int interfaceIndex)
    {
        _writer.Clear();
        TcRequests.DumpDisciplines(_writer);
        try
        {
            // The kernel dumps those of every interface, whatever is asked.
            foreach (var discipline in _socket.Stream<TcMessage>(_writer, TcMessage.Read, new DumpStatus(), CancellationToken.None))
            {
                if (discipline.Kind != "noqueue" && (interfaceIndex == 0 || discipline.InterfaceIndex == interfaceIndex))
                {
                    Add(into, discipline);
                }
            }
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.EOPNOTSUPP)
        {
            // A kernel without traffic control has no disciplines to drop anything.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _names.Dispose();
    }

    private void Add(CounterReading into, TcMessage discipline)
    {
        var subject = Object(_names.Name(discipline.InterfaceIndex), discipline.Kind, TcHandle.Discipline(discipline.Handle));
        into.Add(SourceName, subject, "drops", discipline.Drops);
        into.AddTraffic(SourceName, subject, "packets", discipline.Packets);
        if (discipline.Kind is not ("pfifo_fast" or "pfifo" or "bfifo" or "clsact" or "ingress"))
        {
            into.Add(SourceName, subject, "overlimits", discipline.Overlimits);
        }
    }
}

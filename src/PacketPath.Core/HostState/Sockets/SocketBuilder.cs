using PacketPath.Netlink;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.HostState;

/// <summary>Makes sockets out of what the kernel told.</summary>
internal sealed class SocketBuilder(InterfaceNames names)
{
    private const int AddressesKept = 16 * 1024;
    private const int TraitsKept = 64;
    private const byte RawKind = SocketProtocol.Raw;

    private static readonly string[] OptionNames =
        ["ReceiveErrors", "", "FreeBind", "HeaderIncluded", "", "Transparent", "", "NoDefragment", "BindAddressNoPort", "ReceiveErrorsRfc4884", "DeferConnect"];

    private static readonly string[] ShutdownNames = ["Receive", "Send"];

    private static readonly MissingObservation MarkUnseen = new()
    {
        What = "firewall mark",
        Why = "the kernel tells it only with CAP_NET_ADMIN",
        Remedy = "Run as root, or with CAP_NET_ADMIN.",
    };

    private static readonly MissingObservation[] OnlyMarkUnseen = [MarkUnseen];

    private readonly Dictionary<UInt128, string>[] _addresses = [[], []];
    private readonly (TraitsKey Key, SocketTraits Traits)[] _traits = new (TraitsKey, SocketTraits)[TraitsKept];

    /// <summary>All that a socket's traits are made of.</summary>
    private readonly record struct TraitsKey(
        (byte State, byte Family, byte Timer, byte Retransmits, byte Protocol) Kind,
        (ushort Options, byte? Shutdown, byte? TypeOfService, byte? TrafficClass, byte? Ipv6Only) Bytes,
        (uint Length, uint Limit) AcceptQueue,
        int InterfaceIndex,
        uint UserId,
        uint? Mark,
        ulong? CgroupId,
        string? Congestion);

    /// <summary>Makes a socket; its owners are asked for when they are read.</summary>
    public SocketEntry Build(in SocketDiagMessage message, byte protocol, in ObservationStamp stamp, SocketOwnership? ownership)
    {
        var listens = message.State == (byte)SocketState.Listen;
        var raw = protocol == RawKind;
        var socket = new SocketEntry
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Protocol = (TransportProtocol)(raw ? message.Protocol ?? message.SourcePort & 0xff : protocol),
            LocalAddress = Text(message.Source, message.Family),
            LocalPort = raw ? 0 : message.SourcePort,
            RemoteAddress = Text(message.Destination, message.Family),
            RemotePort = raw ? 0 : message.DestinationPort,
            ReceiveQueueBytes = listens ? null : Count(message.ReceiveQueue),
            SendQueueBytes = listens ? null : Count(message.SendQueue),
            TimerMilliseconds = message.Timer == 0 ? null : Count(message.Expires),
            Inode = message.Inode,
            Cookie = unchecked((long)message.Cookie),
        };
        socket.Attach(Traits(message, protocol, listens), message.Details, ownership);
        return socket;
    }

    /// <summary>What the socket has in common with others: one object for all that follow each other with the same.</summary>
    private SocketTraits Traits(in SocketDiagMessage message, byte protocol, bool listens)
    {
        var key = new TraitsKey(
            (message.State, message.Family, message.Timer, message.Retransmits, protocol),
            (message.Options, message.Shutdown, message.TypeOfService, message.TrafficClass, message.Ipv6Only),
            (listens ? message.ReceiveQueue : 0, listens ? message.SendQueue : 0),
            message.InterfaceIndex,
            message.UserId,
            message.Mark,
            message.CgroupId,
            message.Congestion);
        ref var known = ref _traits[(message.State ^ (message.Options << 1) ^ (message.Timer << 3) ^ (int)message.UserId) & (TraitsKept - 1)];
        if (known.Traits is null || !known.Key.Equals(key))
        {
            known = (key, Describe(message, protocol, listens));
        }

        return known.Traits;
    }

    private SocketTraits Describe(in SocketDiagMessage message, byte protocol, bool listens) => new()
    {
        Kind = protocol switch { RawKind => SocketKind.Raw, SocketProtocol.Tcp => SocketKind.Stream, _ => SocketKind.Datagram },
        AddressFamily = (AddressFamily)message.Family,
        State = message.State == 12 ? SocketState.SynReceived : (SocketState)message.State,
        AcceptQueueLength = listens ? Count(message.ReceiveQueue) : null,
        AcceptQueueLimit = listens ? Count(message.SendQueue) : null,
        Timer = message.Timer <= (byte)SocketTimer.WindowProbe ? (SocketTimer)message.Timer : SocketTimer.None,
        Retransmits = message.Retransmits,
        InterfaceIndex = message.InterfaceIndex,
        InterfaceAlias = message.InterfaceIndex == 0 ? null : EmptyText.AsNull(names.Name(message.InterfaceIndex)),
        Ipv6Only = message.Ipv6Only is { } only ? only != 0 : null,
        Mark = message.Mark,
        UserId = message.UserId,
        CgroupId = message.CgroupId is { } group ? unchecked((long)group) : null,
        CongestionControl = EmptyText.AsNull(message.Congestion),
        Shutdown = message.Shutdown is { } shut ? FlagNames.Describe(shut, ShutdownNames) : [],
        TypeOfService = message.TypeOfService,
        TrafficClass = message.TrafficClass,
        Options = FlagNames.Describe(message.Options, OptionNames),
        NotObserved = message.Mark is null ? OnlyMarkUnseen : [],
    };

    private static int Count(uint value) => (int)Math.Min(value, int.MaxValue);

    private string Text(UInt128 bits, byte family)
    {
        var known = _addresses[family == IpBits.IPv4 ? 0 : 1];
        if (!known.TryGetValue(bits, out var text))
        {
            if (known.Count >= AddressesKept)
            {
                known.Clear();
            }

            known[bits] = text = IpBits.Text(bits, family);
        }

        return text;
    }
}

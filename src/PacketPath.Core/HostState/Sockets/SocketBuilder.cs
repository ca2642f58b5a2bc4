using PacketPath.Netlink;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.HostState;

/// <summary>Makes sockets out of what the kernel told.</summary>
internal sealed class SocketBuilder(InterfaceNames names)
{
    private const int AddressesKept = 16 * 1024;
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
            Kind = raw ? SocketKind.Raw : protocol == SocketProtocol.Tcp ? SocketKind.Stream : SocketKind.Datagram,
            Protocol = (TransportProtocol)(raw ? message.Protocol ?? message.SourcePort & 0xff : protocol),
            AddressFamily = (AddressFamily)message.Family,
            LocalAddress = Text(message.Source, message.Family),
            LocalPort = raw ? 0 : message.SourcePort,
            RemoteAddress = Text(message.Destination, message.Family),
            RemotePort = raw ? 0 : message.DestinationPort,
            State = message.State == 12 ? SocketState.SynReceived : (SocketState)message.State,
            ReceiveQueueBytes = listens ? null : Count(message.ReceiveQueue),
            SendQueueBytes = listens ? null : Count(message.SendQueue),
            AcceptQueueLength = listens ? Count(message.ReceiveQueue) : null,
            AcceptQueueLimit = listens ? Count(message.SendQueue) : null,
            Timer = message.Timer <= (byte)SocketTimer.WindowProbe ? (SocketTimer)message.Timer : SocketTimer.None,
            TimerMilliseconds = message.Timer == 0 ? null : Count(message.Expires),
            Retransmits = message.Retransmits,
            InterfaceIndex = message.InterfaceIndex,
            InterfaceAlias = message.InterfaceIndex == 0 ? null : names.Name(message.InterfaceIndex),
            Ipv6Only = message.Ipv6Only is { } only ? only != 0 : null,
            Mark = message.Mark,
            UserId = message.UserId,
            Inode = message.Inode,
            Cookie = unchecked((long)message.Cookie),
            CgroupId = message.CgroupId is { } group ? unchecked((long)group) : null,
            CongestionControl = message.Congestion,
            Shutdown = message.Shutdown is { } shut ? FlagNames.Describe(shut, ShutdownNames) : [],
            TypeOfService = message.TypeOfService,
            TrafficClass = message.TrafficClass,
            Options = FlagNames.Describe(message.Options, OptionNames),
            NotObserved = message.Mark is null ? OnlyMarkUnseen : [],
        };
        socket.Attach(message.Details, ownership);
        return socket;
    }

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

using PacketPath.HostState;
using PacketPath.HostState.Conntrack;
using PacketPath.Netlink;
using PacketPath.Netlink.Address;
using PacketPath.Netlink.Conntrack;
using PacketPath.Netlink.Generic;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.Neighbor;
using PacketPath.Netlink.NeighborTables;
using PacketPath.Netlink.Netconf;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;
using PacketPath.Netlink.SocketDiag;
using PacketPath.Netlink.Xfrm;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.Core.Tests.Netlink;

/// <summary>Runs the decoder that a message's type calls for.</summary>
internal static class NetlinkParsers
{
    // sock_diag and the route family share a number; the recorded sockets answer request 8.
    private const uint SocketSequence = 8;

    /// <summary>The number that recordings of generic netlink give their family.</summary>
    public const ushort RecordedFamily = 240;

    /// <summary>Decodes every message of a datagram.</summary>
    public static List<object?> ParseAll(ReadOnlySpan<byte> datagram)
    {
        var parsed = new List<object?>();
        while (!datagram.IsEmpty)
        {
            parsed.Add(Parse(NetlinkMessage.Take(ref datagram)));
        }

        return parsed;
    }

    private static object? Parse(in NetlinkMessage message) => message.Type switch
    {
        SocketDiagMessageType.ByFamily when message.Header.Sequence == SocketSequence => SocketDiagMessage.Read(message, NameCache.None, new SocketDetailStore()).Source,
        RouteMessage.NewLink => (LinkMessage.Read(message), LinkMessage.ReadName(message), LinkCounters.Read(message)),
        RouteMessage.NewAddress => AddressMessage.Read(message),
        RouteMessage.NewNeighbor => NeighborMessage.Read(message),
        RouteMessage.NewNeighborTable => NeighborTableMessage.Read(message),
        PolicyMessage.New => PolicyMessage.Read(message),
        RouteMessage.NewRoute => RouteEntryReader.Read(message),
        RouteMessage.NewQueueDiscipline or RouteMessage.NewTrafficClass => TcMessage.Read(message),
        RecordedFamily => DeviceQueueMessage.Read(message),
        RouteMessage.NewRule => RuleEntryReader.Read(message),
        RouteMessage.NewNetconf => NetconfMessage.Read(message),
        _ when message.Type >> 8 == NetfilterMessage.Nftables => NftParsers.Parse(message),
        _ when message.Type >> 8 == NetfilterMessage.Conntrack => ParseConntrack(message),
        _ when message.Type >> 8 == NetfilterMessage.ConntrackExpectation => ConntrackCpuCounters.ReadExpectations(message),
        ControlType.Error or ControlType.Done => NetlinkStatus.Read(message),
        _ => null,
    };

    // All the way to the object, whose time of observation is left out.
    private static object ParseConntrack(in NetlinkMessage message) => (message.Type & 0xff) switch
    {
        ConntrackMessageType.New => new ConntrackEntryBuilder(default, 3).Build(ConntrackMessage.Read(message)),
        ConntrackMessageType.GetStatsPerCpu => ConntrackCpuCounters.Read(message),
        _ => ConntrackTableMessage.Read(message),
    };
}

using System.Net;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Address;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>Reads interfaces, addresses, rules and routes from the kernel.</summary>
internal sealed class RoutingReader
{
    private readonly NetlinkSocket _socket;
    private readonly AttributeWriter _writer = new();

    /// <summary>Reads over a socket that stays its caller's.</summary>
    public RoutingReader(NetlinkSocket socket) => _socket = socket;

    /// <summary>True where a table changed under its reading again and again.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>The interfaces and addresses.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public RoutingHost Host(CancellationToken stop)
    {
        _writer.Clear();
        LinkRequests.Dump(_writer, statistics: false);
        var links = Dump<LinkMessage>(LinkMessage.Read, stop);
        _writer.Clear();
        AddressRequests.Dump(_writer, 0, 0);
        var addresses = Dump<AddressMessage>(AddressMessage.Read, stop);
        return new RoutingHost([.. links.Select(ToInterface)], [.. addresses.Select(ToAddress)]);
    }

    /// <summary>The rules of a family; none where the kernel has no policy routing.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public List<RuleEntry> Rules(byte family, CancellationToken stop)
    {
        _writer.Clear();
        RuleEntryReader.Dump(_writer, family);
        return DumpIfKnown<RuleEntry>(RuleEntryReader.Read, stop);
    }

    /// <summary>The entries of all tables of a family; none where the kernel has no such family.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public List<RouteEntry> Routes(byte family, CancellationToken stop)
    {
        _writer.Clear();
        RouteRequest.Dump(_writer, family);
        return DumpIfKnown<RouteEntry>(RouteEntryReader.Read, stop);
    }

    private static RoutingInterface ToInterface(LinkMessage link) => new()
    {
        Index = link.Index,
        Name = link.Name,
        AlternativeNames = link.AlternativeNames,
        Flags = link.Flags,
        Group = (int)link.Group,
        Master = link.MasterIndex,
        VrfTable = link.VrfTable,
        Ipv6Disabled = link.Ipv6Disabled ?? true,
    };

    private static RoutingAddress ToAddress(AddressMessage address) => new()
    {
        Family = address.Family,
        Interface = address.InterfaceIndex,
        Local = Bits(address.Local),
        Prefix = Bits(address.Peer ?? address.Local),
        PrefixLength = address.PrefixLength,
        Flags = address.Flags,
        Scope = address.Scope,
    };

    private static UInt128 Bits(string address) => IPAddress.TryParse(address, out var parsed) ? IpBits.From(parsed) : 0;

    private List<T> DumpIfKnown<T>(MessageParser<T> parse, CancellationToken stop)
    {
        try
        {
            return Dump(parse, stop);
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.EAFNOSUPPORT or Errno.EOPNOTSUPP)
        {
            return [];
        }
    }

    private List<T> Dump<T>(MessageParser<T> parse, CancellationToken stop)
    {
        var status = new DumpStatus();
        var list = _socket.Dump(_writer, parse, status, stop);
        Interrupted |= status.Interrupted;
        return list;
    }
}

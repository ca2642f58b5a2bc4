using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Address;
using PacketPath.Netlink.Link;

namespace PacketPath.HostState;

/// <summary>The interfaces of a network namespace with their addresses. One caller at a time.</summary>
public sealed class InterfaceTable : IDisposable
{
    /// <summary>There is IPv6 in this kernel.</summary>
    private static readonly bool KernelHasIpv6 = File.Exists("/proc/net/if_inet6");

    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _socket;
    private readonly InterfaceNames _names;
    private readonly Ethtool? _ethtool;
    private readonly AttributeWriter _writer = new();

    internal InterfaceTable(NetworkNamespace networkNamespace, NetlinkSocket socket, InterfaceNames names, Ethtool? ethtool)
    {
        _namespace = networkNamespace;
        _socket = socket;
        _names = names;
        _ethtool = ethtool;
    }

    /// <summary>True where the tables changed under the last reading again and again: entries may be missing or double.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Opens the table of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static InterfaceTable Open(NetworkNamespace networkNamespace) => networkNamespace.Run(() => new InterfaceTable(
        networkNamespace,
        NetlinkSocket.Open(NetlinkProtocol.Route),
        new InterfaceNames(NetlinkSocket.Open(NetlinkProtocol.Route)),
        Ethtool.TryOpen()));

    /// <summary>Every interface, by index.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IReadOnlyList<PacketInterface> List(CancellationToken stop = default)
    {
        var links = Links(stop);
        var addresses = Addresses(0, stop).ToLookup(static address => address.InterfaceIndex);
        var names = links.ToDictionary(static link => link.Index, static link => link.Name);
        var forwarding = ForwardingSettings.Read(_namespace, _socket, links.Select(static link => (link.Index, link.Name)), stop);
        var now = DateTime.UtcNow;
        var result = new List<PacketInterface>(links.Count);
        foreach (var link in links)
        {
            stop.ThrowIfCancellationRequested();
            result.Add(Build(link, addresses[link.Index], names.GetValueOrDefault(link.MasterIndex), forwarding, now));
        }

        return result;
    }

    /// <summary>One interface by name or alternative name; null where there is none.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public PacketInterface? Find(string name, CancellationToken stop = default)
    {
        if (name.Length is 0 or > 127)
        {
            return null;
        }

        _writer.Clear();
        LinkRequests.Get(_writer, name, statistics: true);
        return FindWritten(forwarding: true, stop);
    }

    /// <summary>One interface by index; null where there is none.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public PacketInterface? Find(int index, CancellationToken stop = default) => Find(index, forwarding: true, stop);

    /// <summary>One interface by index, with or without what it does with packets that come in; null where there is none.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal PacketInterface? Find(int index, bool forwarding, CancellationToken stop)
    {
        if (index <= 0)
        {
            return null;
        }

        _writer.Clear();
        LinkRequests.Get(_writer, index, statistics: true);
        return FindWritten(forwarding, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _names.Dispose();
        _ethtool?.Dispose();
    }

    /// <summary>The links alone, without counters, drivers and addresses.</summary>
    internal List<LinkMessage> Links(bool statistics, CancellationToken stop)
    {
        _writer.Clear();
        LinkRequests.Dump(_writer, statistics);
        var status = new DumpStatus();
        var links = _socket.Dump<LinkMessage>(_writer, LinkMessage.Read, status, stop);
        Interrupted = status.Interrupted;
        links.Sort(static (one, other) => one.Index.CompareTo(other.Index));
        return links;
    }

    /// <summary>The addresses alone.</summary>
    /// <param name="interfaceIndex">The interface; 0 for all.</param>
    /// <param name="stop">Gives up.</param>
    internal List<AddressMessage> Addresses(int interfaceIndex, CancellationToken stop)
    {
        _writer.Clear();
        AddressRequests.Dump(_writer, 0, interfaceIndex);
        var status = new DumpStatus();
        var addresses = _socket.Dump<AddressMessage>(_writer, AddressMessage.Read, status, stop);
        Interrupted |= status.Interrupted;
        if (interfaceIndex != 0)
        {
            // Kernels before 5.0 do not look at the request's filter.
            addresses.RemoveAll(a => a.InterfaceIndex != interfaceIndex);
        }

        return addresses;
    }

    private List<LinkMessage> Links(CancellationToken stop) => Links(statistics: true, stop);

    private PacketInterface? FindWritten(bool forwarding, CancellationToken stop)
    {
        try
        {
            var link = _socket.Get<LinkMessage>(_writer, LinkMessage.Read, stop);
            if (link is null)
            {
                return null;
            }

            var addresses = Addresses(link.Index, stop);
            _names.Clear();
            return Build(link, addresses, _names.Find(link.MasterIndex), forwarding ? ForwardingSettings.Read(_namespace, _socket, link.Index, link.Name, stop) : null, DateTime.UtcNow);
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.ENODEV or Errno.ENXIO)
        {
            return null;
        }
    }

    private PacketInterface Build(LinkMessage link, IEnumerable<AddressMessage> addresses, string? master, ForwardingSettings? forwarding, DateTime now)
    {
        var up = (link.Flags & LinkFlag.Up) != 0;
        return new PacketInterface
        {
            ComputerName = Environment.MachineName,
            NetNamespace = _namespace.Label,
            ObservedAt = now,
            InterfaceAlias = link.Name,
            InterfaceIndex = link.Index,
            AlternativeNames = link.AlternativeNames,
            Description = link.Alias,
            AdminUp = up,
            OperationalStatus = link.OperationalState <= 6 ? (OperationalStatus)link.OperationalState : OperationalStatus.Unknown,
            Carrier = up ? link.Carrier : null,
            CarrierChanges = link.CarrierChanges,
            Mtu = (int)Math.Min(link.Mtu, int.MaxValue),
            LinkLayerAddress = link.Address,
            LinkType = LinkType.Name(link.Type),
            Kind = link.Kind,
            Driver = _ethtool?.Driver(link.Name),
            SpeedMbps = up ? _ethtool?.SpeedMbps(link.Name) : null,
            Flags = LinkFlag.Describe(link.Flags),
            Master = link.MasterIndex == 0 ? null : master ?? $"if{link.MasterIndex}",
            LinkIndex = link.LinkIndex,
            Group = (int)Math.Min(link.Group, int.MaxValue),
            QueueDiscipline = link.QueueDiscipline,
            TransmitQueueLength = (int)Math.Min(link.TransmitQueueLength, int.MaxValue),
            ReceiveQueues = (int)Math.Min(link.ReceiveQueues, int.MaxValue),
            TransmitQueues = (int)Math.Min(link.TransmitQueues, int.MaxValue),
            Ipv6Disabled = KernelHasIpv6 ? link.Ipv6Disabled ?? true : null,
            Ipv4Forwarding = forwarding?.Forwards(IpBits.IPv4, link.Index),
            Ipv6Forwarding = KernelHasIpv6 ? forwarding?.Forwards(IpBits.IPv6, link.Index) : null,
            ReversePathFilter = forwarding?.Filter(link.Index),
            Addresses = [.. addresses.Select(Build)],
            UnknownAttributes = link.UnknownAttributes,
            Statistics = link.Statistics ?? new InterfaceStatistics(),
        };
    }

    private static InterfaceAddress Build(AddressMessage address)
    {
        var family = (AddressFamily)address.Family;
        return new InterfaceAddress
        {
            IPAddress = address.Local,
            PrefixLength = address.PrefixLength,
            AddressFamily = family,
            PeerAddress = address.Peer,
            Broadcast = address.Broadcast,
            Label = address.Label,
            Scope = IprouteNames.Scopes.Name(address.Scope),
            Flags = AddressFlag.Describe(address.Flags, family),
            State = AddressFlag.State(address.Flags),
            PreferredSeconds = address.Preferred == AddressMessage.Forever ? null : address.Preferred,
            ValidSeconds = address.Valid == AddressMessage.Forever ? null : address.Valid,
        };
    }
}

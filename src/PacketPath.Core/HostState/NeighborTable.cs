using System.Net;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Neighbor;

namespace PacketPath.HostState;

/// <summary>The neighbor tables of a network namespace: ARP and Neighbor Discovery. One caller at a time.</summary>
public sealed class NeighborTable : IDisposable
{
    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _socket;
    private readonly InterfaceNames _names;
    private readonly AttributeWriter _writer = new();
    private DumpStatus _listing = new();

    internal NeighborTable(NetworkNamespace networkNamespace, NetlinkSocket socket, InterfaceNames names)
    {
        _namespace = networkNamespace;
        _socket = socket;
        _names = names;
    }

    /// <summary>Opens the tables of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static NeighborTable Open(NetworkNamespace networkNamespace) => networkNamespace.Run(() => new NeighborTable(
        networkNamespace,
        NetlinkSocket.Open(NetlinkProtocol.Route),
        new InterfaceNames(NetlinkSocket.Open(NetlinkProtocol.Route))));

    /// <summary>True where the kernel says that the table changed under the last listing: entries may be missing or double.</summary>
    public bool Interrupted => _listing.Interrupted;

    /// <summary>Lists entries as the kernel hands them out, without collecting them first.</summary>
    /// <param name="family">IPv4 or IPv6; null for both.</param>
    /// <param name="interfaceIndex">The interface; 0 for all.</param>
    /// <param name="stop">Ends the listing.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IEnumerable<NeighborEntry> List(AddressFamily? family, int interfaceIndex, CancellationToken stop = default) =>
        List(family, interfaceIndex, resolvedOnly: false, stop);

    /// <summary>As above; optionally without the entries that nothing ever resolves: NUD_NOARP and NUD_NONE.</summary>
    internal IEnumerable<NeighborEntry> List(AddressFamily? family, int interfaceIndex, bool resolvedOnly, CancellationToken stop)
    {
        _names.Clear();
        var writer = new AttributeWriter();
        NeighborRequests.Dump(writer, (byte)(family ?? 0), interfaceIndex);
        _listing = new DumpStatus();
        var stamp = new ObservationStamp(_namespace.Label);
        return _socket.Stream<NeighborEntry>(
            writer,
            (in NetlinkMessage message) =>
            {
                var entry = NeighborMessage.Read(message);
                return entry.Address is null || (resolvedOnly && entry.State is NudState.None or NudState.NoArp) ? null : Build(entry, stamp);
            },
            _listing,
            stop);
    }

    /// <summary>One entry; its state is <see cref="NeighborState.Absent"/> where there is none.</summary>
    /// <param name="address">The address.</param>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="LinuxException">The kernel refused: ENODEV where there is no such interface.</exception>
    public NeighborEntry Find(IPAddress address, int interfaceIndex, CancellationToken stop = default)
    {
        _writer.Clear();
        NeighborRequests.Get(_writer, address, interfaceIndex);
        _names.Clear();
        var stamp = new ObservationStamp(_namespace.Label);
        try
        {
            var message = _socket.Get<NeighborMessage?>(
                _writer, static (in NetlinkMessage answer) => NeighborMessage.Read(answer), stop);
            if (message is { Address: not null } found)
            {
                return Build(found, stamp);
            }
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.ENOENT)
        {
            // There is none.
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.EOPNOTSUPP)
        {
            // Kernels before 5.0 give the table only as a whole.
            var family = (AddressFamily)IpBits.FamilyOf(address);
            var text = TextOf(address);
            foreach (var entry in List(family, interfaceIndex, stop))
            {
                if (entry.InterfaceIndex == interfaceIndex && entry.IPAddress == text)
                {
                    return entry;
                }
            }
        }

        return Absent(address, interfaceIndex);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _names.Dispose();
    }

    /// <summary>An address as entries write it.</summary>
    internal static string TextOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return AddressText.Format(bytes[..length]);
    }

    /// <summary>The object that stands for a missing entry; on any interface where the index is 0.</summary>
    internal NeighborEntry Absent(IPAddress address, int interfaceIndex)
    {
        var message = new NeighborMessage
        {
            Family = (byte)(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? AddressFamily.IPv4 : AddressFamily.IPv6),
            InterfaceIndex = interfaceIndex,
            Address = TextOf(address),
        };
        return Build(message, new ObservationStamp(_namespace.Label));
    }

    /// <summary>The index of an interface by name; 0 where there is none.</summary>
    internal int InterfaceIndex(string name) => _names.Index(name);

    /// <summary>True where there is an interface with this index.</summary>
    internal bool HasInterface(int index) => _names.Find(index) is not null;

    /// <summary>The indexes of the interfaces whose name passes.</summary>
    internal int[] InterfaceIndexes(Func<string, bool> filter) => _names.Indexes(filter);

    private NeighborEntry Build(in NeighborMessage message, in ObservationStamp stamp)
    {
        var (state, word) = NeighborStates.Describe(message.State);
        return new NeighborEntry
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            IPAddress = message.Address!,
            AddressFamily = (AddressFamily)message.Family,
            InterfaceAlias = message.InterfaceIndex == 0 ? "" : _names.Name(message.InterfaceIndex),
            InterfaceIndex = message.InterfaceIndex,
            LinkLayerAddress = message.LinkLayerAddress,
            State = state,
            NudState = word,
            Flags = NeighborStates.Flags(message.Flags, message.FlagsExtended),
            Probes = (int)Math.Min(message.Probes, int.MaxValue),
            UsedSeconds = message.Ages?.Used / NeighborStates.ClockTicks,
            ConfirmedSeconds = message.Ages?.Confirmed / NeighborStates.ClockTicks,
            UpdatedSeconds = message.Ages?.Updated / NeighborStates.ClockTicks,
            UnknownAttributes = message.UnknownAttributes ?? [],
            NeighborProtocol = message.Protocol == 0 ? null : IprouteNames.Protocols.Name(message.Protocol),
        };
    }
}

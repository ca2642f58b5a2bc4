using PacketPath.Netlink.Address;
using PacketPath.Netlink.Link;

namespace PacketPath.HostState.Routing;

/// <summary>What routing needs to know of an interface.</summary>
internal sealed record RoutingInterface
{
    /// <summary>The index.</summary>
    public required int Index { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>IFF_*.</summary>
    public uint Flags { get; init; }

    /// <summary>The interface group.</summary>
    public int Group { get; init; }

    /// <summary>The master's index; 0 where none.</summary>
    public int Master { get; init; }

    /// <summary>The table of a VRF device; 0 for any other interface.</summary>
    public uint VrfTable { get; init; }

    /// <summary>The alternative names.</summary>
    public string[] AlternativeNames { get; init; } = [];

    /// <summary>True where IPv6 is switched off on it, or absent from it.</summary>
    public bool Ipv6Disabled { get; init; }

    /// <summary>True where it is administratively up.</summary>
    public bool IsUp => (Flags & LinkFlag.Up) != 0;

    /// <summary>True for the loopback interface.</summary>
    public bool IsLoopback => (Flags & LinkFlag.Loopback) != 0;

    /// <summary>True where the link resolves next hops to link-layer addresses.</summary>
    public bool ResolvesNeighbors => (Flags & (LinkFlag.Loopback | LinkFlag.NoArp)) == 0;
}

/// <summary>What routing needs to know of an address of this host.</summary>
internal sealed record RoutingAddress
{
    private const uint FlagNoPrefixRoute = 0x200;

    /// <summary>AF_INET or AF_INET6.</summary>
    public required byte Family { get; init; }

    /// <summary>The interface that has it.</summary>
    public required int Interface { get; init; }

    /// <summary>The address on this host.</summary>
    public required UInt128 Local { get; init; }

    /// <summary>The prefix: that of the far end on a point-to-point link.</summary>
    public required UInt128 Prefix { get; init; }

    /// <summary>The prefix's length.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>IFA_F_*.</summary>
    public uint Flags { get; init; }

    /// <summary>RT_SCOPE_*.</summary>
    public byte Scope { get; init; }

    /// <summary>True where the kernel makes a connected route for it.</summary>
    public bool MakesRoute => (Flags & FlagNoPrefixRoute) == 0;

    /// <summary>What its flags say of it as a source.</summary>
    public AddressState State => AddressFlag.State(Flags);
}

/// <summary>The interfaces and addresses of a network namespace at one moment.</summary>
internal sealed class RoutingHost
{
    private readonly Dictionary<int, RoutingInterface> _byIndex = [];
    private readonly Dictionary<string, RoutingInterface> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<(byte Family, UInt128 Address), AddressState> _states = [];

    /// <summary>Creates the picture.</summary>
    public RoutingHost(IReadOnlyList<RoutingInterface> interfaces, IReadOnlyList<RoutingAddress> addresses)
    {
        Interfaces = interfaces;
        Addresses = addresses;
        foreach (var item in interfaces)
        {
            _byIndex[item.Index] = item;
            _byName[item.Name] = item;
            foreach (var name in item.AlternativeNames)
            {
                _byName.TryAdd(name, item);
            }
        }

        foreach (var address in addresses)
        {
            // One address may stand on two interfaces: the better state counts.
            var key = (address.Family, address.Local);
            if (!_states.TryGetValue(key, out var known) || known != AddressState.Valid)
            {
                _states[key] = address.State;
            }
        }
    }

    /// <summary>Every interface.</summary>
    public IReadOnlyList<RoutingInterface> Interfaces { get; }

    /// <summary>Every address.</summary>
    public IReadOnlyList<RoutingAddress> Addresses { get; }

    /// <summary>The interface with that index; null where there is none.</summary>
    public RoutingInterface? Find(int index) => _byIndex.GetValueOrDefault(index);

    /// <summary>The interface with that name; null where there is none.</summary>
    public RoutingInterface? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The interface's name; null for index 0.</summary>
    public string? NameOf(int index) => index == 0 ? null : Find(index)?.Name ?? $"if{index}";

    /// <summary>The state of an address; Missing where no interface has it.</summary>
    public AddressState StateOf(byte family, UInt128 address) =>
        _states.TryGetValue((family, address), out var state) ? state : AddressState.Missing;

    /// <summary>The table of the VRF that the interface is or belongs to; 0 where none.</summary>
    public uint VrfTableOf(int index)
    {
        var item = Find(index);
        return item is null ? 0 : item.VrfTable != 0 ? item.VrfTable : Find(item.Master)?.VrfTable ?? 0;
    }
}

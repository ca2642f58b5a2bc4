using System.Globalization;
using System.Management.Automation;
using System.Net;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>What Get-NeighborEntry was asked for: as much of it as possible is left to the kernel, the rest is filtered here.</summary>
internal sealed class NeighborQuery
{
    private readonly NameFilter _addressPatterns;
    private readonly List<(IPAddress Address, string Text, string? Zone)> _addresses = [];
    private readonly NameFilter _aliases;
    private readonly int[]? _indexes;
    private readonly NameFilter _linkLayer;
    private readonly NeighborState[]? _states;
    private readonly AddressFamily? _family;

    /// <summary>Reads the parameters. What is wrong with an address is kept in <see cref="Problems"/>.</summary>
    public NeighborQuery(string[]? addresses, string[]? aliases, int[]? indexes, string[]? linkLayer, NeighborState[]? states, bool v4, bool v6)
    {
        _addressPatterns = new NameFilter(addresses?.Where(WildcardPattern.ContainsWildcardCharacters));
        foreach (var text in addresses?.Where(static text => !WildcardPattern.ContainsWildcardCharacters(text)) ?? [])
        {
            ReadAddress(text);
        }

        HasAddresses = addresses is { Length: > 0 };
        _aliases = new NameFilter(aliases);
        _indexes = indexes;
        _linkLayer = new NameFilter(linkLayer?.Select(static text => text.Replace('-', ':')));
        _states = states;
        _family = v4 == v6 ? null : v4 ? AddressFamily.IPv4 : AddressFamily.IPv6;
    }

    /// <summary>The addresses that are none.</summary>
    public List<TargetException> Problems { get; } = [];

    /// <summary>The interfaces asked for that are not there; known after <see cref="Run"/>.</summary>
    public List<string> UnknownInterfaces { get; } = [];

    private bool HasAddresses { get; }

    /// <summary>Nothing is asked that the table cannot filter by itself.</summary>
    private bool IsPlain => !HasAddresses && _linkLayer.IsEmpty && _states is null;

    /// <summary>The entries, as they come.</summary>
    public IEnumerable<NeighborEntry> Run(NeighborTable table, CancellationToken stop)
    {
        var interfaces = Interfaces(table);
        var nothingLeft = interfaces is { Length: 0 } || (HasAddresses && _addresses.Count == 0 && _addressPatterns.IsEmpty);
        return nothingLeft ? []
            : IsPlain && interfaces is null or [_] ? table.List(_family, interfaces is [var only] ? only : 0, resolvedOnly: true, stop)
            : interfaces is not null && _addresses.Count > 0 && _addressPatterns.IsEmpty ? Get(table, interfaces, stop)
            : List(table, interfaces, stop);
    }

    private IEnumerable<NeighborEntry> Get(NeighborTable table, int[] interfaces, CancellationToken stop)
    {
        foreach (var (address, _, zone) in _addresses)
        {
            foreach (var index in interfaces.Where(index => zone is null || index == table.InterfaceIndex(zone)))
            {
                var entry = table.Find(address, index, stop);
                if (Passes(entry))
                {
                    yield return entry;
                }
            }
        }
    }

    private IEnumerable<NeighborEntry> List(NeighborTable table, int[]? interfaces, CancellationToken stop)
    {
        var wanted = _addresses.Select(static address => address.Text).ToHashSet();
        var found = new HashSet<string>();
        foreach (var entry in table.List(_family, interfaces is [var only] ? only : 0, stop))
        {
            if (interfaces is not null && !interfaces.Contains(entry.InterfaceIndex))
            {
                continue;
            }

            if (HasAddresses)
            {
                if (wanted.Contains(entry.IPAddress))
                {
                    if (!MatchesZone(table, entry))
                    {
                        continue;
                    }

                    found.Add(entry.IPAddress);
                }
                else if (_addressPatterns.IsEmpty || !_addressPatterns.Matches(entry.IPAddress))
                {
                    continue;
                }
            }

            if (Passes(entry))
            {
                yield return entry;
            }
        }

        foreach (var (address, text, zone) in _addresses.Where(address => !found.Contains(address.Text)))
        {
            var absent = table.Absent(address, zone is null ? 0 : table.InterfaceIndex(zone));
            if (Passes(absent))
            {
                yield return absent;
            }
        }
    }

    private bool MatchesZone(NeighborTable table, NeighborEntry entry) =>
        _addresses.Any(address => address.Text == entry.IPAddress && (address.Zone is null || table.InterfaceIndex(address.Zone) == entry.InterfaceIndex));

    private bool Passes(NeighborEntry entry)
    {
        if (_family is not null && entry.AddressFamily != _family)
        {
            return false;
        }

        var state = _states is null
            ? _addresses.Count > 0 || entry.State is not (NeighborState.NotRequired or NeighborState.Absent)
            : Array.IndexOf(_states, entry.State) >= 0;
        return state && _linkLayer.Matches(entry.LinkLayerAddress);
    }

    /// <summary>The indexes asked for by name or number; null where every interface is meant.</summary>
    private int[]? Interfaces(NeighborTable table)
    {
        var byIndex = _indexes?.Where(index => Known(table.HasInterface(index), index.ToString(CultureInfo.InvariantCulture))).ToArray();
        if (_aliases.IsEmpty)
        {
            return byIndex;
        }

        if (!_aliases.IsLiteral)
        {
            var matching = table.InterfaceIndexes(_aliases.Matches);
            return byIndex is null ? matching : [.. byIndex.Intersect(matching)];
        }

        var byName = _aliases.Literals.Where(name => Known(table.InterfaceIndex(name) != 0, name)).Select(table.InterfaceIndex).ToArray();
        return byIndex is null ? byName : [.. byIndex.Intersect(byName)];
    }

    private bool Known(bool isThere, string text)
    {
        if (!isThere)
        {
            UnknownInterfaces.Add(text);
        }

        return isThere;
    }

    private void ReadAddress(string text)
    {
        if (!TargetParser.TryParse(text, out var target, out var problem))
        {
            Problems.Add(problem);
        }
        else if (target.Address is null)
        {
            Problems.Add(new TargetException(TargetProblem.Malformed, text, $"'{text}' is a name, not an address.", "Give an IPv4 or IPv6 address; resolve names with Get-PacketRoute first."));
        }
        else
        {
            _addresses.Add((target.Address, NeighborTable.TextOf(target.Address), target.Zone));
        }
    }
}

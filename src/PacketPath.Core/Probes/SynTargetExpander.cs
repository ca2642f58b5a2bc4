using System.Net;
using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>Turns the user's targets into destinations: every address of a name, with the zone of a link-local one.</summary>
public sealed class SynTargetExpander : IDisposable
{
    private readonly TargetResolver _resolver;
    private readonly InterfaceNames _names;
    private readonly string? _interfaceAlias;

    /// <summary>Creates an expander.</summary>
    /// <param name="networkNamespace">Where names are looked up and zones are found.</param>
    /// <param name="interfaceAlias">The zone of link-local addresses written without one; null for none.</param>
    public SynTargetExpander(NetworkNamespace networkNamespace, string? interfaceAlias)
    {
        _resolver = new TargetResolver(networkNamespace);
        _names = InterfaceNames.Open(networkNamespace);
        _interfaceAlias = interfaceAlias;
    }

    /// <summary>The addresses of a target.</summary>
    /// <exception cref="TargetException">The text is malformed, or the name does not resolve.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public IReadOnlyList<IPAddress> Expand(string text, AddressFamily? family, CancellationToken stop)
    {
        var target = TargetParser.Parse(text);
        var addresses = _resolver.ResolveAsync(target, family, stop).GetAwaiter().GetResult();
        return [.. addresses.Select(a => Usable(target, a))];
    }

    /// <summary>An address that a name resolved to, in the form a probe takes.</summary>
    /// <exception cref="TargetException">It is no address of one host.</exception>
    public IPAddress Destination(Target target, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(address);
        return Usable(target, address);
    }

    /// <summary>One literal address of this host, for a probe's source.</summary>
    /// <exception cref="TargetException">The text is no address.</exception>
    public IPAddress Source(string text)
    {
        var target = TargetParser.Parse(text);
        return target.Address is { } address
            ? Usable(target, address)
            : throw new TargetException(TargetProblem.Malformed, text, $"'{text}' is not an address.", "Give -SourceAddress one address of this host.");
    }

    /// <inheritdoc/>
    public void Dispose() => _names.Dispose();

    private static bool IsForMany(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? address.GetAddressBytes()[0] is >= 224 and < 240 || address.Equals(IPAddress.Broadcast)
        : address.IsIPv6Multicast;

    private IPAddress Usable(Target target, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            throw new TargetException(TargetProblem.Malformed, target.Text, $"'{target.Text}' stands for no address in particular.", "Give the address of one host.");
        }

        if (IsForMany(address))
        {
            throw new TargetException(TargetProblem.Malformed, target.Text, $"'{target.Text}' is a multicast or broadcast address: TCP speaks to one host.", "Give the address of one host.");
        }

        if (!address.IsIPv6LinkLocal || address.ScopeId != 0)
        {
            return address;
        }

        var zone = target.Zone ?? _interfaceAlias
            ?? throw new TargetException(TargetProblem.Malformed, target.Text, $"'{target.Text}' is link-local: it means something only on one interface.", $"Write {address}%INTERFACE, or give -InterfaceAlias.");
        _names.Clear();
        var index = _names.Index(zone);
        if (index == 0 && int.TryParse(zone, System.Globalization.NumberStyles.None, null, out var number) && _names.Find(number) is not null)
        {
            index = number;
        }

        return index != 0
            ? new IPAddress(address.GetAddressBytes(), index)
            : throw new TargetException(TargetProblem.Malformed, target.Text, $"'{target.Text}' names the interface '{zone}', which is not there.", "List the interfaces with Get-PacketInterface.");
    }
}

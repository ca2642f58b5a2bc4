using PacketPath.HostState.Routing;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.HostState;

/// <summary>The policy routing rules of a network namespace. One caller at a time.</summary>
public sealed class RuleTable : IDisposable
{
    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _socket;

    private RuleTable(NetworkNamespace networkNamespace, NetlinkSocket socket)
    {
        _namespace = networkNamespace;
        _socket = socket;
    }

    /// <summary>True where the rules changed under the last listing again and again: some may be missing or double.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Opens the rules of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static RuleTable Open(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return networkNamespace.Run(() => new RuleTable(networkNamespace, NetlinkSocket.Open(NetlinkProtocol.Route)));
    }

    /// <summary>The rules, in the order they are followed.</summary>
    /// <param name="family">IPv4 or IPv6; null for both.</param>
    /// <param name="stop">Ends the listing.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IReadOnlyList<PolicyRule> List(AddressFamily? family, CancellationToken stop = default)
    {
        var reader = new RoutingReader(_socket);
        var stamp = new ObservationStamp(_namespace.Label);
        var list = new List<PolicyRule>();
        foreach (var wanted in family is { } one ? [(byte)one] : new[] { IpBits.IPv4, IpBits.IPv6 })
        {
            foreach (var rule in reader.Rules(wanted, stop))
            {
                list.Add(RuleText.ToModel(rule, stamp));
            }
        }

        Interrupted = reader.Interrupted;
        return list;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

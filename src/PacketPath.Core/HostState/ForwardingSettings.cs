using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Netconf;

namespace PacketPath.HostState;

/// <summary>What the interfaces of a network namespace do with packets that are not for this host, and with sources that do not lead back.</summary>
internal sealed class ForwardingSettings
{
    private static readonly byte[] Families = [IpBits.IPv4, IpBits.IPv6];

    /// <summary>Linux 6.17 and later can pass IPv6 on by single interfaces.</summary>
    private static readonly bool KernelForcesForwarding = File.Exists("/proc/sys/net/ipv6/conf/all/force_forwarding");

    private readonly Dictionary<(byte Family, int Index), NetconfMessage> _settings = [];
    private readonly HashSet<int> _forced = [];

    private ForwardingSettings(IEnumerable<NetconfMessage> settings)
    {
        foreach (var one in settings)
        {
            _settings[(one.Family, one.InterfaceIndex)] = one;
        }
    }

    private bool? AllForwardIpv6 => _settings.GetValueOrDefault((IpBits.IPv6, NetconfMessage.AllInterfaces))?.Forwarding;

    /// <summary>Reads the settings of every interface.</summary>
    /// <param name="networkNamespace">Where they are.</param>
    /// <param name="socket">A socket of that namespace.</param>
    /// <param name="links">Indexes and names of the interfaces.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="LinuxException">The kernel refused for another reason than that it knows no such settings.</exception>
    public static ForwardingSettings Read(
        NetworkNamespace networkNamespace, NetlinkSocket socket, IEnumerable<(int Index, string Name)> links, CancellationToken stop)
    {
        var writer = new AttributeWriter();
        var all = new List<NetconfMessage>();
        foreach (var family in Families)
        {
            try
            {
                writer.Clear();
                NetconfRequests.Dump(writer, family);
                all.AddRange(socket.Dump<NetconfMessage>(writer, NetconfMessage.Read, new DumpStatus(), stop));
            }
            catch (NetlinkException exception) when (exception.Errno is Errno.EOPNOTSUPP or Errno.EAFNOSUPPORT or Errno.EINVAL)
            {
                // A kernel without this family, or too old to be asked.
            }
        }

        return new ForwardingSettings(all).WithForced(networkNamespace, links);
    }

    /// <summary>Reads the settings that count for one interface.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static ForwardingSettings Read(NetworkNamespace networkNamespace, NetlinkSocket socket, int index, string name, CancellationToken stop)
    {
        var writer = new AttributeWriter();
        foreach (var family in Families)
        {
            NetconfRequests.Get(writer, family, index);
            NetconfRequests.Get(writer, family, NetconfMessage.AllInterfaces);
        }

        var replies = new BatchReply<NetconfMessage>[writer.Messages];
        socket.Batch<NetconfMessage>(writer, NetconfMessage.Read, replies, stop);
        return new ForwardingSettings(replies.Select(static reply => reply.Value).OfType<NetconfMessage>())
            .WithForced(networkNamespace, [(index, name)]);
    }

    /// <summary>Whether packets of a family that come in on an interface are passed on; null where the kernel does not say.</summary>
    public bool? Forwards(byte family, int interfaceIndex) => family == IpBits.IPv4
        ? _settings.GetValueOrDefault((family, interfaceIndex))?.Forwarding

        // IPv6 asks one switch for the whole host; that of an interface only says how it treats router advertisements.
        : AllForwardIpv6 is { } all ? all || _forced.Contains(interfaceIndex) : null;

    /// <summary>The reverse-path filter in force on an interface: the higher of its own and that of all; null where the kernel does not say.</summary>
    public ReversePathFilter? Filter(int interfaceIndex)
    {
        var own = _settings.GetValueOrDefault((IpBits.IPv4, interfaceIndex))?.ReversePathFilter;
        var all = _settings.GetValueOrDefault((IpBits.IPv4, NetconfMessage.AllInterfaces))?.ReversePathFilter;
        return own is null || all is null ? null : Math.Max(own.Value, all.Value) switch
        {
            0 => ReversePathFilter.Off,
            1 => ReversePathFilter.Strict,
            _ => ReversePathFilter.Loose,
        };
    }

    // Netlink does not tell of force_forwarding; it matters only where the switch of all is off.
    private ForwardingSettings WithForced(NetworkNamespace networkNamespace, IEnumerable<(int Index, string Name)> links)
    {
        if (AllForwardIpv6 == false && KernelForcesForwarding)
        {
            _forced.UnionWith(networkNamespace.Run(() => links.Where(static link => IsForced(link.Name)).Select(static link => link.Index).ToArray()));
        }

        return this;
    }

    private static bool IsForced(string name)
    {
        try
        {
            return File.ReadAllText($"/proc/sys/net/ipv6/conf/{name}/force_forwarding").Trim() is not ("0" or "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

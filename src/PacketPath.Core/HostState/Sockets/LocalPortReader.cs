using System.Globalization;
using System.Net;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.HostState;

/// <summary>Counts the local ports that are left for connections to one peer.</summary>
internal static class LocalPortReader
{
    private const string Sysctl = "/proc/sys/net/ipv4/";

    /// <summary>Reads the range of the namespace and the sockets that take ports of it; null where that cannot be read.</summary>
    public static LocalPortUse? Read(NetworkNamespace networkNamespace, IPAddress remote, int port, IPAddress? local, CancellationToken stop)
    {
        try
        {
            var (range, reserved) = networkNamespace.Run(static () => (File.ReadAllText(Sysctl + "ip_local_port_range"), File.ReadAllText(Sysctl + "ip_local_reserved_ports")));
            using var table = SocketTable.Open(networkNamespace);
            return Count(range, reserved, ToPeer(table, remote, port, local, stop), Bound(table, stop));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or LinuxException or NetlinkDecodeException or NetNamespaceException)
        {
            return null;
        }
    }

    /// <summary>Counts; null where the range cannot be read.</summary>
    /// <param name="range">The text of ip_local_port_range.</param>
    /// <param name="reserved">The text of ip_local_reserved_ports.</param>
    /// <param name="toPeer">The sockets to the peer.</param>
    /// <param name="bound">The sockets that hold a port for themselves.</param>
    public static LocalPortUse? Count(string range, string reserved, IEnumerable<SocketEntry> toPeer, IEnumerable<SocketEntry> bound)
    {
        var ends = range.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (ends.Length != 2 || !TryPort(ends[0], out var first) || !TryPort(ends[1], out var last) || last < first)
        {
            return null;
        }

        var kept = Ports(reserved).Where(p => p >= first && p <= last).ToHashSet();
        var peers = toPeer.ToList();
        bool IsUsable(int p) => p >= first && p <= last && !kept.Contains(p);
        return new LocalPortUse
        {
            FirstPort = first,
            LastPort = last,
            Reserved = kept.Count,
            Usable = last - first + 1 - kept.Count,
            InUse = peers.Concat(bound).Select(static s => s.LocalPort).Where(IsUsable).Distinct().Count(),
            TimeWait = peers.Where(s => s.State == SocketState.TimeWait && IsUsable(s.LocalPort)).Select(static s => s.LocalPort).Distinct().Count(),
        };
    }

    private static List<SocketEntry> ToPeer(SocketTable table, IPAddress remote, int port, IPAddress? local, CancellationToken stop) => table.List(
        new SocketQuery
        {
            Kinds = [SocketKind.Stream],
            RemoteAddresses = [Whole(remote)],
            RemotePorts = [port],
            LocalAddresses = local is null ? [] : [Whole(local)],
            WithoutProcesses = true,
        },
        stop).ToList();

    // A port that bind() took is not shared with connections that let the kernel choose.
    private static List<SocketEntry> Bound(SocketTable table, CancellationToken stop) =>
        table.List(new SocketQuery { Kinds = [SocketKind.Stream], States = [SocketState.Listen, SocketState.Bound], WithoutProcesses = true }, stop).ToList();

    private static IEnumerable<int> Ports(string list)
    {
        foreach (var part in list.Split([',', '\n', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-');
            if (TryPort(dash < 0 ? part : part[..dash], out var first) && TryPort(dash < 0 ? part : part[(dash + 1)..], out var last))
            {
                for (var port = first; port <= last; port++)
                {
                    yield return port;
                }
            }
        }
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;

    private static (IPAddress Address, int Length) Whole(IPAddress address) => (address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
}

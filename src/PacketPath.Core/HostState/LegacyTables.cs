using System.Runtime.InteropServices;
using System.Text;
using PacketPath.Firewall;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;

namespace PacketPath.HostState;

/// <summary>The tables of legacy iptables in a network namespace, read by its socket options. Only tables that exist are asked for: asking makes a table.</summary>
internal sealed class LegacyTables
{
    private const int NameSize = 32;
    private const int InfoSize = 84;
    private const int HookCount = 5;

    private static readonly string[] HookNames = ["prerouting", "input", "forward", "output", "postrouting"];

    private readonly string _label;
    private readonly List<FirewallHook> _hooks = [];
    private readonly List<MissingObservation> _missing = [];

    private LegacyTables(string label) => _label = label;

    /// <summary>The base chains.</summary>
    public IReadOnlyList<FirewallHook> Hooks => _hooks;

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<MissingObservation> Missing => _missing;

    /// <summary>Reads every table of both families.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    public static LegacyTables Read(NetworkNamespace networkNamespace, FirewallQuery query) => networkNamespace.Run(() =>
    {
        var tables = new LegacyTables(networkNamespace.Label);
        tables.ReadFamily(false, query);
        tables.ReadFamily(true, query);
        return tables;
    });

    private void ReadFamily(bool isIPv6, FirewallQuery query)
    {
        var module = isIPv6 ? "ip6_tables" : "ip_tables";
        string[] names;
        try
        {
            var path = $"/proc/thread-self/net/{module}_names";
            names = File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _missing.Add(new MissingObservation
            {
                What = $"the tables of legacy {(isIPv6 ? "ip6tables" : "iptables")}",
                Why = $"/proc/net/{module}_names cannot be read: {exception.Message}",
                Remedy = FirewallReading.Remedy,
            });
            return;
        }

        foreach (var name in names.Where(static name => name.Length is > 0 and < NameSize))
        {
            try
            {
                ReadTable(isIPv6, name, query);
            }
            catch (Exception exception) when (exception is LinuxException or NetlinkDecodeException)
            {
                _missing.Add(new MissingObservation
                {
                    What = $"the legacy {(isIPv6 ? "ip6tables" : "iptables")} table '{DisplayText.Clean(name)}'",
                    Why = $"it exists (module {module}) and cannot be decoded: {exception.Message}",
                    Remedy = isIPv6 ? "ip6tables-legacy-save shows it; it needs CAP_NET_ADMIN." : "iptables-legacy-save shows it; it needs CAP_NET_ADMIN.",
                });
            }
        }
    }

    private void ReadTable(bool isIPv6, string name, FirewallQuery query)
    {
        using var socket = IptablesSocket.Open(isIPv6);
        Span<byte> info = stackalloc byte[InfoSize];
        Encoding.ASCII.GetBytes(name, info);
        IptablesSocket.Read(socket, isIPv6, IptablesSocket.GetInfo, info);
        var size = MemoryMarshal.Read<int>(info[(InfoSize - 4)..]);
        if (size is < 0 or > 256 * 1024 * 1024)
        {
            throw new NetlinkDecodeException($"a table of {size} bytes");
        }

        // struct ipt_get_entries: name, size, padding, entries.
        var header = NameSize + 8;
        var buffer = new byte[header + size];
        Encoding.ASCII.GetBytes(name, buffer);
        BitConverter.TryWriteBytes(buffer.AsSpan(NameSize), size);
        IptablesSocket.Read(socket, isIPv6, IptablesSocket.GetEntries, buffer);
        var table = LegacyTable.Read(buffer.AsSpan(header), isIPv6, name);
        var stamp = new ObservationStamp(_label);
        var hooks = MemoryMarshal.Read<uint>(info[NameSize..]);
        for (var hook = 0; hook < HookCount; hook++)
        {
            var family = NftFamily.Name(isIPv6 ? NftFamily.IPv6 : NftFamily.IPv4);
            var chain = HookNames[hook].ToUpperInvariant();
            if ((hooks >> hook & 1) == 0 || !query.Wants(HookNames[hook], family, name, chain))
            {
                continue;
            }

            var first = MemoryMarshal.Read<int>(info[(NameSize + 4 + (hook * 4))..]);
            var last = MemoryMarshal.Read<int>(info[(NameSize + 24 + (hook * 4))..]);
            _hooks.Add(table.Hook(HookNames[hook], chain, first, last) with
            {
                ComputerName = stamp.ComputerName,
                NetNamespace = stamp.NetNamespace,
                ObservedAt = stamp.ObservedAt,
            });
        }
    }
}

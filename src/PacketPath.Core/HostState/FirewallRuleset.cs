using PacketPath.Firewall;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;

namespace PacketPath.HostState;

/// <summary>The nf_tables ruleset of a network namespace. One caller at a time.</summary>
public sealed class FirewallRuleset : IDisposable
{
    private const int Attempts = 4;

    private readonly NetworkNamespace _namespace;
    private readonly NetlinkSocket _socket;
    private readonly InterfaceNames _interfaces;
    private readonly FirewallNames _names;
    private readonly AttributeWriter _writer = new();

    private FirewallRuleset(NetworkNamespace networkNamespace, NetlinkSocket socket, InterfaceNames interfaces)
    {
        _namespace = networkNamespace;
        _socket = socket;
        _interfaces = interfaces;
        _names = new FirewallNames(interfaces);
    }

    /// <summary>True where the ruleset changed under the last reading again and again: it may mix two states.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Opens the ruleset of a namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static FirewallRuleset Open(NetworkNamespace networkNamespace) => networkNamespace.Run(() => new FirewallRuleset(
        networkNamespace,
        NetlinkSocket.Open(NetlinkProtocol.Netfilter),
        new InterfaceNames(NetlinkSocket.Open(NetlinkProtocol.Route))));

    /// <summary>The base chains, in the order a packet meets them.</summary>
    /// <exception cref="LinuxException">The kernel refused: EPERM without CAP_NET_ADMIN.</exception>
    /// <exception cref="NetlinkDecodeException">An answer is malformed.</exception>
    public IReadOnlyList<FirewallHook> List(FirewallQuery query, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        for (var attempt = 1; ; attempt++)
        {
            _names.Clear();
            try
            {
                var snapshot = RulesetSnapshot.Read(_socket, _writer, stop);
                var hooks = Build(snapshot, query, stop);
                Interrupted = RulesetSnapshot.ReadGeneration(_socket, _writer, stop) != snapshot.Generation;
                if (!Interrupted || attempt == Attempts)
                {
                    return hooks;
                }
            }
            catch (NetlinkException gone) when (gone.Errno == Errno.ENOENT && attempt < Attempts)
            {
                // A table or set went away between two requests: read again.
            }
        }
    }

    /// <summary>The base chains by name alone, without their rules.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal IEnumerable<(string Family, string Table, string Chain, string Hook)> BaseChains(CancellationToken stop)
    {
        NftRequests.Dump(_writer, NftMessage.GetChain, NftFamily.Unspecified);
        return _socket.Dump<ChainMessage>(_writer, ChainMessage.Read, new DumpStatus(), stop)
            .Where(static chain => chain.IsBase)
            .Select(static chain => (NftFamily.Name(chain.Family), chain.Table, chain.Name, ChainHooks.Name(chain.Family, chain.Hook)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _interfaces.Dispose();
    }

    private List<FirewallHook> Build(RulesetSnapshot snapshot, FirewallQuery query, CancellationToken stop)
    {
        var views = new Dictionary<(byte, string), FirewallTableView>();
        var stamp = new ObservationStamp(_namespace.Label);
        var hooks = new List<FirewallHook>();
        foreach (var chain in snapshot.Chains)
        {
            var hook = ChainHooks.Name(chain.Family, chain.Hook);
            if (!chain.IsBase || !query.Wants(hook, NftFamily.Name(chain.Family), chain.Table, chain.Name))
            {
                continue;
            }

            stop.ThrowIfCancellationRequested();
            if (!views.TryGetValue((chain.Family, chain.Table), out var view))
            {
                var table = snapshot.Tables.Find(table => table.Family == chain.Family && table.Name == chain.Table) ?? new TableMessage();
                view = new FirewallTableView(table, snapshot, set => ReadElements(set, stop), _names, stop);
                views[(chain.Family, chain.Table)] = view;
            }

            hooks.Add(Build(chain, hook, view, stamp));
        }

        return [.. hooks.OrderBy(static hook => ChainHooks.Order(hook.Hook)).ThenBy(static hook => hook.Priority)];
    }

    private byte[] ReadElements(SetMessage set, CancellationToken stop)
    {
        NftRequests.Elements(_writer, set.Family, set.Table, set.Name);
        return SetElementData.Join(_socket.Dump<byte[]>(_writer, SetElementData.Read, new DumpStatus(), stop));
    }

    private static FirewallHook Build(ChainMessage chain, string hook, FirewallTableView view, in ObservationStamp stamp)
    {
        var rules = view.Rules(chain.Name);
        var chains = view.Reachable(chain.Name);
        return new FirewallHook
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Hook = hook,
            Priority = chain.Priority,
            PriorityName = ChainHooks.Priority(chain.Family, hook, chain.Priority),
            Family = NftFamily.Name(chain.Family),
            Table = chain.Table,
            Chain = chain.Name,
            Handle = (long)chain.Handle,
            ChainType = chain.Type ?? "",
            Policy = chain.Policy == NftVerdictCode.Drop ? "drop" : "accept",
            Devices = chain.Devices,
            Backend = FirewallBackend.NfTables,
            Dormant = view.Table.Dormant,
            PolicyPackets = (long?)chain.Packets,
            PolicyBytes = (long?)chain.Bytes,
            Comment = chain.Comment,
            Rules = rules,
            Chains = chains,
            Sets = view.Sets(rules.Concat(chains.SelectMany(static target => target.Rules))),
        };
    }
}

using PacketPath.Firewall;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.HostState;

/// <summary>Everything the firewall of a namespace holds, nf_tables and legacy iptables, in the order a packet meets it.</summary>
internal sealed class FirewallReading
{
    internal const string Remedy = "Run as root (sudo pwsh), or give the process CAP_NET_ADMIN.";

    private readonly List<FirewallHook> _hooks = [];
    private readonly List<MissingObservation> _missing = [];

    public required string NetNamespace { get; init; }

    public IReadOnlyList<FirewallHook> Hooks => _hooks;

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<MissingObservation> Missing => _missing;

    /// <summary>True where the ruleset changed under the reading again and again.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Reads it.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    /// <exception cref="LinuxException">The kernel refused for another reason than privilege.</exception>
    public static FirewallReading Read(NetworkNamespace networkNamespace, Func<FirewallRuleset> open, FirewallQuery query, CancellationToken stop)
    {
        var reading = new FirewallReading { NetNamespace = networkNamespace.Label };
        reading.ReadNftables(open, query, stop);
        var legacy = LegacyTables.Read(networkNamespace, query);
        reading._hooks.AddRange(legacy.Hooks);
        reading._missing.AddRange(legacy.Missing);
        var ordered = reading._hooks.OrderBy(static hook => ChainHooks.Order(hook.Hook)).ThenBy(static hook => hook.Priority).ToArray();
        reading._hooks.Clear();
        reading._hooks.AddRange(ordered.Select(hook => hook with { NotObserved = [.. reading._missing] }));
        return reading;
    }

    private void ReadNftables(Func<FirewallRuleset> open, FirewallQuery query, CancellationToken stop)
    {
        try
        {
            var ruleset = open();
            _hooks.AddRange(ruleset.List(query, stop));
            Interrupted = ruleset.Interrupted;
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EPERM or Errno.EACCES)
        {
            _missing.Add(new MissingObservation
            {
                What = $"The nf_tables rules of {NetNamespace}",
                Why = "reading them needs CAP_NET_ADMIN in the user namespace that owns the network namespace",
                Remedy = Remedy,
            });
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EPROTONOSUPPORT or Errno.EOPNOTSUPP
            || (exception is NetlinkException && exception.Errno == Errno.EINVAL))
        {
            // A kernel without nf_tables has no rules of it.
        }
    }
}

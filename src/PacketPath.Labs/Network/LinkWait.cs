using System.Diagnostics;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>Waits until the kernel has put links into service, or out of it: it does so a moment after the carrier changes.</summary>
internal static class LinkWait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>Waits until every link of a new network carries traffic, and no address is tentative that need not be.</summary>
    public static void UntilUp(LabTopology topology, Func<string, string> namespaceOf, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        foreach (var node in topology.Nodes)
        {
            var awaited = topology.Links.SelectMany(l => new[] { l.A, l.B }).Where(e => e.Node == node.Name).Select(e => e.Interface).ToHashSet();
            var detects = node.Sysctls.Keys.Any(k => k.EndsWith("accept_dad", StringComparison.Ordinal));
            Until(
                namespaceOf(node.Name),
                i => !awaited.Contains(i.InterfaceAlias) || (i.OperationalStatus == OperationalStatus.Up && (detects || !IsTentative(i))),
                $"The links of node '{node.Name}' did not come up",
                clock,
                stop);
        }
    }

    /// <summary>Waits until the operational state of every link follows its carrier.</summary>
    public static void UntilSettled(IEnumerable<string> netNamespaces, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        foreach (var netNamespace in netNamespaces)
        {
            Until(
                netNamespace,
                i => !i.AdminUp || i.Carrier is null || i.Kind != "veth" || i.Carrier == (i.OperationalStatus == OperationalStatus.Up),
                $"The links in '{netNamespace}' did not settle",
                clock,
                stop);
        }
    }

    private static void Until(string netNamespace, Func<PacketInterface, bool> done, string complaint, Stopwatch clock, CancellationToken stop)
    {
        using var inside = NetworkNamespace.Open(netNamespace);
        using var table = InterfaceTable.Open(inside);
        while (!table.List(stop).All(done))
        {
            if (clock.Elapsed > Deadline)
            {
                throw new LabException($"{complaint} within {Deadline.TotalSeconds} s.", $"See 'ip -n {netNamespace} link'.");
            }

            stop.WaitHandle.WaitOne(PollInterval);
            stop.ThrowIfCancellationRequested();
        }
    }

    private static bool IsTentative(PacketInterface i) => i.Addresses.Any(a => a.State == AddressState.Tentative);
}

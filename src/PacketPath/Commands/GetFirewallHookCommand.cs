using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Firewall;
using PacketPath.HostState;

namespace PacketPath.Commands;

/// <summary>Lists the firewall's base chains in the order a packet meets them, with their rules in the words of nft, or only what could apply to one flow.</summary>
[Cmdlet(VerbsCommon.Get, "FirewallHook", DefaultParameterSetName = "All")]
[OutputType(typeof(FirewallHook))]
public sealed class GetFirewallHookCommand : HostCmdlet
{
    /// <summary>The hooks: ingress, prerouting, input, forward, output, postrouting, egress.</summary>
    [Parameter]
    [ValidateSet("ingress", "prerouting", "input", "forward", "output", "postrouting", "egress")]
    public string[]? Hook { get; set; }

    /// <summary>The families of the tables: ip, ip6, inet, arp, bridge, netdev.</summary>
    [Parameter]
    [ValidateSet("ip", "ip6", "inet", "arp", "bridge", "netdev")]
    public string[]? Family { get; set; }

    /// <summary>The tables' names; wildcards are permitted.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FirewallNameCompleter))]
    [SupportsWildcards]
    public string[]? Table { get; set; }

    /// <summary>The base chains' names; wildcards are permitted.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FirewallNameCompleter))]
    [SupportsWildcards]
    public string[]? Chain { get; set; }

    /// <summary>The flow's destination: an address, or a name that is resolved. Only chains and rules that could apply to the flow are listed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "ComputerName", "cn")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The flow's destination port.</summary>
    [Parameter(Position = 1, ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [Alias("RemotePort", "DestinationPort")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The flow's transport protocol. Default: Tcp where a port is given, else any.</summary>
    [Parameter(ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    public TransportProtocol Protocol { get; set; }

    /// <summary>Which way the flow crosses this host. Default: Output.</summary>
    [Parameter(ParameterSetName = "Flow")]
    public FlowDirection Direction { get; set; }

    /// <summary>The flow's source address.</summary>
    [Parameter(ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [Alias("LocalAddress")]
    public string? Source { get; set; }

    /// <summary>The flow's source port.</summary>
    [Parameter(ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [Alias("LocalPort")]
    [ValidateRange(0, 65535)]
    public int SourcePort { get; set; }

    /// <summary>The interface the flow comes in by.</summary>
    [Parameter(ParameterSetName = "Flow")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InputInterface { get; set; }

    /// <summary>The interface the flow goes out by.</summary>
    [Parameter(ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [Alias("InterfaceAlias", "ifAlias")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? OutputInterface { get; set; }

    /// <summary>The id of the user whose packets they are, where the flow starts here. Default: not known, so that rules for users may apply.</summary>
    [Parameter(ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    public uint? Uid { get; set; }

    /// <summary>The state that connection tracking gives the flow's packet. Default: new.</summary>
    [Parameter(ParameterSetName = "Flow")]
    [ValidateSet("new", "established", "related", "untracked", "invalid")]
    public string ConntrackState { get; set; } = "new";

    /// <inheritdoc/>
    protected override void ProcessRecord() => Look(Destination, () =>
    {
        var flows = FlowQuestion.Ask(this, OpenNamespace(), StopToken);
        if (flows is { Length: 0 })
        {
            return;
        }

        var tables = new NameFilter(Table);
        var chains = new NameFilter(Chain);
        var reading = FirewallReading.Read(
            OpenNamespace(),
            () => Table<FirewallRuleset>(FirewallRuleset.Open),
            new FirewallQuery { Hooks = Hook ?? [], Families = Family ?? [], Table = tables.Matches, Chain = chains.Matches },
            StopToken);
        foreach (var problem in reading.Missing.GroupBy(static missing => missing.Remedy))
        {
            // What one remedy mends is one problem.
            WriteProblem(
                new InvalidOperationException($"{string.Join(", ", problem.Select(static m => m.What))} cannot be read: {string.Join("; ", problem.Select(static m => m.Why))}"),
                "FirewallNotReadable",
                ErrorCategory.PermissionDenied,
                Destination ?? reading.NetNamespace,
                problem.Key);
        }

        if (reading.Interrupted)
        {
            WriteWarning("The ruleset changed again and again while it was read: what is shown may mix two states of it.");
        }

        foreach (var hook in flows is null ? reading.Hooks : flows.SelectMany(flow => FlowFilter.Apply(reading.Hooks, flow, StopToken)))
        {
            StopToken.ThrowIfCancellationRequested();
            WriteObject(hook);
        }
    });

    /// <summary>Reports a destination that is no address and no name.</summary>
    internal void WriteTargetProblem(Targets.TargetException problem) =>
        WriteProblem(problem, "Target" + problem.Problem, ErrorCategory.InvalidArgument, problem.Target, problem.Advice);
}
